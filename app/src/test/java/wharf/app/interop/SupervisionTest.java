package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `wharf serve` under a service manager that wants to be told (systemd's `Type=notify` and
/// `WatchdogSec=`). A few lines of Python stand in for systemd: they listen for datagrams, start
/// the program, say what they hear, and ask it to stop when it has barked three times.
@Tag("interop")
@Timeout(120)
final class SupervisionTest {
  private static final String MANAGER =
      """
      import os, socket, subprocess, sys
      name = sys.argv[1]
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      s.bind("\\0" + name[1:] if name.startswith("@") else name)
      s.settimeout(60)
      env = dict(os.environ, NOTIFY_SOCKET=name, WATCHDOG_USEC="400000")
      p = subprocess.Popen(sys.argv[2:], env=env, stdout=subprocess.DEVNULL)
      barks = 0
      while True:
          said = s.recv(4096).decode()
          print(said.replace("\\n", " "), flush=True)
          barks += said == "WATCHDOG=1"
          if barks == 3: p.terminate(); barks = 4
          if said.startswith("STOPPING"): break
      print("ended with", p.wait(60), flush=True)
      """;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  @ParameterizedTest
  @CsvSource({"virtual, false", "epoll, true", "processes, false"})
  void theManagerIsTold(String model, boolean isAbstract) throws Exception {
    assumeTrue(Command.isInstalled("python3"), "python3 is not installed");
    Path root = Files.createDirectories(folder.resolve("root"));
    // Its path may be too long for a socket.
    Path place = Files.createTempDirectory("wharf");
    String socket =
        isAbstract ? "@wharf-" + ProcessHandle.current().pid() : place.resolve("notify").toString();
    List<String> words = new ArrayList<>(List.of("python3", "-c", MANAGER, socket));
    words.addAll(Program.command(Program.NATIVE, "serve", root.toString()));
    words.addAll(List.of("--port", "0", "--bind", "127.0.0.1", "--model", model, "--tls", "off"));
    List<String> heard = heard(words);
    Files.deleteIfExists(place.resolve("notify"));
    Files.delete(place);
    assertThat(heard.getFirst()).startsWith("READY=1 STATUS=serving " + root + ", ");
    assertThat(heard.subList(1, 4)).containsOnly("WATCHDOG=1");
    assertThat(heard)
        .contains("STOPPING=1 STATUS=stopping; running transfers may finish")
        .endsWith("ended with 0");
  }

  private List<String> heard(List<String> words) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(words).redirectError(folder.resolve("log").toFile());
    Program.keepState(builder, folder);
    Process manager = builder.start();
    try (BufferedReader said = manager.inputReader(UTF_8)) {
      List<String> heard = said.lines().toList();
      assertThat(manager.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return heard;
    } finally {
      manager.descendants().forEach(ProcessHandle::destroyForcibly);
      manager.destroyForcibly();
    }
  }
}
