package wharf.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A control connection of FTP that logs in and then does what its kind does. One command is under
/// way at a time.
abstract class FtpLink extends Link {
  /// Longer than any reply that is to be expected.
  private static final int LINE_LIMIT = 4096;

  private final Generator generator;
  private final Login login;
  private final StringBuilder line = new StringBuilder();
  private String command = "";

  /// The code of a reply of several lines that has not come to its last.
  private String unfinished = "";

  private boolean inside;

  /// Whom to log in as.
  record Login(String user, String password) {
    static final Login ANONYMOUS = new Login("anonymous", "bench@");
  }

  FtpLink(Generator generator, @Nullable InetAddress from, Login login) throws IOException {
    super(generator, from, generator.server());
    this.generator = generator;
    this.login = login;
  }

  /// The log-in has succeeded.
  abstract void loggedIn() throws IOException;

  /// A later command was answered.
  ///
  /// @param reply its last line
  abstract void replied(String command, String reply) throws IOException;

  /// The server has ended the connection.
  void ended() throws IOException {
    throw new IOException("the server closed a session after " + command);
  }

  @Override
  final void connected() {
    // The server speaks first.
  }

  final void say(String words) throws IOException {
    // A password is not to be seen in a problem.
    command = words.startsWith("PASS ") ? "PASS" : words;
    send(ByteBuffer.wrap((words + "\r\n").getBytes(StandardCharsets.US_ASCII)));
  }

  @Override
  final void readable() throws IOException {
    ByteBuffer bytes = generator.scratch();
    if (read(bytes) < 0) {
      ended();
      return;
    }
    // Copied out: what a reply sets off uses the scratch buffer, too.
    String text = StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        String whole = line.toString().strip();
        line.setLength(0);
        heard(whole);
      } else if (line.length() < LINE_LIMIT) {
        line.append(c);
      }
    }
  }

  private void heard(String whole) throws IOException {
    if (!unfinished.isEmpty()) {
      if (!whole.startsWith(unfinished + " ")) {
        return;
      }
      unfinished = "";
    } else if (whole.length() > 3 && whole.charAt(3) == '-') {
      unfinished = whole.substring(0, 3);
      return;
    }
    if (!whole.matches("[123]\\d\\d( .*)?")) {
      throw new IOException(
          (command.isEmpty() ? "a client was greeted by: " : command + " was answered: ") + whole);
    }
    if (inside) {
      replied(command, whole);
    } else {
      greeted(whole);
    }
  }

  private void greeted(String reply) throws IOException {
    if (reply.startsWith("1")) {
      // The server asks for patience.
      return;
    }
    if (command.isEmpty()) {
      say("USER " + login.user());
    } else if (reply.startsWith("3") && command.startsWith("USER")) {
      say("PASS " + login.password());
    } else if (reply.startsWith("2")) {
      inside = true;
      loggedIn();
    } else {
      throw new IOException("the log-in was answered: " + reply);
    }
  }
}
