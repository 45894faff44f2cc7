package wharf.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThrottleTest {
  private static final long SECOND = 1_000_000_000;

  /// A transfer that always has something to move, and comes to its turns as late as it is told.
  private static final class Mover {
    private final Throttle throttle;
    private long turn;
    private long moved;

    Mover(Throttle throttle, long now) {
      this.throttle = throttle;
      this.turn = throttle.turn(now);
    }

    void move(long now) {
      if (turn - now <= 0) {
        throttle.moved(throttle.portion(), now);
        moved += throttle.portion();
        turn = throttle.turn(now);
      }
    }
  }

  /// @param start of the clock, which may be anything
  private static List<Mover> run(Throttle throttle, int movers, long start, long nanos, long late) {
    Random random = new Random(7);
    List<Mover> all = new ArrayList<>();
    for (int i = 0; i < movers; i++) {
      all.add(new Mover(throttle, start));
    }
    for (long now = start; now - start < nanos; ) {
      long soonest = now + SECOND;
      for (Mover mover : all) {
        mover.move(now);
        soonest = Math.min(soonest, mover.turn);
      }
      now = Math.max(soonest, now + 1) + (late == 0 ? 0 : random.nextLong(late));
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 1000, 2_000_000, 10_000_000_000L})
  void theRateIsThatWhichWasAskedFor(long rate) {
    Throttle throttle = new Throttle(rate);
    long seconds = rate == 1 ? 10_000 : 100;
    Mover one = run(throttle, 1, -5, seconds * SECOND, 0).getFirst();
    assertThat((double) one.moved)
        .isCloseTo(seconds * (double) rate, within(0.02 * seconds * rate));
  }

  /// Timers are late, by milliseconds; the rate is kept all the same, over hours.
  @Test
  void lateTurnsAreMadeUpFor() {
    Throttle throttle = new Throttle(2_000_000);
    long moved =
        run(throttle, 3, 0, 7200 * SECOND, 20_000_000).stream().mapToLong(m -> m.moved).sum();
    assertThat((double) moved).isCloseTo(7200 * 2_000_000.0, within(7200 * 2_000.0));
  }

  @Test
  void thoseWhoShareHaveTheSame() {
    Throttle throttle = new Throttle(1_000_000);
    List<Mover> all = run(throttle, 7, Long.MAX_VALUE - SECOND, 70 * SECOND, 3_000_000);
    for (Mover mover : all) {
      assertThat((double) mover.moved).isCloseTo(10_000_000, within(200_000.0));
    }
  }

  /// Who comes where others are already waits for its turn, and has it.
  @Test
  void aNewOneHasItsTurn() {
    Throttle throttle = new Throttle(1_000_000);
    Mover first = new Mover(throttle, 0);
    first.move(0);
    Mover second = new Mover(throttle, 1);
    assertThat(second.turn).isEqualTo(50_000_000);
    first.move(50_000_000);
    second.move(50_000_000);
    assertThat(first.turn).isEqualTo(100_000_000);
    assertThat(second.turn).isEqualTo(150_000_000);
  }

  /// A pause is no credit but for a tenth of a second.
  @Test
  void nothingIsSavedUp() {
    Throttle throttle = new Throttle(1_000_000);
    throttle.moved(50_000, 0);
    long later = 3600 * SECOND;
    long moved = 0;
    while (throttle.turn(later) - later <= 0) {
      throttle.moved(throttle.portion(), later);
      moved += throttle.portion();
    }
    assertThat(moved).isBetween(100_000L, 150_000L);
  }

  @Test
  void portions() {
    assertThat(new Throttle(1).portion()).isEqualTo(1);
    assertThat(new Throttle(1000).portion()).isEqualTo(50);
    assertThat(new Throttle(Long.MAX_VALUE - 1).portion()).isEqualTo(1 << 20);
    assertThatIllegalArgumentException().isThrownBy(() -> new Throttle(0));
    Throttle slow = new Throttle(1);
    slow.moved(Long.MAX_VALUE, 0);
    assertThat(slow.turn(0)).isPositive();
  }
}
