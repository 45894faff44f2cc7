package wharf.server;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.random.RandomGenerator;

/// The ports that data connections may come to, both ends included; 0 to 0 lets the system choose.
public record PortRange(int low, int high) {
  /// Whatever the system gives.
  public static final PortRange ANY = new PortRange(0, 0);

  /// One client has one data connection: the few places more are for those that are turned away.
  private static final int BACKLOG = 4;

  public PortRange {
    if (low < 0 || high > 65_535 || low > high || (low == 0 && high != 0)) {
      throw new IllegalArgumentException("no range of ports: " + low + "-" + high);
    }
  }

  /// Listens at a free port of the range, the first tried at random: a port that can be foreseen
  /// can be taken by somebody else.
  ServerSocketChannel listen(InetAddress local, RandomGenerator random) throws IOException {
    int count = high - low + 1;
    int first = count > 1 ? random.nextInt(count) : 0;
    for (int i = 0; i < count; i++) {
      ServerSocketChannel channel = ServerSocketChannel.open();
      try {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        channel.bind(new InetSocketAddress(local, low + (first + i) % count), BACKLOG);
        channel.configureBlocking(false);
        return channel;
      } catch (BindException e) {
        channel.close();
        if (i == count - 1) {
          throw new BindException(
              "no free port for a data connection in "
                  + low
                  + "-"
                  + high
                  + " at "
                  + local.getHostAddress());
        }
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    }
    throw new AssertionError("unreachable: the range has a port");
  }
}
