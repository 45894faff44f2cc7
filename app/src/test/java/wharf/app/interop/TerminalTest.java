package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import wharf.ftp.server.FtpService.Tls;
import wharf.server.ServerModel;
import wharf.server.TlsSettings.Binding;

/// What is asked at a real terminal: one of Python's making.
@Tag("interop")
@Timeout(120)
final class TerminalTest {
  /// Runs a program at a terminal of its own, types each second word when it shows the one before,
  /// and tells all that was shown, the exit code, and whether what is typed still appears.
  private static final String RUN =
      """
      import fcntl, os, select, subprocess, sys, termios, time
      at = sys.argv.index('--')
      typed, command = sys.argv[1:at], sys.argv[at + 1:]
      ours, theirs = os.openpty()
      def begin():
          os.setsid()
          fcntl.ioctl(2, termios.TIOCSCTTY, 0)
      child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=theirs, preexec_fn=begin)
      shown, seen, until = b'', 0, time.monotonic() + 90
      while time.monotonic() < until:
          done = child.poll() is not None
          if select.select([ours], [], [], 0 if done else 0.05)[0]:
              shown += os.read(ours, 4096)
          elif done:
              break
          if typed and typed[0].encode() in shown[seen:]:
              seen = len(shown)
              os.write(ours, typed[1].encode().decode('unicode_escape').encode())
              typed = typed[2:]
      print(child.wait(1), bool(termios.tcgetattr(theirs)[3] & termios.ECHO))
      print(shown.decode() + child.stdout.read().decode())
      """;

  @TempDir Path folder;
  private Harbour harbour;

  @BeforeEach
  void start() throws IOException {
    harbour = Harbour.open(folder, ServerModel.all().getFirst(), Tls.ALLOWED, Binding.AUTO);
    java.nio.file.Files.writeString(harbour.root.resolve("f"), "content");
  }

  @AfterEach
  void stop() throws IOException {
    harbour.close();
  }

  /// `wharf ls` of the server, with standard input and output elsewhere.
  private String ls(String... typed) throws Exception {
    InetSocketAddress at = harbour.site().at();
    List<String> words = new ArrayList<>(List.of("python3", "-c", RUN));
    words.addAll(List.of(typed));
    words.add("--");
    words.addAll(
        Program.command(
            List.of("--enable-native-access=ALL-UNNAMED"),
            "ls",
            "ftp://%s@127.0.0.1:%d/".formatted(Site.USER, at.getPort())));
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    Program.keepState(builder, folder);
    builder.environment().put("NETRC", folder.resolve("netrc").toString());
    Process python = builder.start();
    try {
      String said = new String(python.getInputStream().readAllBytes(), UTF_8);
      assertThat(python.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return said;
    } finally {
      python.destroyForcibly();
    }
  }

  @Test
  void aPasswordDoesNotAppearAndAServerIsAskedAboutOnce() throws Exception {
    String said = ls("Password of ", Site.PASSWORD + "\\n", "no: ", "yes\\n");
    assertThat(said).startsWith("0 True\n").contains(" f\n").contains("no: yes");
    assertThat(said).contains(Certificate.only().identity().fingerprint());
    assertThat(said).doesNotContain(Site.PASSWORD);
    assertThat(ls("Password of ", Site.PASSWORD + "\\n"))
        .startsWith("0 True\n")
        .doesNotContain("Trust it?");
  }

  @Test
  void afterCtrlCWhatIsTypedAppearsAgain() throws Exception {
    assertThat(ls("Password of ", "\\x03")).startsWith("130 True\n").contains("interrupted");
    assertThat(ls("Password of ", Site.PASSWORD + "\\n", "no: ", "\\x03"))
        .startsWith("130 True\n")
        .doesNotContain(Site.PASSWORD);
  }
}
