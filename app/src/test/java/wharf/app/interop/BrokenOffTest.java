package wharf.app.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import wharf.server.ServerModel;

/// What takes minutes ends when its client asks for that, or goes: nobody else waits for it.
@Tag("interop")
final class BrokenOffTest {
  /// To read it takes longer than [Harbour#SOON], for which a client waits.
  private static final long LARGE = 64L << 30;

  /// More than may be done at once of what is lengthy.
  private static final int MANY = Math.max(4, 2 * Runtime.getRuntime().availableProcessors()) + 2;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  static Stream<ServerModel> models() {
    return ServerModel.all().stream();
  }

  @ParameterizedTest
  @MethodSource("models")
  void aHashIsBrokenOff(ServerModel model) throws Exception {
    try (Harbour harbour = Harbour.open(folder, model)) {
      Content.sparse(harbour.root.resolve("large"), LARGE);
      Files.writeString(harbour.root.resolve("small"), "abc");
      try {
        try (Asking asking = new Asking(harbour.site())) {
          for (int i = 0; i < 3; i++) {
            asking.say("HASH large");
            asking.say("ABOR");
            asking.expect("426 /large was not read to its end: that was broken off.");
            asking.expect("226 ");
          }
        }
        for (int i = 0; i < MANY; i++) {
          Asking going = new Asking(harbour.site());
          going.say("HASH large");
          if (i % 2 == 0) {
            going.control.setSoLinger(true, 0);
          }
          going.close();
        }
        try (Asking asking = new Asking(harbour.site())) {
          asking.say("XMD5 small");
          asking.expect("250 900150983CD24FB0D6963F7D28E17F72");
        }
      } finally {
        Files.delete(harbour.root.resolve("large"));
        Files.delete(harbour.root.resolve("small"));
      }
    }
  }

  /// A client that has logged in.
  private static final class Asking implements AutoCloseable {
    private final Socket control = new Socket();
    private final BufferedReader replies;

    Asking(Site site) throws IOException {
      control.connect(site.at());
      control.setSoTimeout((int) Harbour.SOON.toMillis());
      control.setTcpNoDelay(true);
      replies = new BufferedReader(new InputStreamReader(control.getInputStream(), US_ASCII));
      expect("220 ");
      say("USER " + Site.USER);
      expect("331 ");
      say("PASS " + Site.PASSWORD);
      expect("230 ");
    }

    void say(String command) throws IOException {
      control.getOutputStream().write((command + "\r\n").getBytes(US_ASCII));
    }

    void expect(String beginning) throws IOException {
      assertThat(replies.readLine()).startsWith(beginning);
    }

    @Override
    public void close() throws IOException {
      control.close();
    }
  }
}
