package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortRangeTest {
  private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");

  private static int port(ServerSocketChannel channel) throws IOException {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  /// The first of `count` ports in a row that are free: others may take them meanwhile, so a test
  /// says what it needs free, and tries again elsewhere.
  private static int free(int count, Random random) throws IOException {
    while (true) {
      int low = random.nextInt(20_000, 30_000);
      List<ServerSocketChannel> all = new ArrayList<>();
      try {
        for (int i = 0; i < count; i++) {
          ServerSocketChannel one = ServerSocketChannel.open();
          all.add(one);
          one.bind(new InetSocketAddress(HERE, low + i));
        }
        return low;
      } catch (BindException e) {
        // Somebody has one of them: try others.
      } finally {
        for (ServerSocketChannel one : all) {
          one.close();
        }
      }
    }
  }

  @Test
  void everyPortIsFoundAndThenNone() throws Exception {
    Random random = new Random();
    int low = free(5, random);
    PortRange range = new PortRange(low, low + 4);
    List<ServerSocketChannel> taken = new ArrayList<>();
    Set<Integer> ports = new HashSet<>();
    try {
      for (int i = 0; i < 5; i++) {
        ServerSocketChannel one = range.listen(HERE, random);
        taken.add(one);
        assertThat(one.isBlocking()).isFalse();
        ports.add(port(one));
      }
      assertThat(ports).hasSize(5).allMatch(port -> port >= low && port <= low + 4);
      assertThatThrownBy(() -> range.listen(HERE, random))
          .isInstanceOf(BindException.class)
          .hasMessageContaining(low + "-" + (low + 4));
      ServerSocketChannel freed = taken.remove(2);
      int again = port(freed);
      freed.close();
      taken.add(range.listen(HERE, random));
      assertThat(port(taken.getLast())).isEqualTo(again);
    } finally {
      for (ServerSocketChannel one : taken) {
        one.close();
      }
    }
  }

  @Test
  void aRangeOfOne() throws Exception {
    Random random = new Random();
    int only = free(1, random);
    PortRange range = new PortRange(only, only);
    try (ServerSocketChannel one = range.listen(HERE, random)) {
      assertThat(port(one)).isEqualTo(only);
      assertThatThrownBy(() -> range.listen(HERE, random)).isInstanceOf(BindException.class);
    }
  }

  @Test
  void theFirstTriedIsAnyOfThem() throws Exception {
    int low = free(8, new Random());
    PortRange range = new PortRange(low, low + 7);
    Set<Integer> first = new HashSet<>();
    Random seeded = new Random(1);
    for (int i = 0; i < 100; i++) {
      try (ServerSocketChannel one = range.listen(HERE, seeded)) {
        first.add(port(one));
      }
    }
    assertThat(first).hasSizeGreaterThan(4);
  }

  @Test
  void whateverTheSystemGives() throws Exception {
    Random random = new Random();
    try (ServerSocketChannel one = PortRange.ANY.listen(HERE, random);
        ServerSocketChannel other = PortRange.ANY.listen(HERE, random)) {
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
    assertThatThrownBy(() -> PortRange.ANY.listen(InetAddress.ofLiteral("192.0.2.1"), new Random()))
        .isInstanceOf(IOException.class);
  }
}
