package wharf.protocol;

import java.security.cert.X509Certificate;
import java.util.List;

/// What a handshake of TLS has agreed on.
///
/// @param version as `TLSv1.3`
/// @param cipher the name of the cipher suite (RFC 8446 appendix B.4)
/// @param peer the client's certificate, verified, and those that vouch for it; empty when it
///   showed none
public record Security(String version, String cipher, List<X509Certificate> peer) {
  public Security {
    peer = List.copyOf(peer);
  }
}
