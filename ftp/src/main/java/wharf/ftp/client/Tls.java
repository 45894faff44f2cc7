package wharf.ftp.client;

/// Whether, and how, a session is protected (RFC 4217): both its control connection and its data
/// connections, or neither.
///
/// @param trust which certificates are believed
public record Tls(Mode mode, Trust trust) {
  /// When TLS begins.
  public enum Mode {
    /// Never: all that is said and moved can be read on its way.
    OFF,
    /// By AUTH TLS, if the server knows that; in the clear if not. Who can change what is on its
    /// way can see to it that it does not.
    PREFER,
    /// By AUTH TLS, and there is no session without.
    REQUIRE,
    /// With the connection, before anything is said, as at port 990.
    IMPLICIT,
  }

  /// In the clear.
  public static Tls off() {
    return new Tls(Mode.OFF, Trust.authorities());
  }

  /// By AUTH TLS where the server offers it, with a certificate that authorities vouch for.
  public static Tls preferred() {
    return new Tls(Mode.PREFER, Trust.authorities());
  }

  /// By AUTH TLS, with a certificate that authorities vouch for.
  public static Tls required() {
    return new Tls(Mode.REQUIRE, Trust.authorities());
  }

  /// The same with other certificates.
  public Tls trusting(Trust other) {
    return new Tls(mode, other);
  }
}
