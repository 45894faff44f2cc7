package wharf.server;

import java.lang.System.Logger.Level;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import wharf.net.TlsWire;
import wharf.net.Wire;
import wharf.protocol.Security;

/// One session's connections under TLS: the control connection, and the data connections that have
/// to be its own.
///
/// A session of TLS carries the name of the engine it began with, also within a ticket that only
/// this server can read. So a data connection whose session has the name of the control
/// connection's resumes that, or what has resumed it, or, where the control connection itself went
/// on with an earlier session of the client's, that one.
final class SecureChannel {
  private final TlsSettings settings;
  private final Context context;
  private final String client;
  private final String name;
  private final String host;
  private final SSLContext identity;
  private final FedWire fed;
  private final TlsWire control;
  private boolean told;

  /// Whether the client has shown that it can resume.
  private boolean resumes;

  private boolean warned;

  /// @param below of the control connection; this object's from here on
  /// @param host the one that the client means, if it has said so; else ""
  /// @param client its name for the log
  SecureChannel(TlsSettings settings, Context context, Wire below, String host, String client) {
    this.settings = settings;
    this.context = context;
    this.host = host;
    this.client = client;
    byte[] random = new byte[16];
    context.random().nextBytes(random);
    name = HexFormat.of().formatHex(random);
    fed = new FedWire(below);
    identity = settings.context().get();
    control = new TlsWire(fed, settings.engine(identity, name, host));
  }

  TlsWire control() {
    return control;
  }

  /// Below the TLS of the control connection.
  FedWire fed() {
    return fed;
  }

  /// Whether the handshake has just been done; true once.
  boolean hasBegun() {
    boolean begun = !told && control.handshaken();
    told |= begun;
    return begun;
  }

  Security security() {
    SSLSession session = control.session();
    return new Security(session.getProtocol(), session.getCipherSuite(), peer(session));
  }

  private static List<X509Certificate> peer(SSLSession session) {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate one : session.getPeerCertificates()) {
        chain.add((X509Certificate) one);
      }
    } catch (SSLPeerUnverifiedException e) {
      // It was not asked for one, or has none.
    }
    return chain;
  }

  /// For a data connection.
  SSLEngine dataEngine() {
    return settings.engine(identity, "data of " + name, host);
  }

  /// How long a handshake may take.
  Duration patience() {
    return settings.handshake();
  }

  /// Whether a session of TLS tells a data connection of this client's from others: it has resumed,
  /// or there was none yet to see whether it can.
  boolean tellsApart() {
    return settings.binding() != TlsSettings.Binding.OFF && (resumes || !warned);
  }

  /// Whether a data connection with a session of its own is let in so far.
  boolean isLenient() {
    return settings.binding() == TlsSettings.Binding.AUTO && !resumes;
  }

  /// Whether what resumes a session of the one could resume a session of the other.
  boolean hasIdentityOf(SecureChannel other) {
    return identity.equals(other.identity);
  }

  /// Whether a data connection's session is the control connection's. For any thread.
  boolean owns(SSLSession data) {
    return control.session().getPeerHost().equals(data.getPeerHost());
  }

  /// Whether a data connection may be used, by the session of TLS it came with.
  boolean admits(SSLSession data) {
    boolean resumed = owns(data);
    resumes |= resumed;
    return switch (settings.binding()) {
      case OFF -> true;
      case REQUIRE -> resumed;
      case AUTO -> {
        if (!resumes && !warned) {
          warned = true;
          context.log().log(
              Level.INFO,
              "{0} opens data connections with TLS sessions of their own: let in by its address",
              client);
        }
        yield resumed || !resumes;
      }
    };
  }
}
