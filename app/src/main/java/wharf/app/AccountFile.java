package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import wharf.users.Account;
import wharf.users.Accounts.Known;
import wharf.users.Limits;
import wharf.users.NamePattern;
import wharf.users.Right;
import wharf.users.Rule;

/// Accounts in a file, one a line: `NAME:RIGHTS:HASH`, and what else there is to say of it behind a
/// space, in words of a shell: `root=/srv/ann quota=20G rule=/in=drop-box 'hide=*.tmp'`. Empty
/// lines and those that begin with `#` mean nothing.
///
/// It is read as a whole, in a moment also where there are 100,000, and edited as a whole: by one
/// at a time, and then replaced at once.
final class AccountFile {
  private AccountFile() {}

  /// A line that is none of an accounts file's, with its place.
  static final class Malformed extends IOException {
    private static final long serialVersionUID = 1;

    Malformed(Path file, int line, String why) {
      super(file + ", line " + line + ": " + why);
    }
  }

  /// Reads `file`.
  static List<Known> read(Path file) throws IOException {
    List<String> lines = KeptFile.lines(file);
    Path here = Objects.requireNonNull(file.toAbsolutePath().getParent());
    List<Known> known = new ArrayList<>();
    Map<String, Integer> places = HashMap.newHashMap(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (isAccount(line)) {
        try {
          Known one = known(line, here);
          @Nullable Integer before = places.put(one.account().name(), i + 1);
          if (before != null) {
            throw new IllegalArgumentException(
                "'" + one.account().name() + "' is in line " + before + " already");
          }
          known.add(one);
        } catch (IllegalArgumentException e) {
          throw new Malformed(file, i + 1, String.valueOf(e.getMessage()));
        }
      }
    }
    return known;
  }

  private static boolean isAccount(String line) {
    return !line.isEmpty() && !line.startsWith("#");
  }

  /// The name of whose line this is; "" if it is nobody's.
  private static String nameIn(String line) {
    int colon = line.indexOf(':');
    return colon < 0 || !isAccount(line.strip()) ? "" : line.substring(0, colon).strip();
  }

  private static Known known(String line, Path here) {
    String[] parts = line.split(":", 3);
    if (parts.length < 3) {
      throw new IllegalArgumentException(
          "an account is written as NAME:RIGHTS:HASH, with read, write, admin or drop-box for"
              + " RIGHTS");
    }
    AccountDraft draft = new AccountDraft(parts[0], here);
    draft.rights(parts[1]);
    int space = parts[2].indexOf(' ');
    String hash = space < 0 ? parts[2] : parts[2].substring(0, space);
    if (!hash.isEmpty()) {
      draft.password(hash);
    }
    if (space >= 0) {
      for (String word : Words.split(parts[2].substring(space))) {
        set(draft, word);
      }
    }
    return draft.known();
  }

  private static void set(AccountDraft draft, String word) {
    int equals = word.indexOf('=');
    String name = equals < 0 ? word : word.substring(0, equals);
    AccountKey key =
        AccountKey.ofWord(name)
            .filter(it -> equals >= 0 && isBehind(it))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "'" + word + "' says nothing of an account; " + hint(name)));
    key.set(draft, word.substring(equals + 1));
  }

  /// Whether it comes behind the hash.
  private static boolean isBehind(AccountKey key) {
    return key != AccountKey.PASSWORD && key != AccountKey.RIGHTS;
  }

  private static String hint(String name) {
    List<String> words =
        List.of(AccountKey.values()).stream()
            .filter(AccountFile::isBehind)
            .map(AccountKey::word)
            .toList();
    return Nearest.to(name, words)
        .map(near -> "did you mean " + near + "=?")
        .orElse("there are " + String.join("=, ", words) + "=");
  }

  /// The line of an account.
  static String line(Known one) {
    Account account = one.account();
    Limits limits = account.limits();
    List<String> words = new ArrayList<>();
    Set<Right> rights = Set.of();
    for (Rule rule : account.rules().rules()) {
      if (rule.folder().isEmpty()) {
        rights = rule.rights();
      } else {
        words.add("rule=" + rule.path() + "=" + AccountDraft.text(rule.rights()));
      }
    }
    for (NamePattern name : account.rules().hidden()) {
      words.add("hide=" + name);
    }
    if (account.root() != null) {
      words.add("root=" + account.root());
    }
    add(words, "quota", limits.bytes());
    add(words, "quota-files", limits.files());
    add(words, "rate-up", limits.upload());
    add(words, "rate-down", limits.download());
    if (limits.sessions() != Integer.MAX_VALUE) {
      add(words, "sessions", limits.sessions());
    }
    account.networks().forEach(network -> words.add("network=" + network));
    String line = account.name() + ":" + AccountDraft.text(rights) + ":" + one.passwordHash();
    return words.isEmpty() ? line : line + " " + Words.join(words);
  }

  private static void add(List<String> words, String name, long limit) {
    if (limit != Long.MAX_VALUE) {
      words.add(name + "=" + limit);
    }
  }

  /// Writes accounts to a file that is not there yet, for its owner alone.
  static void write(Path file, List<Known> known) throws IOException {
    Path made = Files.createFile(file, KeptFile.OWNER_ONLY);
    Files.write(made, known.stream().map(AccountFile::line).toList(), UTF_8);
  }

  /// The same line with another hash.
  static String withHash(String line, String hash) throws Failure {
    String[] parts = line.split(":", 3);
    if (parts.length < 3 || nameIn(line).equals(Account.ANONYMOUS)) {
      throw new Failure(
          ExitCode.USAGE, "the account '" + nameIn(line) + "' has no password to change", null);
    }
    int space = parts[2].indexOf(' ');
    return parts[0] + ":" + parts[1] + ":" + hash + (space < 0 ? "" : parts[2].substring(space));
  }

  /// What becomes of the line of an account.
  interface Edit {
    /// The line that is to be there, null for none.
    ///
    /// @param line the one that is there; null if there is none
    @Nullable String of(@Nullable String line) throws Failure;
  }

  /// Edits the line of the account `name`; all others stay as they are. The file is made if there
  /// is none, is replaced as a whole, and is readable to its owner only. Waits while another
  /// process, or thread, edits it.
  static void edit(Path given, String name, Edit edit) throws IOException, Failure {
    KeptFile.edit(
        given,
        lines -> {
          int at = lines.size();
          for (int i = 0; i < lines.size() && at == lines.size(); i++) {
            at = nameIn(lines.get(i)).equals(name) ? i : at;
          }
          @Nullable String line = edit.of(at < lines.size() ? lines.get(at) : null);
          if (at < lines.size()) {
            lines.remove(at);
          }
          if (line != null) {
            lines.add(at, line);
          }
          return lines;
        });
  }
}
