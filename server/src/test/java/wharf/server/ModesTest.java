package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// MODE B and MODE Z over real sockets, under every model. What TLS adds is in [TlsTest].
@Timeout(120)
class ModesTest {
  private static final int SIZE = 1_000_001;
  private static final byte[] CONTENT = Parrot.content(SIZE);
  private static final String STORED = "ended BLOCK_EOF " + SIZE + " " + Parrot.crc(CONTENT);
  private static final String SENT = "ended SENT " + SIZE + " 0";

  static Stream<ServerModel> every() {
    return ServerModel.all().stream();
  }

  private static Server start(ServerModel model) throws IOException {
    return Server.start(
        new Parrot(), Server.Options.at(new InetSocketAddress(Client.HERE, 0)).with(model));
  }

  private static byte[] twice(byte[] bytes) {
    byte[] both = Arrays.copyOf(bytes, 2 * bytes.length);
    System.arraycopy(bytes, 0, both, bytes.length, bytes.length);
    return both;
  }

  private static byte[] deflated(byte[] bytes) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try (DeflaterOutputStream into = new DeflaterOutputStream(all)) {
      into.write(bytes);
    }
    return all.toByteArray();
  }

  private static void writes(Client client, byte[] bytes) throws IOException {
    client.socket.getOutputStream().write(bytes);
  }

  @ParameterizedTest
  @MethodSource("every")
  void manyFilesOverOneConnection(ServerModel model) throws Exception {
    byte[] file = Blocks.of(CONTENT, 50_000);
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("mode b");
      int port = client.listens();
      client.says("get " + SIZE);
      try (Client data = new Client(port)) {
        InputStream input = data.socket.getInputStream();
        assertThat(Blocks.read(input).bytes()).isEqualTo(CONTENT);
        client.hears(SENT);
        for (int round = 0; round < 3; round++) {
          client.says("kept put");
          writes(data, file);
          client.hears(STORED);
          client.says("kept get " + SIZE);
          assertThat(Blocks.read(input).bytes()).isEqualTo(CONTENT);
          client.hears(SENT);
        }
        // The second file is there before anybody asks for it, and a download goes in between.
        writes(data, twice(Blocks.of(Arrays.copyOf(CONTENT, 10), 3)));
        String ten = "ended BLOCK_EOF 10 " + Parrot.crc(Arrays.copyOf(CONTENT, 10));
        client.says("kept put");
        client.hears(ten);
        client.says("kept get 10");
        assertThat(Blocks.read(input).bytes()).isEqualTo(Arrays.copyOf(CONTENT, 10));
        client.hears("ended SENT 10 0");
        client.says("later now", "kept put");
        client.hears("done now");
        client.hears(ten);
        // Commands sent ahead.
        client.says("kept get 10", "echo a");
        client.hears("a");
        assertThat(Blocks.read(input).bytes()).hasSize(10);
        client.hears("ended SENT 10 0");
        client.says("hangup");
        assertThat(input.read()).as("the end").isEqualTo(-1);
        client.says("kept get 10");
        client.hears("ended PEER_FAILED 0 0");
      }
    }
  }

  /// An active connection is kept as well; and each other way to connect ends it.
  @ParameterizedTest
  @MethodSource("every")
  void whatClosesIt(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server);
        ServerSocket own = new ServerSocket(0, 5, Client.HERE)) {
      own.setSoTimeout(60_000);
      client.says("mode b", "dial " + own.getLocalPort() + " get 10");
      try (Socket first = own.accept()) {
        InputStream input = first.getInputStream();
        assertThat(Blocks.read(input).bytes()).hasSize(10);
        client.hears("ended SENT 10 0");
        client.says("kept get 7");
        assertThat(Blocks.read(input).bytes()).hasSize(7);
        client.hears("ended SENT 7 0");
        client.says("dial " + own.getLocalPort() + " get 10");
        try (Socket second = own.accept()) {
          assertThat(input.read()).as("the end of the first").isEqualTo(-1);
          assertThat(Blocks.read(second.getInputStream()).bytes()).hasSize(10);
          client.hears("ended SENT 10 0");
          int port = client.listens();
          assertThat(second.getInputStream().read()).as("the end of the second").isEqualTo(-1);
          client.says("get 10");
          try (Client third = new Client(port)) {
            assertThat(Blocks.read(third.socket.getInputStream()).bytes()).hasSize(10);
            client.hears("ended SENT 10 0");
            client.says("quit");
            client.hears("bye");
            assertThat(third.socket.getInputStream().read()).as("with the session").isEqualTo(-1);
          }
        }
      }
    }
  }

  /// The client may close it in time, too late, or never having used it.
  @ParameterizedTest
  @MethodSource("every")
  void theClientClosesIt(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("mode b");
      for (String next : new String[] {"get 10", "put"}) {
        int port = client.listens();
        client.says("put");
        try (Client data = new Client(port)) {
          writes(data, Blocks.of(CONTENT, 50_000));
          data.socket.shutdownOutput();
          client.hears(STORED);
          client.says("kept " + next);
          client.hears("ended PEER_FAILED 0 0");
        }
      }
    }
  }

  /// At the first byte, in the middle, before the last: never taken for whole.
  @ParameterizedTest
  @MethodSource("every")
  void cutOff(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      for (String mode : new String[] {"b", "z"}) {
        byte[] whole = mode.equals("b") ? Blocks.of(CONTENT, 60_000) : deflated(CONTENT);
        client.says("mode " + mode);
        for (int at : new int[] {0, 1, whole.length / 2, whole.length - 1}) {
          int port = client.listens();
          client.says("put");
          try (Client data = new Client(port)) {
            writes(data, Arrays.copyOf(whole, at));
            data.socket.shutdownOutput();
            assertThat(client.line()).as("%s at %d", mode, at).startsWith("ended CUT_OFF ");
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void compressed(ServerModel model) throws Exception {
    byte[] zeros = new byte[20 << 20];
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("mode z");
      for (byte[] content : new byte[][] {CONTENT, new byte[0], zeros}) {
        int port = client.listens();
        client.says("put");
        try (Client data = new Client(port)) {
          writes(data, deflated(content));
          data.socket.shutdownOutput();
          client.hears("ended BLOCK_EOF " + content.length + " " + Parrot.crc(content));
        }
      }
      int port = client.listens();
      client.says("get " + SIZE);
      try (Client data = new Client(port)) {
        InputStream input = new InflaterInputStream(data.socket.getInputStream());
        assertThat(input.readAllBytes()).isEqualTo(CONTENT);
        client.hears(SENT);
      }
      port = client.listens();
      client.says("put");
      try (Client data = new Client(port)) {
        writes(data, "no zlib stream".getBytes(StandardCharsets.US_ASCII));
        client.hears("ended MALFORMED 0 0");
      }
    }
  }

  /// A client that marks every byte and does not read the answers gets as many as fit, and its file
  /// is stored.
  @ParameterizedTest
  @MethodSource("every")
  void markersOnly(ServerModel model) throws Exception {
    Blocks marks = new Blocks();
    int many = 20_000;
    for (int i = 0; i < many; i++) {
      marks.block(16, Integer.toString(i)).block(0, "x");
    }
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("mode b");
      int port = client.listens();
      client.says("put");
      try (Client data = new Client(port)) {
        writes(data, marks.block(64, "").bytes());
        String line = client.line();
        long before = -1;
        int told = 0;
        while (!line.startsWith("ended")) {
          String[] words = line.split(" ", -1);
          assertThat(words[0]).isEqualTo("marked");
          assertThat(words[1]).as("where it stood").isEqualTo(words[2]);
          assertThat(Long.parseLong(words[1])).isGreaterThan(before);
          before = Long.parseLong(words[1]);
          told++;
          line = client.line();
        }
        assertThat(told).isBetween(1000, many);
        assertThat(line).startsWith("ended BLOCK_EOF " + many + " ");
      }
    }
  }
}
