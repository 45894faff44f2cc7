package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import wharf.app.TlsPeek;

/// A client of FTP that can be stopped after any byte of an upload, and dies in any way. The JDK's
/// sockets and TLS, and nothing of Wharf's. Used by one thread.
final class Doomed implements AutoCloseable {
  /// No answer takes so long, in milliseconds.
  private static final int PATIENCE = 30_000;

  private static final int IAC = 255;
  private static final int IP = 244;
  private static final int DM = 242;

  private final Kill.Protection protection;
  private final Kill.Mode mode;
  private final SSLContext trusting;

  /// Without TLS.
  private final Socket rawControl;

  private final Socket control;
  private final InputStream replies;
  private final OutputStream commands;
  private @Nullable Socket rawData;
  private @Nullable Socket data;

  private Doomed(InetSocketAddress server, Kill.Protection protection, Kill.Mode mode)
      throws IOException {
    this.protection = protection;
    this.mode = mode;
    trusting = TlsPeek.trustsAnybody();
    rawControl = dialled(server);
    hears(rawControl.getInputStream(), 220);
    if (protection == Kill.Protection.PLAIN) {
      control = rawControl;
    } else {
      rawControl.getOutputStream().write("AUTH TLS\r\n".getBytes(UTF_8));
      hears(rawControl.getInputStream(), 234);
      control = secured(rawControl);
    }
    replies = control.getInputStream();
    commands = control.getOutputStream();
  }

  /// Logs in, and agrees on how data is to be moved.
  static Doomed comes(InetSocketAddress server, Kill.Protection protection, Kill.Mode mode)
      throws IOException {
    Doomed client = new Doomed(server, protection, mode);
    if (protection != Kill.Protection.PLAIN) {
      client.says("PBSZ 0", 200);
      client.says("PROT P", 200);
    }
    client.says("USER " + Site.USER, 331);
    client.says("PASS " + Site.PASSWORD, 230);
    client.says("TYPE I", 200);
    client.says("MODE " + mode.letter, 200);
    return client;
  }

  private static Socket dialled(InetSocketAddress to) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(PATIENCE);
    socket.setTcpNoDelay(true);
    socket.connect(to, PATIENCE);
    return socket;
  }

  private Socket secured(Socket below) throws IOException {
    String host = InetAddress.getLoopbackAddress().getHostAddress();
    SSLSocket socket =
        (SSLSocket) trusting.getSocketFactory().createSocket(below, host, below.getPort(), true);
    socket.setEnabledProtocols(new String[] {protection.version});
    socket.startHandshake();
    return socket;
  }

  // What is said.

  /// Says a command, and hears the code of its reply, which has to be `code`.
  ///
  /// @return the reply's last line, without the code
  String says(String command, int code) throws IOException {
    commands.write((command + "\r\n").getBytes(UTF_8));
    commands.flush();
    return hears(code);
  }

  /// Hears a reply, which has to have this code.
  String hears(int code) throws IOException {
    return hears(replies, code);
  }

  private static String hears(InputStream from, int code) throws IOException {
    String reply = reply(from);
    assertThat(reply).startsWith(code + " ");
    return reply.substring(4);
  }

  /// Hears a reply.
  ///
  /// @return its code
  int hears() throws IOException {
    return Integer.parseInt(reply(replies).substring(0, 3));
  }

  private static String reply(InputStream from) throws IOException {
    String line;
    do {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      int b;
      while ((b = from.read()) != '\n') {
        if (b < 0) {
          throw new IOException("no reply, but the end");
        }
        bytes.write(b);
      }
      line = bytes.toString(UTF_8).stripTrailing();
    } while (!line.matches("\\d{3} .*"));
    return line;
  }

  /// Whether the server ends the control connection, without a word.
  boolean hearsNothingMore() {
    try {
      return replies.read() < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  /// As other clients do: Telnet's "interrupt process" and "synch" (RFC 959 section 4.1.3), this
  /// urgent where nothing is wrapped around it.
  void aborts() throws IOException {
    byte[] abort = "\0ABOR\r\n".getBytes(UTF_8);
    abort[0] = (byte) DM;
    commands.write(new byte[] {(byte) IAC, (byte) IP});
    if (protection == Kill.Protection.PLAIN) {
      control.sendUrgentData(IAC);
    } else {
      commands.write(IAC);
    }
    commands.write(abort);
    commands.flush();
  }

  // An upload.

  /// Begins to upload to `path`.
  void begins(String path) throws IOException {
    open("STOR " + path);
  }

  private Socket open(String command) throws IOException {
    String port = says("EPSV", 229).replaceFirst(".*\\|\\|\\|(\\d+)\\|.*", "$1");
    Socket raw =
        dialled(new InetSocketAddress(rawControl.getInetAddress(), Integer.parseInt(port)));
    rawData = raw;
    says(command, 150);
    Socket opened = protection == Kill.Protection.PLAIN ? raw : secured(raw);
    data = opened;
    return opened;
  }

  private Socket raw() {
    if (rawData == null) {
      throw new IllegalStateException("there is no data connection");
    }
    return rawData;
  }

  /// Sends so much of what goes over the wire.
  void sends(byte[] wire, int count) throws IOException {
    if (data == null) {
      throw new IllegalStateException("there is no data connection");
    }
    data.getOutputStream().write(wire, 0, count);
    data.getOutputStream().flush();
  }

  /// Ends the upload as it should be.
  void ends() throws IOException {
    byte[] end = mode.end();
    sends(end, end.length);
    if (data != null) {
      if (mode != Kill.Mode.BLOCK) {
        data.shutdownOutput();
        // Not before the server has: what it has still to say would be answered by a reset.
        int _ = data.getInputStream().read();
      }
      data.close();
    }
  }

  /// Uploads all of `content`.
  ///
  /// @return the code of the reply
  int uploads(String path, byte[] content) throws IOException {
    begins(path);
    try {
      byte[] wire = mode.wire(content);
      sends(wire, wire.length);
      ends();
    } catch (IOException refused) {
      // The reply tells why.
    }
    return hears();
  }

  /// Every name in the folder that can be seen; in MODE S.
  List<String> sees(String folder) throws IOException {
    List<String> names;
    try (Socket listing = open("NLST -a " + folder)) {
      names = new String(listing.getInputStream().readAllBytes(), UTF_8).lines().toList();
    }
    hears(226);
    return names.stream().map(name -> name.substring(name.lastIndexOf('/') + 1)).toList();
  }

  /// Whether the server has read all that was sent to it over the data connection.
  boolean isRead() {
    String server = port(raw().getPort());
    String client = port(raw().getLocalPort());
    List<String> lines = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      Path sockets = Path.of("/proc/net", table);
      try {
        lines.addAll(Files.readAllLines(sockets));
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    for (String line : lines) {
      String[] words = line.strip().split("\\s+", -1);
      if (words[1].endsWith(server) && words[2].endsWith(client)) {
        return words[4].endsWith(":00000000");
      }
    }
    return false;
  }

  private static String port(int number) {
    return String.format(Locale.ROOT, ":%04X", number);
  }

  // The end.

  /// Ends both connections as the system of a process does that was killed: what was opened last
  /// goes first, and TLS has no last word.
  ///
  /// @param reset by RST, else by FIN
  void vanishes(boolean reset) throws IOException {
    for (Socket socket : List.of(raw(), rawControl)) {
      if (reset) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
    }
  }

  /// Ends the data connection by FIN, and goes on.
  void dropsData() throws IOException {
    raw().close();
  }

  /// Says goodbye.
  void leaves() throws IOException {
    says("QUIT", 221);
    close();
  }

  @Override
  public void close() throws IOException {
    if (rawData != null) {
      rawData.close();
    }
    rawControl.close();
  }
}
