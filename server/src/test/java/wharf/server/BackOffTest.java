package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackOffTest {
  private static final Duration YOUNG = Duration.ofMillis(9_999);

  private final BackOff backOff = new BackOff();

  @Test
  void whoDiesYoungIsReplacedLaterAndLater() {
    assertThat(IntStream.range(0, 10).mapToObj(_ -> backOff.after(YOUNG).toMillis()))
        .containsExactly(100L, 200L, 400L, 800L, 1600L, 3200L, 6400L, 10_000L, 10_000L, 10_000L);
  }

  @Test
  void whoHasLivedAWhileIsReplacedAtOnceAndTheNextIsForgiven() {
    backOff.after(YOUNG);
    backOff.after(YOUNG);
    assertThat(backOff.after(BackOff.MOST)).isZero();
    assertThat(backOff.after(YOUNG)).isEqualTo(BackOff.FIRST);
  }
}
