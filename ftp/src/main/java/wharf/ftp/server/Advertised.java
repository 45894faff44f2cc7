package wharf.ftp.server;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.Map;
import wharf.users.Network;

/// The address that PASV names, where the one that a client has come to is not the one it knows:
/// behind a router or in a container. EPSV names none (RFC 2428 section 3), and needs nothing of
/// this.
///
/// @param byNetwork what clients of a network are told; the smallest network that a client is in
///   decides, and clients in none are told the address they have come to. [#AS_IT_IS] is that one,
///   too: for a part of a network
public record Advertised(Map<Network, Inet4Address> byNetwork) {
  /// Everybody is told the address they have come to.
  public static final Advertised NOTHING = new Advertised(Map.of());

  /// Everybody over IPv4.
  public static final Network EVERYBODY = Network.parse("0.0.0.0/0");

  /// 0.0.0.0, for the address that the client has come to.
  public static final Inet4Address AS_IT_IS = (Inet4Address) InetAddress.ofLiteral("0.0.0.0");

  public Advertised {
    byNetwork = Map.copyOf(byNetwork);
  }

  /// What a client is told.
  ///
  /// @param here the address that it has come to
  public Inet4Address to(InetAddress client, Inet4Address here) {
    return byNetwork.entrySet().stream()
        .filter(entry -> entry.getKey().contains(client))
        .max(Comparator.comparingInt(entry -> entry.getKey().bits()))
        .map(Map.Entry::getValue)
        .filter(address -> !address.isAnyLocalAddress())
        .orElse(here);
  }
}
