package wharf.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import wharf.protocol.Protocol.Refusal;

/// Clients that come through a balancer, under every model: here a balancer is whoever connects
/// from [Client#ELSEWHERE].
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ProxyProtocolTest {
  private static final InetAddress CLIENT = InetAddress.ofLiteral("127.0.0.9");
  private static final InetAddress DENIED = InetAddress.ofLiteral("127.0.0.66");
  private static final String ANNOUNCED = "PROXY TCP4 127.0.0.9 198.51.100.1 40000 21\r\n";
  private static final String ANOTHER = "PROXY TCP4 127.0.0.8 198.51.100.1 40000 21\r\n";

  /// The same of version 2, with something more that is to be skipped.
  private static final String BINARY =
      new String(
          HexFormat.of()
              .parseHex("0D0A0D0A000D0A515549540A2111000F" + "7F000009C63364019C400015" + "040000"),
          ISO_8859_1);

  private static final Entrance ENTRANCE =
      new Entrance(
          from -> from.equals(DENIED) ? Refusal.NOT_FROM_ADDRESS : null, Client.ELSEWHERE::equals);

  private final Parrot parrot = new Parrot();

  static Stream<ServerModel> every() {
    return ServerModel.all().stream();
  }

  static Stream<ServerModel> models() {
    return every().filter(model -> !(model instanceof Iterative));
  }

  private Server start(ServerModel model, int perAddress) throws IOException {
    return Server.start(
        parrot,
        Server.Options.at(new InetSocketAddress(Client.HERE, 0))
            .with(model)
            .with(ENTRANCE)
            .withSessions(10, perAddress));
  }

  private static Client through(Server server, String header) throws IOException {
    Client client = new Client(Client.ELSEWHERE, server.addresses().getFirst().getPort());
    writes(client.socket, header);
    return client;
  }

  private static void writes(Socket to, String text) throws IOException {
    to.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  @ParameterizedTest
  @MethodSource("every")
  void theClientIsTheOneAnnounced(ServerModel model) throws Exception {
    try (Server server = start(model, 10)) {
      for (String header : new String[] {ANNOUNCED, BINARY}) {
        try (Client client = through(server, header + "who\n")) {
          client.hears("hello");
          client.hears("/127.0.0.9:40000 to /198.51.100.1:21");
          client.says("quit");
          client.hears("bye");
          client.hearsTheEnd();
        }
      }
      try (Client client = through(server, "")) {
        for (byte one : ANNOUNCED.getBytes(ISO_8859_1)) {
          client.socket.getOutputStream().write(one);
        }
        client.hears("hello");
      }
      // Of the balancer's own.
      try (Client client = through(server, "PROXY UNKNOWN\r\nwho\n")) {
        client.hears("hello");
        assertThat(client.line()).startsWith("/127.0.0.2:").contains(" to /127.0.0.1:");
      }
    }
  }

  /// One from an address is the most, and the place is given back.
  private static void untilFree(Server server) throws IOException {
    String answer;
    do {
      try (Client next = through(server, ANNOUNCED + "quit\n")) {
        answer = next.line();
        next.all();
      }
    } while (!answer.equals("hello"));
  }

  @ParameterizedTest
  @MethodSource("models")
  void itIsCountedAndRefusedByThatAddress(ServerModel model) throws Exception {
    try (Server server = start(model, 1);
        Client first = through(server, ANNOUNCED)) {
      first.hears("hello");
      try (Client second = through(server, BINARY)) {
        second.hears("TOO_MANY_FROM_ADDRESS");
        second.hearsTheEnd();
      }
      try (Client other = through(server, ANOTHER)) {
        other.hears("hello");
      }
      try (Client denied = through(server, "PROXY TCP4 127.0.0.66 198.51.100.1 40000 21\r\n")) {
        denied.hears("NOT_FROM_ADDRESS");
        denied.hearsTheEnd();
      }
      first.says("quit");
      first.hears("bye");
      first.hearsTheEnd();
      untilFree(server);
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void whoIsTrustedHasToSayIt(ServerModel model) throws Exception {
    try (Server server = start(model, 10);
        Client silent = through(server, "echo this is no header\n")) {
      assertThat(wasCutOff(silent)).isTrue();
    }
  }

  private static boolean wasCutOff(Client client) throws IOException {
    try {
      return client.all().length == 0;
    } catch (SocketException reset) {
      // What was sent behind is not read any more.
      return true;
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void nobodyElseIsBelieved(ServerModel model) throws Exception {
    try (Server server = start(model, 10);
        Client client = Client.of(server)) {
      writes(client.socket, ANNOUNCED.replace("\r", "") + "who\n");
      client.hears("what? " + ANNOUNCED.strip());
      assertThat(client.line()).startsWith("/127.0.0.1:").contains(" to /127.0.0.1:");
    }
  }

  private static Socket data(InetAddress from, int port, String header) throws IOException {
    Socket data = new Socket();
    data.bind(new InetSocketAddress(from, 0));
    data.connect(new InetSocketAddress(Client.HERE, port));
    writes(data, header);
    return data;
  }

  /// A data connection is the client's, whether through the balancer or not; for nobody else's the
  /// transfer waits on.
  @ParameterizedTest
  @MethodSource("every")
  void dataComesThroughTheBalancerToo(ServerModel model) throws Exception {
    byte[] content = Parrot.content(3_000_000);
    try (Server server = start(model, 10);
        Client client = through(server, ANNOUNCED)) {
      client.hears("hello");
      for (String header : new String[] {ANNOUNCED, BINARY, ""}) {
        int port = client.listens();
        client.says("get " + content.length);
        try (Socket another = data(Client.ELSEWHERE, port, ANOTHER);
            Socket none = data(Client.ELSEWHERE, port, "no header at all");
            Socket untold = data(Client.ELSEWHERE, port, "PROXY UNKNOWN\r\n");
            Socket stranger = data(Client.HERE, port, ANNOUNCED);
            Socket its = data(header.isEmpty() ? CLIENT : Client.ELSEWHERE, port, header)) {
          assertThat(its.getInputStream().readAllBytes()).isEqualTo(content);
          for (Socket turnedAway : new Socket[] {another, none, untold, stranger}) {
            assertThat(isEmpty(turnedAway)).isTrue();
          }
        }
        assertThat(client.line()).startsWith("ended SENT " + content.length);
      }
      // The first bytes come right behind the header.
      int port = client.listens();
      client.says("put");
      try (Socket its = data(Client.ELSEWHERE, port, BINARY + "content")) {
        its.getOutputStream().write(content);
      }
      byte[] whole = new byte[7 + content.length];
      System.arraycopy("content".getBytes(ISO_8859_1), 0, whole, 0, 7);
      System.arraycopy(content, 0, whole, 7, content.length);
      client.hears("ended FIN " + whole.length + " " + Parrot.crc(whole));
    }
  }

  private static boolean isEmpty(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  /// A balancer that says nothing keeps nobody out for long, and leaves nothing open.
  @ParameterizedTest
  @MethodSource("silence")
  void silenceIsWaitedOut(ServerModel model) throws Exception {
    byte[] content = Parrot.content(10);
    try (Server server = start(model, 10);
        Client silent = through(server, "PROXY TCP4 ");
        Client client = through(server, ANNOUNCED)) {
      client.hears("hello");
      int port = client.listens();
      client.says("get 10");
      try (Socket never = data(Client.ELSEWHERE, port, "PROXY");
          Socket its = data(Client.ELSEWHERE, port, ANNOUNCED)) {
        assertThat(its.getInputStream().readAllBytes()).isEqualTo(content);
        assertThat(isEmpty(never)).isTrue();
      }
      assertThat(client.line()).startsWith("ended SENT 10");
      assertThat(wasCutOff(silent)).isTrue();
      // One that is still waited for when the transfer is cut.
      int last = client.listens();
      client.says("limits 300 300", "get 10");
      try (Socket never = data(Client.ELSEWHERE, last, "PROXY")) {
        client.hears("ended PEER_FAILED 0 0");
        assertThat(isEmpty(never)).isTrue();
      }
    }
  }

  static Stream<ServerModel> silence() {
    return models().filter(model -> !model.name().equals("nonblocking"));
  }
}
