package wharf.app.interop;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/// Where a client is to go, and how.
///
/// @param at where the server listens
/// @param active whether the server connects for data (PORT, EPRT), not the client (PASV, EPSV)
/// @param security whether under TLS; the certificate to be trusted is [Certificate#only]
/// @param scratch a folder for what the client keeps for itself
record Site(InetSocketAddress at, boolean active, Security security, Path scratch) {
  static final String USER = "alice";
  static final String PASSWORD = "s3cret";

  /// In the clear.
  Site(InetSocketAddress at, boolean active, Path scratch) {
    this(at, active, Security.PLAIN, scratch);
  }

  Site inActiveMode() {
    return new Site(at, true, security, scratch);
  }

  /// As a URL has it.
  String host() {
    return at.getAddress() instanceof Inet6Address ? "[::1]" : "127.0.0.1";
  }

  /// Without brackets.
  String address() {
    return at.getAddress() instanceof Inet6Address ? "::1" : "127.0.0.1";
  }

  String port() {
    return Integer.toString(at.getPort());
  }

  /// `ftp://host:port/path`, or `ftps:` where it begins with TLS, every byte that could mean
  /// something percent-encoded.
  String url(String path) {
    return (security.isImplicit() ? "ftps://" : "ftp://")
        + host()
        + ":"
        + port()
        + "/"
        + encoded(path);
  }

  /// The same with name and password.
  String urlWithPassword(String path) {
    return "ftp://" + USER + ":" + PASSWORD + url(path).replaceFirst("ftp://", "@");
  }

  private static String encoded(String path) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) Byte.toUnsignedInt(b);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || "/-._~".indexOf(c) >= 0);
      encoded.append(plain ? String.valueOf(c) : "%" + HexFormat.of().toHexDigits(b));
    }
    return encoded.toString();
  }
}
