package wharf.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// With a shell in place of a server.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ServerProcessTest {
  private static final Path SHELL = Path.of("/bin/sh");

  @TempDir Path folder;

  private ServerProcess shell(String script) throws IOException, InterruptedException {
    assumeThat(SHELL).as("a POSIX shell").isExecutable();
    return ServerProcess.start(
        List.of(SHELL.toString(), "-c", script), folder.resolve("server.log"));
  }

  @Test
  void isAskedWhereItListens() throws Exception {
    try (ServerProcess server =
        shell("echo Serving; echo '  ftp://127.0.0.1:4711/'; exec sleep 100")) {
      assertThat(server.address().getPort()).isEqualTo(4711);
      assertThat(server.fate()).isEmpty();
    }
  }

  @Test
  void tellsWhyItDidNotStart() {
    assertThatThrownBy(() -> shell("echo once >&2; echo 'no such thing' >&2; exit 7"))
        .isInstanceOf(IOException.class)
        .hasMessage("the server did not start, exit code 7: no such thing");
  }

  @Test
  void isGoneWithAllItsChildrenAfterwards() throws Exception {
    Path pids = folder.resolve("pids");
    // The child does not end when it is asked to.
    String child = "(trap '' TERM; while :; do sleep 1; done)";
    List<ProcessHandle> family;
    try (ServerProcess server =
        shell(child + " & sleep 100 & echo $! > '" + pids + "'; echo echo://127.0.0.1:1/; wait")) {
      long sleeper = Long.parseLong(Files.readString(pids).strip());
      Optional<ProcessHandle> handle = ProcessHandle.of(sleeper);
      assertThat(handle).isPresent();
      family = handle.orElseThrow().parent().orElseThrow().descendants().toList();
      assertThat(family).hasSizeGreaterThanOrEqualTo(2);
      assertThat(server.cpuSeconds()).isPresent();
      if (Files.exists(Path.of("/proc/self/smaps_rollup"))) {
        assertThat(server.memory().orElseThrow()).isGreaterThan(50_000);
      }
    }
    for (ProcessHandle one : family) {
      assertThat(one.onExit().orTimeout(Duration.ofSeconds(30).toSeconds(), TimeUnit.SECONDS))
          .succeedsWithin(Duration.ofSeconds(30));
    }
  }

  @Test
  void itsEndIsToldOf() throws Exception {
    try (ServerProcess server =
        shell("echo ftp://127.0.0.1:4711/; read line < /dev/null; echo enough >&2; exit 3")) {
      assertThat(server.fate()).isEqualTo("; the server had ended, exit code 3: enough");
    }
  }
}
