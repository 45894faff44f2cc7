package wharf.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 31, 32, 33, 63, 64, 65, 1000, 123_456_789, (1L << 40) - 1})
  void knowsAValueToASixtyFourth(long nanos) {
    Histogram histogram = new Histogram();
    histogram.record(nanos);
    assertThat(histogram.quantile(0.5)).isCloseTo((double) nanos, within(nanos / 64.0 + 0.001));
  }

  @Test
  void takesWhatIsOutOfRangeAsTheNearestInIt() {
    Histogram histogram = new Histogram();
    histogram.record(-5);
    histogram.record(Long.MAX_VALUE);
    assertThat(histogram.count()).isEqualTo(2);
    assertThat(histogram.quantile(0.5)).isZero();
    assertThat(histogram.quantile(1)).isGreaterThan(1e12);
  }

  @Test
  void saysTheSameAsASortedArray() {
    Histogram histogram = new Histogram();
    long[] values = new SplittableRandom(7).longs(10_001, 100, 50_000_000).toArray();
    for (long value : values) {
      histogram.record(value);
    }
    Arrays.sort(values);
    for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 0.999}) {
      long exact = values[(int) Math.ceil(share * values.length) - 1];
      assertThat(histogram.quantile(share)).isCloseTo((double) exact, within(exact / 60.0));
    }
  }

  @Test
  void isEmptyAtFirst() {
    assertThat(new Histogram().quantile(0.99)).isZero();
  }
}
