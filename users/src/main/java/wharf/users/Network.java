package wharf.users;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.regex.Pattern;

/// Addresses that begin alike: `192.0.2.0/24`, `2001:db8::/32`, or a single one (RFC 4632, RFC 4291
/// section 2.3). An IPv4 address that comes as IPv6 (`::ffff:192.0.2.1`) is the IPv4 one.
public final class Network {
  /// Of digits only, so that no name is ever looked up.
  private static final Pattern NUMERIC = Pattern.compile("[\\p{XDigit}:.]+");

  private final byte[] address;
  private final int bits;

  private Network(byte[] address, int bits) {
    this.address = address;
    this.bits = bits;
  }

  /// Reads one as people write it.
  ///
  /// @throws IllegalArgumentException when it is none, or says bits beyond its length
  public static Network parse(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    byte[] address;
    try {
      if (!NUMERIC.matcher(host).matches()
          || (host.indexOf(':') < 0 && host.split("\\.", -1).length != 4)) {
        throw new UnknownHostException(host);
      }
      address = InetAddress.getByName(host).getAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is no network: one is written as 192.0.2.0/24 or 2001:db8::/32", e);
    }
    int most = address.length * 8;
    int bits = most;
    if (slash >= 0) {
      String length = text.substring(slash + 1);
      bits = length.matches("\\d{1,3}") ? Integer.parseInt(length) : -1;
      if (bits < 0 || bits > most) {
        throw new IllegalArgumentException(
            "'" + text + "' is no network: after the slash come 0 to " + most);
      }
    }
    Network network = new Network(address, bits);
    for (int i = bits; i < most; i++) {
      if (network.bit(address, i)) {
        throw new IllegalArgumentException(
            "'" + text + "' says more than its first " + bits + " bits, which alone count");
      }
    }
    return network;
  }

  /// What one customer has who comes from `peer`: this one address, or, of IPv6, the /64 it is in
  /// (RFC 6177: nobody is given less).
  public static Network around(InetAddress peer) {
    byte[] address = peer.getAddress();
    if (address.length == 4) {
      return new Network(address, 32);
    }
    Arrays.fill(address, 8, 16, (byte) 0);
    return new Network(address, 64);
  }

  /// Whether `peer` is one of them.
  public boolean contains(InetAddress peer) {
    byte[] other = peer.getAddress();
    if (other.length != address.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      if (bit(other, i) != bit(address, i)) {
        return false;
      }
    }
    return true;
  }

  /// How many bits they have in common: the more, the fewer they are.
  public int bits() {
    return bits;
  }

  private boolean bit(byte[] of, int index) {
    return (of[index / 8] & (0x80 >> index % 8)) != 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Network network
        && bits == network.bits
        && Arrays.equals(address, network.address);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(address) + bits;
  }

  @Override
  public String toString() {
    try {
      return InetAddress.getByAddress(address).getHostAddress() + "/" + bits;
    } catch (UnknownHostException e) {
      throw new IllegalStateException("it was one when it was read", e);
    }
  }
}
