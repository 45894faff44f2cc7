package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// SIGHUP: the real program takes its configuration anew, while curl uploads.
@Tag("interop")
@Timeout(120)
class ReloadTest {
  @TempDir(factory = UnderTarget.class)
  Path folder;

  private void configure(String text) throws IOException {
    Files.writeString(folder.resolve("wharf.toml"), text.replace("HASH", Program.HASH));
  }

  private static Command curl(Site site, String name, String... words) {
    return Command.of(site, "curl", "-q", "-sS", "-u", name + ":password").with(words);
  }

  private static void await(Program program, Predicate<String> line) {
    while (program.log().stream().noneMatch(line)) {
      Thread.onSpinWait();
    }
  }

  private static void hangUp(Program program) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(program.pid())).start().waitFor())
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "epoll", "processes"})
  void aRunningServerTakesItAnew(String model) throws Exception {
    Path served = Files.createDirectories(folder.resolve("served"));
    Path outside = Files.createDirectories(folder.resolve("outside"));
    configure("model.name = '" + model + "'\n[accounts.ann]\npassword = 'HASH'\nrights = 'write'");
    try (Program program =
        Program.serve(
            served, Program.NATIVE, "--config", folder.resolve("wharf.toml").toString())) {
      Site site = program.site(outside);
      Running uploading = curl(site, "ann", "-T", "-", site.url("slow")).begin();
      uploading.feed().write("first ".getBytes(UTF_8));
      uploading.feed().flush();
      await(program, line -> line.contains("ann logged in"));

      configure(
          "model.name = '"
              + model
              + "'\nlimits.rate-up = '1M'\nlimits.quota = '1G'\n"
              + "[accounts.bob]\npassword = 'HASH'\nrights = 'write'");
      hangUp(program);
      await(program, line -> line.contains("taken anew"));
      await(program, line -> line.contains("limits.quota takes a restart"));
      assertThat(program.log()).noneMatch(line -> line.contains("limits.rate-up takes"));
      assertThatThrownBy(() -> curl(site, "ann", "-l", site.url("")).run())
          .isInstanceOf(IOException.class);
      assertThat(curl(site, "bob", "-l", site.url("")).run()).isEmpty();

      configure("limits.idel = 3\n[accounts.eve]\npassword = 'HASH'");
      hangUp(program);
      await(program, line -> line.contains("stays as it was"));
      await(program, line -> line.contains("did you mean limits.idle?"));
      assertThat(curl(site, "bob", "-l", site.url("")).run()).isEmpty();
      assertThatThrownBy(() -> curl(site, "eve", "-l", site.url("")).run())
          .isInstanceOf(IOException.class);

      // Who was there goes on.
      uploading.feed().write("and last".getBytes(UTF_8));
      uploading.feed().close();
      await(program, line -> line.contains("ann STOR /slow: "));
      assertThat(served.resolve("slow")).hasContent("first and last");
      assertThat(program.stop()).isZero();
    }
  }
}
