package wharf.app;

import java.util.Locale;

/// What the user wants of TLS: `--tls`.
enum TlsWish {
  PREFER,
  REQUIRE,
  OFF;

  /// As it is said.
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
