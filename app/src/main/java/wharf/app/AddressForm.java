package wharf.app;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The ways of writing an address, and what kind it is.
final class AddressForm {
  private static final int GROUPS = 8;

  /// The blocks that have a meaning of their own, narrower ones first, from IANA's registries of
  /// special-purpose addresses.
  private static final List<Block> BLOCKS =
      List.of(
          new Block("0.0.0.0", 32, "any"),
          new Block("255.255.255.255", 32, "broadcast"),
          new Block("192.0.2.0", 24, "documentation"),
          new Block("198.51.100.0", 24, "documentation"),
          new Block("203.0.113.0", 24, "documentation"),
          new Block("169.254.0.0", 16, "link-local"),
          new Block("192.168.0.0", 16, "private"),
          new Block("198.18.0.0", 15, "benchmarking"),
          new Block("172.16.0.0", 12, "private"),
          new Block("100.64.0.0", 10, "shared by a provider's customers"),
          new Block("0.0.0.0", 8, "this network"),
          new Block("10.0.0.0", 8, "private"),
          new Block("127.0.0.0", 8, "loopback"),
          new Block("224.0.0.0", 4, "multicast"),
          new Block("240.0.0.0", 4, "reserved"),
          new Block("::", 128, "any"),
          new Block("::1", 128, "loopback"),
          new Block("64:ff9b::", 96, "IPv4 behind a translator"),
          new Block("2001:db8::", 32, "documentation"),
          new Block("3fff::", 20, "documentation"),
          new Block("fe80::", 10, "link-local"),
          new Block("fec0::", 10, "private"),
          new Block("ff00::", 8, "multicast"),
          new Block("fc00::", 7, "private"),
          new Block("2000::", 3, "public"));

  private AddressForm() {}

  /// The addresses whose first `bits` are those of `start`.
  private record Block(String start, int bits, String kind) {
    boolean holds(InetAddress address) {
      byte[] mine = InetAddress.ofLiteral(start).getAddress();
      byte[] other = address.getAddress();
      if (mine.length != other.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit % 8);
        if ((mine[bit / 8] & mask) != (other[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }
  }

  /// The usual form; that of IPv6 compressed as RFC 5952 says, with the scope if there is one.
  static String text(InetAddress address) {
    if (!(address instanceof Inet6Address six)) {
      return String.valueOf(address.getHostAddress());
    }
    int[] groups = groups(six);
    int start = 0;
    // A single zero is not worth a "::".
    int length = 1;
    for (int i = 0; i < GROUPS; i++) {
      int end = i;
      while (end < GROUPS && groups[end] == 0) {
        end++;
      }
      if (end - i > length) {
        start = i;
        length = end - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (length > 1 && i == start) {
        text.append("::");
        i += length - 1;
      } else {
        String separator = i == 0 || text.charAt(text.length() - 1) == ':' ? "" : ":";
        text.append(separator).append(Integer.toHexString(groups[i]));
      }
    }
    String whole = String.valueOf(six.getHostAddress());
    int scope = whole.indexOf('%');
    return scope < 0 ? text.toString() : text + whole.substring(scope);
  }

  /// All 32 digits of an IPv6 address.
  static String full(Inet6Address address) {
    StringBuilder text = new StringBuilder();
    for (int group : groups(address)) {
      text.append(text.isEmpty() ? "" : ":").append(String.format(Locale.ROOT, "%04x", group));
    }
    return text.toString();
  }

  /// What kind of address it is, in a word or a few.
  static String kind(InetAddress address) {
    for (Block block : BLOCKS) {
      if (block.holds(address)) {
        return block.kind();
      }
    }
    return address instanceof Inet6Address ? "reserved" : "public";
  }

  /// An address of a socket, as "127.0.0.1 port 21"; that of a Unix-domain socket is its path.
  static String text(@Nullable SocketAddress address) {
    return switch (address) {
      case null -> "nowhere";
      case InetSocketAddress at when !at.isUnresolved() ->
          text(at.getAddress()) + " port " + at.getPort();
      default -> address.toString();
    };
  }

  private static int[] groups(Inet6Address address) {
    byte[] bytes = address.getAddress();
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = ((bytes[2 * i] & 0xFF) << 8) | (bytes[2 * i + 1] & 0xFF);
    }
    return groups;
  }
}
