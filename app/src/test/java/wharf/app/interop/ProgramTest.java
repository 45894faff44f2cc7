package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The program itself, used as its banner says.
@Tag("interop")
final class ProgramTest {
  @TempDir(factory = UnderTarget.class)
  Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "threads", "nio"})
  void servesWhoeverReadsItsBanner(String model) throws IOException {
    Path root = Files.createDirectories(folder.resolve("root"));
    Path outside = Files.createDirectories(folder.resolve("outside"));
    Path file = Content.random(root.resolve("f"), 1_000_000, 1);
    try (Program program = Program.serve(root, List.of(), "--writable", "--model", model)) {
      Site site = program.site(outside);
      assertThat(program.banner).contains("Everybody may read.");
      assertThat(curl(site, "-l", site.url("")).run().lines()).containsExactly("f");
      assertThat(curl(site, site.url("f")).digest()).isEqualTo(Content.sha256(file));
      assertThatThrownBy(() -> curl(site, "-T", file.toString(), site.url("g")).run())
          .hasMessageContaining("550");

      String login = "wharf:" + program.told("log in as wharf with the password");
      String _ = curl(site, "-u", login, "-T", file.toString(), site.url("g")).run();
      assertThat(Content.sha256(root.resolve("g"))).isEqualTo(Content.sha256(file));
      assertThat(program.stop()).as("an orderly stop, by SIGTERM").isZero();
    }
  }

  private static Command curl(Site site, String... words) {
    return Command.of(site, "curl", "-q", "-sS").with(words);
  }
}
