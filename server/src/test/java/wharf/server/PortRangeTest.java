package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;

class PortRangeTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

  private static int port(ServerSocketChannel channel) throws IOException {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  @Test
  void whateverTheSystemGives() throws Exception {
    try (ServerSocketChannel one = PortRange.listen(HERE);
        ServerSocketChannel other = PortRange.listen(HERE)) {
      assertThat(port(one)).isPositive().isNotEqualTo(port(other));
    }
  }

  @Test
  void whatIsNoRange() {
    int[][] wrong = {{-1, 5}, {5, 4}, {0, 5}, {1, 65_536}};
    for (int[] one : wrong) {
      assertThatThrownBy(() -> new PortRange(one[0], one[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(one[0] + "-" + one[1]);
    }
  }

  @Test
  void anAddressThatIsNotHere() {
    assertThatThrownBy(() -> PortRange.listen(InetAddress.ofLiteral("192.0.2.1")))
        .isInstanceOf(IOException.class);
  }
}
