package wharf.app;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which way connections take.
///
/// @param family IPv4 or IPv6 alone; null for both
/// @param source the address to come from; null for the system's choice
/// @param sourcePort the port to come from; 0 for the system's choice
/// @param broadcast whether datagrams may go to broadcast addresses
/// @param limit how long to wait for a connection; null for as long as the system does
record Route(
    @Nullable StandardProtocolFamily family,
    @Nullable String source,
    int sourcePort,
    boolean broadcast,
    @Nullable Duration limit) {

  /// The addresses of `host` that this way leads to; at least one.
  List<InetAddress> addresses(String host) throws Failure, InterruptedException {
    List<InetAddress> all;
    try {
      all = Lookup.addresses(host);
    } catch (UnknownHostException e) {
      throw new Failure(
          ExitCode.UNREACHABLE,
          "no address is known for %s (%s): check the spelling, and that the network is there"
              .formatted(host, Lookup.why(host, e)),
          e);
    }
    List<InetAddress> fit = all.stream().filter(this::admits).toList();
    if (fit.isEmpty()) {
      boolean six = family == StandardProtocolFamily.INET6;
      throw new Failure(
          ExitCode.UNREACHABLE,
          "%s has no %s address; without %s others are tried"
              .formatted(host, six ? "IPv6" : "IPv4", six ? "-6" : "-4"),
          null);
    }
    return fit;
  }

  boolean admits(InetAddress address) {
    return family == null || family == familyOf(address);
  }

  /// The address and port to come from.
  ///
  /// @param to its family decides which of the source's addresses is taken
  /// @return null for the system's choice
  @Nullable InetSocketAddress from(InetAddress to) throws Failure, InterruptedException {
    if (source == null) {
      return sourcePort == 0 ? null : new InetSocketAddress(sourcePort);
    }
    for (InetAddress address : addresses(source)) {
      if (familyOf(address) == familyOf(to)) {
        return new InetSocketAddress(address, sourcePort);
      }
    }
    throw new Failure(
        ExitCode.UNREACHABLE,
        "there is no way from %s to %s: one is IPv4, the other IPv6"
            .formatted(source, AddressForm.text(to)),
        null);
  }

  static StandardProtocolFamily familyOf(InetAddress address) {
    return switch (address) {
      case Inet4Address _ -> StandardProtocolFamily.INET;
      case Inet6Address _ -> StandardProtocolFamily.INET6;
      default -> throw new IllegalArgumentException("neither IPv4 nor IPv6: " + address);
    };
  }
}
