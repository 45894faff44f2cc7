package wharf.app;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import wharf.users.Account;
import wharf.users.Accounts;
import wharf.users.Accounts.Known;
import wharf.users.Limits;
import wharf.users.NamePattern;
import wharf.users.Network;
import wharf.users.Right;
import wharf.users.Rule;
import wharf.users.Rules;

/// An account that is being read, setting after setting. Each setter throws
/// [IllegalArgumentException], with a message for people, for what cannot be.
final class AccountDraft {
  private static final Set<Right> READ = Set.of(Right.LIST, Right.READ);

  /// Rights that have a name together; one set for all the accounts that have it.
  private static final Map<String, Set<Right>> PRESETS =
      Map.of(
          "read",
          READ,
          "write",
          Set.copyOf(EnumSet.complementOf(EnumSet.of(Right.ADMINISTER))),
          "admin",
          Set.of(Right.values()),
          // For uploads that can be neither listed nor read back.
          "drop-box",
          Set.of(Right.WRITE, Right.MAKE_FOLDER));

  /// The same for their rules.
  private static final Map<Set<Right>, Rules> RULES =
      PRESETS.values().stream()
          .collect(Collectors.toUnmodifiableMap(rights -> rights, Rules::everywhere));

  private final String name;
  private final Path here;
  private String hash = "";
  private @Nullable Path root;
  private @Nullable Set<Right> rights;
  private final List<Rule> rules = new ArrayList<>();
  private final List<NamePattern> hidden = new ArrayList<>();
  private final List<Network> networks = new ArrayList<>();
  private Limits limits = Limits.NONE;

  /// @param here what a relative root counts from
  AccountDraft(String name, Path here) {
    if (!name.equals(name.strip())
        || name.isEmpty()
        || name.startsWith("#")
        || name.indexOf(':') >= 0
        || hasControl(name)) {
      throw new IllegalArgumentException(
          "'"
              + name
              + "' cannot be the name of an account: no colon, no control character, no space at"
              + " its ends, no # at its beginning");
    }
    if (Accounts.isAnonymous(name) && !name.equals(Account.ANONYMOUS)) {
      throw new IllegalArgumentException(
          "people without an account log in as '"
              + name
              + "', too: what they may do is said of the account '"
              + Account.ANONYMOUS
              + "'");
    }
    this.name = name;
    this.here = here;
  }

  /// Whether a control character is in it. Without a pattern or a stream: it is asked several times
  /// for each of a hundred thousand lines.
  static boolean hasControl(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  boolean isAnonymous() {
    return name.equals(Account.ANONYMOUS);
  }

  void password(String text) {
    if (isAnonymous()) {
      throw new IllegalArgumentException("the account '" + name + "' has no password");
    }
    PasswordForms.check(text);
    hash = text;
  }

  void root(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("a root is a folder, and not nothing");
    }
    try {
      root = here.resolve(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("'" + text + "' is no file name here", e);
    }
  }

  void rights(String text) {
    rights = rightsOf(text);
  }

  /// @param text as `/in=write`
  void rule(String text) {
    int equals = text.lastIndexOf('=');
    if (equals < 0) {
      throw new IllegalArgumentException(
          "a rule is written FOLDER=RIGHTS, as /in=drop-box, not '" + text + "'");
    }
    rules.add(Rule.at(text.substring(0, equals), rightsOf(text.substring(equals + 1))));
    Rules _ = new Rules(rules, List.of());
  }

  void hide(String text) {
    hidden.add(new NamePattern(text));
  }

  void network(String text) {
    networks.add(Network.parse(text));
  }

  void quota(String text) {
    limits(
        limits.sessions(),
        limits.upload(),
        limits.download(),
        Amount.ofBytes(text),
        limits.files());
  }

  void quotaFiles(String text) {
    limits(limits.sessions(), limits.upload(), limits.download(), limits.bytes(), number(text, 0));
  }

  void rateUp(String text) {
    limits(limits.sessions(), rate(text), limits.download(), limits.bytes(), limits.files());
  }

  void rateDown(String text) {
    limits(limits.sessions(), limits.upload(), rate(text), limits.bytes(), limits.files());
  }

  void sessions(String text) {
    limits(
        (int) number(text, 1), limits.upload(), limits.download(), limits.bytes(), limits.files());
  }

  private void limits(int sessions, long upload, long download, long bytes, long files) {
    limits = new Limits(sessions, upload, download, bytes, files);
  }

  private static long rate(String text) {
    long rate = Amount.ofBytes(text);
    if (rate < 1) {
      throw new IllegalArgumentException("a rate is at least 1 byte a second");
    }
    return rate;
  }

  private static long number(String text, int least) {
    if (!text.chars().allMatch(c -> c >= '0' && c <= '9')
        || text.isEmpty()
        || text.length() > 9
        || Integer.parseInt(text) < least) {
      throw new IllegalArgumentException(
          "that is a whole number, at least " + least + ", not '" + text + "'");
    }
    return Integer.parseInt(text);
  }

  /// What it has come to.
  Known known() {
    if (hash.isEmpty() && !isAnonymous()) {
      throw new IllegalArgumentException(
          "the account '" + name + "' has no password; 'wharf user hash' makes the hash of one");
    }
    if (root == null && (limits.bytes() < Long.MAX_VALUE || limits.files() < Long.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "the account '" + name + "' has a quota, which is of a root of its own, and has none");
    }
    if (rules.isEmpty() && hidden.isEmpty()) {
      return new Known(
          new Account(name, root, everywhere(rights == null ? READ : rights), limits, networks),
          hash);
    }
    List<Rule> all = new ArrayList<>(rules);
    if (rights != null || rules.isEmpty()) {
      all.add(Rule.everywhere(rights == null ? READ : rights));
    }
    return new Known(new Account(name, root, new Rules(all, hidden), limits, networks), hash);
  }

  private static Rules everywhere(Set<Right> rights) {
    Rules known = RULES.get(rights);
    return known == null ? Rules.everywhere(rights) : known;
  }

  /// What `read`, `write`, `admin`, `drop-box` or `list,read,mkdir` say. A list of one word ends in
  /// a comma: `read,` is not to list what can be read. Nothing is no right at all.
  static Set<Right> rightsOf(String text) {
    @Nullable Set<Right> preset = PRESETS.get(text);
    if (preset != null) {
      return preset;
    }
    Set<Right> rights = EnumSet.noneOf(Right.class);
    for (String word : text.split(",", -1)) {
      if (!word.isBlank()) {
        rights.add(Right.of(word.strip()).orElseThrow(() -> unknown(word.strip())));
      }
    }
    return rights;
  }

  private static IllegalArgumentException unknown(String word) {
    List<String> words =
        Stream.concat(
                PRESETS.keySet().stream().sorted(), Stream.of(Right.values()).map(Right::word))
            .distinct()
            .toList();
    return new IllegalArgumentException(
        "'"
            + word
            + "' is no right; "
            + Nearest.to(word, words)
                .map(near -> "did you mean " + near + "?")
                .orElse("there are " + String.join(", ", words)));
  }

  /// The shortest text that [#rightsOf] reads as these.
  static String text(Set<Right> rights) {
    for (Map.Entry<String, Set<Right>> preset : PRESETS.entrySet()) {
      if (rights.equals(preset.getValue())) {
        return preset.getKey();
      }
    }
    String words = rights.stream().sorted().map(Right::word).collect(Collectors.joining(","));
    return rights.size() == 1 ? words + "," : words;
  }
}
