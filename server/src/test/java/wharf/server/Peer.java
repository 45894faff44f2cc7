package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// Someone at the other end of a stream, be it over TCP or a Unix-domain socket. It waits without a
/// limit of its own: the time-out of the test interrupts it.
final class Peer implements AutoCloseable {
  final SocketChannel channel;
  private final InputStream input;

  Peer(SocketAddress to) throws IOException {
    channel = SocketChannel.open(to);
    input = new BufferedInputStream(Channels.newInputStream(channel));
    if (to instanceof InetSocketAddress) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }

  void writes(byte... bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      channel.write(left);
    }
  }

  void says(String line) throws IOException {
    writes((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /// What comes next, `count` bytes of it, or less at the end.
  byte[] reads(int count) throws IOException {
    return input.readNBytes(count);
  }

  /// The next line; what there is of it at the end.
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next;
    while ((next = input.read()) >= 0 && next != '\n') {
      line.write(next);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  void hears(String line) throws IOException {
    assertThat(line()).isEqualTo(line);
  }

  void hearsTheEnd() throws IOException {
    assertThat(reads(1)).as("the end, in order").isEmpty();
  }

  /// Sends `bytes` and hears them again.
  void isEchoed(byte... bytes) throws IOException {
    writes(bytes);
    assertThat(reads(bytes.length)).isEqualTo(bytes);
  }

  /// Everything up to the end.
  byte[] all() throws IOException {
    return input.readAllBytes();
  }

  /// Is gone, without an end in order where the transport can tell the difference.
  void vanishes() throws IOException {
    if (channel.getLocalAddress() instanceof InetSocketAddress) {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    }
    channel.close();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
