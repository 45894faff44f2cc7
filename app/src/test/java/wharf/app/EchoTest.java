package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EchoTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final byte[] WORD = "word".getBytes(UTF_8);

  @TempDir Path folder;

  /// `wharf echo` at work.
  private Started echo(String... options) throws IOException {
    String[] words = new String[options.length + 1];
    words[0] = "echo";
    System.arraycopy(options, 0, words, 1, options.length);
    return new Started(folder, words);
  }

  private static int port(Started echo, String transport) throws IOException {
    String line = String.valueOf(echo.out.readLine());
    Matcher url = Pattern.compile("echo://127\\.0\\.0\\.1:(\\d+)/ over (.*)").matcher(line);
    assertThat(url.matches()).as("%s, %s", line, echo.err()).isTrue();
    assertThat(url.group(2)).isEqualTo(transport);
    return Integer.parseInt(url.group(1));
  }

  @Test
  void overTcpAtLoopbackIfNothingIsSaid() throws Exception {
    try (Started echo = echo("--port", "0")) {
      int port = port(echo, "TCP (virtual)");
      assertThat(echo.out.readLine()).isEqualTo("Stop with Ctrl-C.");
      assertEchoed(port);
      assertThat(echo.stop()).isZero();
      assertThat(echo.out.readLine()).isNull();
      assertThat(echo.err()).contains("wharf: stopping");
    }
  }

  @Test
  void overEverythingAtOnce() throws Exception {
    Path file = folder.resolve("s");
    try (Started echo =
        echo(
            "--tcp",
            "--udp",
            "--unix",
            "s",
            "--mode",
            "660",
            "-p",
            "0",
            "--model",
            "nio",
            "--loops",
            "1",
            "--socket",
            "no-delay=off")) {
      int port = port(echo, "TCP (nio)");
      assertThat(port(echo, "UDP (nio)")).isEqualTo(port);
      assertThat(echo.out.readLine()).isEqualTo("echo+unix:" + file);
      assertThat(echo.out.readLine()).isEqualTo("Stop with Ctrl-C.");
      assertEchoed(port);
      try (DatagramSocket client = new DatagramSocket(0, HERE)) {
        client.setSoTimeout(30_000);
        client.send(new DatagramPacket(WORD, WORD.length, HERE, port));
        DatagramPacket answer = new DatagramPacket(new byte[100], 100);
        client.receive(answer);
        assertThat(new String(answer.getData(), 0, answer.getLength(), UTF_8)).isEqualTo("word");
      }
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-rw----");
      try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
        client.write(ByteBuffer.wrap(WORD));
        client.shutdownOutput();
        assertThat(Channels.newInputStream(client).readAllBytes()).isEqualTo(WORD);
      }
      assertThat(echo.stop()).isZero();
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void whatIsTakenIsSaid() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, HERE);
        Started echo = echo("--port", "" + taken.getLocalPort())) {
      assertThat(echo.code()).isEqualTo(1);
      assertThat(echo.err())
          .contains("port " + taken.getLocalPort() + " is taken")
          .contains("choose another with --port");
    }
    try (DatagramSocket taken = new DatagramSocket(0, HERE);
        Started echo = echo("--udp", "--port", "" + taken.getLocalPort())) {
      assertThat(echo.code()).isEqualTo(1);
      assertThat(echo.err()).contains("port " + taken.getLocalPort() + " is taken for UDP");
    }
    Files.writeString(folder.resolve("f"), "mine");
    try (Started echo = echo("--unix", "f")) {
      assertThat(echo.code()).isEqualTo(1);
      assertThat(echo.err()).contains("cannot listen at").contains("not a socket");
    }
    assertThat(folder.resolve("f")).hasContent("mine");
  }

  private static void assertEchoed(int port) throws IOException {
    try (Socket client = new Socket(HERE, port)) {
      client.setSoTimeout(30_000);
      client.getOutputStream().write(WORD);
      client.shutdownOutput();
      assertThat(client.getInputStream().readAllBytes()).isEqualTo(WORD);
    }
  }
}
