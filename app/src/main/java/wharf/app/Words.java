package wharf.app;

import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;

/// Cuts a command line into words and puts them together again, as a shell does.
final class Words {
  private static final String PLAIN_SIGNS = "_@%+=:,./~-";

  private Words() {}

  /// Words are separated by spaces; quotes of either kind keep together, a backslash outside single
  /// quotes takes the next character as it is.
  ///
  /// @throws IllegalArgumentException with a message for people when a quote stays open
  static List<String> split(String line) {
    List<String> words = new ArrayList<>();
    if (line.indexOf('\\') < 0 && line.indexOf('"') < 0 && line.indexOf('\'') < 0) {
      // As nearly all are: a hundred thousand, where there are as many accounts.
      StringTokenizer all = new StringTokenizer(line, " \t");
      while (all.hasMoreTokens()) {
        words.add(all.nextToken());
      }
      return words;
    }
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && quote != '\'') {
        if (++i == line.length()) {
          throw new IllegalArgumentException("nothing follows the last \\");
        }
        word.append(line.charAt(i));
        inWord = true;
      } else if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        inWord = true;
      } else if (c == ' ' || c == '\t') {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("a " + quote + " is not closed");
    }
    if (inWord) {
      words.add(word.toString());
    }
    return words;
  }

  /// `words` as a line that a POSIX shell reads as just these.
  static String join(List<String> words) {
    List<String> quoted = new ArrayList<>();
    for (String word : words) {
      quoted.add(isPlain(word) ? word : "'" + word.replace("'", "'\\''") + "'");
    }
    return String.join(" ", quoted);
  }

  private static boolean isPlain(String word) {
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!letter && PLAIN_SIGNS.indexOf(c) < 0) {
        return false;
      }
    }
    return !word.isEmpty() && !word.startsWith("~");
  }
}
