package wharf.ftp.client;

import java.security.cert.X509Certificate;

/// What a session is protected by.
///
/// @param protocol as `TLSv1.3`
/// @param cipher as `TLS_AES_256_GCM_SHA384`
/// @param certificate the server's own
public record Protection(String protocol, String cipher, X509Certificate certificate) {
  /// The certificate's SHA-256 fingerprint, `9B:F5:...`.
  public String fingerprint() {
    return Trust.fingerprint(certificate);
  }
}
