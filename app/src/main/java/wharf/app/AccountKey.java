package wharf.app;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What can be said of an account: the one table that `wharf.toml`, the accounts file, `wharf user`
/// and the documents go by.
enum AccountKey {
  PASSWORD(
      "password",
      "password",
      Form.TEXT,
      "none",
      "The hash of the password, as 'wharf user hash' makes it."),
  ROOT("root", "root", Form.TEXT, "that of the server", "The folder that is its /."),
  RIGHTS(
      "rights",
      "rights",
      Form.WORDS,
      "read; nothing where there are rules",
      "What it may do: read, write, admin, drop-box, or a list of list, read, write, append,"
          + " delete, rename, mkdir, attributes, administer."),
  RULES(
      "rules",
      "rule",
      Form.TABLE,
      "none",
      "Other rights in some folders: a table of FOLDER = RIGHTS. A FOLDER is a path from /, * and ?"
          + " may stand in its names; of those that fit the most specific decides, alone."),
  HIDE(
      "hide",
      "hide",
      Form.LIST,
      "none",
      "Names that are as if they were not there; * and ? may stand in them."),
  QUOTA("quota", "quota", Form.SIZE, "any", "The bytes that its root may hold."),
  QUOTA_FILES(
      "quota-files",
      "quota-files",
      Form.NUMBER,
      "any",
      "The files and directories that its root may hold."),
  RATE_UP(
      "rate-up", "rate-up", Form.SIZE, "any", "Bytes a second that its uploads together may take."),
  RATE_DOWN(
      "rate-down",
      "rate-down",
      Form.SIZE,
      "any",
      "Bytes a second that its downloads together may take."),
  SESSIONS("sessions", "sessions", Form.NUMBER, "any", "Its sessions at once."),
  NETWORKS(
      "networks",
      "network",
      Form.LIST,
      "any",
      "It logs in from these networks only, as 192.0.2.0/24; elsewhere no password is right.");

  /// How a value is written in `wharf.toml`; elsewhere all are text.
  enum Form {
    TEXT("text"),
    SIZE("size, as \"500M\""),
    NUMBER("whole number"),
    WORDS("word, or list of words"),
    LIST("list of text"),
    TABLE("table");

    final String said;

    Form(String said) {
      this.said = said;
    }
  }

  private static final Map<String, AccountKey> BY_WORD =
      Stream.of(values()).collect(Collectors.toUnmodifiableMap(AccountKey::word, key -> key));

  private final String key;
  private final String word;
  private final Form form;
  private final String usual;
  private final String help;

  AccountKey(String key, String word, Form form, String usual, String help) {
    this.key = key;
    this.word = word;
    this.form = form;
    this.usual = usual;
    this.help = help;
  }

  /// Its name in `wharf.toml`.
  String key() {
    return key;
  }

  /// Its name in the accounts file and, with two dashes, of `wharf user add`: what may be said
  /// several times has one thing to say each time.
  String word() {
    return word;
  }

  Form form() {
    return form;
  }

  String usual() {
    return usual;
  }

  String help() {
    return help;
  }

  /// Says it of `draft`.
  ///
  /// @throws IllegalArgumentException with a message for people when it cannot be said
  void set(AccountDraft draft, String text) {
    if (AccountDraft.hasControl(text)) {
      throw new IllegalArgumentException("there is a control character in it");
    }
    switch (this) {
      case PASSWORD -> draft.password(text);
      case ROOT -> draft.root(text);
      case RIGHTS -> draft.rights(text);
      case RULES -> draft.rule(text);
      case HIDE -> draft.hide(text);
      case QUOTA -> draft.quota(text);
      case QUOTA_FILES -> draft.quotaFiles(text);
      case RATE_UP -> draft.rateUp(text);
      case RATE_DOWN -> draft.rateDown(text);
      case SESSIONS -> draft.sessions(text);
      case NETWORKS -> draft.network(text);
    }
  }

  static Optional<AccountKey> ofWord(String word) {
    return Optional.ofNullable(BY_WORD.get(word));
  }
}
