package wharf.ftp.server;

/// Numbers as commands have them.
final class Numbers {
  private Numbers() {}

  /// A number of bytes; -1 where there is none.
  static long parse(String text) {
    try {
      return text.matches("\\d{1,19}") ? Long.parseLong(text) : -1;
    } catch (NumberFormatException e) {
      // Of 19 digits, but more than there can be.
      return -1;
    }
  }
}
