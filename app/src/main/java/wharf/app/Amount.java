package wharf.app;

import java.util.Locale;

/// Sizes and times for people.
final class Amount {
  private static final String UNITS = "KMGT";

  private Amount() {}

  /// What `4096`, `64K` or `1MiB` says in bytes; the units are those of [#bytes].
  ///
  /// @throws IllegalArgumentException with a message for people when it is none of these
  static long ofBytes(String text) {
    // Without a pattern, for the same reason as PasswordForms: all accounts may have a quota.
    int digits = 0;
    while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    boolean hasUnit = digits < text.length() && UNITS.indexOf(text.charAt(digits)) >= 0;
    String rest = text.substring(digits + (hasUnit ? 1 : 0));
    if (digits < 1 || digits > 18 || !(rest.isEmpty() || rest.equals("B") || rest.equals("iB"))) {
      throw new IllegalArgumentException(
          "a size is written as 4096, 64K, 1M, 1G or 1T, not '" + text + "'");
    }
    int power = hasUnit ? 10 + 10 * UNITS.indexOf(text.charAt(digits)) : 0;
    try {
      return Math.multiplyExact(Long.parseLong(text, 0, digits, 10), 1L << power);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("'" + text + "' is more than any disk holds", e);
    }
  }

  /// `999 B`, `1.2 MiB`.
  static String bytes(long count) {
    if (count < 1024) {
      return count + " B";
    }
    String units = "KMGTPE";
    int unit = -1;
    double value = count;
    // 1023.95 would print as 1024.0.
    while (value >= 1023.95 && unit < units.length() - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %siB", value, units.charAt(Math.max(unit, 0)));
  }

  /// `0:07`, `1:02:03`.
  static String clock(long seconds) {
    return seconds < 3600
        ? "%d:%02d".formatted(seconds / 60, seconds % 60)
        : "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
}
