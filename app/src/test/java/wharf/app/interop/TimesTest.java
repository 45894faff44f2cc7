package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How long a log-in, a pause and a transfer may take, of an account of `wharf.toml`, with curl.
@Tag("interop")
@Timeout(300)
class TimesTest {
  private static final int SIZE = 1_000_000;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Path served;
  private Path outside;

  @BeforeEach
  void folders() throws IOException {
    served = Files.createDirectories(folder.resolve("served"));
    outside = Files.createDirectories(folder.resolve("outside"));
  }

  /// A megabyte takes ann three seconds, either way.
  private Program serve(String model, String limits) throws IOException {
    Path file = folder.resolve("wharf.toml");
    Files.writeString(
        file,
        """
        model.name = '%s'
        %s
        [accounts.ann]
        password = '%s'
        rights = 'write'
        rate-up = 330000
        rate-down = 330000
        """
            .formatted(model, limits, Program.HASH));
    return Program.serve(served, Program.NATIVE, "--config", file.toString());
  }

  private static Command curl(Site site, String... words) {
    return Command.of(site, "curl", "-q", "-sS", "-u", "ann:password").with(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "epoll"})
  void aTransferIsNoPause(String model) throws Exception {
    try (Program program = serve(model, "limits.idle = 1")) {
      Site site = program.site(outside);
      Path file = Content.random(outside.resolve("f"), SIZE, 1);
      long begun = System.nanoTime();
      String _ = curl(site, "-T", file.toString(), site.url("up")).run();
      assertThat(served.resolve("up")).hasSameBinaryContentAs(file);
      String _ = curl(site, "-o", outside.resolve("back").toString(), site.url("up")).run();
      assertThat(outside.resolve("back")).hasSameBinaryContentAs(file);
      assertThat(System.nanoTime() - begun).as("longer than a pause").isGreaterThan(4_000_000_000L);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "epoll"})
  void noTransferLastsLongerThanItMay(String model) throws Exception {
    Path file = Content.random(outside.resolve("f"), SIZE, 1);
    Path back = outside.resolve("back");
    try (Program program = serve(model, "limits.transfer = 2")) {
      Site site = program.site(outside);
      Files.copy(file, served.resolve("there"));
      assertThatThrownBy(() -> curl(site, "-o", back.toString(), site.url("there")).run())
          .hasMessageContaining("curl");
      assertThat(Files.size(back)).isBetween(1L, SIZE - 1L);
      assertThatThrownBy(() -> curl(site, "-v", "-T", file.toString(), site.url("up")).run())
          .hasMessageContaining("426 Given up: no transfer may last longer than 2 s, after")
          .hasMessageContaining("bytes are kept to resume from");
      assertThat(served.resolve("up")).doesNotExist();
      String _ = curl(site, "-C", "-", "-T", file.toString(), site.url("up")).run();
      assertThat(served.resolve("up")).hasSameBinaryContentAs(file);
      assertThat(program.log()).anyMatch(line -> line.contains("lasted as long as a transfer may"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "epoll"})
  void whoDoesNotLogInIsNotWaitedFor(String model) throws Exception {
    try (Program program = serve(model, "limits.login = 1")) {
      Site site = program.site(outside);
      try (Socket talker = new Socket(site.at().getAddress(), site.at().getPort());
          BufferedReader said =
              new BufferedReader(new InputStreamReader(talker.getInputStream(), UTF_8))) {
        Stream<String> lines = said.lines();
        talker.getOutputStream().write("NOOP\r\nUSER ann\r\nREIN\r\n".getBytes(UTF_8));
        assertThat(lines.toList()).endsWith("421 Nobody has logged in within 1 s. Goodbye.");
      }
      assertThat(curl(site, "-l", site.url("")).run()).isEmpty();
    }
  }
}
