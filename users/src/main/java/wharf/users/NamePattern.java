package wharf.users;

/// A pattern of one name: `*` stands for any number of letters, `?` for one, all else for itself.
/// Upper and lower case differ, as on the disk.
///
/// @param text as people write it
public record NamePattern(String text) {
  /// @throws IllegalArgumentException when no name could match: it is empty, or has a slash
  public NamePattern {
    if (text.isEmpty() || text.indexOf('/') >= 0) {
      throw new IllegalArgumentException("'" + text + "' is no pattern of a name");
    }
  }

  /// Whether `name` is one of those meant.
  public boolean matches(String name) {
    return matches(text, name);
  }

  /// The same of a pattern that is said once. No pattern costs more than its length times the
  /// name's.
  public static boolean matches(String text, String name) {
    int at = 0;
    int in = 0;
    int star = -1;
    int resume = 0;
    while (in < name.length()) {
      char wanted = at < text.length() ? text.charAt(at) : 0;
      if (wanted == '*') {
        star = at++;
        resume = in;
      } else if (at < text.length() && (wanted == '?' || wanted == name.charAt(in))) {
        at++;
        in++;
      } else if (star >= 0) {
        // The last star takes one letter more.
        at = star + 1;
        in = ++resume;
      } else {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) == '*') {
      at++;
    }
    return at == text.length();
  }

  /// How many letters stand for themselves: the more, the fewer names are meant.
  int letters() {
    return (int) text.chars().filter(c -> c != '*' && c != '?').count();
  }

  /// Whether it means one name only.
  boolean isName() {
    return letters() == text.length();
  }

  @Override
  public String toString() {
    return text;
  }
}
