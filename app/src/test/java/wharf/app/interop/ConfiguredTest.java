package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The real program with a `wharf.toml`, and accounts that the real `wharf user` has made.
@Tag("interop")
@Timeout(300)
class ConfiguredTest {
  private static final int MANY = 100_000;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Path served;
  private Path outside;

  @BeforeEach
  void folders() throws IOException {
    served = Files.createDirectories(folder.resolve("served"));
    outside = Files.createDirectories(folder.resolve("outside"));
    Files.writeString(folder.resolve("secret"), "password\n");
  }

  private Program serve(String configuration, String... options) throws IOException {
    Path file = folder.resolve("wharf.toml");
    Files.writeString(file, configuration);
    List<String> all = new ArrayList<>(List.of("--config", file.toString()));
    all.addAll(List.of(options));
    return Program.serve(served, Program.NATIVE, all.toArray(String[]::new));
  }

  private static Process wharf(Path in, String... words) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(Program.command(List.of(), words))
            .directory(in.toFile())
            .redirectErrorStream(true);
    Program.keepState(builder, in);
    return builder.start();
  }

  private static Command curl(Site site, String... words) {
    return Command.of(site, "curl", "-q", "-sS").with(words);
  }

  private Process add(String name, String... options) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of("user", "add", name, "--accounts", "accounts", "--password-file", "secret"));
    words.addAll(List.of(options));
    return wharf(folder, words.toArray(String[]::new));
  }

  /// As docs/operating.md tells it.
  @Test
  void aDropBoxOverFtps() throws Exception {
    List<Process> atOnce =
        List.of(add("acme", "--rights=drop-box"), add("bolt", "--rights=drop-box"));
    for (Process one : atOnce) {
      String said = new String(one.getInputStream().readAllBytes(), UTF_8);
      assertThat(one.waitFor()).as(said).isZero();
    }
    try (Program program =
        serve("accounts-file = 'accounts'\n[tls]\nmode = 'require'\n[limits]\nquota = '2M'\n")) {
      assertThat(program.banner.getFirst()).contains("under TLS only");
      Site site = program.site(outside);
      Path file = Content.random(outside.resolve("f"), 1_000_000, 1);
      for (String name : List.of("acme", "bolt")) {
        String login = name + ":password";
        String[] secure = {"--ssl-reqd", "-k", "-u", login};
        String _ = curl(site, secure).with("-T", file.toString(), site.url(name)).run();
        assertThat(served.resolve(name)).hasSameBinaryContentAs(file);
        assertThatThrownBy(() -> curl(site, secure).with("-l", site.url("")).run())
            .hasMessageContaining("curl");
        assertThatThrownBy(() -> curl(site, secure).with(site.url(name)).run())
            .hasMessageContaining("curl");
        assertThatThrownBy(
                () -> curl(site, "-u", login, "-T", file.toString(), site.url("clear")).run())
            .as("in the clear")
            .hasMessageContaining("curl");
      }
      assertThatThrownBy(
              () ->
                  curl(site, "--ssl-reqd", "-k", "-u", "acme:password")
                      .with("-T", file.toString(), site.url("third"))
                      .run())
          .as("the quota")
          .hasMessageContaining("curl");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "processes"})
  void aHundredThousandAccounts(String model) throws Exception {
    Path accounts = folder.resolve("accounts");
    try (BufferedWriter lines = Files.newBufferedWriter(accounts)) {
      for (int i = 0; i < MANY; i++) {
        lines.write(
            "partner" + i + ":write:" + Program.HASH + " root=/srv/partners/" + i + " quota=20G\n");
      }
    }
    Process added = add("newest", "--rights=write");
    assertThat(added.waitFor(60, TimeUnit.SECONDS)).isTrue();
    long begun = System.nanoTime();
    try (Program program = serve("accounts-file = 'accounts'\n[model]\nname = '" + model + "'\n")) {
      System.out.printf(
          "%s: %,d accounts, %s in %d ms, with the start of the JVM%n",
          model, MANY, program.banner.getLast(), (System.nanoTime() - begun) / 1_000_000);
      Site site = program.site(outside);
      Path file = Content.random(outside.resolve("f"), 1000, 1);
      begun = System.nanoTime();
      String _ = curl(site, "-u", "newest:password", "-T", file.toString(), site.url("up")).run();
      System.out.printf("a log-in and an upload: %d ms%n", (System.nanoTime() - begun) / 1_000_000);
      assertThat(served.resolve("up")).hasSameBinaryContentAs(file);
      assertThatThrownBy(() -> curl(site, "-u", "partner100000:password", site.url("")).run())
          .hasMessageContaining("curl");
      if (model.equals("virtual")) {
        taking(program, site);
      }
      assertThat(program.stop()).isZero();
    }
    try (var left = Files.walk(folder)) {
      assertThat(left.map(Path::toString).filter(it -> it.contains("handover"))).isEmpty();
    }
  }

  /// Takes all of them anew, and one more, while one who was there goes on logging in.
  private void taking(Program program, Site site) throws Exception {
    assertThat(add("later", "--rights=write").waitFor(60, TimeUnit.SECONDS)).isTrue();
    long begun = System.nanoTime();
    assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(program.pid())).start().waitFor())
        .isZero();
    long slowest = 0;
    do {
      long before = System.nanoTime();
      assertThat(curl(site, "-u", "newest:password", "-l", site.url("")).run()).contains("up");
      slowest = Math.max(slowest, System.nanoTime() - before);
    } while (program.log().stream().noneMatch(line -> line.contains("taken anew")));
    System.out.printf(
        "taken anew within %d ms, the slowest log-in meanwhile %d ms%n",
        (System.nanoTime() - begun) / 1_000_000, slowest / 1_000_000);
    assertThat(curl(site, "-u", "later:password", "-l", site.url("")).run()).contains("up");
  }
}
