package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private static final long MIB = 1 << 20;

  private final ByteArrayOutputStream drawn = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong();

  private ProgressLine line(String name, int width) {
    return new ProgressLine(name, new PrintStream(drawn, true, UTF_8), () -> width, clock::get);
  }

  private String afterSeconds(double seconds, ProgressLine line, long position) {
    clock.addAndGet((long) (seconds * 1e9));
    drawn.reset();
    line.at(position);
    return drawn.toString(UTF_8).replace("\r", "").replace("\033[K", "");
  }

  @Test
  void showsPartRateAndTimeLeft() {
    ProgressLine line = line("big.iso", 80);
    line.begin(0, 100 * MIB);
    assertThat(afterSeconds(1, line, 10 * MIB))
        .isEqualTo("big.iso  10%  10.0 MiB of 100.0 MiB  10.0 MiB/s  0:09 left");
  }

  @Test
  void theRateFollowsButNotAtOnce() {
    ProgressLine line = line("f", 80);
    line.begin(0, 1000 * MIB);
    assertThat(afterSeconds(1, line, 10 * MIB)).contains("  10.0 MiB/s");
    // A fifth of the way in a fifth of the time that it remembers: 1 - 1/e^(1/5) = 0.18.
    assertThat(afterSeconds(1, line, 30 * MIB)).contains("  11.8 MiB/s");
    assertThat(afterSeconds(100, line, 30 * MIB)).contains("  0 B/s").doesNotContain("left");
  }

  @Test
  void whatWasThereBeforeDoesNotCountForTheRate() {
    ProgressLine line = line("f", 80);
    line.begin(90 * MIB, 100 * MIB);
    assertThat(afterSeconds(1, line, 91 * MIB)).contains("91%").contains("  1.0 MiB/s  0:09 left");
  }

  @Test
  void withoutASizeThereIsNoPercentage() {
    ProgressLine line = line("f", 80);
    line.begin(0, -1);
    assertThat(afterSeconds(1, line, MIB)).isEqualTo("f  1.0 MiB  1.0 MiB/s");
  }

  @Test
  void isNotDrawnMoreOftenThanItCanBeRead() {
    ProgressLine line = line("f", 80);
    line.begin(0, 100);
    assertThat(afterSeconds(0.1, line, 1)).isEmpty();
    assertThat(afterSeconds(0.1, line, 2)).isNotEmpty();
  }

  @Test
  void fitsItsTerminal() {
    for (int width : new int[] {1, 10, 40, 60, 80}) {
      ProgressLine line = line("a-rather-long-name-for-a-file-that-is-to-be-moved.iso", width);
      line.begin(0, 100 * MIB);
      assertThat(afterSeconds(1, line, 10 * MIB).length()).isLessThan(Math.max(2, width));
    }
  }

  @Test
  void aNameCannotActOnTheTerminal() {
    ProgressLine line = line("a\u001b]0;b", 80);
    line.begin(0, 10);
    assertThat(afterSeconds(1, line, 10)).startsWith("a?]0;b");
  }
}
