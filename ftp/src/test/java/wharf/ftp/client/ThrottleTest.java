package wharf.ftp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ThrottleTest {
  private long now = Long.MAX_VALUE - 1_000_000_000;

  private Throttle throttle(long bytesPerSecond) {
    return new Throttle(bytesPerSecond, () -> now, time -> now += time.toNanos());
  }

  private double secondsFor(Throttle throttle, int pieces, int bytes) throws Exception {
    long before = now;
    for (int i = 0; i < pieces; i++) {
      throttle.passed(bytes);
    }
    return (now - before) / 1e9;
  }

  @Test
  void isAsFastAsItMay() throws Exception {
    // Also across the end of what nanoTime can count.
    assertThat(secondsFor(throttle(1_000_000), 100, 50_000)).isBetween(4.8, 5.0);
  }

  @Test
  void aPauseIsNotMadeUpFor() throws Exception {
    Throttle throttle = throttle(1_000_000);
    double _ = secondsFor(throttle, 1, 1000);
    now += Duration.ofMinutes(1).toNanos();
    assertThat(secondsFor(throttle, 10, 100_000)).isBetween(0.9, 1.0);
  }

  @Test
  void whoIsInterruptedDoesNotWait() {
    Throttle throttle =
        new Throttle(
            1,
            () -> now,
            _ -> {
              throw new InterruptedException();
            });
    assertThatThrownBy(() -> throttle.passed(100)).isInstanceOf(ClosedByInterruptException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void piecesAreSmallWhereItIsSlow() {
    assertThat(throttle(1).piece()).isEqualTo(1024);
    assertThat(throttle(1_000_000).piece()).isEqualTo(100_000);
    assertThat(throttle(Long.MAX_VALUE).piece()).isEqualTo(Integer.MAX_VALUE);
  }
}
