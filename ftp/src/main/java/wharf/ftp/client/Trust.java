package wharf.ftp.client;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Decides whether a server is who it says. Asked once for each control connection, by the thread
/// that connects; data connections are held to the same certificate.
public interface Trust {
  /// Believes the server, or throws.
  ///
  /// @throws FtpException.Untrusted with both fingerprints where there are two
  void check(Offer offer) throws FtpException;

  /// Asked where a session under [Tls.Mode#PREFER] would go on in the clear, since the server
  /// offers no TLS, and before anything is said that is not for everybody's ears: agrees, or
  /// throws. Whoever stands between can make a server seem to offer none.
  ///
  /// @throws FtpException.Untrusted when this server is known to have had TLS
  default void inTheClear(String host, int port) throws FtpException {}

  /// The certificates of those who may vouch for a server; empty for those whom Java knows.
  default List<X509Certificate> vouching() {
    return List.of();
  }

  /// What a server shows.
  ///
  /// @param chain its own certificate first
  /// @param doubt why no authority vouches for it under this name; null when one does
  record Offer(
      String host, int port, List<X509Certificate> chain, @Nullable CertificateException doubt) {
    public Offer {
      chain = List.copyOf(chain);
    }

    /// The fingerprint of the server's own certificate: SHA-256 in hexadecimal, `9B:F5:...`.
    public String fingerprint() {
      return Trust.fingerprint(chain.getFirst());
    }
  }

  /// Believes those for whom an authority that Java knows vouches, under the name that was asked
  /// for.
  static Trust authorities() {
    return offer -> {
      CertificateException doubt = offer.doubt();
      if (doubt != null) {
        throw new FtpException.Untrusted(
            "no authority vouches for %s:%d (%s); its certificate has the SHA-256 fingerprint %s"
                .formatted(offer.host(), offer.port(), doubt.getMessage(), offer.fingerprint()),
            doubt);
      }
    };
  }

  /// Believes the holders of these certificates and nobody else, whoever vouches for them.
  ///
  /// @param fingerprints SHA-256 in hexadecimal, with colons or without
  static Trust pinned(String... fingerprints) {
    Set<String> pins = Set.of(fingerprints).stream().map(Trust::bare).collect(Collectors.toSet());
    return offer -> {
      if (!pins.contains(bare(offer.fingerprint()))) {
        throw new FtpException.Untrusted(
            "%s:%d shows a certificate with the SHA-256 fingerprint %s, not the one it was to have: %s"
                .formatted(
                    offer.host(),
                    offer.port(),
                    offer.fingerprint(),
                    String.join(" or ", fingerprints)),
            null);
      }
    };
  }

  /// Believes everybody: what is said is hidden from who listens, not from who stands between.
  static Trust anybody() {
    return _ -> {};
  }

  /// SHA-256 of a certificate, `9B:F5:...`.
  static String fingerprint(X509Certificate certificate) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return HexFormat.ofDelimiter(":").withUpperCase().formatHex(hash);
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException("every JDK has SHA-256, and what was decoded has a form", e);
    }
  }

  private static String bare(String fingerprint) {
    return fingerprint.replace(":", "").toUpperCase(java.util.Locale.ROOT);
  }
}
