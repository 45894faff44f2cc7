package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Someone at the other end of a real socket, who waits long but not for ever.
final class Client implements AutoCloseable {
  static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

  /// Another address of this machine (on Linux all of 127/8 are).
  static final InetAddress ELSEWHERE = InetAddress.ofLiteral("127.0.0.2");

  private static final int PATIENCE = 60_000;

  final Socket socket = new Socket();
  private final BufferedInputStream input;

  Client(int port) throws IOException {
    this(HERE, port);
  }

  Client(InetAddress from, int port) throws IOException {
    socket.bind(new InetSocketAddress(from, 0));
    socket.setSoTimeout(PATIENCE);
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(HERE, port), PATIENCE);
    input = new BufferedInputStream(socket.getInputStream());
  }

  /// One that has been greeted.
  static Client of(Server server) throws IOException {
    Client client = new Client(server.addresses().getFirst().getPort());
    client.hears("hello");
    return client;
  }

  void says(String... lines) throws IOException {
    String all = String.join("\n", lines) + "\n";
    socket.getOutputStream().write(all.getBytes(StandardCharsets.UTF_8));
  }

  /// The next line; "" at the end.
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b;
    while ((b = input.read()) >= 0 && b != '\n') {
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  void hears(String line) throws IOException {
    assertThat(line()).isEqualTo(line);
  }

  void hearsTheEnd() throws IOException {
    assertThat(input.read()).as("the end, in order").isEqualTo(-1);
  }

  /// Asks for a port to connect a data connection to.
  int listens() throws IOException {
    says("listen");
    String answer = line();
    assertThat(answer).startsWith("port ");
    return Integer.parseInt(answer.substring(5));
  }

  /// How many bytes have come that were not heard yet.
  int waiting() throws IOException {
    return input.available();
  }

  byte[] all() throws IOException {
    return input.readAllBytes();
  }

  byte[] some(int count) throws IOException {
    return input.readNBytes(count);
  }

  /// Ends in a reset.
  void breaksOff() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
