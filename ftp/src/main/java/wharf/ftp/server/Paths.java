package wharf.ftp.server;

import java.util.ArrayList;
import java.util.List;

/// Several paths in one argument, as `old new` or, where there are spaces in them, `"my old" new`:
/// in quotes, with those inside doubled, as in "257".
final class Paths {
  private final String argument;
  private int at;

  private Paths(String argument) {
    this.argument = argument;
  }

  /// Takes `argument` apart; empty where there is no sense in it.
  static List<String> parse(String argument) {
    Paths rest = new Paths(argument);
    List<String> found = new ArrayList<>();
    while (rest.skipSpaces()) {
      String path = rest.next();
      if (path.isEmpty()) {
        return List.of();
      }
      found.add(path);
    }
    return found;
  }

  private boolean skipSpaces() {
    while (at < argument.length() && argument.charAt(at) == ' ') {
      at++;
    }
    return at < argument.length();
  }

  /// The next one; "" where there is none.
  private String next() {
    if (argument.charAt(at) != '"') {
      int from = at;
      int space = argument.indexOf(' ', from);
      at = space < 0 ? argument.length() : space;
      return argument.substring(from, at);
    }
    StringBuilder path = new StringBuilder();
    for (at++; at < argument.length(); at++) {
      char c = argument.charAt(at);
      boolean doubled = argument.startsWith("\"\"", at);
      if (c == '"' && !doubled) {
        at++;
        boolean ends = at == argument.length() || argument.charAt(at) == ' ';
        return ends ? path.toString() : "";
      }
      path.append(c);
      at += doubled ? 1 : 0;
    }
    // The quote was not closed.
    return "";
  }
}
