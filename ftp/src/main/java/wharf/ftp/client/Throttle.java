package wharf.ftp.client;

import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.function.LongSupplier;

/// So many bytes in a second, for all transfers together that are given it. For any number of
/// threads.
public final class Throttle {
  /// How long a pause may be made up for, as when a sleep was longer than it should have been.
  private static final long MADE_UP_NANOS = 100_000_000;

  /// How often it is waited, so that progress is steady.
  private static final int WAITS_PER_SECOND = 10;

  private static final int LEAST_PIECE = 1024;

  private final long bytesPerSecond;
  private final LongSupplier nanos;
  private final Sessions.Sleeper sleeper;
  private long freeAt;

  Throttle(long bytesPerSecond, LongSupplier nanos, Sessions.Sleeper sleeper) {
    if (bytesPerSecond < 1) {
      throw new IllegalArgumentException(bytesPerSecond + " bytes in a second: nothing would move");
    }
    this.bytesPerSecond = bytesPerSecond;
    this.nanos = nanos;
    this.sleeper = sleeper;
    this.freeAt = nanos.getAsLong();
  }

  /// At most so many bytes in a second.
  public static Throttle of(long bytesPerSecond) {
    return new Throttle(bytesPerSecond, System::nanoTime, Thread::sleep);
  }

  /// How many bytes are best moved at once.
  int piece() {
    return Math.clamp(bytesPerSecond / WAITS_PER_SECOND, LEAST_PIECE, Integer.MAX_VALUE);
  }

  /// Waits until so many bytes may have moved.
  void passed(int bytes) throws ClosedByInterruptException {
    long wait = reserve(bytes);
    if (wait > 0) {
      try {
        sleeper.sleep(Duration.ofNanos(wait));
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw new ClosedByInterruptException();
      }
    }
  }

  private synchronized long reserve(int bytes) {
    long now = nanos.getAsLong();
    // Times of nanoTime are compared by their difference.
    if (freeAt - (now - MADE_UP_NANOS) < 0) {
      freeAt = now - MADE_UP_NANOS;
    }
    freeAt += Math.round(bytes * 1e9 / bytesPerSecond);
    return freeAt - now;
  }
}
