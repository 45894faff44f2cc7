package wharf.app;

/// JSON strings (RFC 8259, section 7). All that is printed is flat objects of strings and numbers,
/// so this is all there is to write; a library would be the larger part of the start-up time.
final class Json {
  private Json() {}

  /// `text` in quotes. Also escapes what JSON allows but a terminal acts on, and halves of pairs,
  /// which UTF-8 cannot carry.
  static String string(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                default -> {
                  if (wharf.ftp.client.Printable.acts(c)) {
                    json.append("\\u%04x".formatted(c));
                  } else {
                    json.appendCodePoint(c);
                  }
                }
              }
            });
    return json.append('"').toString();
  }
}
