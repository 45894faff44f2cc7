package wharf.app.interop;

/// How a client is to protect its connections.
///
/// @param version of TLS: `1.2` or `1.3`; empty in the clear
record Security(Kind kind, String version) {
  static final Security PLAIN = new Security(Kind.PLAIN, "");

  enum Kind {
    PLAIN,
    /// It asks for TLS, by AUTH TLS.
    EXPLICIT,
    /// It begins with TLS.
    IMPLICIT
  }

  static Security explicit(String version) {
    return new Security(Kind.EXPLICIT, version);
  }

  static Security implicit(String version) {
    return new Security(Kind.IMPLICIT, version);
  }

  boolean isTls() {
    return kind != Kind.PLAIN;
  }

  boolean isImplicit() {
    return kind == Kind.IMPLICIT;
  }

  /// As a priority of GnuTLS.
  String priority() {
    return "NORMAL:-VERS-ALL:+VERS-TLS" + version;
  }

  @Override
  public String toString() {
    return isTls() ? kind + " " + version : kind.name();
  }
}
