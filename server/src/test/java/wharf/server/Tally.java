package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// How many sessions have begun and ended, as they are told themselves. For any thread; one waits.
class Tally {
  private final Semaphore begun = new Semaphore(0);
  private final Semaphore ended = new Semaphore(0);

  /// Since the last [#restart].
  private final AtomicInteger endedInAll = new AtomicInteger();

  /// Sessions that have begun, and not yet ended.
  final AtomicInteger open = new AtomicInteger();

  /// A session has begun.
  void begins() {
    open.incrementAndGet();
    begun.release();
  }

  /// A session has ended.
  void ends() {
    open.decrementAndGet();
    endedInAll.incrementAndGet();
    ended.release();
  }

  /// Waits until `count` more sessions have begun.
  void awaitBegun(int count, Duration atMost) throws InterruptedException {
    await(begun, count, atMost, "begin");
  }

  /// Waits until `count` more sessions have ended.
  void awaitEnded(int count, Duration atMost) throws InterruptedException {
    await(ended, count, atMost, "are told of their end");
  }

  /// Waits until `inAll` sessions have ended since the last [#restart], and restarts.
  void settle(int inAll, Duration atMost) throws InterruptedException {
    while (endedInAll.get() < inAll) {
      awaitEnded(1, atMost);
    }
    assertThat(endedInAll).as("sessions of nobody").hasValue(inAll);
    assertThat(open).as("sessions that are open").hasValue(0);
    restart();
  }

  private static void await(Semaphore which, int count, Duration atMost, String what)
      throws InterruptedException {
    assertThat(which.tryAcquire(count, atMost.toSeconds(), TimeUnit.SECONDS))
        .as("%s more sessions %s; it is %s", count, what, which.availablePermits())
        .isTrue();
  }

  /// Forgets what has been, also sessions that were killed and so could not be told.
  void restart() {
    open.set(0);
    endedInAll.set(0);
    begun.drainPermits();
    ended.drainPermits();
  }
}
