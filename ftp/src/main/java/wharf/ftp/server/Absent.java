package wharf.ftp.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Commands that an RFC has and this server has not, and why: a client that asks is told, and the
/// table of docs/conformance.md has them.
enum Absent {
  SMNT(502, "RFC 959", "There is one tree here, and nothing to mount."),
  ADAT(502, "RFC 2228", "AUTH TLS needs no security data."),
  MIC(502, "RFC 2228", "TLS protects all commands, not single ones."),
  CONF(502, "RFC 2228", "TLS protects all commands, not single ones."),
  ENC(502, "RFC 2228", "TLS protects all commands, not single ones."),
  CCC(534, "RFC 4217", "Here the control connection stays under TLS."),
  LPRT(502, "RFC 1639", "EPRT has taken its place."),
  LPSV(502, "RFC 1639", "EPSV has taken its place."),
  SPSV(502, "no RFC", "EPSV has taken its place."),
  XRSQ(502, "RFC 743", "Mail is not delivered here."),
  XRCP(502, "RFC 743", "Mail is not delivered here."),
  XSEN(502, "RFC 737", "Mail is not delivered here."),
  XSEM(502, "RFC 737", "Mail is not delivered here."),
  XMAS(502, "RFC 737", "Mail is not delivered here."),
  MAIL(502, "RFC 751", "Mail is not delivered here."),
  MLFL(502, "RFC 751", "Mail is not delivered here.");

  private static final Map<String, Absent> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(Absent::name, Function.identity()));

  private final int code;
  private final String source;
  private final String why;

  Absent(int code, String source, String why) {
    this.code = code;
    this.source = source;
    this.why = why;
  }

  static Optional<Absent> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name.toUpperCase(Locale.ROOT)));
  }

  /// Where it is specified.
  String source() {
    return source;
  }

  /// For people, in English.
  String why() {
    return why;
  }

  Reply reply() {
    return Reply.of(code, why);
  }
}
