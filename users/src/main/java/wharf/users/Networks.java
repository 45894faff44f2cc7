package wharf.users;

import java.net.InetAddress;
import java.util.List;

/// Where clients may come from. The most specific network that an address is in decides alone, as
/// the most specific rule does of a folder; one that is both allowed and denied is denied. An
/// address in none of them may come, unless there are some that are allowed: then only they are.
///
/// ```
///   --allow 192.0.2.0/24 --deny 192.0.2.66       that network but one, and nobody else
///   --deny 198.51.100.0/24 --allow 198.51.100.7  everybody but that network, and one of it
/// ```
///
/// All are looked at, one after another, for each client: some thousands are not felt.
public record Networks(List<Network> allowed, List<Network> denied) {
  /// From everywhere.
  public static final Networks ALL = new Networks(List.of(), List.of());

  public Networks {
    allowed = List.copyOf(allowed);
    denied = List.copyOf(denied);
  }

  /// Whether a client may come from there.
  public boolean admit(InetAddress from) {
    int allows = bits(allowed, from);
    int denies = bits(denied, from);
    return denies < 0 ? allows >= 0 || allowed.isEmpty() : allows > denies;
  }

  /// How specific the most specific of them is that `address` is in; -1 if it is in none.
  private static int bits(List<Network> networks, InetAddress address) {
    int most = -1;
    for (Network network : networks) {
      if (network.bits() > most && network.contains(address)) {
        most = network.bits();
      }
    }
    return most;
  }
}
