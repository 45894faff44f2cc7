package wharf.server;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/// How connections are put under TLS, 1.2 or 1.3.
///
/// @param context who this server is, and whom it trusts; asked for each control connection, so
///   that a new certificate is shown from then on. For any thread, and not to wait
/// @param binding whether data connections have to be the control connection's own
/// @param clients whether clients are asked for a certificate
/// @param handshake how long one may take
public record TlsSettings(
    Supplier<SSLContext> context, Binding binding, Clients clients, Duration handshake) {
  /// A name for what is spoken, which a client may give (RFC 7301; IANA has it for FTP).
  private static final String APPLICATION = "ftp";

  /// Whether a data connection has to go on with the session of TLS of its control connection. Who
  /// takes over the port between PASV and the client's connection cannot.
  public enum Binding {
    /// A client that has done so once has to go on doing so; one that never does is let in, as some
    /// cannot, from the address of its control connection.
    AUTO,
    REQUIRE,
    OFF
  }

  /// Whether clients are asked for a certificate.
  public enum Clients {
    UNASKED,
    /// One that is shown has to be trusted; none has to be shown.
    ASKED,
    REQUIRED
  }

  /// Nobody is asked for a certificate.
  public static TlsSettings of(Supplier<SSLContext> context) {
    return new TlsSettings(context, Binding.AUTO, Clients.UNASKED, Duration.ofSeconds(30));
  }

  /// The same with another binding.
  public TlsSettings with(Binding other) {
    return new TlsSettings(context, other, clients, handshake);
  }

  /// The server's end of a connection.
  ///
  /// @param context the one of its session's control connection: with another it could not resume
  /// @param name stays with the session of TLS: who resumes it later has it, too
  /// @param host the one that the client means, if it has said so before; else ""
  SSLEngine engine(SSLContext context, String name, String host) {
    SSLEngine engine = context.createSSLEngine(name, 21);
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
    switch (clients) {
      case UNASKED -> {}
      case ASKED -> parameters.setWantClientAuth(true);
      case REQUIRED -> parameters.setNeedClientAuth(true);
    }
    serverName(host).ifPresent(it -> parameters.setServerNames(List.of(it)));
    engine.setSSLParameters(parameters);
    // A client that means another protocol was led here by somebody who wants to mix them up
    // (ALPACA). It is not asked if the client names none.
    engine.setHandshakeApplicationProtocolSelector(
        (_, offered) -> offered.contains(APPLICATION) ? APPLICATION : null);
    return engine;
  }

  private static Optional<SNIServerName> serverName(String host) {
    try {
      return host.isEmpty() ? Optional.empty() : Optional.of(new SNIHostName(host));
    } catch (IllegalArgumentException e) {
      // An address, or no name of a host: no certificate is chosen by it.
      return Optional.empty();
    }
  }
}
