package wharf.net;

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

/// The client's side of TLS with one server, over a first connection and then over others, which
/// resume what was agreed on over the first.
///
/// ```
/// Agreed agreed = tls.begin(first);     believed by whoever asks a person, or compares:
/// tls.believe();                        nothing was said yet but the handshake
/// tls.resume(another);                  under the same certificate, or not at all
/// ```
///
/// Java keeps what can be resumed in the context that engines are made of, under the host and port
/// that they are made for. So this has a context of its own, which shares with no other what can be
/// used once; and all its engines are made for the host and port of the first connection, wherever
/// the others lead.
///
/// For one thread at a time.
public final class TlsClient {
  private final String host;
  private final int port;
  private final List<X509Certificate> authorities;
  private final SSLContext context;
  private List<X509Certificate> chain = List.of();
  private @Nullable CertificateException doubt;
  private @Nullable X509Certificate believed;

  /// Whether the last handshake resumed what was agreed on before: then no certificate is shown.
  private boolean resumed;

  /// Whether TLS 1.2 is the only version.
  private final boolean reusing;

  /// What came of the handshake.
  ///
  /// @param protocol as `TLSv1.3`
  /// @param cipher as `TLS_AES_256_GCM_SHA384`
  /// @param chain the server's own certificate first
  /// @param doubt why no authority vouches for it under this name; null when one does
  public record Agreed(
      String protocol,
      String cipher,
      List<X509Certificate> chain,
      @Nullable CertificateException doubt) {
    public Agreed {
      chain = List.copyOf(chain);
    }
  }

  /// The server of a further connection shows another certificate than that of the first.
  public static final class Stranger extends SSLException {
    private static final long serialVersionUID = 1;

    Stranger(@Nullable Throwable cause) {
      super("another certificate than that of the first connection", cause);
    }
  }

  /// @param host by the name that its certificate is to be for
  /// @param authorities who may vouch for it; none for those whom Java knows
  /// @param reusing whether by TLS 1.2 only, whose sessions can be resumed any number of times: of
  ///   TLS 1.3 Java uses each ticket once
  public TlsClient(String host, int port, List<X509Certificate> authorities, boolean reusing) {
    this.reusing = reusing;
    this.host = host;
    this.port = port;
    this.authorities = List.copyOf(authorities);
    try {
      context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Shown()}, null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  /// Puts the first connection under TLS, whoever the server is: that is for the caller to judge,
  /// before anything is said.
  ///
  /// @throws SSLException when they cannot agree
  public Agreed begin(TimedWire wire) throws IOException {
    SSLSession agreed = wire.secure(engine());
    return new Agreed(agreed.getProtocol(), agreed.getCipherSuite(), chain, doubt);
  }

  /// Holds the server to what it showed on the first connection.
  public void believe() {
    believed = chain.getFirst();
  }

  /// Puts another connection under TLS, once the first is believed.
  ///
  /// @throws Stranger when it is another server's
  /// @throws SSLException when they cannot agree
  public void resume(TimedWire wire) throws IOException {
    SSLSession agreed;
    try {
      agreed = wire.secure(engine());
    } catch (SSLException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof Another) {
          throw new Stranger(e);
        }
      }
      throw e;
    }
    if (!agreed.getPeerCertificates()[0].equals(believed)) {
      throw new Stranger(null);
    }
  }

  /// Whether the last handshake resumed what was agreed on before.
  public boolean resumed() {
    return resumed;
  }

  private SSLEngine engine() {
    SSLEngine engine = context.createSSLEngine(host, port);
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    // The certificate is to be for this host.
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    if (reusing) {
      parameters.setProtocols(new String[] {"TLSv1.2"});
    }
    engine.setSSLParameters(parameters);
    resumed = true;
    return engine;
  }

  /// A certificate that is not the one the server is held to.
  private static final class Another extends CertificateException {
    private static final long serialVersionUID = 1;

    Another() {
      super("another certificate than before");
    }
  }

  /// Takes note of what the server shows first, and holds it to that afterwards.
  private final class Shown extends X509ExtendedTrustManager {
    @Override
    public void checkServerTrusted(X509Certificate[] shown, String kind, SSLEngine engine)
        throws CertificateException {
      resumed = false;
      X509Certificate held = believed;
      if (held != null) {
        if (!held.equals(shown[0])) {
          throw new Another();
        }
        return;
      }
      chain = List.of(shown);
      try {
        known().checkServerTrusted(shown, kind, engine);
        doubt = null;
      } catch (CertificateException e) {
        doubt = e;
      } catch (GeneralSecurityException | IOException | RuntimeException e) {
        // Java has no authorities here, or cannot read them.
        doubt = new CertificateException("no authority is known here", e);
      }
    }

    private X509ExtendedTrustManager known() throws GeneralSecurityException, IOException {
      KeyStore store = null;
      if (!authorities.isEmpty()) {
        store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int count = 0;
        for (X509Certificate one : authorities) {
          store.setCertificateEntry("authority-" + ++count, one);
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
