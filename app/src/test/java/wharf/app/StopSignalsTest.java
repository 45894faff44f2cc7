package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class StopSignalsTest {
  private static final Duration LONG = Duration.ofDays(1);

  @TempDir Path folder;
  private SmallServer server;

  @BeforeEach
  void start() throws IOException {
    server = new SmallServer();
    server.files.put("stall", new byte[100_000]);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void theFirstInterruptsAndTheSecondHalts() {
    List<Integer> halted = new ArrayList<>();
    StopSignals signals = new StopSignals(Thread.currentThread(), () -> LONG, halted::add);
    signals.heard(2);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(halted).isEmpty();
    assertThat(signals.code(130)).isEqualTo(130);
    signals.heard(2);
    assertThat(Thread.interrupted()).isFalse();
    assertThat(halted).containsExactly(130);
  }

  /// As a worker process hears them, when Ctrl-C is pressed or systemd stops all processes.
  @ParameterizedTest
  @ValueSource(ints = {2, 15})
  void whatIsAskedInTwoWaysIsAskedOnce(int first) {
    List<Integer> halted = new ArrayList<>();
    StopSignals signals = new StopSignals(Thread.currentThread(), () -> LONG, halted::add);
    signals.heard(first);
    signals.heard(15);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(halted).isEmpty();
    signals.heard(2);
    assertThat(halted).containsExactly(130);
  }

  @Test
  void whatWasNotInterruptedKeepsItsCode() {
    StopSignals signals = new StopSignals(Thread.currentThread(), () -> LONG, _ -> {});
    assertThat(signals.code(130)).isEqualTo(130);
    signals.heard(15);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(signals.code(130)).isEqualTo(143);
    assertThat(signals.code(0)).isZero();
  }

  @Test
  void whoTakesTooLongIsHalted() throws InterruptedException {
    BlockingQueue<Integer> halted = new LinkedBlockingQueue<>();
    StopSignals signals =
        new StopSignals(Thread.currentThread(), () -> Duration.ofMillis(1), halted::add);
    signals.heard(2);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(halted.poll(60, TimeUnit.SECONDS)).isEqualTo(130);
  }

  /// A real process, in the midst of a file.
  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void onceItStopsInOrderAndSaysHowToGoOn(String signal, int code) throws Exception {
    Process get = get();
    signal(get, signal);
    assertThat(get.onExit().get(60, TimeUnit.SECONDS).exitValue()).isEqualTo(code);
    assertThat(folder.resolve("err"))
        .content()
        .contains("wharf get --tls=prefer ftp://bob@")
        .doesNotContain("sesame");
    assertThat(folder.resolve("stall")).doesNotExist();
    assertThat(parts()).isNotEmpty();
  }

  @Test
  void twiceItEndsAtOnce() throws Exception {
    Process get = get();
    signal(get, "INT");
    signal(get, "INT");
    assertThat(get.onExit().get(60, TimeUnit.SECONDS).exitValue()).isEqualTo(130);
    assertThat(folder.resolve("stall")).doesNotExist();
  }

  /// As the process of these tests has it, seen from elsewhere.
  private static String classPath() {
    String separator = java.io.File.pathSeparator;
    return java.util.Arrays.stream(System.getProperty("java.class.path").split(separator, -1))
        .map(one -> Path.of(one).toAbsolutePath().toString())
        .collect(java.util.stream.Collectors.joining(separator));
  }

  private List<Path> parts() throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(file -> file.toString().contains("stall")).toList();
    }
  }

  /// One that has what the server sends before it stalls.
  private Process get() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath(),
            "wharf.app.Main",
            "get",
            "--tls=prefer",
            "ftp://bob:sesame@" + server.place() + "/stall");
    for (String variable : new String[] {"XDG_STATE_HOME", "XDG_CONFIG_HOME"}) {
      builder.environment().put(variable, folder.toString());
    }
    builder.environment().put("NETRC", folder.resolve("netrc").toString());
    Process get =
        builder.directory(folder.toFile()).redirectError(folder.resolve("err").toFile()).start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (parts().stream().noneMatch(part -> part.toFile().length() >= 50_000)) {
      assertThat(System.nanoTime() - deadline).as("time").isNegative();
      assertThat(get.isAlive()).as(() -> read(folder.resolve("err"))).isTrue();
      Thread.sleep(20);
    }
    return get;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static void signal(Process process, String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }
}
