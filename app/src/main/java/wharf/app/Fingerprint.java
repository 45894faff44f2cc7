package wharf.app;

import java.util.Locale;

/// The SHA-256 of a certificate, as people write it.
final class Fingerprint {
  private Fingerprint() {}

  /// The one form that is shown and kept: `9B:F5:...`.
  ///
  /// @param text in hexadecimal, with colons or without, `sha256:` before it or not
  /// @throws IllegalArgumentException with a message for people when it is none
  static String of(String text) {
    String bare =
        text.strip()
            .toUpperCase(Locale.ROOT)
            .replaceFirst("^SHA-?256[:=]", "")
            .replace(":", "")
            .replace(" ", "");
    if (!bare.matches("[0-9A-F]{64}")) {
      throw new IllegalArgumentException(
          "\"%s\" is no SHA-256 fingerprint: it has 64 hexadecimal digits, as 9B:F5:..."
              .formatted(text));
    }
    return String.join(":", bare.split("(?<=\\G..)", -1)).replaceFirst(":$", "");
  }
}
