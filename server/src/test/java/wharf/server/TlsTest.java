package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import wharf.net.Anybody;
import wharf.net.TlsIdentity;

/// Sessions under TLS, under every model. The clients are the JDK's own, which know nothing of
/// Wharf's.
@Timeout(120)
class TlsTest {
  private static final String PASSWORD = "secret";

  @TempDir static Path folder;
  private static SSLContext identity;

  @BeforeAll
  static void identity() throws Exception {
    Path store = folder.resolve("store");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "it",
                "-keyalg",
                "EC",
                "-dname",
                "CN=parrot",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    identity = TlsIdentity.ofPkcs12(store, PASSWORD.toCharArray()).context();
  }

  static Stream<ServerModel> every() {
    return ServerModel.all().stream();
  }

  /// Every model with both versions.
  static Stream<Arguments> versions() {
    return every()
        .flatMap(
            model -> Stream.of("TLSv1.2", "TLSv1.3").map(version -> Arguments.of(model, version)));
  }

  /// The same, of models that serve several clients at once.
  static Stream<Arguments> versionsOfSeveral() {
    return versions().filter(of -> !(of.get()[0] instanceof Iterative));
  }

  private static TlsSettings settings() {
    return TlsSettings.of(() -> identity);
  }

  private static Server start(ServerModel model, TlsSettings tls) throws IOException {
    return Server.start(
        new Parrot(),
        Server.Options.at(new InetSocketAddress(Client.HERE, 0)).with(model).with(tls));
  }

  /// A client that keeps its sessions of TLS, and takes any certificate.
  private static SSLContext trusting() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, new SecureRandom());
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Someone who talks under TLS from now on.
  private static final class Secret implements AutoCloseable {
    final SSLSocket socket;

    /// @param context shared by those who are one client
    Secret(Socket plain, SSLContext context, String version) throws IOException {
      // The JDK resumes by the name of the peer: that of the data connections is the same.
      socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "parrot", 1, true);
      socket.setEnabledProtocols(new String[] {version});
      socket.startHandshake();
    }

    void says(String... lines) throws IOException {
      String all = String.join("\n", lines) + "\n";
      socket.getOutputStream().write(all.getBytes(StandardCharsets.UTF_8));
    }

    String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int b;
      while ((b = socket.getInputStream().read()) >= 0 && b != '\n') {
        line.write(b);
      }
      return line.toString(StandardCharsets.UTF_8);
    }

    void hears(String line) throws IOException {
      assertThat(line()).isEqualTo(line);
    }

    void hearsTheEnd() throws IOException {
      assertThat(socket.getInputStream().read()).as("close_notify").isEqualTo(-1);
    }

    int listens() throws IOException {
      says("listen");
      String answer = line();
      assertThat(answer).startsWith("port ");
      return Integer.parseInt(answer.substring(5));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static Socket dialled(int port) throws IOException {
    Socket socket = new OneParty();
    socket.setSoTimeout(60_000);
    socket.connect(new InetSocketAddress(Client.HERE, port));
    return socket;
  }

  /// The JDK's client resumes towards the port it is connected to, whatever it is told, and so
  /// never on a data connection. To it, all connections of this kind are to one port.
  private static final class OneParty extends Socket {
    @Override
    public int getPort() {
      return 21;
    }
  }

  private static Secret secured(Server server, SSLContext context, String version)
      throws IOException {
    Socket plain = dialled(server.addresses().getFirst().getPort());
    plain.getOutputStream().write("tls\n".getBytes(StandardCharsets.UTF_8));
    byte[] heard = plain.getInputStream().readNBytes("hello\ngo ahead\n".length());
    assertThat(heard).asString(StandardCharsets.UTF_8).isEqualTo("hello\ngo ahead\n");
    Secret secret = new Secret(plain, context, version);
    secret.hears("secured " + version);
    return secret;
  }

  @ParameterizedTest
  @MethodSource("versions")
  void aSessionGoesOnUnderTls(ServerModel model, String version) throws Exception {
    try (Server server = start(model, settings());
        Secret secret = secured(server, trusting(), version)) {
      for (int i = 0; i < 20; i++) {
        secret.says("echo " + i);
        secret.hears("" + i);
      }
      String wide = "x".repeat(50_000);
      secret.says("echo " + wide, "later b", "flood 100");
      secret.hears(wide);
      secret.hears("done b");
      for (int i = 0; i < 100; i++) {
        secret.hears("x".repeat(999));
      }
      secret.says("quit");
      secret.hears("bye");
      secret.hearsTheEnd();
    }
  }

  private static boolean hearsNothingMore(Secret secret) {
    try {
      return secret.socket.getInputStream().read() < 0;
    } catch (IOException cutOff) {
      return true;
    }
  }

  /// Two sessions of one address at one port: whose a connection is tells the session of TLS that
  /// it resumes. One that resumes none of them harms neither.
  @ParameterizedTest
  @MethodSource("versionsOfSeveral")
  void sessionsOfOneAddressShareAPort(ServerModel model, String version) throws Exception {
    int only = SwitchboardTest.free(1, new Random());
    SSLContext client = trusting();
    SSLContext neighbour = trusting();
    Server.Options options =
        Server.Options.at(new InetSocketAddress(Client.HERE, 0))
            .with(model)
            .with(settings().with(TlsSettings.Binding.REQUIRE))
            .with(new PortRange(only, only));
    try (Server server = Server.start(new Parrot(), options);
        Secret one = secured(server, client, version);
        Secret other = secured(server, neighbour, version)) {
      for (int i = 0; i < 3; i++) {
        one.says("secretly");
        other.says("secretly");
        assertThat(one.listens()).isEqualTo(only);
        assertThat(other.listens()).isEqualTo(only);
        try (Socket silent = dialled(only);
            Socket ofOne = dialled(only);
            Secret stranger = new Secret(dialled(only), trusting(), version)) {
          assertThat(silent.isConnected()).isTrue();
          other.says("get 1000");
          try (Secret data = new Secret(dialled(only), neighbour, version)) {
            assertThat(data.socket.getInputStream().readAllBytes()).isEqualTo(Parrot.content(1000));
          }
          other.hears("ended SENT 1000 0");
          assertThat(hearsNothingMore(stranger)).isTrue();
          one.says("put");
          try (Secret data = new Secret(ofOne, client, version)) {
            data.socket.getOutputStream().write(Parrot.content(2000));
            data.socket.shutdownOutput();
            // With the end comes the ticket for the next round.
            data.hearsTheEnd();
          }
          one.hears("ended CLOSE_NOTIFY 2000 " + Parrot.crc(Parrot.content(2000)));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("versions")
  void dataGoesBothWays(ServerModel model, String version) throws Exception {
    SSLContext client = trusting();
    byte[] content = Parrot.content(3_000_001);
    try (Server server = start(model, settings().with(TlsSettings.Binding.REQUIRE));
        Secret secret = secured(server, client, version)) {
      secret.says("secretly");
      for (int round = 0; round < 3; round++) {
        int port = secret.listens();
        secret.says("get " + content.length);
        try (Secret data = new Secret(dialled(port), client, version)) {
          assertThat(data.socket.getInputStream().readAllBytes()).isEqualTo(content);
        }
        secret.hears("ended SENT " + content.length + " 0");

        port = secret.listens();
        secret.says("put");
        try (Secret data = new Secret(dialled(port), client, version)) {
          data.socket.getOutputStream().write(content);
          data.socket.shutdownOutput();
          // With the end comes the ticket for the next connection, which was held back.
          data.hearsTheEnd();
          secret.hears("ended CLOSE_NOTIFY " + content.length + " " + Parrot.crc(content));
        }
      }
      int port = secret.listens();
      secret.says("openly", "get 10");
      try (Client data = new Client(port)) {
        assertThat(data.all()).isEqualTo(Arrays.copyOf(content, 10));
      }
      secret.hears("ended SENT 10 0");
    }
  }

  /// In blocks, one connection and one handshake are for many files, both ways.
  @ParameterizedTest
  @MethodSource("versions")
  void inBlocksTheConnectionIsKept(ServerModel model, String version) throws Exception {
    SSLContext client = trusting();
    byte[] content = Parrot.content(300_001);
    try (Server server = start(model, settings().with(TlsSettings.Binding.REQUIRE));
        Secret secret = secured(server, client, version)) {
      secret.says("secretly", "mode b");
      int port = secret.listens();
      secret.says("put");
      try (Secret data = new Secret(dialled(port), client, version)) {
        String stored = "ended BLOCK_EOF " + content.length + " " + Parrot.crc(content);
        data.socket.getOutputStream().write(Blocks.of(content, 50_000));
        secret.hears(stored);
        for (int round = 0; round < 3; round++) {
          secret.says("kept get " + content.length);
          assertThat(Blocks.read(data.socket.getInputStream()).bytes()).isEqualTo(content);
          secret.hears("ended SENT " + content.length + " 0");
          // Two at once: TLS, or the decoder, has the second when its command comes.
          byte[] file = Blocks.of(content, 60_000);
          byte[] both = Arrays.copyOf(file, 2 * file.length);
          System.arraycopy(file, 0, both, file.length, file.length);
          data.socket.getOutputStream().write(both);
          secret.says("kept put");
          secret.hears(stored);
          secret.says("later now", "kept put");
          secret.hears("done now");
          secret.hears(stored);
        }
        secret.says("openly", "kept get 10");
        assertThat(secret.line()).startsWith("ended PEER_FAILED 0 ");
      }
      port = secret.listens();
      secret.says("secretly", "put");
      try (Secret data = new Secret(dialled(port), client, version)) {
        data.socket.getOutputStream().write(Blocks.of(content, 50_000), 0, 100_000);
        data.socket.shutdownOutput();
        assertThat(secret.line()).startsWith("ended CUT_OFF 99");
      }
    }
  }

  /// A FIN alone may be anybody's.
  @ParameterizedTest
  @MethodSource("versions")
  void anUploadWithoutCloseNotifyIsCutOff(ServerModel model, String version) throws Exception {
    SSLContext client = trusting();
    try (Server server = start(model, settings());
        Secret secret = secured(server, client, version)) {
      int port = secret.listens();
      secret.says("secretly", "put");
      Socket below = dialled(port);
      Secret data = new Secret(below, client, version);
      data.socket.getOutputStream().write(Parrot.content(100_000));
      below.shutdownOutput();
      assertThat(secret.line()).startsWith("ended RESET 100000 ");
      below.close();
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void aDataConnectionOfSomebodyElseIsRefused(ServerModel model) throws Exception {
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      SSLContext client = trusting();
      // Who has resumed once has to go on, unless nothing is asked for, or all.
      try (Server server = start(model, settings());
          Secret secret = secured(server, client, version)) {
        secret.says("secretly");
        gets(secret, trusting(), version, "ended SENT 10 0");
        gets(secret, client, version, "ended SENT 10 0");
        gets(secret, trusting(), version, "ended UNBOUND 0 0");
        gets(secret, client, version, "ended SENT 10 0");
      }
      SSLContext another = trusting();
      try (Server server = start(model, settings());
          Secret secret = secured(server, another, client, version)) {
        secret.says("secretly");
        gets(secret, client, version, "ended SENT 10 0");
        gets(secret, another, version, "ended UNBOUND 0 0");
        gets(secret, client, version, "ended SENT 10 0");
      }
      try (Server server = start(model, settings().with(TlsSettings.Binding.REQUIRE));
          Secret secret = secured(server, another, client, version)) {
        secret.says("secretly");
        gets(secret, another, version, "ended UNBOUND 0 0");
        gets(secret, trusting(), version, "ended UNBOUND 0 0");
        gets(secret, client, version, "ended SENT 10 0");
      }
      try (Server server = start(model, settings().with(TlsSettings.Binding.OFF));
          Secret secret = secured(server, client, version)) {
        secret.says("secretly");
        gets(secret, client, version, "ended SENT 10 0");
        gets(secret, trusting(), version, "ended SENT 10 0");
      }
    }
  }

  /// One for `client`, after one for `earlier` has been there.
  private static Secret secured(
      Server server, SSLContext earlier, SSLContext client, String version) throws IOException {
    try (Secret other = secured(server, earlier, version)) {
      other.says("echo a");
      other.hears("a");
    }
    return secured(server, client, version);
  }

  private static void gets(Secret secret, SSLContext client, String version, String ended)
      throws IOException {
    int port = secret.listens();
    secret.says("get 10");
    try (Secret data = new Secret(dialled(port), client, version)) {
      InputStream input = data.socket.getInputStream();
      boolean letIn = ended.startsWith("ended SENT");
      // In order also when it is refused: many clients do not read the reason otherwise.
      assertThat(input.readAllBytes()).isEqualTo(letIn ? Parrot.content(10) : new byte[0]);
    }
    secret.hears(ended);
  }

  @ParameterizedTest
  @MethodSource("versions")
  void fromTheFirstByte(ServerModel model, String version) throws Exception {
    InetSocketAddress any = new InetSocketAddress(Client.HERE, 0);
    List<Endpoint> both = List.of(new Endpoint.Tcp(any), new Endpoint.Tcp(any, true));
    Server.Options options = Server.Options.at(both).with(model).with(settings());
    try (Server server = Server.start(new Parrot(), options)) {
      int plain = server.addresses().getFirst().getPort();
      int implicit = server.addresses().getLast().getPort();
      assertThat(implicit).isNotEqualTo(plain);
      try (Secret secret = new Secret(dialled(implicit), trusting(), version)) {
        secret.hears("hello");
        secret.hears("secured " + version);
        secret.says("echo a");
        secret.hears("a");
        secret.says("quit");
        secret.hears("bye");
        secret.hearsTheEnd();
      }
      try (Client other = Client.of(server)) {
        other.says("echo a");
        other.hears("a");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void whoMakesNoHandshakeIsSentAway(ServerModel model) throws Exception {
    TlsSettings impatient =
        new TlsSettings(
            () -> identity,
            TlsSettings.Binding.AUTO,
            TlsSettings.Clients.UNASKED,
            Duration.ofMillis(100));
    try (Server server = start(model, impatient)) {
      try (Client silent = Client.of(server)) {
        silent.says("tls");
        silent.hears("go ahead");
        silent.hearsTheEnd();
      }
      try (Client other = Client.of(server)) {
        other.says("tls");
        other.hears("go ahead");
        other.says("echo this is no handshake, however long it is, and it goes on and on");
        // An alert, and then the end: in order or not.
        assertThatThrownBy(
                () -> {
                  byte[] alert = other.all();
                  assertThat(alert.length).isLessThan(100);
                  throw new SSLException("ended");
                })
            .isInstanceOf(IOException.class);
      }
      // In the clear: on a busy machine no handshake is sure to be done in time.
      try (Client well = Client.of(server)) {
        well.says("echo a");
        well.hears("a");
      }
    }
  }

  /// What it says is of a protocol that is not spoken here.
  @ParameterizedTest
  @MethodSource("every")
  void whoMeansAnotherProtocolIsSentAway(ServerModel model) throws Exception {
    try (Server server = start(model, settings())) {
      for (String meant : new String[] {"http/1.1", "ftp"}) {
        try (Client plain = Client.of(server)) {
          plain.says("tls");
          plain.hears("go ahead");
          SSLSocket socket =
              (SSLSocket)
                  trusting().getSocketFactory().createSocket(plain.socket, "parrot", 1, true);
          var parameters = socket.getSSLParameters();
          parameters.setApplicationProtocols(new String[] {meant});
          socket.setSSLParameters(parameters);
          if (meant.equals("ftp")) {
            socket.startHandshake();
            assertThat(socket.getApplicationProtocol()).isEqualTo("ftp");
          } else {
            assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
          }
        }
      }
    }
  }
}
