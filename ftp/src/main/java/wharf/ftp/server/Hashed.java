package wharf.ftp.server;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The argument of XCRC and its like: a path, in quotes or not, and perhaps which bytes of it.
///
/// @param path as it was said, without quotes
/// @param range from the first byte to before the second, as the servers that began it have it
record Hashed(String path, Range range) {
  private static final Pattern QUOTED =
      Pattern.compile("\"((?:[^\"]|\"\")*)\"(?: (\\d+)(?: (\\d+))?)?");
  private static final Pattern BARE = Pattern.compile("(.*?)(?: (\\d+)(?: (\\d+))?)?");

  /// What `argument` says if it is more than a name: a file may be called "a 1".
  ///
  /// @return nothing when there is no sense in it
  static Optional<Hashed> parse(String argument) {
    Matcher words = (argument.startsWith("\"") ? QUOTED : BARE).matcher(argument);
    if (!words.matches()) {
      return Optional.empty();
    }
    long from = words.group(2) == null ? 0 : Numbers.parse(words.group(2));
    long to = words.group(3) == null ? Long.MAX_VALUE : Numbers.parse(words.group(3));
    return from < 0 || to < from
        ? Optional.empty()
        : Optional.of(new Hashed(words.group(1).replace("\"\"", "\""), new Range(from, to)));
  }
}
