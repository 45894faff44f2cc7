package wharf.app;

/// How far something has got, how fast it is and how long it may still take, in words:
///
/// `45% 1.2 GiB of 2.7 GiB 98.1 MiB/s 0:16 left`
final class Figures {
  /// How far back the rate looks: old enough to be steady, young enough to follow a change.
  private static final double RATE_SECONDS = 5;

  private long seenAt;
  private long seenPosition;
  private double rate = -1;

  /// @param position what was there before does not count for the rate
  Figures(long nanos, long position) {
    this.seenAt = nanos;
    this.seenPosition = position;
  }

  /// Takes note of how far it has got.
  void at(long nanos, long position) {
    double seconds = (nanos - seenAt) / 1e9;
    if (seconds <= 0) {
      return;
    }
    double current = (position - seenPosition) / seconds;
    // Exponentially weighted by time, so that it does not depend on how often it is asked for.
    double weight = 1 - Math.exp(-seconds / RATE_SECONDS);
    rate = rate < 0 ? current : rate + weight * (current - rate);
    seenAt = nanos;
    seenPosition = position;
  }

  /// @param total the whole size, -1 when it is not known
  String text(long total) {
    StringBuilder figures = new StringBuilder();
    if (total > 0) {
      figures.append("  ").append(Math.min(100, seenPosition * 100 / total)).append('%');
    }
    figures.append("  ").append(Amount.bytes(seenPosition));
    if (total >= 0) {
      figures.append(" of ").append(Amount.bytes(total));
    }
    if (rate >= 0) {
      figures.append("  ").append(Amount.bytes(Math.round(rate))).append("/s");
    }
    if (total >= 0 && rate >= 1) {
      long left = Math.round((total - seenPosition) / rate);
      if (left >= 0 && left < 360_000) {
        figures.append("  ").append(Amount.clock(left)).append(" left");
      }
    }
    return figures.toString();
  }

  /// A name with figures behind it, on a line of a terminal.
  ///
  /// @param name without what could act on it
  static String line(String name, String figures, int width) {
    // The last column stays free: some terminals wrap when it is written.
    int room = width - 1 - figures.length();
    if (room < 4) {
      return figures.substring(2, Math.max(2, Math.min(figures.length(), width + 1)));
    }
    return (name.length() <= room ? name : name.substring(0, room - 3) + "...") + figures;
  }
}
