package wharf.ftp.server;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Several paths in one argument, as `old new` or, where there are spaces in them, `"my old" new`:
/// in quotes, with those inside doubled, as in "257".
final class Paths {
  private static final Pattern ONE = Pattern.compile("\"((?:[^\"]|\"\")+)\"(?= |$)|([^\" ]\\S*)");

  private Paths() {}

  /// Takes `argument` apart; empty where there is no sense in it.
  static List<String> parse(String argument) {
    List<String> paths = new ArrayList<>();
    Matcher one = ONE.matcher(argument);
    int at = 0;
    while (at < argument.length()) {
      if (argument.charAt(at) == ' ') {
        at++;
      } else if (one.find(at) && one.start() == at) {
        paths.add(one.group(1) == null ? one.group(2) : one.group(1).replace("\"\"", "\""));
        at = one.end();
      } else {
        return List.of();
      }
    }
    return paths;
  }
}
