package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where an account logs in from: curl comes from one address of this machine, and from another.
@Tag("interop")
@Timeout(300)
class AccountNetworksTest {
  @TempDir(factory = UnderTarget.class)
  Path folder;

  private static Command curl(Site site, String from, String... words) {
    return Command.of(site, "curl", "-q", "-sS", "--interface", from, "-u", "ann:password")
        .with(words);
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "processes"})
  void fromThereAlone(String model) throws Exception {
    Path served = Files.createDirectories(folder.resolve("served"));
    Path outside = Files.createDirectories(folder.resolve("outside"));
    Path file = folder.resolve("wharf.toml");
    Files.writeString(
        file,
        """
        model.name = '%s'
        [accounts.ann]
        password = '%s'
        rights = 'write'
        networks = ['127.0.0.2', '10.0.0.0/8']
        """
            .formatted(model, Program.HASH));
    try (Program program = Program.serve(served, Program.NATIVE, "--config", file.toString())) {
      Site site = program.site(outside);
      Path sent = Content.random(outside.resolve("f"), 1000, 1);
      String _ = curl(site, "127.0.0.2", "-T", sent.toString(), site.url("up")).run();
      assertThat(served.resolve("up")).hasSameBinaryContentAs(sent);
      assertThatThrownBy(() -> curl(site, "127.0.0.1", "-v", "-l", site.url("")).run())
          .hasMessageContaining("530 Name or password is wrong.");
      assertThat(program.log())
          .anyMatch(line -> line.contains("ann refused: its networks do not have"));
    }
  }
}
