package wharf.ftp.client;

import java.io.IOException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import wharf.net.TimedWire;
import wharf.net.TlsClient;

/// The TLS of one session: of its control connection first, and then of its data connections, which
/// resume that, as servers demand to know that both are the same client's.
///
/// Whether the server is believed is asked when the handshake is done, before anything is said: a
/// person who is asked may take their time, and what they answer is thrown as it is.
final class TlsSession {
  private final Site site;
  private final TlsClient client;
  private @Nullable Protection protection;

  TlsSession(Site site) {
    this.site = site;
    client = new TlsClient(site.host(), site.port(), site.tls().trust().vouching());
  }

  /// Puts the control connection under TLS.
  ///
  /// @throws SSLException when they cannot agree
  /// @throws FtpException.Untrusted when the server is not believed
  void protectControl(TimedWire wire) throws IOException {
    TlsClient.Agreed agreed = client.begin(wire);
    Trust.Offer offer = new Trust.Offer(site.host(), site.port(), agreed.chain(), agreed.doubt());
    site.tls().trust().check(offer);
    client.believe();
    protection = new Protection(agreed.protocol(), agreed.cipher(), agreed.chain().getFirst());
  }

  /// Puts a data connection under TLS.
  ///
  /// @throws SSLException when they cannot agree
  /// @throws FtpException.Untrusted when it is not the server's that the control connection leads
  ///   to
  void protectData(TimedWire wire) throws IOException {
    try {
      client.resume(wire);
    } catch (TlsClient.Stranger e) {
      throw new FtpException.Untrusted(
          ("a data connection to %s shows another certificate than its control connection: it was"
                  + " not used, somebody else may have answered it")
              .formatted(site.host()),
          e);
    }
  }

  /// What the control connection is protected by; null as long as it is not.
  @Nullable Protection protection() {
    return protection;
  }
}
