package wharf.net;

import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.net.MemoryPipe.Mood;

@Timeout(120)
class TlsWireTest {
  private static final String TLS12 = "TLSv1.2";
  private static final String TLS13 = "TLSv1.3";

  /// How often in a row a moody pipe may move nothing before the world is stuck.
  private static final int PATIENCE = 1_000;

  @TempDir private static Path made;
  private static TlsIdentity identity;
  private static SSLContext serving;

  @TempDir Path folder;

  private final SSLContext trusting = TestIdentity.trusting();

  @BeforeAll
  static void makeIdentity() throws IOException {
    identity = TestIdentity.ofElliptic(made);
    serving = identity.context();
  }

  private static SSLEngine set(SSLEngine engine, boolean client, String version) {
    engine.setUseClientMode(client);
    engine.setEnabledProtocols(new String[] {version});
    return engine;
  }

  /// A client and a server, joined by a pipe.
  private final class Pair {
    final MemoryPipe pipe;
    final SSLEngine clientEngine;
    final SSLEngine serverEngine;
    final TlsWire client;
    final TlsWire server;

    Pair(String version) {
      this(version, new MemoryPipe(Mood.WILLING, 1 << 20, 1));
    }

    Pair(String version, MemoryPipe pipe) {
      this(
          pipe,
          set(trusting.createSSLEngine("server", 21), true, version),
          set(serving.createSSLEngine(), false, version));
    }

    Pair(MemoryPipe pipe, SSLEngine clientEngine, SSLEngine serverEngine) {
      this.pipe = pipe;
      this.clientEngine = clientEngine;
      this.serverEngine = serverEngine;
      client = new TlsWire(pipe.left, clientEngine);
      server = new TlsWire(pipe.right, serverEngine);
    }

    /// Makes the handshake.
    Pair agreed() throws IOException {
      agree(client, server);
      return this;
    }
  }

  private static void agree(TlsWire client, TlsWire server) throws IOException {
    while (!client.handshaken() || !server.handshaken()) {
      boolean _ = client.flush();
      boolean _ = server.flush();
    }
  }

  private static byte[] random(int size, long seed) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  /// What can be read now.
  private static String heard(Wire wire) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(1 << 16);
    while (wire.read(into) > 0) {}
    return UTF_8.decode(into.flip()).toString();
  }

  /// One who sends all of something, says that it was all, and hears the other to the end.
  private static final class Talker {
    private final Wire wire;
    private final ByteBuffer says;
    private final ByteBuffer into;
    private final ByteArrayOutputStream heard = new ByteArrayOutputStream();
    private boolean ended;
    private boolean heardTheEnd;
    private boolean flushed;

    /// What it waits for before it says that it has ended.
    private int hearsFirst;

    private boolean hearsTheEndFirst;

    Talker(Wire wire, byte[] says, int readAtOnce) {
      this.wire = wire;
      this.says = ByteBuffer.wrap(says);
      into = ByteBuffer.allocate(readAtOnce);
    }

    /// Ends only when it has heard so much.
    Talker endingAfter(int bytes) {
      hearsFirst = bytes;
      return this;
    }

    /// Ends only when it has heard the other end.
    Talker endingSecond() {
      hearsTheEndFirst = true;
      return this;
    }

    /// Does what can be done now.
    void step() throws IOException {
      flushed = wire.flush();
      while (says.hasRemaining() && wire.write(says) > 0) {}
      int count = 0;
      while (!heardTheEnd && (count = wire.read(into.clear())) > 0) {
        heard.write(into.array(), 0, count);
      }
      heardTheEnd |= count < 0;
      if (!says.hasRemaining()
          && !ended
          && heard.size() >= hearsFirst
          && (heardTheEnd || !hearsTheEndFirst)) {
        wire.endOutput();
        ended = true;
        flushed = wire.flush();
      }
    }

    int wanted() {
      return (heardTheEnd ? 0 : OP_READ) | (says.hasRemaining() ? OP_WRITE : 0);
    }

    boolean done() {
      return ended && flushed && heardTheEnd;
    }

    byte[] heard() {
      return heard.toByteArray();
    }

    @Override
    public String toString() {
      return "%d to say, %d heard, ended %b, flushed %b, heard the end %b, waits for %d"
          .formatted(
              says.remaining(), heard.size(), ended, flushed, heardTheEnd, wire.interest(wanted()));
    }
  }

  /// Under TLS 1.2 an end is that of both directions: the client says it, when it has heard all.
  private static void inOrder(String version, Talker client, int hears, Talker server) {
    if (version.equals(TLS12)) {
      Talker _ = client.endingAfter(hears);
      Talker _ = server.endingSecond();
    }
  }

  private static void run(MemoryPipe pipe, Talker... talkers) throws IOException {
    int idle = 0;
    while (!Stream.of(talkers).allMatch(Talker::done)) {
      long before = pipe.moves();
      for (Talker talker : talkers) {
        talker.step();
      }
      idle = pipe.moves() == before ? idle + 1 : 0;
      assertThat(idle)
          .as("rounds in which nothing moved: %s", List.of(talkers))
          .isLessThan(PATIENCE);
    }
  }

  static Stream<Arguments> worlds() {
    return Stream.of(TLS12, TLS13)
        .flatMap(
            version ->
                Stream.of(
                    Arguments.of(version, Mood.WILLING, 1 << 20, 1 << 18, 1_000_000),
                    Arguments.of(version, Mood.WILLING, 1 << 12, 100, 100_000),
                    Arguments.of(version, Mood.WILLING, 1, 1, 3_000),
                    Arguments.of(version, Mood.BYTEWISE, 1 << 12, 1 << 16, 10_000),
                    Arguments.of(version, Mood.RANDOM, 1 << 16, 1 << 18, 300_000),
                    Arguments.of(version, Mood.RANDOM, 700, 1, 30_000),
                    Arguments.of(version, Mood.RANDOM, 1 << 16, 20_000, 0)));
  }

  // Content.

  @ParameterizedTest
  @MethodSource("worlds")
  void contentGoesBothWaysAtOnce(String version, Mood mood, int capacity, int readAtOnce, int size)
      throws IOException {
    for (long seed = 1; seed <= 3; seed++) {
      Pair pair = new Pair(version, new MemoryPipe(mood, capacity, seed));
      byte[] up = random(size, seed);
      byte[] down = random(size + 7, -seed);
      Talker client = new Talker(pair.client, up, readAtOnce);
      Talker server = new Talker(pair.server, down, readAtOnce);
      inOrder(version, client, down.length, server);
      run(pair.pipe, client, server);
      assertThat(server.heard()).isEqualTo(up);
      assertThat(client.heard()).isEqualTo(down);
      assertThat(pair.client.session().getProtocol()).isEqualTo(version);
      assertThat(pair.pipe.left.outputEnded() && pair.pipe.right.outputEnded()).isTrue();
      String sent = new String(pair.pipe.left.sent(), ISO_8859_1);
      assertThat(size > 0 && sent.contains(new String(up, 0, 20, ISO_8859_1))).isFalse();
    }
  }

  /// One talks and the other only listens, both ways round: what TLS itself has to say goes the
  /// other way all the same.
  @ParameterizedTest
  @MethodSource("worlds")
  void contentGoesOneWay(String version, Mood mood, int capacity, int readAtOnce, int size)
      throws IOException {
    for (boolean up : new boolean[] {true, false}) {
      Pair pair = new Pair(version, new MemoryPipe(mood, capacity, 9));
      byte[] content = random(size, 3);
      Talker client = new Talker(pair.client, up ? content : new byte[0], readAtOnce);
      Talker server = new Talker(pair.server, up ? new byte[0] : content, readAtOnce);
      inOrder(version, client, up ? 0 : content.length, server);
      run(pair.pipe, client, server);
      assertThat((up ? server : client).heard()).isEqualTo(content);
      assertThat((up ? client : server).heard()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void aFileIsSent(String version) throws IOException {
    byte[] content = random(1_000_003, 5);
    Path file = Files.write(folder.resolve("file"), content);
    for (Mood mood : List.of(Mood.WILLING, Mood.RANDOM)) {
      Pair pair = new Pair(version, new MemoryPipe(mood, 50_000, 4));
      Talker client = new Talker(pair.client, new byte[0], 1 << 18).endingAfter(1_000_000);
      try (FileChannel channel = FileChannel.open(file)) {
        long position = 3;
        while (position < content.length) {
          position += pair.server.send(channel, position, content.length - position);
          client.step();
        }
        assertThat(pair.server.send(channel, position, 10)).as("past its end").isZero();
      }
      run(pair.pipe, client, new Talker(pair.server, new byte[0], 100).endingSecond());
      assertThat(client.heard()).isEqualTo(java.util.Arrays.copyOfRange(content, 3, 1_000_003));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void tenMegabytesGoBothWaysOverSockets(String version) throws IOException {
    byte[] up = random(10_000_000, 1);
    byte[] down = random(10_000_000, 2);
    for (int buffer : new int[] {0, 4096}) {
      try (Sockets sockets = new Sockets(buffer)) {
        Talker client = new Talker(client(sockets, version), up, 1 << 18);
        Talker server = new Talker(server(sockets, version), down, 1 << 18);
        inOrder(version, client, down.length, server);
        sockets.run(client, server);
        assertThat(server.heard()).isEqualTo(up);
        assertThat(client.heard()).isEqualTo(down);
      }
    }
  }

  private TlsWire client(Sockets sockets, String version) {
    return new TlsWire(
        new TcpWire(sockets.client), set(trusting.createSSLEngine("server", 21), true, version));
  }

  private static TlsWire server(Sockets sockets, String version) {
    return new TlsWire(new TcpWire(sockets.server), set(serving.createSSLEngine(), false, version));
  }

  /// Two connected sockets, and a driver that waits for what the wires say, and for nothing else.
  private static final class Sockets implements AutoCloseable {
    final SocketChannel client;
    final SocketChannel server;
    private final Selector selector = Selector.open();

    /// @param buffer of the sockets, in bytes; 0 for the system's own
    Sockets(int buffer) throws IOException {
      try (ServerSocketChannel listener = ServerSocketChannel.open()) {
        if (buffer > 0) {
          listener.setOption(StandardSocketOptions.SO_RCVBUF, buffer);
        }
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        client = SocketChannel.open();
        if (buffer > 0) {
          client.setOption(StandardSocketOptions.SO_SNDBUF, buffer);
        }
        boolean _ = client.connect(listener.getLocalAddress());
        server = listener.accept();
      }
      client.configureBlocking(false);
      server.configureBlocking(false);
    }

    void run(Talker first, Talker second) throws IOException {
      SelectionKey firstKey = client.register(selector, 0);
      SelectionKey secondKey = server.register(selector, 0);
      first.step();
      second.step();
      while (!first.done() || !second.done()) {
        want(firstKey, first);
        want(secondKey, second);
        assertThat(selector.select(20_000)).as("what is waited for never comes").isPositive();
        if (selector.selectedKeys().contains(firstKey)) {
          first.step();
        }
        if (selector.selectedKeys().contains(secondKey)) {
          second.step();
        }
        selector.selectedKeys().clear();
      }
    }

    private static void want(SelectionKey key, Talker talker) {
      key.interestOps(talker.done() ? 0 : talker.wire.interest(talker.wanted()));
    }

    @Override
    public void close() throws IOException {
      selector.close();
      client.close();
      server.close();
    }
  }

  // The end.

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void anEndWithoutCloseNotifyIsCutOff(String version) throws IOException {
    Pair pair = new Pair(version).agreed();
    assertThat(pair.client.write(text("hello"))).isEqualTo(5);
    pair.pipe.left.endOutput();
    ByteBuffer into = ByteBuffer.allocate(100);
    assertThat(pair.server.read(into)).as("what came before it").isEqualTo(5);
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> pair.server.read(into))
          .isInstanceOf(TlsWire.CutOff.class)
          .hasMessageContaining("without close_notify");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void anEndWithinARecordIsCutOff(String version) throws IOException {
    Pair pair = new Pair(version).agreed();
    pair.client.write(text("hello"));
    byte[] record = new byte[pair.pipe.right.unread()];
    assertThat(pair.pipe.right.read(ByteBuffer.wrap(record))).isPositive();
    pair.pipe.left.write(ByteBuffer.wrap(record, 0, record.length - 1));
    pair.pipe.left.endOutput();
    assertThatThrownBy(() -> pair.server.read(ByteBuffer.allocate(100)))
        .isInstanceOf(TlsWire.CutOff.class);
  }

  @Test
  void anEndWithinTheHandshakeIsCutOff() throws IOException {
    Pair pair = new Pair(TLS13);
    pair.pipe.right.endOutput();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> pair.client.write(text("hello")))
          .isInstanceOf(TlsWire.CutOff.class)
          .hasMessageContaining("handshake");
    }
  }

  @Test
  void underTls13TheOtherDirectionGoesOn() throws IOException {
    Pair pair = new Pair(TLS13).agreed();
    pair.client.write(text("question"));
    pair.client.endOutput();
    assertThat(pair.pipe.left.outputEnded()).isTrue();
    assertThat(heard(pair.server)).isEqualTo("question");
    assertThat(pair.server.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThat(pair.server.write(text("answer"))).isEqualTo(6);
    assertThat(heard(pair.client)).isEqualTo("answer");
    assertThat(pair.client.read(ByteBuffer.allocate(1))).isZero();
    pair.server.endOutput();
    assertThat(pair.client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThatThrownBy(() -> pair.client.write(text("more")))
        .hasMessageContaining("after the end of the output");
  }

  /// RFC 5246, section 7.2.1: whoever hears close_notify answers with its own, and drops what it
  /// had to say.
  @Test
  void underTls12TheEndIsOfBothDirections() throws IOException {
    Pair pair = new Pair(TLS12).agreed();
    pair.server.write(text("first"));
    pair.client.endOutput();
    assertThat(heard(pair.server)).isEmpty();
    assertThat(pair.server.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThatThrownBy(() -> pair.server.write(text("answer")))
        .hasMessageContaining("in its way of TLSv1.2 that ends both directions");
    assertThat(heard(pair.client)).isEqualTo("first");
    assertThat(pair.client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThat(pair.pipe.right.outputEnded()).as("that is for endOutput to say").isFalse();
    pair.server.endOutput();
    assertThat(pair.pipe.right.outputEnded()).isTrue();
  }

  @Test
  void aHandshakeThatTheClientCallsOffIsAnError() throws IOException {
    Pair pair = new Pair(TLS13);
    pair.client.flush();
    pair.clientEngine.closeOutbound();
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 10; i++) {
                pair.client.flush();
                pair.server.flush();
              }
            })
        .isInstanceOf(SSLException.class);
    assertThat(pair.server.handshaken()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void theEndWaitsForRoom(String version) throws IOException {
    Pair pair = new Pair(version, new MemoryPipe(Mood.WILLING, 30_000, 1)).agreed();
    byte[] content = random(200_000, 8);
    ByteBuffer from = ByteBuffer.wrap(content);
    assertThat(pair.client.write(from)).as("a batch").isEqualTo(200_000);
    assertThat(pair.client.write(text("more"))).as("nothing fits").isZero();
    assertThat(pair.client.flush()).isFalse();
    assertThat(pair.client.interest(0)).isEqualTo(OP_WRITE);
    assertThat(pair.client.interest(OP_READ)).isEqualTo(OP_READ | OP_WRITE);
    pair.client.endOutput();
    assertThat(pair.pipe.left.outputEnded()).isFalse();
    assertThat(pair.client.interest(0)).isEqualTo(OP_WRITE);
    Talker server = new Talker(pair.server, new byte[0], 4096);
    while (!pair.client.flush()) {
      assertThat(pair.pipe.left.outputEnded()).isFalse();
      server.step();
    }
    assertThat(pair.pipe.left.outputEnded()).isTrue();
    assertThat(pair.client.interest(0)).isZero();
    server.step();
    assertThat(server.heard()).isEqualTo(content);
    assertThat(server.heardTheEnd).isTrue();
  }

  @Test
  void resetBreaksOff() throws IOException {
    Pair pair = new Pair(TLS13).agreed();
    int before = pair.pipe.right.sent().length;
    pair.server.reset();
    assertThat(pair.pipe.right.closed()).isTrue();
    assertThat(pair.pipe.right.sent()).as("no last words").hasSize(before);
    assertThatThrownBy(() -> pair.client.read(ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(SSLException.class);
  }

  // Tickets, keys, sessions.

  /// A client that sends, says that it has ended, and closes without ever having read: were a
  /// ticket unread then, the system would reset the connection, and drop what is under way.
  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void noUploadIsLostToAnUnreadTicket(String version) throws IOException {
    byte[] content = random(3_000_000, 6);
    try (Sockets sockets = new Sockets(0);
        Selector selector = Selector.open()) {
      TlsWire client = client(sockets, version);
      TlsWire server = server(sockets, version);
      SelectionKey key = sockets.server.register(selector, OP_READ);
      agree(client, server);
      ByteBuffer from = ByteBuffer.wrap(content);
      ByteArrayOutputStream heard = new ByteArrayOutputStream();
      ByteBuffer into = ByteBuffer.allocate(10_000);
      while (from.hasRemaining() || !client.flush()) {
        int _ = client.write(from);
        take(server, into, heard);
      }
      client.endOutput();
      assertThat(client.flush()).isTrue();
      // Not the wire's own close, which takes what has arrived.
      sockets.client.close();
      int count = 0;
      while (count >= 0) {
        key.interestOps(server.interest(OP_READ));
        assertThat(selector.select(20_000)).isPositive();
        selector.selectedKeys().clear();
        while ((count = take(server, into, heard)) > 0) {}
      }
      assertThat(heard.toByteArray()).isEqualTo(content);
    }
  }

  private static int take(Wire from, ByteBuffer into, ByteArrayOutputStream heard)
      throws IOException {
    int count = from.read(into.clear());
    byte[] bytes = new byte[into.flip().remaining()];
    into.get(bytes);
    heard.writeBytes(bytes);
    return count;
  }

  @Test
  void aTicketLeavesWithWhatIsWrittenNextOrAtTheEnd() throws IOException {
    for (boolean end : new boolean[] {true, false}) {
      Pair pair = new Pair(TLS13).agreed();
      int handshake = pair.pipe.right.sent().length;
      assertThat(pair.server.flush()).isTrue();
      assertThat(pair.server.read(ByteBuffer.allocate(10))).isZero();
      assertThat(pair.pipe.right.sent()).hasSize(handshake);
      if (end) {
        pair.server.endOutput();
      } else {
        pair.server.write(text("220"));
        assertThat(heard(pair.client)).isEqualTo("220");
      }
      assertThat(pair.pipe.right.sent()).hasSizeGreaterThan(handshake + 100);
    }
  }

  @Test
  void closingTakesWhatHasArrived() throws IOException {
    Pair pair = new Pair(TLS13).agreed();
    pair.server.write(text("unread"));
    assertThat(pair.pipe.left.unread()).isPositive();
    pair.client.endOutput();
    pair.client.close();
    assertThat(pair.pipe.left.unread()).isZero();
    assertThat(pair.pipe.left.closed()).isTrue();
  }

  /// New keys again and again, asked for by both, while content goes both ways.
  @Test
  void keysAreUpdated() throws IOException {
    for (long seed = 1; seed <= 3; seed++) {
      Pair pair = new Pair(TLS13, new MemoryPipe(Mood.RANDOM, 5_000, seed)).agreed();
      byte[] up = random(3_000_000, seed);
      byte[] down = random(3_000_000, -seed);
      Talker client = new Talker(pair.client, up, 1 << 16);
      Talker server = new Talker(pair.server, down, 1 << 16);
      int updates = 0;
      while (client.says.hasRemaining() && server.says.hasRemaining()) {
        int before = client.says.remaining() + server.says.remaining();
        client.step();
        server.step();
        boolean go = client.says.hasRemaining() && server.says.hasRemaining();
        if (go && client.says.remaining() + server.says.remaining() < before) {
          (++updates % 2 == 0 ? pair.clientEngine : pair.serverEngine).beginHandshake();
        }
      }
      assertThat(updates).isGreaterThan(5);
      run(pair.pipe, client, server);
      assertThat(server.heard()).isEqualTo(up);
      assertThat(client.heard()).isEqualTo(down);
    }
  }

  /// A server that only reads answers, too, before the answers fill its memory; and when they have
  /// no way out it hears no more, but does not go round in circles.
  @Test
  void askingForKeysFillsNoMemory() throws IOException {
    Pair pair = new Pair(TLS13).agreed();
    int before = pair.pipe.right.sent().length;
    ByteBuffer into = ByteBuffer.allocate(100);
    pair.pipe.right.stuck(true);
    int heard = 0;
    for (int i = 0; i < 100; i++) {
      pair.clientEngine.beginHandshake();
      pair.client.write(text("x"));
      heard += pair.server.read(into.clear());
    }
    assertThat(heard).as("those before the first answers, and as many again").isBetween(60, 70);
    assertThat(pair.server.interest(OP_READ)).isEqualTo(OP_WRITE);
    pair.pipe.right.stuck(false);
    while (heard < 100) {
      int count = pair.server.read(into.clear());
      assertThat(count).isPositive();
      heard += count;
    }
    assertThat(pair.pipe.right.sent()).hasSizeGreaterThan(before);
    assertThat(pair.server.interest(OP_READ) & OP_READ).isEqualTo(OP_READ);
  }

  @Test
  void recordsWithoutContentHaveALimit() throws IOException {
    Pair pair = new Pair(TLS13).agreed();
    ByteBuffer record = ByteBuffer.allocate(1 << 16);
    for (int i = 0; i < 40; i++) {
      pair.clientEngine.beginHandshake();
      pair.clientEngine.wrap(ByteBuffer.allocate(0), record.clear());
      pair.pipe.left.write(record.flip());
    }
    assertThatThrownBy(() -> pair.server.read(ByteBuffer.allocate(100)))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("without content");
  }

  @Test
  void renegotiationIsRefused() throws IOException {
    for (boolean byClient : new boolean[] {true, false}) {
      Pair pair = new Pair(TLS12).agreed();
      (byClient ? pair.clientEngine : pair.serverEngine).beginHandshake();
      TlsWire asks = byClient ? pair.client : pair.server;
      TlsWire asked = byClient ? pair.server : pair.client;
      int _ = asks.write(text("x"));
      assertThatThrownBy(
              () -> {
                ByteBuffer into = ByteBuffer.allocate(100);
                while (asked.read(into) > 0) {}
              })
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("renegotiate");
      assertThatThrownBy(() -> asked.write(text("x"))).hasMessageContaining("renegotiate");
    }
  }

  /// What binds a data connection to its control connection: the session, or the ticket, remembers
  /// the name that the server gave the connection on which it was made.
  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void aResumedSessionKnowsWhereItBegan(String version) throws IOException {
    SSLEngine control = serving.createSSLEngine("ctl-one", 21);
    Pair first =
        new Pair(
            new MemoryPipe(Mood.WILLING, 1 << 20, 1),
            set(trusting.createSSLEngine("server", 21), true, version),
            set(control, false, version));
    first.agreed().server.write(text("220"));
    assertThat(heard(first.client)).isEqualTo("220");
    for (int i = 0; i < 3; i++) {
      assertThat(begunOn(trusting, version, "data-" + i)).isEqualTo("ctl-one");
    }
    assertThat(begunOn(TestIdentity.trusting(), version, "data-x")).isEqualTo("data-x");
  }

  private String begunOn(SSLContext client, String version, String name) throws IOException {
    Pair pair =
        new Pair(
            new MemoryPipe(Mood.WILLING, 1 << 20, 1),
            set(client.createSSLEngine("server", 21), true, version),
            set(serving.createSSLEngine(name, 21), false, version));
    pair.agreed().server.write(text("content"));
    assertThat(heard(pair.client)).isEqualTo("content");
    return pair.server.session().getPeerHost();
  }

  // Peers that misbehave.

  @Test
  void aPeerThatSpeaksNoTlsIsTold() throws IOException {
    Pair pair = new Pair(TLS13);
    pair.client.flush();
    int hello = pair.pipe.left.sent().length;
    pair.pipe.right.write(text("220 ready\r\n"));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> pair.client.flush())
          .isInstanceOf(SSLException.class)
          .hasMessageContaining("SSL message");
      assertThatThrownBy(() -> pair.client.read(ByteBuffer.allocate(9)))
          .isInstanceOf(SSLException.class);
    }
    byte[] sent = pair.pipe.left.sent();
    assertThat(sent.length).isGreaterThan(hello);
    assertThat(sent[hello]).as("an alert (RFC 8446, section 5.1)").isEqualTo((byte) 21);
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void garbageAmongRecordsIsAnError(String version) throws IOException {
    Pair pair = new Pair(version).agreed();
    pair.client.write(text("whole"));
    pair.pipe.left.write(ByteBuffer.wrap(new byte[] {23, 3, 3, 0, 20}).put(0, (byte) 23));
    pair.pipe.left.write(ByteBuffer.wrap(random(20, 3)));
    int before = pair.pipe.right.sent().length;
    ByteBuffer into = ByteBuffer.allocate(100);
    assertThat(pair.server.read(into)).as("what came before it").isEqualTo(5);
    assertThatThrownBy(() -> pair.server.read(into)).isInstanceOf(SSLException.class);
    assertThat(pair.pipe.right.sent()).as("an alert").hasSizeGreaterThan(before);
    assertThatThrownBy(() -> pair.client.read(into))
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("fatal alert");
  }

  @Test
  void anAlertWaitsForRoom() throws IOException {
    Pair pair = new Pair(TLS13).agreed();
    pair.pipe.right.stuck(true);
    pair.server.write(text("held up"));
    pair.pipe.left.write(ByteBuffer.wrap(random(100, 3)));
    assertThatThrownBy(() -> pair.server.read(ByteBuffer.allocate(9)))
        .isInstanceOf(SSLException.class);
    assertThat(pair.server.interest(0)).isEqualTo(OP_WRITE);
    pair.pipe.right.stuck(false);
    assertThatThrownBy(() -> pair.server.flush()).isInstanceOf(SSLException.class);
    pair.server.close();
    assertThat(pair.client.read(ByteBuffer.allocate(100))).isEqualTo(7);
    assertThatThrownBy(() -> pair.client.read(ByteBuffer.allocate(9)))
        .hasMessageContaining("fatal alert");
  }

  @Test
  void anUntrustedCertificateIsTold() throws IOException {
    Pair pair =
        new Pair(
            new MemoryPipe(Mood.WILLING, 1 << 20, 1),
            set(identity.context().createSSLEngine("server", 21), true, TLS13),
            set(serving.createSSLEngine(), false, TLS13));
    assertThatThrownBy(pair::agreed)
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("certification path");
    assertThatThrownBy(() -> pair.server.flush())
        .isInstanceOf(SSLException.class)
        .hasMessageContaining("fatal alert");
    assertThat(pair.client.handshaken() || pair.server.handshaken()).isFalse();
  }

  /// Two small segments one after the other would wait for the other system to confirm the first:
  /// 40 ms on Linux, for every connection.
  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void eachTurnOfTheHandshakeIsOneSegment(String version) throws IOException {
    Pair pair = new Pair(version).agreed();
    assertThat(pair.pipe.left.writes()).as("hello; all the rest").isEqualTo(2);
    assertThat(pair.pipe.right.writes()).isEqualTo(version.equals(TLS12) ? 2 : 1);
  }

  /// No clock runs here; that nothing moves is all there is to see.
  @ParameterizedTest
  @ValueSource(strings = {TLS12, TLS13})
  void aPeerThatStallsInTheHandshakeIsWaitedFor(String version) throws IOException {
    Pair pair = new Pair(version);
    assertThat(pair.client.interest(OP_READ)).as("it has the first word").isEqualTo(OP_WRITE);
    assertThat(pair.server.interest(OP_WRITE)).isEqualTo(OP_READ);
    assertThat(pair.client.write(text("hello"))).isZero();
    long moves = pair.pipe.moves();
    for (int i = 0; i < 3; i++) {
      assertThat(pair.client.write(text("hello"))).isZero();
      assertThat(pair.client.read(ByteBuffer.allocate(10))).isZero();
      assertThat(pair.client.flush()).isFalse();
      pair.client.endOutput();
      assertThat(pair.client.interest(OP_WRITE)).isEqualTo(OP_READ);
      assertThat(pair.client.interest(0)).isEqualTo(OP_READ);
    }
    assertThat(pair.pipe.moves()).isEqualTo(moves);
    assertThat(pair.client.handshaken()).isFalse();
  }

  @Test
  void theCertificateIsThere() throws Exception {
    Pair pair = new Pair(TLS13).agreed();
    @Nullable X509Certificate shown =
        (X509Certificate) pair.client.session().getPeerCertificates()[0];
    assertThat(shown).isEqualTo(identity.certificate());
  }
}
