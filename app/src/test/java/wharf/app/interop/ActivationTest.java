package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `wharf serve --inherit`, started with a socket as inetd and systemd do it. A few lines of Python
/// stand in for them: they listen, say the port, put the socket where it belongs, and become the
/// program.
@Tag("interop")
@Timeout(180)
final class ActivationTest {
  private static final String LISTEN =
      """
      import os, socket, sys
      s = socket.socket()
      s.bind(("127.0.0.1", 0))
      s.listen()
      print(s.getsockname()[1], flush=True)
      """;

  private static final String INETD_WAIT =
      LISTEN
          + """
          os.dup2(s.fileno(), 0)
          os.execv(sys.argv[1], sys.argv[1:])
          """;

  /// All three descriptors are the listener.
  private static final String INETD_WAIT_FULLY =
      LISTEN
          + """
          for i in 0, 1, 2: os.dup2(s.fileno(), i)
          os.execv(sys.argv[1], sys.argv[1:])
          """;

  private static final String INETD_NOWAIT =
      LISTEN
          + """
          c, _ = s.accept()
          s.close()
          for i in 0, 1, 2: os.dup2(c.fileno(), i)
          os.execv(sys.argv[1], sys.argv[1:])
          """;

  /// The third descriptor may be where Python has its own.
  private static final String SYSTEMD =
      LISTEN
          + """
          os.dup2(s.fileno(), 3)
          os.set_inheritable(3, True)
          os.environ["LISTEN_PID"] = str(os.getpid())
          os.environ["LISTEN_FDS"] = "1"
          os.execv(sys.argv[1], sys.argv[1:])
          """;

  private static final String SYSTEMD_TWO = SYSTEMD.replace("\"1\"", "\"2\"");

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Path root;
  private Path file;
  private @Nullable Process process;
  private @Nullable BufferedReader output;

  @BeforeEach
  void content() throws IOException {
    root = Files.createDirectories(folder.resolve("root"));
    file = Content.random(root.resolve("f"), 1_000_000, 1);
  }

  @AfterEach
  void end() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }

  /// Starts it.
  ///
  /// @return where it is
  private Site start(String python, String... options) throws IOException {
    assumeTrue(Command.isInstalled("python3"), "python3 is not installed");
    List<String> words = new ArrayList<>(List.of("python3", "-c", python));
    words.addAll(Program.command(Program.NATIVE, "serve", root.toString()));
    words.addAll(List.of(options));
    Process started = begin(words);
    BufferedReader said = started.inputReader(UTF_8);
    output = said;
    String port = said.readLine();
    assertThat(port).as("a port").matches("\\d+");
    InetAddress here = InetAddress.ofLiteral("127.0.0.1");
    return new Site(new InetSocketAddress(here, Integer.parseInt(port)), false, folder);
  }

  private Process begin(List<String> words) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(words).redirectError(folder.resolve("log").toFile());
    Program.keepState(builder, folder);
    Process started = builder.start();
    process = started;
    return started;
  }

  private int exitCode() throws InterruptedException {
    Process ending = Objects.requireNonNull(process);
    assertThat(ending.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return ending.exitValue();
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  private void assertServes(Site site) throws IOException {
    for (int i = 0; i < 3; i++) {
      String digest = Command.of(site, "curl", "-q", "-sS", site.url("f")).digest();
      assertThat(digest).as(log()).isEqualTo(Content.sha256(file));
    }
  }

  private void assertServesUnderTls(Site site) throws IOException {
    String[] words = {"curl", "-q", "-sS", "--insecure", "--ssl-reqd", site.url("f")};
    assertThat(Command.of(site, words).digest()).as(log()).isEqualTo(Content.sha256(file));
  }

  private void assertStops() throws Exception {
    // By its handle: what it has said can still be read.
    Objects.requireNonNull(process).toHandle().destroy();
    assertThat(exitCode()).isZero();
  }

  /// In the clear and under TLS.
  @ParameterizedTest
  @ValueSource(strings = {"virtual", "nio", "processes"})
  void aListenerAsStandardInput(String model) throws Exception {
    Site site = start(INETD_WAIT, "--inherit", "--model", model);
    assertServes(site);
    assertServesUnderTls(site);
    assertStops();
    assertThat(Objects.requireNonNull(output).lines())
        .anyMatch(line -> line.equals("  ftp://127.0.0.1:" + site.port() + "/"));
    assertThat(log()).contains("listening at port " + site.port());
  }

  @Test
  void aListenerAsStandardInputOutputAndError() throws Exception {
    assertServes(start(INETD_WAIT_FULLY, "--inherit"));
    assertStops();
  }

  @Test
  void aListenerOfSystemdUnasked() throws Exception {
    assertServes(start(SYSTEMD, "--port", "2121"));
    assertStops();
  }

  @Test
  void severalListenersOfSystemdAreTooMany() throws Exception {
    start(SYSTEMD_TWO);
    assertThat(exitCode()).isEqualTo(2);
    assertThat(log()).contains("systemd gave 2 sockets");
  }

  @Test
  void aClientAsStandardInputOutputAndError() throws Exception {
    Site site = start(INETD_NOWAIT, "--inherit");
    String digest = Command.of(site, "curl", "-q", "-sS", site.url("f")).digest();
    assertThat(digest).isEqualTo(Content.sha256(file));
    assertThat(exitCode()).as("it ends with its client").isZero();
  }

  @Test
  void aClientMayGoUnderTls() throws Exception {
    Site site = start(INETD_NOWAIT, "--inherit", "--tls", "require");
    assertServesUnderTls(site);
    assertThat(exitCode()).isZero();
  }

  @Test
  void aPortForTlsCannotBeOpenedBesideTheSocket() throws Exception {
    start(INETD_WAIT, "--inherit", "--ftps-port", "0");
    assertThat(exitCode()).isEqualTo(2);
    assertThat(log()).contains("--ftps-port opens a port");
  }

  @Test
  void aClientHearsNothingButReplies() throws Exception {
    Site site = start(INETD_NOWAIT, "--inherit");
    try (Socket client = new Socket(site.at().getAddress(), site.at().getPort())) {
      client.setSoTimeout(60_000);
      client.getOutputStream().write("USER ftp\r\nPASS x\r\nNOOP\r\nQUIT\r\n".getBytes(UTF_8));
      String heard = new String(client.getInputStream().readAllBytes(), UTF_8);
      assertThat(heard.lines()).allMatch(line -> line.matches("\\d{3}[ -].*| .*"));
      assertThat(heard).startsWith("220").contains("230", "200", "\r\n221");
    }
    assertThat(exitCode()).isZero();
  }

  @Test
  void aClientHearsNothingOfWhatIsWrong() throws Exception {
    Files.delete(file);
    Files.delete(root);
    Site site = start(INETD_NOWAIT, "--inherit");
    try (Socket client = new Socket(site.at().getAddress(), site.at().getPort())) {
      client.setSoTimeout(60_000);
      assertThat(client.getInputStream().readAllBytes()).isEmpty();
    }
    assertThat(exitCode()).as("not found").isEqualTo(6);
  }

  @Test
  void aClientIsTakenLeaveOf() throws Exception {
    Site site = start(INETD_NOWAIT, "--inherit");
    try (Socket client = new Socket(site.at().getAddress(), site.at().getPort())) {
      client.setSoTimeout(60_000);
      assertThat((char) client.getInputStream().read()).as("of the greeting").isEqualTo('2');
      assertStops();
      assertThat(new String(client.getInputStream().readAllBytes(), UTF_8)).contains("\r\n421");
    }
  }

  @Test
  void systemdsOwnToolStartsIt() throws Exception {
    assumeTrue(
        Command.isInstalled("systemd-socket-activate"), "systemd-socket-activate is not installed");
    // It says no port: one is found first, and given up for it.
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    List<String> words =
        new ArrayList<>(List.of("systemd-socket-activate", "-l", "127.0.0.1:" + port));
    // It passes on nothing of its environment that it is not told to.
    words.addAll(List.of("-E", "XDG_STATE_HOME=" + folder.toAbsolutePath()));
    words.addAll(Program.command(Program.NATIVE, "serve", root.toString()));
    Process _ = begin(words);
    InetSocketAddress at = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    Harbour.await("it listens", () -> logged("Listening on"));
    assertServes(new Site(at, false, folder));
    assertStops();
  }

  private boolean logged(String text) {
    try {
      return log().contains(text);
    } catch (IOException e) {
      return false;
    }
  }
}
