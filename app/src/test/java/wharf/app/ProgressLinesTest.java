package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import wharf.app.ProgressLines.Manner;

class ProgressLinesTest {
  private static final long MIB = 1 << 20;

  private final ByteArrayOutputStream drawn = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong();
  private ScreenSize size = ScreenSize.USUAL;

  private ProgressLines lines(Manner manner) {
    return new ProgressLines(new PrintStream(drawn, true, UTF_8), manner, () -> size, clock::get);
  }

  private String drawnAfter(double seconds, Runnable news) {
    clock.addAndGet((long) (seconds * 1e9));
    drawn.reset();
    news.run();
    return drawn.toString(UTF_8);
  }

  @Test
  void aLineForEachAndOneForAll() {
    ProgressLines lines = lines(Manner.DRAWN);
    lines.found(100 * MIB);
    lines.found(50 * MIB);
    lines.found(50 * MIB);
    ProgressLines.One a = lines.begins("a", 100 * MIB);
    ProgressLines.One b = lines.begins("b", 50 * MIB);
    a.begin(0, 100 * MIB);
    b.begin(0, 50 * MIB);
    assertThat(drawnAfter(1, () -> a.at(10 * MIB)))
        .isEqualTo(
            """
            \ra  10%  10.0 MiB of 100.0 MiB  10.0 MiB/s  0:09 left\033[K
            b  0%  0 B of 50.0 MiB  0 B/s\033[K
            0 of 3+ files  10.0 MiB\033[K\033[J\
            """);
    lines.allFound();
    lines.ended(b, 50 * MIB);
    // Up to the first of the lines, which are fewer now.
    assertThat(drawnAfter(1, () -> a.at(20 * MIB)))
        .startsWith("\033[2A\ra  20%")
        .contains("\n1 of 3 files  35%  70.0 MiB of 200.0 MiB")
        .endsWith("\033[K\033[J");
    assertThat(drawnAfter(0, () -> lines.around(() -> drawn.writeBytes("note\n".getBytes(UTF_8)))))
        .isEqualTo("\033[1A\r\033[Jnote\n");
    assertThat(drawnAfter(0, lines::clear)).isEmpty();
  }

  @Test
  void followsTheWidthOfTheTerminal() {
    size = new ScreenSize(100, 24);
    ProgressLines lines = lines(Manner.DRAWN);
    lines.found(100 * MIB);
    ProgressLines.One one = lines.begins("a-rather-long-name-for-a-file.iso", 100 * MIB);
    one.begin(0, 100 * MIB);
    assertThat(drawnAfter(1, () -> one.at(MIB))).contains("a-rather-long-name-for-a-file.iso");
    size = new ScreenSize(60, 24);
    assertThat(drawnAfter(3, () -> one.at(2 * MIB))).contains("a-rath").doesNotContain("file.iso");
  }

  @Test
  void thereAreNeverMoreThanTheTerminalHasRows() {
    for (int rows = 1; rows < 14; rows++) {
      size = new ScreenSize(80, rows);
      ProgressLines lines = lines(Manner.DRAWN);
      List<ProgressLines.One> all = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        lines.found(100 * MIB);
        all.add(lines.begins("f" + i, 100 * MIB));
      }
      String text = drawnAfter(1, () -> all.getFirst().at(MIB));
      assertThat(List.of(text.split("\n", -1)))
          .hasSize(Math.clamp(rows - 1, 1, 9))
          .last()
          .asString()
          .contains("of 10+ files");
    }
    assertThat(afterSeconds(1, one("f", 80), MIB)).startsWith("f ");
  }

  @Test
  void elsewhereALineNowAndThenOrNothing() {
    ProgressLines lines = lines(Manner.LINES);
    lines.found(100 * MIB);
    lines.found(100 * MIB);
    lines.allFound();
    ProgressLines.One one = lines.begins("a", 100 * MIB);
    one.begin(0, 100 * MIB);
    assertThat(drawnAfter(1, () -> one.at(MIB))).isEmpty();
    assertThat(drawnAfter(5, () -> one.at(20 * MIB)))
        .isEqualTo("wharf: 0 of 2 files  10%  20.0 MiB of 200.0 MiB\n");
    ProgressLines none = lines(Manner.NONE);
    ProgressLines.One silent = none.begins("a", 1);
    assertThat(drawnAfter(9, () -> silent.at(1))).isEmpty();
  }

  @Test
  void aNameCannotActOnTheTerminal() {
    ProgressLines lines = lines(Manner.DRAWN);
    lines.found(10);
    ProgressLines.One one = lines.begins("a\u001b]0;b", 10);
    assertThat(drawnAfter(1, () -> one.at(5))).contains("a?]0;b");
  }

  // One file.

  private ProgressLines.One one(String name, int width) {
    size = new ScreenSize(width, 24);
    ProgressLines lines = lines(Manner.DRAWN);
    lines.found(-1);
    return lines.begins(name, -1);
  }

  private String afterSeconds(double seconds, ProgressLines.One line, long position) {
    return drawnAfter(seconds, () -> line.at(position)).replaceAll("\r|\033\\[[KJ]", "");
  }

  @Test
  void showsPartRateAndTimeLeft() {
    ProgressLines.One line = one("big.iso", 80);
    line.begin(0, 100 * MIB);
    assertThat(afterSeconds(1, line, 10 * MIB))
        .isEqualTo("big.iso  10%  10.0 MiB of 100.0 MiB  10.0 MiB/s  0:09 left");
  }

  @Test
  void theRateFollowsButNotAtOnce() {
    ProgressLines.One line = one("f", 80);
    line.begin(0, 1000 * MIB);
    assertThat(afterSeconds(1, line, 10 * MIB)).contains("  10.0 MiB/s");
    // A fifth of the way in a fifth of the time that it remembers: 1 - 1/e^(1/5) = 0.18.
    assertThat(afterSeconds(1, line, 30 * MIB)).contains("  11.8 MiB/s");
    assertThat(afterSeconds(100, line, 30 * MIB)).contains("  0 B/s").doesNotContain("left");
  }

  @Test
  void whatWasThereBeforeDoesNotCountForTheRate() {
    ProgressLines.One line = one("f", 80);
    line.begin(90 * MIB, 100 * MIB);
    assertThat(afterSeconds(1, line, 91 * MIB)).contains("91%").contains("  1.0 MiB/s  0:09 left");
  }

  @Test
  void withoutASizeThereIsNoPercentage() {
    ProgressLines.One line = one("f", 80);
    line.begin(0, -1);
    assertThat(afterSeconds(1, line, MIB)).isEqualTo("f  1.0 MiB  1.0 MiB/s");
  }

  @Test
  void isNotDrawnMoreOftenThanItCanBeRead() {
    ProgressLines.One line = one("f", 80);
    line.begin(0, 100);
    assertThat(afterSeconds(0.1, line, 1)).isEmpty();
    assertThat(afterSeconds(0.1, line, 2)).isNotEmpty();
  }

  @Test
  void fitsItsTerminal() {
    for (int width : new int[] {1, 10, 40, 60, 80}) {
      ProgressLines.One line = one("a-rather-long-name-for-a-file-that-is-to-be-moved.iso", width);
      line.begin(0, 100 * MIB);
      assertThat(afterSeconds(1, line, 10 * MIB).length()).isLessThan(Math.max(2, width));
    }
  }
}
