package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;
import wharf.server.SocketSettings;

class SocketSetupTest {
  @Command
  private static final class Verb {
    @Mixin private SocketSetup sockets = new SocketSetup();
  }

  private static SocketSettings settings(String... arguments) {
    return CommandLine.populateCommand(new Verb(), arguments).sockets.settings();
  }

  @Test
  void whatIsNotSaidIsAsUsual() {
    assertThat(settings()).isEqualTo(SocketSettings.USUAL);
  }

  @Test
  void eachHasItsOwnValue() {
    assertThat(
            settings(
                "--socket",
                "backlog=7",
                "--socket=reuse-port=on",
                "--socket=keep-alive=off",
                "--socket=no-delay=off",
                "--socket=receive-buffer=64K",
                "--socket=send-buffer=1MiB",
                "--socket=broadcast=on"))
        .isEqualTo(new SocketSettings(7, true, false, false, 64 << 10, 1 << 20, true));
  }

  @ParameterizedTest
  @CsvSource({
    "backlog=0, backlog is a number of clients",
    "backlog=64K, backlog is a number of clients",
    "no-delay=yes, no-delay is on or off",
    "send-buffer=much, a size is written as",
    "send-buffer=3G, send-buffer is less than 2G",
    "no-dealy=on, did you mean no-delay?",
    "nonsense=on, 'there are backlog, reuse-port'",
  })
  void whatCannotBeIsSaidInOneSentence(String given, String answer) {
    assertThatThrownBy(() -> settings("--socket", given))
        .isInstanceOf(ParameterException.class)
        .hasMessageStartingWith("--socket: ")
        .hasMessageContaining(answer);
  }
}
