package wharf.ftp.client;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import wharf.net.TimedWire;

/// The TLS of one session: of its control connection first, and then of its data connections, which
/// resume what was agreed on there. Servers demand that, to know that both are the same client's.
///
/// Java keeps what can be resumed in the context that engines are made of, under the host and port
/// that they are made for. So there is a context for each session, which shares with no other what
/// can be used once; and engines for data connections are made for the port of the control
/// connection.
///
/// Whether the server is believed is asked when the handshake is done, before anything is said: a
/// person who is asked may take their time, and what they answer is thrown as it is.
final class TlsSession {
  private final String host;
  private final int port;
  private final Trust trust;
  private final SSLContext context;

  /// What the server shows on its control connection.
  private List<X509Certificate> chain = List.of();

  /// Why no authority vouches for that.
  private @Nullable CertificateException doubt;

  /// The server's own certificate, once it is believed.
  private @Nullable X509Certificate believed;

  private @Nullable Protection protection;

  TlsSession(Site site) {
    host = site.host();
    port = site.port();
    trust = site.tls().trust();
    try {
      context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Shown()}, null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  /// Puts the control connection under TLS.
  ///
  /// @throws SSLException when they cannot agree
  /// @throws FtpException.Untrusted when the server is not believed
  void protectControl(TimedWire wire) throws IOException {
    SSLSession agreed = wire.secure(engine());
    trust.check(new Trust.Offer(host, port, chain, doubt));
    X509Certificate own = chain.getFirst();
    believed = own;
    protection = new Protection(agreed.getProtocol(), agreed.getCipherSuite(), own);
  }

  /// Puts a data connection under TLS.
  ///
  /// @throws SSLException when they cannot agree
  /// @throws FtpException.Untrusted when it is not the server's that the control connection leads
  ///   to
  void protectData(TimedWire wire) throws IOException {
    SSLSession agreed;
    try {
      agreed = wire.secure(engine());
    } catch (SSLException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof Another another) {
          throw stranger(another);
        }
      }
      throw e;
    }
    if (!agreed.getPeerCertificates()[0].equals(believed)) {
      throw stranger(null);
    }
  }

  private FtpException.Untrusted stranger(@Nullable Throwable cause) {
    return new FtpException.Untrusted(
        ("a data connection to %s shows another certificate than its control connection: it was not"
                + " used, somebody else may have answered it")
            .formatted(host),
        cause);
  }

  /// What the control connection is protected by; null as long as it is not.
  @Nullable Protection protection() {
    return protection;
  }

  private SSLEngine engine() {
    SSLEngine engine = context.createSSLEngine(host, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    // The certificate is to be for this host.
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    return engine;
  }

  /// A data connection's certificate that is not the one it is held to.
  private static final class Another extends CertificateException {
    private static final long serialVersionUID = 1;

    Another() {
      super("another certificate than that of the control connection");
    }
  }

  /// Takes note of what the server shows first, and holds it to that afterwards.
  private final class Shown extends X509ExtendedTrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] shown, String kind, SSLEngine engine)
        throws CertificateException {
      X509Certificate held = believed;
      if (held != null) {
        if (!held.equals(shown[0])) {
          throw new Another();
        }
        return;
      }
      chain = List.of(shown);
      try {
        authorities().checkServerTrusted(shown, kind, engine);
        doubt = null;
      } catch (CertificateException e) {
        doubt = e;
      } catch (GeneralSecurityException | IOException | RuntimeException e) {
        // Java has no authorities here, or cannot read them.
        doubt = new CertificateException("no authority is known here", e);
      }
    }

    private X509ExtendedTrustManager authorities() throws GeneralSecurityException, IOException {
      List<X509Certificate> vouching = trust.vouching();
      KeyStore store = null;
      if (!vouching.isEmpty()) {
        store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (X509Certificate one : vouching) {
          store.setCertificateEntry(Trust.fingerprint(one), one);
        }
      }
      TrustManagerFactory known = TrustManagerFactory.getInstance("PKIX");
      known.init(store);
      return (X509ExtendedTrustManager) known.getTrustManagers()[0];
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String kind, Socket socket) {
      throw unasked();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] shown, String kind) {
      throw unasked();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String kind, Socket socket) {
      throw unasked();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String kind, SSLEngine engine) {
      throw unasked();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] shown, String kind) {
      throw unasked();
    }

    private static IllegalStateException unasked() {
      return new IllegalStateException("it is a client, and has engines only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
