package wharf.ftp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import wharf.ftp.client.Ranges.Range;

class RangesTest {
  @Test
  void whatTouchesIsOne() {
    Ranges ranges = new Ranges();
    ranges.add(0, 10);
    ranges.add(20, 30);
    assertThat(ranges.missing(40)).containsExactly(new Range(10, 20), new Range(30, 40));
    ranges.add(10, 20);
    assertThat(ranges.all()).containsExactly(new Range(0, 30));
    assertThat(ranges.missing(30)).isEmpty();
  }

  @Test
  void whatMakesNoSenseIsNotAdded() {
    Ranges ranges = new Ranges();
    ranges.add(-1, 5);
    ranges.add(5, 5);
    ranges.add(7, 3);
    assertThat(ranges.all()).isEmpty();
    assertThat(ranges.missing(3)).containsExactly(new Range(0, 3));
    assertThat(ranges.missing(0)).isEmpty();
  }

  @Test
  void isASetOfBytes() {
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      Ranges ranges = new Ranges();
      BitSet model = new BitSet();
      for (int j = 0; j < 12; j++) {
        int from = random.nextInt(50);
        int to = from + random.nextInt(12);
        ranges.add(from, to);
        model.set(from, to);
      }
      BitSet there = new BitSet();
      ranges.all().forEach(range -> there.set((int) range.from(), (int) range.to()));
      assertThat(there).isEqualTo(model);
      BitSet missing = new BitSet();
      ranges.missing(40).forEach(range -> missing.set((int) range.from(), (int) range.to()));
      BitSet expected = new BitSet();
      expected.set(0, 40);
      expected.andNot(model);
      assertThat(missing).isEqualTo(expected);
    }
  }
}
