package wharf.app.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The program behind HAProxy, as docs/balancer.md has it: control and data connections come from
/// the balancer, at 127.0.0.4; clients know 127.0.0.1 only, and the server is at 127.0.0.2.
@Tag("interop")
@Timeout(180)
final class HaproxyTest {
  private static final int PASSIVE_PORTS = 10;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Path root;
  private Path outside;
  private Path file;
  private int ports;

  @BeforeEach
  void content() throws IOException {
    root = Files.createDirectories(folder.resolve("root"));
    outside = Files.createDirectories(folder.resolve("outside"));
    file = Content.random(root.resolve("f"), 1_000_000, 1);
    ports = freePorts(PASSIVE_PORTS + 2);
  }

  /// The first of so many in a row, below those that the system gives to everybody.
  private static int freePorts(int count) {
    Random random = new Random();
    int first;
    do {
      first = random.nextInt(10_000, 32_000);
    } while (!IntStream.range(first, first + count).allMatch(HaproxyTest::isFree));
    return first;
  }

  private static boolean isFree(int port) {
    try (ServerSocket _ = new ServerSocket(port)) {
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  private Program serve(String... more) throws IOException {
    Path password = Files.writeString(folder.resolve("password"), Site.PASSWORD + "\n");
    List<String> options =
        new ArrayList<>(
            List.of(
                "--bind=127.0.0.2",
                "--ftps-port=0",
                "--passive-ports=" + ports + "-" + (ports + PASSIVE_PORTS - 1),
                "--proxy-protocol=127.0.0.4",
                "--deny=127.0.0.6",
                "--writable",
                "--user=" + Site.USER,
                "--password-file=" + password,
                "--cert=" + Certificate.only().whole(),
                "--key=" + Certificate.only().whole()));
    options.addAll(List.of(more));
    return Program.serve(root, Program.NATIVE, options.toArray(String[]::new));
  }

  private static String port(Program program, String scheme) {
    return program.told(scheme + "://127.0.0.2:").replace("/", "");
  }

  /// Starts it, and waits until it listens.
  private Process balance(Program program, String how) throws IOException {
    assumeTrue(Command.isInstalled("haproxy"), "haproxy is not installed");
    Path configuration =
        Files.writeString(
            folder.resolve("haproxy.cfg"),
            """
            defaults
              mode tcp
              timeout connect 5s
              timeout client 60s
              timeout server 60s
            listen ftp
              bind 127.0.0.1:%1$d
              server wharf 127.0.0.2:%2$s %5$s source 127.0.0.4
            listen ftps
              bind 127.0.0.1:%3$d
              server wharf 127.0.0.2:%4$s %5$s source 127.0.0.4
            listen data
              bind 127.0.0.1:%6$d-%7$d
              server wharf 127.0.0.2 %5$s source 127.0.0.4
            """
                .formatted(
                    control(),
                    port(program, "ftp"),
                    control() + 1,
                    port(program, "ftps"),
                    how,
                    ports,
                    ports + PASSIVE_PORTS - 1));
    Process haproxy =
        new ProcessBuilder("haproxy", "-q", "-db", "-f", configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("haproxy.log").toFile())
            .start();
    Harbour.await("haproxy listens", () -> !haproxy.isAlive() || listens(control() + 1));
    assertThat(haproxy.isAlive()).as("haproxy runs").isTrue();
    return haproxy;
  }

  private int control() {
    return ports + PASSIVE_PORTS;
  }

  private static boolean listens(int port) {
    try (Socket _ = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private Site site(Security security) {
    int port = security.isImplicit() ? control() + 1 : control();
    InetSocketAddress at = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    return new Site(at, false, security, outside);
  }

  @ParameterizedTest
  @CsvSource({
    "send-proxy, virtual",
    "send-proxy-v2, virtual",
    "send-proxy, epoll-et",
    "send-proxy-v2, processes"
  })
  void clientsComeThroughIt(String how, String model) throws Exception {
    try (Program program = serve("--model=" + model)) {
      Process haproxy = balance(program, how);
      try {
        for (Security security :
            List.of(Security.PLAIN, Security.explicit("1.3"), Security.implicit("1.3"))) {
          for (RealClient client : List.of(new Curl(), new Lftp())) {
            Site site = site(security);
            assertThat(client.list(site, "")).contains("f");
            assertThat(client.digest(site, "f")).isEqualTo(Content.sha256(file));
            client.upload(site, file, "up");
            assertThat(Content.sha256(root.resolve("up"))).isEqualTo(Content.sha256(file));
            Files.delete(root.resolve("up"));
          }
        }
        // PASV tells the balancer's address, by itself.
        Site site = site(Security.PLAIN);
        assertThat(
                curl(site, "127.0.0.5", "--disable-epsv", "--no-ftp-skip-pasv-ip", site.url("f"))
                    .digest())
            .isEqualTo(Content.sha256(file));
        assertThatThrownBy(() -> curl(site, "127.0.0.6", site.url("f")).run())
            // What curl makes of a 421.
            .hasMessageContaining("ended with 28");
        assertThat(program.log())
            .anyMatch(line -> line.contains("127.0.0.5 " + Site.USER + " logged in"))
            .noneMatch(line -> line.contains("127.0.0.4 " + Site.USER));
      } finally {
        haproxy.destroyForcibly().onExit().join();
      }
    }
  }

  private static Command curl(Site site, String from, String... words) {
    return Command.of(site, "curl", "-q", "-sS", "-u", Site.USER + ":" + Site.PASSWORD)
        .with("--interface", from)
        .with(words);
  }

  /// Whom the balancer tells of is shut out, not the balancer. A few lines stand in for it: no
  /// client of this machine comes from an address that can be banned.
  @Test
  void aBanIsOfTheClient() throws Exception {
    try (Program program = serve()) {
      int port = Integer.parseInt(port(program, "ftp"));
      for (int i = 0; i < 2; i++) {
        assertThat(guess(port, "192.0.2.7", 5)).startsWith("421 Name or password is wrong");
      }
      assertThat(guess(port, "192.0.2.7", 0)).isEqualTo("421 Not now. Try again later.");
      assertThat(guess(port, "192.0.2.8", 0)).isEqualTo("220 Wharf is ready.");
      assertThat(program.log()).anyMatch(line -> line.contains("192.0.2.7/32 is banned until"));
    }
  }

  /// @return the last reply
  private static String guess(int port, String from, int times) throws IOException {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.4"), 0));
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), port));
      BufferedReader replies =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
      say(socket, "PROXY TCP4 " + from + " 127.0.0.1 40000 21");
      String last = replies.readLine();
      for (int i = 0; i < times; i++) {
        say(socket, "USER " + Site.USER);
        last = replies.readLine();
        say(socket, "PASS wrong");
        last = replies.readLine();
      }
      return String.valueOf(last);
    }
  }

  private static void say(Socket to, String line) throws IOException {
    to.getOutputStream().write((line + "\r\n").getBytes(US_ASCII));
  }
}
