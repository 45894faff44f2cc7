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
  private final boolean reusing;
  private @Nullable Protection protection;

  /// @param reusing whether what was agreed on must be of use more than once
  TlsSession(Site site, boolean reusing) {
    this.site = site;
    this.reusing = reusing;
    client = new TlsClient(site.host(), site.port(), site.tls().trust().vouching(), reusing);
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

  /// Whether the last data connection could not resume the session, and those of another that is
  /// [#reusing] could.
  boolean usedUp() {
    return !reusing && !client.resumed();
  }

  /// Whether it is the kind of which what was agreed on can be used more than once.
  boolean reusing() {
    return reusing;
  }

  /// What the control connection is protected by; null as long as it is not.
  @Nullable Protection protection() {
    return protection;
  }
}
