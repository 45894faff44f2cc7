package wharf.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is asked of the system itself, some of it in a process of its own.
@Timeout(30)
class NativeTest {
  @BeforeEach
  void onLinux() {
    assumeThat(Files.exists(Path.of("/proc/self/fd"))).isTrue();
  }

  @Test
  void nativeCallsAreToBeHad() {
    assertThat(Native.unavailable()).isEmpty();
  }

  @Test
  void withoutLeaveTheReasonAndTheRemedyAreSaid() throws Exception {
    String said = child(List.of("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED"), "channel", true);
    assertThat(said).contains("--enable-native-access=ALL-UNNAMED");
    said = child(List.of("--enable-native-access=ALL-UNNAMED"), "channel", true);
    assertThat(said).contains("--add-exports java.base/sun.nio.ch=ALL-UNNAMED");
  }

  @Test
  void eachChannelHasItsNumber() throws IOException {
    Pipe pipe = Pipe.open();
    try (var source = pipe.source();
        var sink = pipe.sink()) {
      assertThat(Native.descriptor(source)).isPositive();
      assertThat(Native.descriptor(sink)).isNotEqualTo(Native.descriptor(source));
      assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + Native.descriptor(sink))))
          .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/fd/" + Native.descriptor(source))));
    }
  }

  @Test
  void aNumberThatStandsForNothingCannotBecomeTheStandardInput() {
    assertThatIOException()
        .isThrownBy(() -> StandardInput.become(1_000_000))
        .withMessageContaining("1000000")
        .withMessageContaining("no such descriptor");
  }

  @ParameterizedTest
  @ValueSource(strings = {"channel", "number"})
  void aListenerThatBecameTheStandardInputIsInherited(String way) throws Exception {
    List<String> ports = child(ALLOWED, way, false).lines().toList();
    assertThat(ports).hasSize(2);
    assertThat(ports.getLast()).isEqualTo(ports.getFirst()).containsOnlyDigits();
  }

  /// A process that is stopped and continued finds its wait interrupted (EINTR).
  @ParameterizedTest
  @EnumSource(
      value = PollersTest.Kind.class,
      names = {"SELECT", "POLL", "EPOLL_LEVEL"})
  void aWaitThatIsInterruptedGoesOnToItsEnd(PollersTest.Kind kind) throws Exception {
    Process process = java(ALLOWED, "wait", kind.name()).start();
    try (BufferedReader said = process.inputReader()) {
      assertThat(said.readLine()).isEqualTo("waiting");
      signal("STOP", process);
      signal("CONT", process);
      assertThat(Long.parseLong(said.readLine())).isBetween(999L, 20_000L);
    } finally {
      process.destroyForcibly();
    }
  }

  private static final List<String> ALLOWED =
      List.of(
          "--enable-native-access=ALL-UNNAMED", "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");

  private static void signal(String name, Process to) throws Exception {
    int result = new ProcessBuilder("kill", "-" + name, Long.toString(to.pid())).start().waitFor();
    assertThat(result).isZero();
  }

  private static String child(List<String> options, String what, boolean fails) throws Exception {
    Process process = java(options, what).redirectErrorStream(true).start();
    try (BufferedReader said = process.inputReader()) {
      String all = String.join("\n", said.lines().toList());
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue() != 0).as(all).isEqualTo(fails);
      return all;
    } finally {
      process.destroyForcibly();
    }
  }

  private static ProcessBuilder java(List<String> options, String... words) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(options);
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), InChild.class.getName()));
    line.addAll(List.of(words));
    return new ProcessBuilder(line);
  }
}
