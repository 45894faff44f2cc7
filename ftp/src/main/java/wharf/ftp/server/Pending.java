package wharf.ftp.server;

import wharf.files.VirtualPath;

/// What a command has announced for the next one.
sealed interface Pending {
  record Nothing() implements Pending {}

  /// RNFR.
  record Rename(VirtualPath from) implements Pending {}

  /// REST.
  record Restart(long offset) implements Pending {}

  /// RANG.
  record Part(Range range) implements Pending {}

  /// SITE CPFR.
  record Copy(VirtualPath from) implements Pending {}

  /// Which bytes the next command is about.
  default Range range() {
    return this instanceof Part(Range range) ? range : Range.after(offset());
  }

  /// At which byte the next command begins.
  default long offset() {
    return this instanceof Restart(long offset) ? offset : 0;
  }

  /// Whether it holds beyond `verb`.
  static boolean outlives(Verb verb) {
    return switch (verb) {
      // What a client sends between REST and the transfer it is for (RFC 3659 section 5.3).
      case PASV,
          EPSV,
          PORT,
          EPRT,
          TYPE,
          STRU,
          MODE,
          ALLO,
          NOOP,
          STAT,
          HELP,
          FEAT,
          PBSZ,
          PROT,
          PRET,
          CLNT,
          LANG,
          OPTS ->
          true;
      default -> false;
    };
  }
}
