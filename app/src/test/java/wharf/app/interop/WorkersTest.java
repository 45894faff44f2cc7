package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wharf.app.TlsPeek;
import wharf.protocol.Transport;

/// The program under the model `processes`, as processes.
@Tag("interop")
@Timeout(180)
final class WorkersTest {
  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Path root;
  private Path outside;

  @BeforeEach
  void folders() throws IOException {
    root = Files.createDirectories(folder.resolve("root"));
    outside = Files.createDirectories(folder.resolve("outside"));
  }

  @ParameterizedTest
  @CsvSource({"nio, 0", "virtual, 1"})
  void workersServeAndKnowTheAccounts(String each, String clients) throws IOException {
    Path file = Content.random(root.resolve("f"), 1_000_000, 1);
    try (Program program =
        Program.serve(
            root,
            Program.NATIVE,
            "--writable",
            "--model",
            "processes",
            "--workers",
            "2",
            "--each",
            each,
            "--connections-per-worker",
            clients)) {
      Site site = program.site(outside);
      assertThat(program.told("Ready (")).startsWith("2 processes, each " + each);
      String password = program.told("log in as wharf with the password");
      List<ProcessHandle> workers = program.children();
      assertThat(workers).hasSize(2);
      for (ProcessHandle worker : workers) {
        Path seen = Path.of("/proc", Long.toString(worker.pid()));
        assertThat(Files.readString(seen.resolve("cmdline"))).doesNotContain(password);
        assertThat(Files.readString(seen.resolve("environ")))
            .contains("WHARF_WORKER_HANDOVER")
            .doesNotContain(password, "$argon2id$");
      }

      // As many log-ins as make sure that every worker has met one.
      for (int i = 0; i < 4; i++) {
        assertThat(curl(site, "-l", site.url("")).run().lines()).contains("f");
        assertThat(curl(site, site.url("f")).digest()).isEqualTo(Content.sha256(file));
        String login = "wharf:" + password;
        String _ = curl(site, "-u", login, "-T", file.toString(), site.url("g" + i)).run();
        assertThat(Content.sha256(root.resolve("g" + i))).isEqualTo(Content.sha256(file));
      }

      workers = program.children();
      assertThat(program.stop()).as("an orderly stop, by SIGTERM").isZero();
      assertThat(workers).noneMatch(ProcessHandle::isAlive);
      assertThat(listening(site)).isFalse();
    }
  }

  /// Each worker has the certificate that the banner tells, and those of the other port begin with
  /// TLS.
  @Test
  void workersSpeakTls() throws IOException {
    Path file = Content.random(root.resolve("f"), 1_000_000, 1);
    try (Program program =
        Program.serve(
            root,
            Program.NATIVE,
            "--model=processes",
            "--workers=2",
            "--ftps-port=0",
            "--tls=require")) {
      Site site = program.site(outside);
      String fingerprint = program.told("fingerprint ");
      String url = program.told("ftps://");
      int port = Integer.parseInt(url.substring(url.indexOf(':') + 1, url.length() - 1));
      assertThat(program.children()).as("two for each port").hasSize(4);
      for (int i = 0; i < 4; i++) {
        assertThat(TlsPeek.at(port).fingerprint()).isEqualTo(fingerprint);
        assertThat(curl(site, "-k", "ftps://" + url + "f").digest())
            .isEqualTo(Content.sha256(file));
        assertThat(curl(site, "-k", "--ssl-reqd", site.url("f")).digest())
            .isEqualTo(Content.sha256(file));
      }
      assertThatThrownBy(() -> curl(site, site.url("f")).run()).hasMessageContaining("denied");
      assertThat(program.log())
          .filteredOn(line -> line.contains("under TLS"))
          .hasSize(12)
          .allMatch(line -> line.matches(".* \\[\\d+\\] 127\\.0\\.0\\.1 under TLSv1\\.3 .*"));
      assertThat(program.stop()).isZero();
    }
  }

  /// What the parent could not have, its workers do not try.
  @Test
  void workersGoWithoutTlsTogether() throws IOException {
    Files.writeString(folder.resolve("wharf"), "in the place of a folder");
    Content.random(root.resolve("f"), 1_000, 1);
    try (Program program = Program.serve(root, Program.NATIVE, "--model=processes")) {
      Site site = program.site(outside);
      Files.delete(folder.resolve("wharf"));
      assertThatThrownBy(() -> curl(site, "--ssl-reqd", site.url("f")).run())
          .hasMessageContaining("SSL");
      assertThat(program.log()).filteredOn(line -> line.contains("there is no TLS")).hasSize(1);
    }
  }

  @Test
  void echoHasWorkersForEveryTransport() throws IOException {
    Path file = outside.resolve("s");
    List<String> words =
        Program.command(
            Program.NATIVE,
            List.of("echo", "--port=0", "--tcp", "--udp", "--unix=" + file, "--model=processes")
                .toArray(String[]::new));
    Path log = outside.resolve("log");
    Process echo =
        new ProcessBuilder(words).redirectError(log.toFile()).directory(outside.toFile()).start();
    try (BufferedReader said = echo.inputReader(UTF_8)) {
      String banner = String.valueOf(said.readLine());
      assertThat(banner)
          .matches("echo://127\\.0\\.0\\.1:\\d+/ over TCP \\(\\d+ processes, each virtual\\)");
      int port = URI.create(banner.substring(0, banner.indexOf(' '))).getPort();
      for (Transport over : Transport.values()) {
        assertThat(echoed(over, port, file)).as("over %s", over).isEqualTo("word");
      }
      assertThat(echo.children()).as("some for each socket").hasSizeGreaterThanOrEqualTo(3);
      List<ProcessHandle> workers = echo.children().toList();
      echo.destroy();
      assertThat(echo.onExit().orTimeout(60, TimeUnit.SECONDS).join().exitValue()).isZero();
      assertThat(workers).noneMatch(ProcessHandle::isAlive);
      assertThat(file).doesNotExist();
      assertThat(Files.readString(log)).doesNotContain("problem");
    } finally {
      echo.destroyForcibly();
    }
  }

  /// What comes back when "word" was sent.
  private static String echoed(Transport over, int port, Path file) throws IOException {
    byte[] word = "word".getBytes(UTF_8);
    InetSocketAddress at = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    if (over == Transport.UDP) {
      try (DatagramSocket client = new DatagramSocket()) {
        client.setSoTimeout(60_000);
        client.send(new DatagramPacket(word, word.length, at));
        DatagramPacket answer = new DatagramPacket(new byte[100], 100);
        client.receive(answer);
        return new String(answer.getData(), 0, answer.getLength(), UTF_8);
      }
    }
    try (SocketChannel client =
        SocketChannel.open(over == Transport.TCP ? at : UnixDomainSocketAddress.of(file))) {
      client.write(ByteBuffer.wrap(word));
      client.shutdownOutput();
      return new String(Channels.newInputStream(client).readAllBytes(), UTF_8);
    }
  }

  @Test
  void noWorkerOutlivesTheProgram() throws IOException {
    try (Program program =
        Program.serve(root, Program.NATIVE, "--model", "processes", "--workers", "2")) {
      Site site = program.site(outside);
      assertThat(listening(site)).isTrue();
      program.kill();
      Harbour.await("the port is free", () -> !listening(site));
    }
  }

  @Test
  void withoutNativeCallsItSaysWhy() throws Exception {
    List<String> words =
        Program.command(List.of(), "serve", root.toString(), "-p", "0", "--model", "processes");
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    Program.keepState(builder, outside);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(said)
        .contains("wharf: worker processes cannot be had: ", "start it with `java -jar wharf.jar`")
        .doesNotContain("Exception");
  }

  private static boolean listening(Site site) {
    try (Socket _ = new Socket(site.at().getAddress(), site.at().getPort())) {
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  private static Command curl(Site site, String... words) {
    return Command.of(site, "curl", "-q", "-sS").with(words);
  }
}
