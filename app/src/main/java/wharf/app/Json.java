package wharf.app;

/// JSON as far as it is written (RFC 8259): flat objects of strings, numbers and truths, so this is
/// all there is to it; a library would be the larger part of the start-up time.
final class Json {
  private Json() {}

  /// An object that is written from left to right. What is not known is left out.
  static final class Fields {
    private final StringBuilder text = new StringBuilder("{");

    Fields add(String name, String value) {
      return raw(name, string(value));
    }

    Fields add(String name, long value) {
      return raw(name, Long.toString(value));
    }

    Fields add(String name, boolean value) {
      return raw(name, Boolean.toString(value));
    }

    /// Adds what is JSON already.
    Fields raw(String name, String json) {
      text.append(text.length() > 1 ? "," : "").append(string(name)).append(':').append(json);
      return this;
    }

    /// The object.
    @Override
    public String toString() {
      return text + "}";
    }
  }

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
