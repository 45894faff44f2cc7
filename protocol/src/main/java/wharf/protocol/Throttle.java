package wharf.protocol;

/// How fast bytes may move, of all the transfers together that share this. Safe for use by many
/// threads; it has no clock, and is told the time: nanoseconds that only go on, as
/// `System.nanoTime`.
///
/// A transfer moves at most a [#portion], says so, and then waits until that and all that the
/// others have moved is paid for. So those that share take turns, and none gets more than the
/// others. A new one waits for its first turn as well.
public final class Throttle {
  /// Who comes late to its turn, as timers do, has this much of the time made up for: the rate is
  /// that which was asked for, and after a pause the burst is no longer than this.
  private static final long CATCH_UP = 100_000_000;

  private static final long SECOND = 1_000_000_000;

  /// How many turns there are in a second, for one that is alone.
  private static final int TURNS = 20;

  /// Longer turns save nothing.
  private static final int LONGEST_PORTION = 1 << 20;

  private final long rate;

  /// When all that was moved is paid for.
  private long due;

  private boolean used;

  /// @param rate bytes a second, at least 1
  public Throttle(long rate) {
    if (rate < 1) {
      throw new IllegalArgumentException("a rate of " + rate + " bytes a second");
    }
    this.rate = rate;
  }

  /// Bytes a second.
  public long rate() {
    return rate;
  }

  /// The most that is to be moved in one turn, in bytes.
  public int portion() {
    return Math.clamp(rate / TURNS, 1, LONGEST_PORTION);
  }

  /// Since when, or from when on, the next turn may be taken.
  public synchronized long turn(long now) {
    return used && due - now > -CATCH_UP ? due : now - (used ? CATCH_UP : 0);
  }

  /// So many bytes were moved.
  public synchronized void moved(long bytes, long now) {
    long from = turn(now);
    used = true;
    // Beyond a portion in 292 years nothing is exact.
    due = from + (long) Math.min((double) bytes * SECOND / rate, Long.MAX_VALUE / 4.0);
  }
}
