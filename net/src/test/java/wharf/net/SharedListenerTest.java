package wharf.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SharedListenerTest {
  @Test
  void nobodyComesAndNobodyWaits() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open();
        Socket waits = new Socket();
        Socket late = new Socket()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      waits.connect(listener.getLocalAddress());
      SharedListener.end(listener);
      assertThat(listener.isOpen()).isTrue();
      assertThatThrownBy(() -> waits.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      assertThatThrownBy(() -> late.connect(listener.getLocalAddress()))
          .isInstanceOf(ConnectException.class);
      assertThatThrownBy(listener::accept).isInstanceOf(IOException.class);
    }
  }
}
