package wharf.server;

import java.time.Duration;

/// How long to wait before a worker that has died is replaced: not at all, if it had lived a while;
/// longer each time, if they die young, so that a worker that cannot live costs little. For one
/// thread at a time.
final class BackOff {
  /// After the first that dies young.
  static final Duration FIRST = Duration.ofMillis(100);

  /// At most; and who has lived so long has not died young.
  static final Duration MOST = Duration.ofSeconds(10);

  private Duration next = FIRST;

  /// @param lived how long the one that has died was alive
  Duration after(Duration lived) {
    if (lived.compareTo(MOST) >= 0) {
      next = FIRST;
      return Duration.ZERO;
    }
    Duration now = next;
    Duration doubled = now.multipliedBy(2);
    next = doubled.compareTo(MOST) < 0 ? doubled : MOST;
    return now;
  }
}
