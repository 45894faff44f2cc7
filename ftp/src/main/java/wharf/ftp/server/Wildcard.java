package wharf.ftp.server;

import wharf.users.NamePattern;

/// Patterns of names with `*` (any run) and `?` (any one character), as `mget` sends them. Nothing
/// else is special, and no pattern costs more than its length times the name's.
final class Wildcard {
  private Wildcard() {}

  static boolean isPattern(String text) {
    return text.indexOf('*') >= 0 || text.indexOf('?') >= 0;
  }

  static boolean matches(String pattern, String name) {
    return NamePattern.matches(pattern, name);
  }
}
