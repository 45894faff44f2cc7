package wharf.ftp.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How often, and after which pauses, something is tried again that failed for a reason that may
/// pass ([FtpException#mayPass]).
///
/// The pauses double from `first` to `longest`; each is drawn between half of that and all of it,
/// so that those who failed together do not come back together.
///
/// @param most how often, after the first time; 0 for never
public record Retries(int most, Duration first, Duration longest) {
  public Retries {
    if (most < 0 || first.isNegative() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "%d tries, after %s to %s: no such pauses".formatted(most, first, longest));
    }
  }

  /// Five times, after a second at first and half a minute at most: what a server that is started
  /// again, or a network that is changed, takes.
  public static Retries usual() {
    return new Retries(5, Duration.ofSeconds(1), Duration.ofSeconds(30));
  }

  /// Never.
  public static Retries none() {
    return new Retries(0, Duration.ZERO, Duration.ZERO);
  }

  /// The same, so many times.
  public Retries times(int other) {
    return new Retries(other, first, longest);
  }

  /// How long to wait before a try.
  ///
  /// @param attempt 1 for the first that is made again
  Duration pause(int attempt, RandomGenerator random) {
    Duration pause = first;
    for (int i = 1; i < attempt && pause.compareTo(longest) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    long nanos = (pause.compareTo(longest) < 0 ? pause : longest).toNanos();
    return Duration.ofNanos(nanos / 2 + (nanos < 2 ? 0 : random.nextLong(nanos / 2 + 1)));
  }
}
