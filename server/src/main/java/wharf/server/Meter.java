package wharf.server;

import java.time.Duration;

/// How far a transfer has come, and how fast it goes. Told by the thread that moves it, asked from
/// any.
final class Meter {
  /// What the rate is an average of, at least: shorter it would jump with every step, longer it
  /// would tell of what was.
  private static final long SPAN = Duration.ofSeconds(1).toNanos();

  /// How far it had come at a time of `nanoTime`.
  private record Mark(long bytes, long at) {}

  private volatile long bytes;

  /// At least a span ago, once it has gone on for so long.
  private volatile Mark before;

  /// The next `before`; of the thread that moves it alone.
  private Mark latest;

  Meter(long began) {
    latest = new Mark(0, began);
    before = latest;
  }

  /// @param all the bytes of content that have moved by `now`
  void moved(long all, long now) {
    bytes = all;
    if (now - latest.at >= SPAN) {
      before = latest;
      latest = new Mark(all, now);
    }
  }

  long bytes() {
    return bytes;
  }

  /// Bytes a second, of late.
  long rate(long now) {
    Mark from = before;
    long took = Math.max(1, now - from.at);
    return (long) ((double) (bytes - from.bytes) * Duration.ofSeconds(1).toNanos() / took);
  }
}
