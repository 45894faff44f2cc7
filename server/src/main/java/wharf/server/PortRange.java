package wharf.server;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import org.jspecify.annotations.Nullable;

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

  /// Listens at a port that the system chooses.
  static ServerSocketChannel listen(InetAddress local) throws IOException {
    ServerSocketChannel any = listen(local, 0, BACKLOG);
    if (any == null) {
      throw new BindException("no free port at " + local.getHostAddress());
    }
    return any;
  }

  /// Listens at a port, without blocking.
  ///
  /// @return null when somebody else does
  static @Nullable ServerSocketChannel listen(InetAddress local, int port, int backlog)
      throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      channel.bind(new InetSocketAddress(local, port), backlog);
      channel.configureBlocking(false);
      return channel;
    } catch (BindException e) {
      channel.close();
      return null;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }
}
