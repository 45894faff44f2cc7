package wharf.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// Where clients come from. A server limits the sessions of one address, to 200 as it is started
/// here; on Linux all of 127/8 is this machine, so a crowd can come from many. For one thread.
final class Addresses {
  /// Half of the limit, for the clients of one load may still be leaving when the next come.
  private static final int PER_ADDRESS = 100;

  private final boolean many;
  private int given;

  private Addresses(boolean many) {
    this.many = many;
  }

  /// Tries whether this machine has more than one.
  static Addresses find() {
    try (SocketChannel probe = SocketChannel.open()) {
      probe.bind(new InetSocketAddress(address(0), 0));
      return new Addresses(true);
    } catch (IOException e) {
      return new Addresses(false);
    }
  }

  /// How many clients a server lets in at once.
  int most() {
    return many ? Integer.MAX_VALUE : PER_ADDRESS;
  }

  /// Where the next client is to come from; null is anywhere.
  @Nullable InetAddress next() throws UnknownHostException {
    return many ? address(given++ / PER_ADDRESS) : null;
  }

  /// 127.1.0.1 and on: as many as a round trip through 127.1/16 gives.
  private static InetAddress address(int number) throws UnknownHostException {
    int high = Math.floorMod(number / 250, 250);
    int low = 1 + Math.floorMod(number, 250);
    return InetAddress.getByAddress(new byte[] {127, 1, (byte) high, (byte) low});
  }
}
