package wharf.ftp.server;

import static wharf.ftp.server.Verb.Access.ANYONE;
import static wharf.ftp.server.Verb.Access.LOGGED_IN;
import static wharf.ftp.server.Verb.Access.needs;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import wharf.users.Right;

/// Every command, once: the parser, the gate, HELP, FEAT, the table of docs/conformance.md and the
/// tests read this table. Those of SITE stand in it as any other: `SITE_COPY` is `SITE COPY`.
///
/// The columns: the form of the argument, who may use it, whether it is heard while a transfer
/// runs, where it is specified, what it does; then, where there is one, the line that FEAT shows
/// (RFC 2389) and other names.
enum Verb {
  USER("<name>", ANYONE, When.RESTING, "RFC 959", "say who you are"),
  PASS("[<password>]", ANYONE, When.RESTING, "RFC 959", "prove it"),
  ACCT(
      "<account>",
      LOGGED_IN,
      When.RESTING,
      "RFC 959",
      "name an account to charge, of which there are none"),
  HOST("<name>", ANYONE, When.RESTING, "RFC 7151", "say which host you mean", "HOST"),
  REIN("", ANYONE, When.RESTING, "RFC 959", "start anew, without an account"),
  QUIT("", ANYONE, When.ALWAYS, "RFC 959", "leave, once a running transfer has ended"),

  AUTH("<TLS>", ANYONE, When.RESTING, "RFC 4217", "go on under TLS", "AUTH TLS"),
  PBSZ("<0>", ANYONE, When.RESTING, "RFC 4217", "protect any number of bytes at once", "PBSZ"),
  PROT(
      "<P | C>",
      ANYONE,
      When.RESTING,
      "RFC 4217",
      "data connections under TLS (P) or in the clear (C)",
      "PROT"),

  PWD("", LOGGED_IN, When.RESTING, "RFC 959", "tell the working directory", null, "XPWD"),
  // Who may do anything in a directory may go there.
  CWD("<path>", LOGGED_IN, When.RESTING, "RFC 959", "change it", null, "XCWD"),
  CDUP("", LOGGED_IN, When.RESTING, "RFC 959", "change to the one above", null, "XCUP"),
  MKD(
      "<path>",
      needs(Right.MAKE_FOLDER),
      When.RESTING,
      "RFC 959",
      "make a directory",
      null,
      "XMKD"),
  RMD("<path>", needs(Right.DELETE), When.RESTING, "RFC 959", "remove an empty one", null, "XRMD"),
  DELE("<path>", needs(Right.DELETE), When.RESTING, "RFC 959", "remove a file"),
  RNFR("<path>", needs(Right.RENAME), When.RESTING, "RFC 959", "rename: say what"),
  RNTO("<path>", needs(Right.RENAME), When.RESTING, "RFC 959", "rename: say to what"),

  TYPE("<A | I | L 8>", LOGGED_IN, When.RESTING, "RFC 959", "text (A) or bytes as they are (I)"),
  STRU("<F>", LOGGED_IN, When.RESTING, "RFC 959", "structure: only files without records"),
  MODE(
      "<S | B | Z>",
      LOGGED_IN,
      When.RESTING,
      "RFC 959",
      "as a stream (S), in blocks (B) or compressed (Z)",
      "MODE Z"),
  PASV("", LOGGED_IN, When.RESTING, "RFC 959", "the server listens, IPv4"),
  EPSV("[1 | 2 | ALL]", LOGGED_IN, When.RESTING, "RFC 2428", "the server listens", "EPSV"),
  PRET(
      "<command> [<path>]",
      LOGGED_IN,
      When.RESTING,
      Words.NO_RFC,
      // FEAT is silent about it: clients that know of it would say it before every transfer.
      "say before PASV what will be transferred"),
  PORT("<h1,h2,h3,h4,p1,p2>", LOGGED_IN, When.RESTING, "RFC 959", "the client listens, IPv4"),
  EPRT(
      "<|1 or 2|address|port|>", LOGGED_IN, When.RESTING, "RFC 2428", "the client listens", "EPRT"),

  RETR("<path>", needs(Right.READ), When.RESTING, "RFC 959", "download a file"),
  STOR("<path>", needs(Right.WRITE), When.RESTING, "RFC 959", "upload a file"),
  STOU("[<path>]", needs(Right.WRITE), When.RESTING, "RFC 959", "upload a file under a new name"),
  APPE("<path>", needs(Right.APPEND), When.RESTING, "RFC 959", "upload to the end of a file"),
  REST(
      "<offset>",
      LOGGED_IN,
      When.RESTING,
      "RFC 3659",
      "where the next transfer begins",
      "REST STREAM"),
  RANG(
      "<first> <last>",
      LOGGED_IN,
      When.RESTING,
      "draft-bryan-ftp-range",
      "which bytes the next download or HASH is of; 1 0 is all",
      "RANG STREAM"),
  ALLO("<bytes> [R <bytes>]", LOGGED_IN, When.RESTING, "RFC 959", "announce the size of an upload"),
  ABOR("", LOGGED_IN, When.ALWAYS, "RFC 959", "break off what is running"),

  LIST("[<path>]", needs(Right.LIST), When.RESTING, "RFC 959", "list for people"),
  NLST("[<path>]", needs(Right.LIST), When.RESTING, "RFC 959", "list names only"),
  MLSD("[<path>]", needs(Right.LIST), When.RESTING, "RFC 3659", "list for programs"),
  MLST(
      "[<path>]",
      needs(Right.LIST).decidedAtThePlace(),
      When.RESTING,
      "RFC 3659",
      "the facts of one file",
      "MLST"),
  SIZE(
      "<path>",
      needs(Right.LIST).decidedAtThePlace(),
      When.RESTING,
      "RFC 3659",
      "the size of a file",
      "SIZE"),
  MDTM("<path>", needs(Right.LIST), When.RESTING, "RFC 3659", "the time of a file", "MDTM"),
  MFMT(
      "<YYYYMMDDHHMMSS> <path>",
      needs(Right.CHANGE_FACTS),
      When.RESTING,
      "draft-somers-ftp-mfxx",
      "set the time of a file, in UTC",
      "MFMT"),

  MFCT(
      "<YYYYMMDDHHMMSS> <path>",
      needs(Right.CHANGE_FACTS),
      When.RESTING,
      "draft-somers-ftp-mfxx",
      "set when a file was made, which no store here keeps"),
  MFF(
      "<fact>=<value>;... <path>",
      needs(Right.CHANGE_FACTS),
      When.RESTING,
      "draft-somers-ftp-mfxx",
      "set facts of a file",
      "MFF modify;UNIX.mode;"),
  AVBL(
      "[<path>]",
      needs(Right.LIST),
      When.RESTING,
      "draft-peterson-streamlined-ftp-command-extensions",
      "how many bytes there is room for",
      "AVBL"),
  COMB(
      "<path> <part> ...",
      needs(Right.WRITE, Right.APPEND).ofSource(Right.READ, Right.DELETE),
      When.RESTING,
      Words.NO_RFC,
      "add parts to the end of a file, and remove them",
      "COMB target;source_list"),

  HASH(
      "<path>",
      needs(Right.READ),
      When.RESTING,
      "draft-bryan-ftpext-hash",
      "the hash of a file, as OPTS HASH has chosen",
      "HASH"),
  XCRC(Words.HASHED, needs(Right.READ), When.RESTING, Words.NO_RFC, "the CRC32 of a file", "XCRC"),
  XMD5(Words.HASHED, needs(Right.READ), When.RESTING, Words.NO_RFC, "the MD5 of a file", "XMD5"),
  XSHA1(
      Words.HASHED,
      needs(Right.READ),
      When.RESTING,
      Words.NO_RFC,
      "the SHA-1 of a file",
      "XSHA1",
      "XSHA"),
  XSHA256(
      Words.HASHED,
      needs(Right.READ),
      When.RESTING,
      Words.NO_RFC,
      "the SHA-256 of a file",
      "XSHA256"),
  XSHA512(
      Words.HASHED,
      needs(Right.READ),
      When.RESTING,
      Words.NO_RFC,
      "the SHA-512 of a file",
      "XSHA512"),

  SITE_CHMOD(
      "<mode> <path>",
      needs(Right.CHANGE_FACTS),
      When.RESTING,
      Words.NO_RFC,
      "set the permissions of a file, in octal",
      "SITE CHMOD"),
  SITE_UTIME(
      "<YYYYMMDDHHMM[SS]> <path>",
      needs(Right.CHANGE_FACTS),
      When.RESTING,
      Words.NO_RFC,
      "set the time of a file, in UTC",
      "SITE UTIME"),
  SITE_SYMLINK(
      "<path> <new path>",
      needs(Right.WRITE).ofSource(Right.LIST),
      When.RESTING,
      Words.NO_RFC,
      "make a link to a file",
      "SITE SYMLINK"),
  SITE_COPY(
      "<path> <new path>",
      needs(Right.WRITE, Right.MAKE_FOLDER).ofSource(Right.LIST, Right.READ),
      When.RESTING,
      Words.NO_RFC,
      "copy a file or a directory",
      "SITE COPY"),
  SITE_CPFR("<path>", needs(Right.READ), When.RESTING, Words.NO_RFC, "copy: say what"),
  SITE_CPTO(
      "<path>",
      needs(Right.WRITE, Right.MAKE_FOLDER).ofSource(Right.LIST, Right.READ),
      When.RESTING,
      Words.NO_RFC,
      "copy: say to what"),
  SITE_RMDIR(
      "<path>",
      needs(Right.DELETE),
      When.RESTING,
      Words.NO_RFC,
      "remove a directory and all in it",
      "SITE RMDIR"),
  SITE_QUOTA("", LOGGED_IN, When.RESTING, Words.NO_RFC, "how much you may yet store"),
  SITE_WHO("", needs(Right.ADMINISTER), When.RESTING, Words.NO_RFC, "who is here, doing what"),
  SITE_HELP("[<command>]", ANYONE, When.RESTING, "RFC 959", "HELP of the commands of SITE"),

  STAT(
      "[<path>]",
      needs(Right.LIST).decidedAtThePlace(),
      When.ALWAYS,
      "RFC 959",
      "how things stand, or a list here"),
  HELP("[<command>]", ANYONE, When.ALWAYS, "RFC 959", "this, or more on one command"),
  NOOP("", ANYONE, When.ALWAYS, "RFC 959", "nothing"),
  SYST("", ANYONE, When.RESTING, "RFC 959", "what LIST looks like"),
  FEAT("", ANYONE, When.RESTING, "RFC 2389", "what is there beyond RFC 959"),
  LANG("[<tag>]", ANYONE, When.RESTING, "RFC 2640", "choose the language of replies", "LANG"),
  CLNT("<name>", ANYONE, When.RESTING, Words.NO_RFC, "say which program you are", "CLNT"),
  CSID(
      "<name>=<value>;...",
      ANYONE,
      When.RESTING,
      Words.NO_RFC,
      "the same, and be told what this is",
      "CSID Name;"),
  OPTS(
      "<command> [<options>]",
      ANYONE,
      When.RESTING,
      "RFC 2389",
      "choose: MLST facts, HASH's algorithm, MODE Z's level, UTF8",
      "UTF8");

  /// What several rows say; an enum's own constants come after them.
  private static final class Words {
    static final String HASHED = "<path> [<from> [<to>]]";
    static final String NO_RFC = "no RFC, as other servers have it";
  }

  /// Who may use a verb. There is no default: a verb without it does not compile.
  ///
  /// @param login whether one has to be logged in
  /// @param rights what one has to have the right to, all of it
  /// @param ofSource the same where it only takes from, if it has two paths
  /// @param early whether who has these rights nowhere need not say a path to be refused
  record Access(boolean login, Set<Right> rights, Set<Right> ofSource, boolean early) {
    static final Access ANYONE = new Access(false, Set.of(), Set.of(), true);
    static final Access LOGGED_IN = new Access(true, Set.of(), Set.of(), true);

    static Access needs(Right... rights) {
      return new Access(true, Set.of(rights), Set.of(rights), true);
    }

    Access ofSource(Right... others) {
      return new Access(login, rights, Set.of(others), early);
    }

    /// It may be said of one's own unfinished upload, or of nothing, without these rights.
    Access decidedAtThePlace() {
      return new Access(login, rights, ofSource, false);
    }
  }

  /// When a verb is heard.
  enum When {
    /// Not while a transfer runs: it waits in line until that has ended.
    RESTING,
    /// Also while a transfer runs.
    ALWAYS
  }

  private static final Map<String, Verb> BY_NAME = byName();

  private final String argument;
  private final boolean login;

  // Of Set.of, which nobody can change; its type does not say so.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Set<Right> rights;

  @SuppressWarnings("ImmutableEnumChecker")
  private final Set<Right> rightsOfSource;

  private final boolean early;
  private final When when;
  private final String source;
  private final String help;
  private final @Nullable String feature;
  private final @Nullable String alias;

  Verb(String argument, Access access, When when, String source, String help) {
    this(argument, access, when, source, help, null, null);
  }

  Verb(String argument, Access access, When when, String source, String help, String feature) {
    this(argument, access, when, source, help, feature, null);
  }

  Verb(
      String argument,
      Access access,
      When when,
      String source,
      String help,
      @Nullable String feature,
      @Nullable String alias) {
    this.argument = argument;
    this.login = access.login();
    this.rights = access.rights();
    this.rightsOfSource = access.ofSource();
    this.early = access.early();
    this.when = when;
    this.source = source;
    this.help = help;
    this.feature = feature;
    this.alias = alias;
  }

  private static Map<String, Verb> byName() {
    Map<String, Verb> verbs = new HashMap<>();
    for (Verb verb : values()) {
      verbs.put(verb.toString(), verb);
      verb.alias().ifPresent(alias -> verbs.put(alias, verb));
    }
    return Map.copyOf(verbs);
  }

  /// The verb of this name, in any case (RFC 959 section 5.3).
  static Optional<Verb> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name.toUpperCase(Locale.ROOT)));
  }

  /// Whether one has to be logged in to use it.
  boolean needsLogin() {
    return login;
  }

  /// What one has to have the right to at its path, all of it.
  Set<Right> rights() {
    return rights;
  }

  /// The same at the path that it only takes from, if it has two.
  Set<Right> rightsOfSource() {
    return rightsOfSource;
  }

  /// What one has to have the right to somewhere.
  Set<Right> allRights() {
    Set<Right> all = EnumSet.noneOf(Right.class);
    all.addAll(rights);
    all.addAll(rightsOfSource);
    return all;
  }

  /// Whether it is refused to those who have its rights nowhere, whatever path they say.
  boolean isRefusedEarly() {
    return early;
  }

  /// Whether it only goes to a directory, which needs any right there at all.
  boolean entersADirectory() {
    return this == CWD || this == CDUP;
  }

  /// Whether it means what a link leads to, and not the link.
  boolean followsLinks() {
    return switch (this) {
      case RMD, DELE, RNFR, RNTO, MKD, SITE_RMDIR, SITE_SYMLINK -> false;
      default -> true;
    };
  }

  /// Whether it is one of SITE's.
  boolean ofSite() {
    return name().startsWith("SITE_");
  }

  When when() {
    return when;
  }

  /// Whether it makes no sense without an argument.
  boolean argumentRequired() {
    return argument.startsWith("<");
  }

  /// Whether it takes an argument.
  boolean argumentAllowed() {
    return !argument.isEmpty();
  }

  /// How it is written: `RETR <path>`.
  String syntax() {
    return argument.isEmpty() ? toString() : this + " " + argument;
  }

  /// What it does, in English.
  String help() {
    return help;
  }

  /// Where it is specified.
  String source() {
    return source;
  }

  /// What FEAT says of it, if anything.
  Optional<String> feature() {
    return Optional.ofNullable(feature);
  }

  /// Another name it is known by, if there is one.
  Optional<String> alias() {
    return Optional.ofNullable(alias);
  }

  /// As it is said.
  @Override
  public String toString() {
    return name().replace('_', ' ');
  }
}
