package wharf.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import wharf.users.Accounts.Known;

/// What a `wharf.toml` says: values of [Key#ALL], and accounts. Immutable.
final class Config {
  /// The table of accounts, each a table of [AccountKey]s.
  static final String ACCOUNTS = "accounts";

  /// The file that is meant where none is named.
  static final Path USUAL = Path.of("wharf.toml");

  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

  /// A value, and where it stands.
  private record Found(Object value, TomlPosition at) {}

  /// What is wrong, and where.
  record Complaint(TomlPosition at, String what) {}

  /// A file that is wrong; all that is.
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> lines;

    Wrong(Path file, List<Complaint> complaints) {
      super(file + " is wrong");
      lines =
          complaints.stream()
              .sorted(
                  Comparator.comparingInt((Complaint one) -> one.at().line())
                      .thenComparingInt(one -> one.at().column()))
              .map(
                  one ->
                      "%s, line %d, column %d: %s"
                          .formatted(file, one.at().line(), one.at().column(), one.what()))
              .toList();
    }

    /// A sentence for each fault, in the order of the file.
    List<String> lines() {
      return lines;
    }
  }

  private final Path file;
  private final String text;
  private final Map<Key<?>, Found> found = new LinkedHashMap<>();
  private final List<Known> accounts = new ArrayList<>();
  private final List<Complaint> complaints = new ArrayList<>();
  private final Path folder;

  private Config(Path file, Path resolved, String text) {
    this.file = file;
    this.text = text;
    folder = Objects.requireNonNull(resolved.toAbsolutePath().getParent());
  }

  /// That of no file.
  static Config none() {
    return new Config(USUAL, USUAL, "");
  }

  /// @param file as people have named it
  /// @param here what it counts from
  static Config read(Path file, Path here) throws IOException, Wrong {
    return of(file, here, Files.readString(here.resolve(file)));
  }

  /// The same of a text that stood there.
  ///
  /// @throws Wrong with all that is wrong in it
  static Config of(Path file, Path here, String text) throws Wrong {
    Config config = new Config(file, here.resolve(file), text);
    TomlParseResult toml = Toml.parse(text);
    toml.errors()
        .forEach(
            error ->
                config.complaints.add(
                    new Complaint(error.position(), String.valueOf(error.getMessage()))));
    config.take(toml, "");
    if (!config.complaints.isEmpty()) {
      throw new Wrong(file, config.complaints);
    }
    return config;
  }

  /// The same, with what `later` says of the keys that a running server takes anew.
  Config taking(Config later) {
    Config both = new Config(file, folder.resolve(file.getFileName()), text);
    found.forEach(
        (key, one) -> {
          if (!Key.LIVE.contains(key.path())) {
            both.found.put(key, one);
          }
        });
    later.found.forEach(
        (key, one) -> {
          if (Key.LIVE.contains(key.path())) {
            both.found.put(key, one);
          }
        });
    both.accounts.addAll(later.accounts);
    return both;
  }

  private void take(TomlTable table, String prefix) {
    for (String name : table.keySet()) {
      String path = prefix + name;
      Object value = Objects.requireNonNull(table.get(List.of(name)));
      TomlPosition at = Objects.requireNonNull(table.inputPositionOf(List.of(name)));
      Optional<Key<?>> key = Key.ALL.stream().filter(it -> it.path().equals(path)).findFirst();
      boolean isTable = path.equals(ACCOUNTS) || Key.tables().contains(path);
      if (key.isPresent()) {
        take(key.get(), value, at);
      } else if (isTable && value instanceof TomlTable inner) {
        if (path.equals(ACCOUNTS)) {
          inner.keySet().forEach(account -> account(inner, account));
        } else {
          take(inner, path + ".");
        }
      } else if (isTable) {
        complain(at, path + " is a table, [" + path + "], not " + Kind.what(value));
      } else {
        complain(at, "there is no key " + path + "; " + Key.hint(path));
      }
    }
  }

  private void take(Key<?> key, Object value, TomlPosition at) {
    try {
      found.put(key, new Found(key.kind().reader().read(new Kind.Given(value, at, folder)), at));
    } catch (Kind.Misread e) {
      complain(e.at(), key.path() + " " + e.getMessage());
    }
  }

  private void account(TomlTable all, String name) {
    TomlPosition at = Objects.requireNonNull(all.inputPositionOf(List.of(name)));
    if (!(all.get(List.of(name)) instanceof TomlTable table)) {
      complain(at, "an account is a table: [accounts." + name + "]");
      return;
    }
    try {
      AccountDraft draft = new AccountDraft(name, folder);
      int before = complaints.size();
      for (String key : table.keySet()) {
        account(
            draft,
            key,
            Objects.requireNonNull(table.get(List.of(key))),
            Objects.requireNonNull(table.inputPositionOf(List.of(key))));
      }
      if (complaints.size() == before) {
        accounts.add(draft.known());
      }
    } catch (IllegalArgumentException e) {
      complain(at, String.valueOf(e.getMessage()));
    }
  }

  private void account(AccountDraft draft, String name, Object value, TomlPosition at) {
    List<String> names = Stream.of(AccountKey.values()).map(AccountKey::key).toList();
    Optional<AccountKey> key =
        Stream.of(AccountKey.values()).filter(it -> it.key().equals(name)).findFirst();
    if (key.isEmpty()) {
      complain(
          at,
          "an account has no key "
              + name
              + "; "
              + Nearest.to(name, names)
                  .map(near -> "did you mean " + near + "?")
                  .orElse("it has " + String.join(", ", names)));
      return;
    }
    try {
      for (Said said : said(key.get(), value, at)) {
        try {
          key.get().set(draft, said.text());
        } catch (IllegalArgumentException e) {
          complain(said.at(), name + " is wrong: " + e.getMessage());
        }
      }
    } catch (Kind.Misread e) {
      complain(e.at(), name + " " + e.getMessage());
    }
  }

  /// A value as [AccountKey#set] takes it, and where it stands.
  private record Said(String text, TomlPosition at) {}

  private static List<Said> said(AccountKey key, Object value, TomlPosition at)
      throws Kind.Misread {
    List<Said> all = new ArrayList<>();
    switch (key.form()) {
      case TEXT -> all.add(new Said(text(value, at, key), at));
      case SIZE, NUMBER -> all.add(new Said(number(value, at, key), at));
      case WORDS -> all.add(new Said(words(value, at), at));
      case LIST -> {
        for (Said each : each(value, at, key)) {
          all.add(each);
        }
      }
      case TABLE -> {
        if (!(value instanceof TomlTable table)) {
          throw misread(value, at, key);
        }
        for (String folder : table.keySet()) {
          TomlPosition place = Objects.requireNonNull(table.inputPositionOf(List.of(folder)));
          Object rights = Objects.requireNonNull(table.get(List.of(folder)));
          all.add(new Said(folder + "=" + words(rights, place), place));
        }
      }
    }
    return all;
  }

  private static String text(Object value, TomlPosition at, AccountKey key) throws Kind.Misread {
    if (!(value instanceof String text)) {
      throw misread(value, at, key);
    }
    return text;
  }

  private static String number(Object value, TomlPosition at, AccountKey key) throws Kind.Misread {
    boolean size = key.form() == AccountKey.Form.SIZE && value instanceof String;
    if (!size && !(value instanceof Long)) {
      throw misread(value, at, key);
    }
    return value.toString();
  }

  private static List<Said> each(Object value, TomlPosition at, AccountKey key)
      throws Kind.Misread {
    if (!(value instanceof TomlArray array)) {
      throw misread(value, at, key);
    }
    List<Said> all = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      TomlPosition place = Objects.requireNonNull(array.inputPositionOf(i));
      all.add(new Said(text(array.get(i), place, key), place));
    }
    return all;
  }

  /// A list ends in a comma, as [AccountDraft#rightsOf] has it.
  private static String words(Object value, TomlPosition at) throws Kind.Misread {
    if (!(value instanceof TomlArray)) {
      return text(value, at, AccountKey.RIGHTS);
    }
    StringBuilder words = new StringBuilder();
    each(value, at, AccountKey.RIGHTS).forEach(word -> words.append(word.text()).append(','));
    return words.toString();
  }

  private static Kind.Misread misread(Object value, TomlPosition at, AccountKey key) {
    return new Kind.Misread(at, "is a " + key.form().said + ", not " + Kind.what(value));
  }

  private void complain(TomlPosition at, String what) {
    complaints.add(new Complaint(at, what));
  }

  /// What is said of `key`, or what is usual.
  ///
  /// @throws IllegalArgumentException when neither is; a key with an option is asked there
  <T> T get(Key<T> key) {
    @Nullable T said = said(key);
    if (said == null) {
      throw new IllegalArgumentException("nothing is said of " + key.path());
    }
    return said;
  }

  /// The same; null for neither.
  @SuppressWarnings("unchecked") // What was read by a key's kind is of its type.
  <T> @Nullable T said(Key<T> key) {
    @Nullable Found one = found.get(key);
    return one == null ? key.usual() : (T) one.value();
  }

  /// The accounts that it has.
  List<Known> accounts() {
    return List.copyOf(accounts);
  }

  /// What was read.
  String text() {
    return text;
  }

  /// As it was named.
  Path file() {
    return file;
  }

  /// Says it to the options of `wharf serve` that the command line has said nothing of.
  void into(CommandSpec serve) {
    found.forEach(
        (key, one) -> {
          if (key.option() == null || onCommandLine(serve, key)) {
            return;
          }
          ArgSpec option = argument(serve, key.option());
          if (key.entry() == null) {
            Object _ = option.setValue(one.value());
          } else {
            Map<String, String> entries = new LinkedHashMap<>(entries(option));
            String text = one.value() instanceof Boolean on ? on ? "on" : "off" : one.value() + "";
            entries.put(key.entry(), text);
            Object _ = option.setValue(entries);
          }
        });
  }

  private static ArgSpec argument(CommandSpec serve, String option) {
    return option.startsWith("-")
        ? Objects.requireNonNull(serve.findOption(option), option)
        : serve.positionalParameters().getFirst();
  }

  private static Map<String, String> entries(ArgSpec option) {
    @Nullable Map<String, String> entries = option.getValue();
    return entries == null ? Map.of() : entries;
  }

  private static boolean onCommandLine(CommandSpec serve, Key<?> key) {
    ParseResult said = serve.commandLine().getParseResult();
    String option = Objects.requireNonNull(key.option());
    if (!option.startsWith("-")) {
      return said.hasMatchedPositional(0);
    }
    return said.hasMatchedOption(option)
        && (key.entry() == null
            || said.matchedOption(option).originalStringValues().stream()
                .anyMatch(it -> it.startsWith(key.entry() + "=")));
  }

  /// Why options do not agree, in the words of the file where these came from there.
  Exception explained(ParameterException problem, CommandSpec serve) {
    String message = String.valueOf(problem.getMessage());
    Map<String, Key<?>> mentioned = new LinkedHashMap<>();
    OPTION
        .matcher(message)
        .results()
        .map(MatchResult::group)
        .forEach(
            option ->
                found.keySet().stream()
                    .filter(key -> option.equals(key.option()) && !onCommandLine(serve, key))
                    .findFirst()
                    .ifPresent(key -> mentioned.put(option, key)));
    if (mentioned.isEmpty()) {
      return problem;
    }
    TomlPosition at = Objects.requireNonNull(found.get(mentioned.values().iterator().next())).at();
    Map<String, String> words = new LinkedHashMap<>();
    Key.ALL.stream()
        .filter(key -> key.option() != null)
        .forEach(key -> words.putIfAbsent(Objects.requireNonNull(key.option()), key.path()));
    Function<MatchResult, String> word = it -> words.getOrDefault(it.group(), it.group());
    return new Wrong(file, List.of(new Complaint(at, OPTION.matcher(message).replaceAll(word))));
  }

  /// Every key, its value and where that is from, as lines of TOML.
  List<String> shown(CommandSpec serve) {
    List<String> lines = new ArrayList<>();
    for (Key<?> key : Key.ALL) {
      lines.add(shown(serve, key));
    }
    for (Known one : accounts) {
      String[] parts = AccountFile.line(new Known(one.account(), "")).split(":", 3);
      lines.add("# %-60s # %s".formatted("an account: " + String.join(" ", parts).strip(), file));
    }
    return lines;
  }

  /// The value of every key, by its path, as it is shown.
  Map<String, String> values(CommandSpec serve) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Key<?> key : Key.ALL) {
      values.put(key.path(), effective(serve, key).what());
    }
    return values;
  }

  /// A value as it is shown, and where it is from.
  private record Effective(String what, String from) {}

  private <T> String shown(CommandSpec serve, Key<T> key) {
    Effective effective = effective(serve, key);
    return line(effective.what(), effective.from());
  }

  private <T> Effective effective(CommandSpec serve, Key<T> key) {
    @Nullable T value;
    String from;
    if (key.option() != null && onCommandLine(serve, key)) {
      ArgSpec option = argument(serve, key.option());
      if (key.entry() != null) {
        String said = Objects.requireNonNull(entries(option).get(key.entry()));
        String text = said.equals("on") ? "true" : said.equals("off") ? "false" : said;
        return new Effective(key.path() + " = " + text, key.option());
      }
      value = option.<T>getValue();
      from = key.option();
    } else {
      value = said(key);
      @Nullable Found one = found.get(key);
      from = one == null ? "default" : file + ", line " + one.at().line();
    }
    return value == null
        ? new Effective("# " + key.path() + ": " + key.otherwise(), from)
        : new Effective(key.path() + " = " + key.kind().text().apply(value), from);
  }

  private static String line(String what, String from) {
    return "%-50s # %s".formatted(what, from);
  }
}
