package wharf.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class TimedWireTest {
  private ServerSocket listener;
  private TimedWire wire;
  private Socket peer;

  @BeforeEach
  void connect() throws IOException {
    listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    wire = TimedWire.connect("127.0.0.1", listener.getLocalPort(), Duration.ofSeconds(10));
    peer = listener.accept();
  }

  @AfterEach
  void close() throws IOException {
    wire.close();
    peer.close();
    listener.close();
  }

  @Test
  void readsWhatThePeerWroteAndThenItsEnd() throws IOException {
    peer.getOutputStream().write("hello".getBytes(US_ASCII));
    peer.close();
    ByteBuffer into = ByteBuffer.allocate(100);
    while (wire.read(into) >= 0) {}
    assertThat(new String(into.array(), 0, into.position(), US_ASCII)).isEqualTo("hello");
  }

  @Test
  void aSilentPeerIsATimeout() {
    wire.timeout(Duration.ofMillis(20));
    assertThatExceptionOfType(SocketTimeoutException.class)
        .isThrownBy(() -> wire.read(ByteBuffer.allocate(1)));
  }

  @Test
  void closingFromAnotherThreadEndsAWait() throws Exception {
    Thread closer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    wire.close();
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                });
    assertThatIOException().isThrownBy(() -> wire.read(ByteBuffer.allocate(1)));
    closer.join();
  }

  @Test
  void anInterruptEndsAWaitAndIsNotCalledATimeout() {
    Thread.currentThread().interrupt();
    assertThatIOException()
        .isThrownBy(() -> wire.read(ByteBuffer.allocate(1)))
        .isNotInstanceOf(SocketTimeoutException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aResetIsNoOrderlyEnd() throws IOException {
    wire.reset();
    assertThatIOException().isThrownBy(() -> peer.getInputStream().read());
  }
}
