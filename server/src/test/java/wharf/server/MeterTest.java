package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// The rate is that of late, in whatever steps it is told.
class MeterTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @Test
  void theRateIsThatOfLate() {
    Meter meter = new Meter(7);
    assertThat(meter.rate(7)).isZero();
    meter.moved(500, 7 + SECOND / 2);
    assertThat(meter.rate(7 + SECOND / 2)).isEqualTo(1000);
    long all = 500;
    for (int i = 1; i <= 50; i++) {
      all += 100;
      meter.moved(all, 7 + SECOND / 2 + i * SECOND / 10);
    }
    assertThat(meter.bytes()).isEqualTo(5500);
    long now = 7 + SECOND / 2 + 5 * SECOND;
    assertThat(meter.rate(now)).isEqualTo(1000);
    for (int i = 1; i <= 30; i++) {
      all += 1000;
      meter.moved(all, now + i * SECOND / 10);
    }
    assertThat(meter.rate(now + 3 * SECOND)).as("nothing of before counts").isEqualTo(10_000);
  }

  @Test
  void whatStandsStillSlowsDown() {
    Meter meter = new Meter(0);
    meter.moved(1_000_000, SECOND);
    assertThat(meter.rate(SECOND)).isEqualTo(1_000_000);
    assertThat(meter.rate(100 * SECOND)).isEqualTo(10_000);
  }
}
