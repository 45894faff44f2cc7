package wharf.ftp.server;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Addresses of data connections as PORT, PASV (RFC 959), EPRT and EPSV (RFC 2428) write them.
final class DataAddress {
  private static final Pattern PORT =
      Pattern.compile("(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3})");

  /// Any printable ASCII character may delimit; digits, letters, colons and dots occur inside.
  private static final Pattern EPRT =
      Pattern.compile(
          "([\\x21-\\x7e&&[^0-9a-zA-Z:.]])([12])\\1([0-9a-fA-F:.]{2,45})\\1(\\d{1,5})\\1");

  private DataAddress() {}

  /// Reads `h1,h2,h3,h4,p1,p2`.
  static Optional<InetSocketAddress> parsePort(String text) {
    Matcher matcher = PORT.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    byte[] bytes = new byte[6];
    for (int i = 0; i < 6; i++) {
      int number = Integer.parseInt(matcher.group(i + 1));
      if (number > 255) {
        return Optional.empty();
      }
      bytes[i] = (byte) number;
    }
    int port = Byte.toUnsignedInt(bytes[4]) << 8 | Byte.toUnsignedInt(bytes[5]);
    try {
      return Optional.of(
          new InetSocketAddress(InetAddress.getByAddress(Arrays.copyOf(bytes, 4)), port));
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }

  /// Reads `|1|132.235.1.2|6275|` or `|2|1080::8:800:200C:417A|5282|`; never asks a name server.
  static Optional<InetSocketAddress> parseEprt(String text) {
    Matcher matcher = EPRT.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int port = Integer.parseInt(matcher.group(4));
    if (port > 65_535) {
      return Optional.empty();
    }
    try {
      InetAddress address =
          matcher.group(2).equals("1")
              ? Inet4Address.ofLiteral(matcher.group(3))
              : Inet6Address.ofLiteral(matcher.group(3));
      return Optional.of(new InetSocketAddress(address, port));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /// Whether EPRT's text names a protocol other than IPv4 and IPv6: that has a reply of its own.
  static boolean isOtherProtocol(String text) {
    String[] parts =
        text.length() > 1 ? text.split(Pattern.quote(text.substring(0, 1)), -1) : new String[0];
    return parts.length > 2 && parts[1].matches("\\d+") && !parts[1].matches("[12]");
  }

  /// Writes `h1,h2,h3,h4,p1,p2`.
  static String port(Inet4Address address, int port) {
    return address.getHostAddress().replace('.', ',') + "," + (port >> 8) + "," + (port & 255);
  }
}
