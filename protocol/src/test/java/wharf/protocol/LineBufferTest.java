package wharf.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineBufferTest {
  private static final String TOO_LONG = "(too long)";

  private static void add(LineBuffer lines, String text) {
    lines.add(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static List<String> found(LineBuffer lines) {
    List<String> all = new ArrayList<>();
    LineBuffer.Found next;
    while ((next = lines.next()) != null) {
      all.add(
          switch (next) {
            case LineBuffer.Found.Line(ByteBuffer bytes) ->
                StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
            case LineBuffer.Found.TooLong() -> TOO_LONG;
          });
    }
    return all;
  }

  private static List<String> cut(String text, int limit, int chunk) {
    LineBuffer lines = new LineBuffer(limit);
    List<String> all = new ArrayList<>();
    for (int i = 0; i < text.length(); i += chunk) {
      add(lines, text.substring(i, Math.min(text.length(), i + chunk)));
      all.addAll(found(lines));
      assertThat(lines.held()).as("held").isLessThanOrEqualTo(limit);
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void endsAtLfAndTakesOneCrWithIt(int chunk) {
    assertThat(cut("a\r\nb\n\r\n\nc\rd\r\r\n\0\n", 100, chunk))
        .containsExactly("a", "b", "", "", "c\rd\r", "\0");
    assertThat(cut("no end", 100, chunk)).isEmpty();
    assertThat(cut("\n", 100, chunk)).containsExactly("");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void theLimitCountsTheEnd(int chunk) {
    assertThat(cut("123456\r\n1234567\n1234567\r\n12345678\nok\n", 8, chunk))
        .containsExactly("123456", "1234567", TOO_LONG, TOO_LONG, "ok");
    assertThat(cut("x".repeat(1000) + "\r\nok\r\n", 8, chunk)).containsExactly(TOO_LONG, "ok");
  }

  @Test
  void takesAllAndKeepsNothingOfTheCallers() {
    LineBuffer lines = new LineBuffer(100);
    byte[] bytes = "ab\ncd".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer given = ByteBuffer.wrap(bytes);
    lines.add(given);
    assertThat(given.hasRemaining()).isFalse();
    bytes[0] = 'X';
    bytes[3] = 'X';
    assertThat(found(lines)).containsExactly("ab");
    assertThat(lines.held()).isEqualTo(2);
    add(lines, "\n");
    assertThat(found(lines)).containsExactly("cd");
    assertThat(lines.held()).isZero();
  }

  @Test
  void aLineOutlivesTheBuffer() {
    LineBuffer lines = new LineBuffer(100);
    add(lines, "first\n");
    LineBuffer.Found first = lines.next();
    add(lines, "other\n");
    assertThat(found(lines)).containsExactly("other");
    assertThat(first)
        .isEqualTo(
            new LineBuffer.Found.Line(
                ByteBuffer.wrap("first".getBytes(StandardCharsets.US_ASCII))));
  }

  /// Against the simplest thing that does the same.
  @Test
  void likeTheModel() {
    long seed = Long.getLong("wharf.seed", 821);
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(200); j > 0; j--) {
        text.append("ab\r\n\n".charAt(random.nextInt(5)));
      }
      int limit = random.nextInt(1, 12);
      List<String> expected = new ArrayList<>();
      int from = 0;
      int end;
      while ((end = text.indexOf("\n", from)) >= 0) {
        String line = text.substring(from, end);
        expected.add(
            line.length() >= limit
                ? TOO_LONG
                : line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
        from = end + 1;
      }
      LineBuffer lines = new LineBuffer(limit);
      List<String> all = new ArrayList<>();
      for (int at = 0; at < text.length(); ) {
        int to = Math.min(text.length(), at + random.nextInt(1, 30));
        add(lines, text.substring(at, to));
        at = to;
        if (random.nextBoolean()) {
          all.addAll(found(lines));
        }
      }
      all.addAll(found(lines));
      assertThat(all).as("seed %s, limit %s: %s", seed, limit, text).isEqualTo(expected);
    }
  }

  /// Every byte is looked at once: a line that comes byte by byte, or never ends, costs no more
  /// than its length.
  @Test
  void isLinear() {
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          LineBuffer endless = new LineBuffer(1 << 20);
          ByteBuffer one = ByteBuffer.wrap(new byte[] {'x'});
          for (int i = 0; i < 1_000_000; i++) {
            endless.add(one.rewind());
            assertThat(endless.next()).isNull();
          }
          LineBuffer discarding = new LineBuffer(16);
          ByteBuffer many = ByteBuffer.wrap("x".repeat(4096).getBytes(StandardCharsets.US_ASCII));
          for (int i = 0; i < 20_000; i++) {
            discarding.add(many.rewind());
            assertThat(discarding.next()).isNull();
            assertThat(discarding.held()).isLessThanOrEqualTo(16);
          }
        });
  }
}
