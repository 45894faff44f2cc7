package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import wharf.app.ProgressLines.Manner;

class ProgressLinesTest {
  private static final long MIB = 1 << 20;

  private final ByteArrayOutputStream drawn = new ByteArrayOutputStream();
  private final AtomicLong clock = new AtomicLong();
  private int width = 80;

  private ProgressLines lines(Manner manner) {
    return new ProgressLines(new PrintStream(drawn, true, UTF_8), manner, () -> width, clock::get);
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
    width = 100;
    ProgressLines lines = lines(Manner.DRAWN);
    lines.found(100 * MIB);
    ProgressLines.One one = lines.begins("a-rather-long-name-for-a-file.iso", 100 * MIB);
    one.begin(0, 100 * MIB);
    assertThat(drawnAfter(1, () -> one.at(MIB))).contains("a-rather-long-name-for-a-file.iso");
    width = 60;
    assertThat(drawnAfter(3, () -> one.at(2 * MIB))).contains("a-rath").doesNotContain("file.iso");
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
}
