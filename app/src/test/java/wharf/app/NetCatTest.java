package wharf.app;

import static java.lang.ProcessBuilder.Redirect.DISCARD;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class NetCatTest {
  private static final String HERE = "127.0.0.1";
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  private Ran nc(String input, String... options) {
    return nc(Channels.newChannel(new ByteArrayInputStream(input.getBytes(UTF_8))), options);
  }

  private Ran nc(ReadableByteChannel input, String... options) {
    List<String> words = new ArrayList<>(List.of("nc"));
    words.addAll(List.of(options));
    return Ran.wharf(input, folder, words.toArray(String[]::new));
  }

  private static ServerSocket listener() throws IOException {
    return new ServerSocket(0, 5, InetAddress.ofLiteral(HERE));
  }

  private static String port(ServerSocket listener) {
    return Integer.toString(listener.getLocalPort());
  }

  private interface Talk {
    void with(Socket peer) throws IOException;
  }

  /// Accepts one peer, aside.
  private static FutureTask<Void> serve(ServerSocket listener, Talk talk) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              try (Socket peer = listener.accept()) {
                talk.with(peer);
              }
              return null;
            });
    Thread _ = Thread.ofVirtual().start(task);
    return task;
  }

  /// Answers only when it has heard the end.
  private static void answerAtTheEnd(Socket peer) throws IOException {
    byte[] said = peer.getInputStream().readAllBytes();
    peer.getOutputStream().write(("heard " + new String(said, UTF_8)).getBytes(UTF_8));
    // Under TLS: close_notify.
    peer.shutdownOutput();
  }

  // The command line.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host",
        "host 0",
        "host 65536",
        "host 99999999999",
        "host no-such-service",
        "host 21 22",
        "-k host 21",
        "-l",
        "-l -z 21",
        "-l --tls --insecure 21",
        "-l --tls --cert c 21",
        "-l --tls --key k 21",
        "-l --cert c --key k 21",
        "--tls --cert c --key k host 21",
        "-l -p 21 22",
        "-4 -6 host 21",
        "-w 0 host 21",
        "-w x host 21",
        "-b host 21",
        "-u --tls host 21",
        "-lku 21",
        "-U path 21",
        "-u -U path",
        "--insecure host 21",
      })
  void misuseIsOneSentence(String line) {
    Ran ran = nc("", line.isEmpty() ? new String[0] : line.split(" ", -1));
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).startsWith("wharf: ").doesNotContain("\tat ").doesNotContain("Exception");
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void aCertificateThatCannotBeUsedIsToldBeforeListening() throws IOException {
    Files.writeString(folder.resolve("empty"), "");
    Ran ran = nc("", "-l", "--tls", "--cert", "empty", "--key", "empty", HERE, "0");
    assertThat(ran.code()).isEqualTo(8);
    assertThat(ran.err()).contains("there is no certificate in").contains("empty");
    assertThat(nc("", "-l", "--tls", "--cert", "none", "--key", "none", HERE, "0").err())
        .contains("there is no file")
        .contains("none");
  }

  // Connecting.

  @Test
  void halfClosesAndHearsTheAnswer() throws Exception {
    try (ServerSocket listener = listener()) {
      var server = serve(listener, NetCatTest::answerAtTheEnd);
      Ran ran = nc("hello", HERE, port(listener));
      assertThat(ran).isEqualTo(new Ran(0, "heard hello", ""));
      server.get();
    }
  }

  @Test
  void tellsBothAddressesTheOptionsAndWhoEnded() throws Exception {
    try (ServerSocket listener = listener()) {
      var server = serve(listener, NetCatTest::answerAtTheEnd);
      Ran ran = nc("hello", "-v", HERE, port(listener));
      server.get();
      assertThat(ran.err())
          .containsPattern("connected from 127.0.0.1 port \\d+ to 127.0.0.1 port " + port(listener))
          .contains("SO_KEEPALIVE=false", "TCP_NODELAY=", "SO_SNDBUF=", "SO_RCVBUF=")
          .contains("SO_REUSEADDR=")
          .contains("the peer ended: 11 bytes came", "5 went there");
    }
  }

  @Test
  void aSilentStandardInputDoesNotHoldUpTheEnd() throws Exception {
    Pipe silent = Pipe.open();
    try (ServerSocket listener = listener()) {
      var server = serve(listener, peer -> peer.getOutputStream().write('x'));
      assertThat(nc(silent.source(), HERE, port(listener))).isEqualTo(new Ran(0, "x", ""));
      server.get();
    }
    silent.sink().close();
  }

  @Test
  void comesFromWhereItIsTold() throws Exception {
    int free;
    try (ServerSocket other = listener()) {
      free = other.getLocalPort();
    }
    try (ServerSocket listener = listener()) {
      List<InetSocketAddress> from = new ArrayList<>();
      var server =
          serve(listener, peer -> from.add((InetSocketAddress) peer.getRemoteSocketAddress()));
      Ran ran = nc("", "-s", "127.0.0.2", "-p", Integer.toString(free), HERE, port(listener));
      assertThat(ran.code()).isZero();
      server.get();
      assertThat(from)
          .containsExactly(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), free));
    }
  }

  @Test
  void aPeerThatIsNotThereIsNamed() throws Exception {
    String closed;
    try (ServerSocket listener = listener()) {
      closed = port(listener);
      Ran probed = nc("", "-z", HERE, closed);
      assertThat(probed.code()).isZero();
      assertThat(probed.err()).contains("somebody listens at 127.0.0.1 port " + closed);
    }
    for (String option : List.of("-v", "-z", "-4", "--tls")) {
      Ran ran = nc("", option, HERE, closed);
      assertThat(ran.code()).isEqualTo(3);
      assertThat(ran.err()).contains("nobody listens at 127.0.0.1 port " + closed);
    }
    assertThat(nc("", "-6", HERE, closed).err()).contains("127.0.0.1 has no IPv6 address");
    Ran unknown = nc("", "no-such-host.invalid", "21");
    assertThat(unknown.code()).isEqualTo(3);
    assertThat(unknown.err()).contains("no address is known for no-such-host.invalid");
  }

  @Test
  void silenceHasALimit() throws Exception {
    try (ServerSocket listener = listener()) {
      CountDownLatch over = new CountDownLatch(1);
      var server =
          serve(
              listener,
              peer -> {
                assertThat(peer.getInputStream().readAllBytes()).asString(UTF_8).isEqualTo("x");
                try {
                  over.await();
                } catch (InterruptedException e) {
                  throw new InterruptedIOException();
                }
              });
      Ran silent = nc("x", "-w", "1", HERE, port(listener));
      over.countDown();
      server.get();
      assertThat(silent.code()).isEqualTo(9);
      assertThat(silent.err()).contains("nothing moved").contains("for 1 s");
    }
  }

  /// Nothing moves either when a peer does not read.
  @Test
  void aPeerThatDoesNotReadIsGivenUp() throws Exception {
    try (ServerSocket listener = listener()) {
      // The system accepts for it, and holds what fits into its buffers.
      Ran ran = nc("x".repeat(50_000_000), "-w", "1", HERE, port(listener));
      assertThat(ran.code()).isEqualTo(9);
      assertThat(ran.err()).contains("nothing moved");
    }
  }

  /// A day of silence is allowed, and not waited for.
  @Test
  void atATerminalThePeersEndIsTheEnd() throws Exception {
    Pipe terminal = Pipe.open();
    try (ServerSocket listener = listener()) {
      var server = serve(listener, peer -> peer.getOutputStream().write('x'));
      StreamPeer peer = new StreamPeer(SocketChannel.open(listener.getLocalSocketAddress()), "it");
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Exchange exchange =
          new Exchange(
              peer,
              new StandardInput(terminal.source(), 16),
              Channels.newChannel(out),
              Duration.ofDays(1),
              true);
      exchange.run();
      server.get();
      assertThat(out.toString(UTF_8)).isEqualTo("x");
      assertThat(exchange.peerEnded()).isTrue();
      assertThat(peer.channel().isOpen()).isFalse();
    }
    terminal.sink().close();
  }

  /// A full queue of those who wait to be accepted: the system then does not answer.
  @Test
  void connectingHasALimit() throws Exception {
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.ofLiteral(HERE))) {
      for (int i = 0; i < 4; i++) {
        SocketChannel one = SocketChannel.open();
        waiting.add(one);
        one.configureBlocking(false);
        boolean _ = one.connect(listener.getLocalSocketAddress());
      }
      Ran ran = nc("", "-w", "1", HERE, port(listener));
      assertThat(ran.code()).isEqualTo(9);
      assertThat(ran.err()).contains("no answer from 127.0.0.1 port " + port(listener));
    } finally {
      for (SocketChannel one : waiting) {
        one.close();
      }
    }
  }

  @Test
  void anInterruptIs130() throws Exception {
    try (ServerSocket listener = listener()) {
      for (String option : List.of("-v", "-z", "-u", "-l")) {
        Thread.currentThread().interrupt();
        Ran ran =
            option.equals("-l") ? nc("", "-l", HERE, "0") : nc("", option, HERE, port(listener));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ran.code()).isEqualTo(130);
        assertThat(ran.err()).contains("wharf: interrupted");
      }
    }
  }

  // UDP.

  @Test
  void eachReadIsADatagramAndSilenceIsTheEnd() throws Exception {
    try (DatagramSocket server = new DatagramSocket(0, InetAddress.ofLiteral(HERE))) {
      FutureTask<String> heard =
          new FutureTask<>(
              () -> {
                DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
                server.receive(packet);
                byte[] answer = new byte[60_000];
                server.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                return new String(packet.getData(), 0, packet.getLength(), ISO_8859_1);
              });
      Thread _ = Thread.ofVirtual().start(heard);
      Ran ran = nc("hello", "-u", "-w", "4", HERE, Integer.toString(server.getLocalPort()));
      assertThat(heard.get()).isEqualTo("hello");
      assertThat(ran.out()).hasSize(60_000);
      assertThat(ran.code()).isZero();
    }
  }

  @Test
  void aClosedUdpPortIsTold() throws IOException {
    String closed;
    try (DatagramSocket other = new DatagramSocket(0, InetAddress.ofLiteral(HERE))) {
      closed = Integer.toString(other.getLocalPort());
    }
    Ran ran = nc("x", "-u", HERE, closed);
    assertThat(ran.code()).isEqualTo(3);
    assertThat(ran.err()).contains("nobody listens at 127.0.0.1 port " + closed);
    assertThat(nc("", "-zu", HERE, closed).code()).isEqualTo(3);
  }

  // Socket files.

  @Test
  void aSocketFileIsNotPutInPlaceOfAnythingElse() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "kept");
    Ran ran = nc("", "-l", "-U", "file");
    assertThat(ran.code()).isEqualTo(8);
    assertThat(ran.err()).contains("is there and is no socket");
    assertThat(file).hasContent("kept");
    assertThat(nc("", "-U", "file").code()).isEqualTo(3);
    assertThat(nc("", "-U", "nothing").err()).contains("there is no socket file");

    Path live = folder.resolve("live");
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      ServerSocketChannel _ = listener.bind(UnixDomainSocketAddress.of(live));
      Ran taken = nc("", "-l", "-U", "live");
      assertThat(taken.code()).isEqualTo(1);
      assertThat(taken.err()).contains("somebody listens at " + live);
      assertThat(live).exists();
    }
    assertThat(nc("", "-U", "live").err()).contains("nobody listens at " + live);

    Ran nowhere = nc("", "-l", "-U", "missing/file");
    assertThat(nowhere.code()).isEqualTo(8);
    assertThat(nowhere.err())
        .contains("cannot make the socket file " + folder.resolve("missing/file"))
        .contains("there is no folder " + folder.resolve("missing"));
  }

  // TLS.

  @Test
  void closeNotifyIsAHalfClose() throws Exception {
    try (SSLServerSocket listener = tlsListener("TLSv1.3")) {
      var server = serve(listener, NetCatTest::answerAtTheEnd);
      String text = "x".repeat(1_000_000);
      Ran ran = nc(text, "-v", "--tls", "--insecure", HERE, port(listener));
      server.get();
      assertThat(ran.err()).contains("TLSv1.3 with TLS_");
      assertThat(ran.code()).isZero();
      assertThat(ran.out()).isEqualTo("heard " + text);
    }
  }

  /// RFC 5246, section 7.2.1: whoever gets close_notify need not go on. Java does not; but what it
  /// says before arrives.
  @Test
  void underTls12TheAnswerComesBeforeTheEnd() throws Exception {
    try (SSLServerSocket listener = tlsListener("TLSv1.2")) {
      var server =
          serve(
              listener,
              peer -> {
                peer.getOutputStream().write(peer.getInputStream().readNBytes(5));
                assertThat(peer.getInputStream().read()).isNegative();
              });
      Ran ran = nc("hello", "--tls", "--insecure", HERE, port(listener));
      server.get();
      assertThat(ran).isEqualTo(new Ran(0, "hello", ""));
    }
  }

  @Test
  void aTlsPeerThatIsCutOffIsNoEnd() throws Exception {
    try (SSLServerSocket listener = tlsListener("TLSv1.3");
        ServerSocket between = listener()) {
      // Passes on what the server says first, and then hangs up.
      var cutting =
          serve(
              between,
              client -> {
                try (Socket onward =
                    new Socket(listener.getInetAddress(), listener.getLocalPort())) {
                  Thread _ = Thread.ofVirtual().start(() -> copy(client, onward));
                  byte[] block = new byte[1 << 16];
                  long sent = 0;
                  while (sent < 100_000) {
                    int count = onward.getInputStream().read(block);
                    client.getOutputStream().write(block, 0, count);
                    sent += count;
                  }
                  client.shutdownOutput();
                  // Closing with bytes unread would be a reset.
                  try {
                    while (client.getInputStream().read(block) >= 0) {}
                  } catch (java.net.SocketException _) {
                    // It has ended already, with bytes unread.
                  }
                }
              });
      var server = serve(listener, peer -> peer.getOutputStream().write(new byte[200_000]));
      Ran ran = nc("", "--tls", "--insecure", HERE, port(between));
      assertThat(ran.code()).isEqualTo(4);
      assertThat(ran.err()).contains("what came may not be all");
      assertThat(ran.out()).hasSizeBetween(1, 199_999);
      cutting.get();
      assertThat(server).isNotCancelled();
    }
  }

  private static void copy(Socket from, Socket to) {
    try {
      long _ = from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException _) {
      // One of them is gone, as is meant.
    }
  }

  @Test
  void anUnknownCertificateIsRefused() throws Exception {
    try (SSLServerSocket listener = tlsListener("TLSv1.3")) {
      var server = serve(listener, peer -> assertThat(peer.getInputStream().read()).isNegative());
      Ran ran = nc("secret", "--tls", HERE, port(listener));
      assertThat(ran.code()).isEqualTo(4);
      assertThat(ran.err()).contains("no TLS with 127.0.0.1").contains("--insecure");
      assertThat(server).failsWithin(SOON);
    }
  }

  @Test
  void whatIsNoTlsIsSaid() throws Exception {
    try (ServerSocket listener = listener()) {
      var server =
          serve(listener, peer -> peer.getOutputStream().write("220 ready\r\n".getBytes(UTF_8)));
      Ran ran = nc("", "--tls", "--insecure", HERE, port(listener));
      assertThat(ran.code()).isEqualTo(4);
      assertThat(ran.err()).contains("does it speak TLS?");
      server.get();
    }
  }

  private SSLServerSocket tlsListener(String protocol) throws Exception {
    Path store = folder.resolve("keys");
    String making =
        "-genkeypair -keyalg EC -alias it -dname CN=here -storepass secret -keystore " + store;
    List<String> words = new ArrayList<>(List.of(making.split(" ", -1)));
    words.addFirst(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    Process keytool =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(DISCARD).start();
    assertThat(keytool.onExit().get(30, TimeUnit.SECONDS).exitValue()).isZero();
    KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
    KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(keys, "secret".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    SSLServerSocket listener =
        (SSLServerSocket)
            context.getServerSocketFactory().createServerSocket(0, 5, InetAddress.ofLiteral(HERE));
    listener.setEnabledProtocols(new String[] {protocol});
    return listener;
  }
}
