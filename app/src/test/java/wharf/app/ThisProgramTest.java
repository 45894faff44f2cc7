package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ThisProgramTest {
  @Test
  void aSecondJvmIsToldTheSame() {
    assertThat(ThisProgram.flags(List.of("-Xmx1g", "-Dx=y")))
        .containsExactly("-Xmx1g", "-Dx=y", "-XX:+UseSerialGC", "-Xms8m");
  }

  @Test
  void twoCollectorsWouldBeRefused() {
    assertThat(ThisProgram.flags(List.of("-XX:+UseZGC", "-Xms1g")))
        .containsExactly("-XX:+UseZGC", "-Xms1g");
  }

  @Test
  void oneDebuggerIsEnough() {
    assertThat(ThisProgram.flags(List.of("-agentlib:jdwp=transport=dt_socket,address=5005")))
        .containsExactly("-XX:+UseSerialGC", "-Xms8m");
  }

  @Test
  void itsArgumentsComeLast() {
    assertThat(ThisProgram.command(List.of("serve", "--worker")))
        .endsWith("wharf.app.Main", "serve", "--worker")
        .contains("-cp");
  }
}
