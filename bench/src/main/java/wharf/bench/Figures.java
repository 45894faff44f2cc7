package wharf.bench;

import java.util.Locale;

/// Numbers as text, the same in every locale.
final class Figures {
  private Figures() {}

  /// As `12,345`.
  static String of(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /// As `12,345.6`.
  static String of(double value, int decimals) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
