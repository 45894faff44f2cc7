package wharf.app;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import wharf.ftp.server.Advertised;
import wharf.users.Network;

/// Where this machine stands among the networks of IPv4, as far as it can be seen from inside.
///
/// @param own its addresses, loopback ones left out, and the network that each is in
/// @param gateways whose address those have, too, whose own was translated on the way: Docker's
///   proxy and routers do so
/// @param behind what translates its addresses, if something that is known does: a router at home
///   shows nothing of itself
record Neighbourhood(
    Map<Inet4Address, Network> own, List<Inet4Address> gateways, Optional<Behind> behind) {

  /// What translates addresses.
  enum Behind {
    CONTAINER("a container"),
    CLOUD("a machine in a cloud");

    final String words;

    Behind(String words) {
      this.words = words;
    }
  }

  /// Left there by Docker and by Podman.
  private static final List<Path> CONTAINER_MARKS =
      List.of(Path.of("/.dockerenv"), Path.of("/run/.containerenv"));

  /// Set by Kubernetes, and by what starts containers as systemd has it.
  private static final List<String> CONTAINER_WORDS =
      List.of("KUBERNETES_SERVICE_HOST", "container");

  /// As their machines call their makers: those whose machines see private addresses only.
  private static final List<String> CLOUDS = List.of("Amazon EC2", "Google", "Alibaba Cloud");

  Neighbourhood {
    own = Map.copyOf(own);
    gateways = List.copyOf(gateways);
  }

  /// That of this machine.
  static Neighbourhood ofMachine(Map<String, String> environment) throws SocketException {
    Map<Inet4Address, Network> own = new LinkedHashMap<>();
    boolean linked = false;
    for (NetworkInterface one : NetworkInterface.networkInterfaces().toList()) {
      if (one.isLoopback()) {
        continue;
      }
      for (InterfaceAddress at : one.getInterfaceAddresses()) {
        if (at.getAddress() instanceof Inet4Address address) {
          own.put(address, around(address, at.getNetworkPrefixLength()));
          linked |= isLinked(one.getName());
        }
      }
    }
    return new Neighbourhood(
        own,
        gateways(read(Path.of("/proc/net/route"))),
        linked && isContainer(environment)
            ? Optional.of(Behind.CONTAINER)
            : isCloud() ? Optional.of(Behind.CLOUD) : Optional.empty());
  }

  private static boolean isContainer(Map<String, String> environment) {
    return CONTAINER_MARKS.stream().anyMatch(Files::exists)
        || CONTAINER_WORDS.stream().anyMatch(environment::containsKey);
  }

  /// Whether the other end of an interface is elsewhere, as that of a container's own is: one that
  /// was given the host's network has none.
  private static boolean isLinked(String name) {
    Path entry = Path.of("/sys/class/net", name);
    return !read(entry.resolve("iflink")).equals(read(entry.resolve("ifindex")));
  }

  private static boolean isCloud() {
    String maker = read(Path.of("/sys/class/dmi/id/sys_vendor"));
    return CLOUDS.stream().anyMatch(maker::startsWith);
  }

  /// @return "" for what is not there
  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  /// The gateways in Linux's table of routes: the third field, as a number in the machine's order
  /// of bytes, the lowest first on all that the JDK runs on.
  static List<Inet4Address> gateways(String routes) {
    return routes
        .lines()
        .skip(1)
        .map(line -> line.trim().split("\\s+"))
        .filter(fields -> fields.length > 2 && fields[2].matches("\\p{XDigit}{8}"))
        .map(fields -> Integer.reverseBytes(Integer.parseUnsignedInt(fields[2], 16)))
        .filter(gateway -> gateway != 0)
        .distinct()
        .map(Neighbourhood::address)
        .toList();
  }

  static Network around(Inet4Address address, int bits) {
    byte[] bytes = address.getAddress();
    int value = 0;
    for (byte one : bytes) {
      value = (value << 8) | (one & 0xff);
    }
    int base = bits == 0 ? 0 : value & (-1 << (32 - bits));
    return Network.parse(address(base).getHostAddress() + "/" + bits);
  }

  private static Inet4Address address(int value) {
    byte[] bytes = {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
    try {
      return (Inet4Address) InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  /// What to tell whom where everybody is to be told `address`: neighbours are not. They reach this
  /// machine itself, and seldom its router's outer address from inside.
  Map<Network, Inet4Address> elsewhere(Inet4Address address) {
    Map<Network, Inet4Address> told = new HashMap<>();
    told.put(Advertised.EVERYBODY, address);
    told.put(Network.parse("127.0.0.0/8"), Advertised.AS_IT_IS);
    own.values().forEach(network -> told.put(network, Advertised.AS_IT_IS));
    gateways.forEach(gateway -> told.put(around(gateway, 32), address));
    if (behind.equals(Optional.of(Behind.CONTAINER))) {
      // Podman's proxy comes from the container's own address.
      own.keySet().forEach(mine -> told.put(around(mine, 32), address));
    }
    return told;
  }

  /// The private address that PASV would tell clients who cannot reach it; nothing where there is
  /// no sign of that.
  Optional<Inet4Address> unreachable() {
    boolean allPrivate = own.keySet().stream().allMatch(Neighbourhood::isPrivate);
    return behind.isPresent() && allPrivate ? own.keySet().stream().findFirst() : Optional.empty();
  }

  /// RFC 1918, RFC 3927, RFC 6598.
  private static boolean isPrivate(Inet4Address address) {
    return address.isSiteLocalAddress()
        || address.isLinkLocalAddress()
        || Network.parse("100.64.0.0/10").contains(address);
  }
}
