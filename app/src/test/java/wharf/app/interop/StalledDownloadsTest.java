package wharf.app.interop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.server.Iterative;
import wharf.server.ServerModel;

/// Clients that stop reading in the middle of a download hold up nobody else.
@Tag("interop")
final class StalledDownloadsTest {
  /// Far more than all buffers between the server and a client hold.
  private static final long LARGE = 256L << 20;

  /// Generous: who is held up waits for minutes.
  private static final int DEADLINE_SECONDS = 10;

  private static final int ROUNDS = 5;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  /// Of `iterative` it is the very nature that one client holds up the others.
  static Stream<Arguments> models() {
    return ServerModel.all().stream()
        .filter(model -> !(model instanceof Iterative))
        .flatMap(model -> Stream.of(arguments(4, model), arguments(40, model)));
  }

  @ParameterizedTest
  @MethodSource("models")
  void holdUpNobody(int stalled, ServerModel model) throws Exception {
    try (Harbour harbour = Harbour.open(folder, model)) {
      String sha256 = fill(harbour.root);
      othersAreServed(harbour.site(), stalled, sha256);
    }
  }

  /// As on a machine with two processors, in whatever this test runs on.
  @ParameterizedTest
  @ValueSource(ints = {4, 40})
  void holdUpNobodyWithTwoCarriers(int stalled) throws Exception {
    Path root = Files.createDirectories(folder.resolve("root"));
    Path outside = Files.createDirectories(folder.resolve("outside"));
    String sha256 = fill(root);
    Path password = Files.writeString(outside.resolve("password"), Site.PASSWORD + "\n");
    try (Program program =
        Program.serve(
            root,
            List.of(
                "-Djdk.virtualThreadScheduler.parallelism=2",
                "-Djdk.virtualThreadScheduler.maxPoolSize=2"),
            "--model",
            "virtual",
            "--user",
            Site.USER,
            "--password-file",
            password.toString())) {
      othersAreServed(program.site(outside), stalled, sha256);
    }
  }

  /// @return the SHA-256 of the file that the others download
  private static String fill(Path root) throws IOException {
    Content.sparse(root.resolve("large"), LARGE);
    return Content.sha256(Content.random(root.resolve("small"), 1 << 20, 1));
  }

  private static void othersAreServed(Site site, int stalled, String sha256) throws Exception {
    List<Stalled> clients = new ArrayList<>();
    try {
      for (int i = 0; i < stalled; i++) {
        clients.add(new Stalled(site));
      }
      RealClient other = new CommonsNet();
      for (int i = 0; i < ROUNDS; i++) {
        assertThat(inTime(() -> other.list(site, ""))).containsExactlyInAnyOrder("large", "small");
        assertThat(inTime(() -> other.digest(site, "small"))).isEqualTo(sha256);
      }
      for (Stalled client : clients) {
        assertThat(client.replies.ready()).as("a reply came: it has not stalled").isFalse();
      }
    } finally {
      for (Stalled client : clients) {
        client.close();
      }
    }
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  private static <T> T inTime(Work<T> work) throws Exception {
    CompletableFuture<T> done = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                done.complete(work.run());
              } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
              }
            });
    return done.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /// A client that asks for the large file, reads a byte of it, and no more.
  private static final class Stalled implements AutoCloseable {
    private final Socket control = new Socket();
    private final Socket data = new Socket();
    private final BufferedReader replies;

    Stalled(Site site) throws IOException {
      control.connect(site.at());
      control.setSoTimeout(DEADLINE_SECONDS * 1_000);
      replies = new BufferedReader(new InputStreamReader(control.getInputStream(), US_ASCII));
      expect("220");
      say("USER " + Site.USER, "331");
      say("PASS " + Site.PASSWORD, "230");
      say("TYPE I", "200");
      String passive = say("EPSV", "229");
      int port = Integer.parseInt(passive.replaceFirst(".*\\|\\|\\|(\\d+)\\|.*", "$1"));
      data.setReceiveBufferSize(4_096);
      data.connect(new InetSocketAddress(site.at().getAddress(), port));
      data.setSoTimeout(DEADLINE_SECONDS * 1_000);
      say("RETR large", "150");
      assertThat(data.getInputStream().read()).isGreaterThanOrEqualTo(0);
    }

    private String say(String command, String expected) throws IOException {
      control.getOutputStream().write((command + "\r\n").getBytes(US_ASCII));
      return expect(expected);
    }

    private String expect(String code) throws IOException {
      String reply = replies.readLine();
      assertThat(reply).startsWith(code + " ");
      return reply;
    }

    @Override
    public void close() throws IOException {
      data.close();
      control.close();
    }
  }
}
