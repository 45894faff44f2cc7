package wharf.ftp.client;

/// Makes a server's text harmless before a terminal gets it: a reply or a file name may carry
/// escape sequences that would retitle the window, move the cursor or hide what comes next.
public final class Printable {
  private Printable() {}

  /// `text` with a `?` for each character that would act on a terminal instead of showing.
  public static String of(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().forEach(c -> safe.appendCodePoint(acts(c) ? '?' : c));
    return safe.toString();
  }

  /// Whether the character is a control (C0, DEL, C1), breaks the line, turns the direction of
  /// writing, or is half of a pair.
  public static boolean acts(int character) {
    return Character.isISOControl(character)
        || (character >= 0x2028 && character <= 0x202E)
        || (character >= 0x2066 && character <= 0x2069)
        || Character.getType(character) == Character.SURROGATE;
  }
}
