package wharf.app;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Log-ins by host, in the file that clients of FTP have shared since BSD: `machine HOST login NAME
/// password WORD`, in any number of lines; `default` instead of `machine HOST` for all other hosts.
/// Words with spaces, or that begin with `#`, are in double quotes, where `\` takes the next
/// character as it is. Macros (`macdef`) and accounts are passed over.
final class Netrc {
  /// What one `machine` or `default` says.
  ///
  /// @param machine null for `default`
  private record Entry(
      @Nullable String machine, @Nullable String login, @Nullable String password) {}

  /// A log-in that was found.
  ///
  /// @param user null where the file names none
  /// @param password null where it says none
  record Found(@Nullable String user, @Nullable String password) {}

  private final List<Entry> entries = new ArrayList<>();
  private final String text;
  private int at;

  private Netrc(String text) {
    this.text = text;
  }

  /// Reads what the file says.
  ///
  /// @throws IllegalArgumentException with the line, and not a word of what is in it
  static Netrc parse(String text) {
    Netrc netrc = new Netrc(text);
    netrc.read();
    return netrc;
  }

  /// What it says for a host.
  ///
  /// @param user who is to log in; null for whomever it names
  @Nullable Found find(String host, @Nullable String user) {
    boolean named = false;
    for (Entry entry : entries) {
      boolean here = entry.machine() != null && entry.machine().equalsIgnoreCase(host);
      named |= here;
      // The rest is for hosts that are not named.
      if ((here || (entry.machine() == null && !named))
          && (user == null || entry.login() == null || user.equals(entry.login()))) {
        return new Found(entry.login(), entry.password());
      }
    }
    return null;
  }

  private void read() {
    String word = next();
    while (word != null) {
      switch (word) {
        case "machine" -> word = entry(value(word));
        case "default" -> word = entry(null);
        case "macdef" -> {
          skipMacro();
          word = next();
        }
        default -> throw wrong("is none of machine, default and macdef");
      }
    }
  }

  /// @return the word behind the entry
  private @Nullable String entry(@Nullable String machine) {
    String login = null;
    String password = null;
    String word;
    while ((word = next()) != null) {
      switch (word) {
        case "login" -> login = value(word);
        case "password" -> password = value(word);
        case "account" -> {
          String _ = value(word);
        }
        // Some have them inside of an entry.
        case "macdef" -> skipMacro();
        default -> {
          entries.add(new Entry(machine, login, password));
          return word;
        }
      }
    }
    entries.add(new Entry(machine, login, password));
    return null;
  }

  private String value(String of) {
    String value = word(false);
    if (value == null) {
      throw wrong("is missing: nothing follows " + of);
    }
    return value;
  }

  private @Nullable String next() {
    return word(true);
  }

  /// @param comments whether `#` begins one, up to the end of the line: not in a password
  private @Nullable String word(boolean comments) {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (comments && c == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (Character.isWhitespace(c)) {
        at++;
      } else {
        return c == '"' ? quoted() : bare();
      }
    }
    return null;
  }

  private String bare() {
    int from = at;
    while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return text.substring(from, at);
  }

  private String quoted() {
    StringBuilder word = new StringBuilder();
    for (int i = at + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        at = i + 1;
        return word.toString();
      }
      if (c == '\n') {
        break;
      }
      if (c == '\\' && i + 1 < text.length()) {
        i++;
        c = text.charAt(i);
      }
      word.append(c);
    }
    throw wrong("begins with a \" that is not closed");
  }

  /// A macro ends with an empty line.
  private void skipMacro() {
    int end = text.indexOf("\n\n", at);
    int also = text.indexOf("\n\r\n", at);
    end = end < 0 || (also >= 0 && also < end) ? also : end;
    at = end < 0 ? text.length() : end;
  }

  private IllegalArgumentException wrong(String what) {
    long line = text.substring(0, at).chars().filter(c -> c == '\n').count() + 1;
    return new IllegalArgumentException("line " + line + ": a word there " + what);
  }
}
