package wharf.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameBufferTest {
  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.ISO_8859_1.decode(bytes).toString();
  }

  private static List<String> found(FrameBuffer frames) {
    List<String> all = new ArrayList<>();
    FrameBuffer.Found next;
    while ((next = frames.next()) != null) {
      all.add(
          switch (next) {
            case FrameBuffer.Found.Frame(ByteBuffer head, ByteBuffer body) ->
                text(head) + "|" + text(body);
            case FrameBuffer.Found.TooLong(ByteBuffer head, long length) ->
                text(head) + "!" + length;
          });
    }
    return all;
  }

  private static List<String> cut(FrameBuffer frames, String stream, int chunk, int mostHeld) {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < stream.length(); i += chunk) {
      frames.add(bytes(stream.substring(i, Math.min(stream.length(), i + chunk))));
      all.addAll(found(frames));
      assertThat(frames.held()).as("held").isLessThanOrEqualTo(mostHeld);
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void theLengthIsBigEndian(int chunk) {
    String body = "x".repeat(258);
    assertThat(cut(new FrameBuffer(0, 2, 300), "\0\3abc\0\0\1\2" + body, chunk, 1000))
        .containsExactly("|abc", "|", "|" + body);
    assertThat(cut(new FrameBuffer(0, 4, 300), "\0\0\0\3abc\0\0\1\2" + body, chunk, 1000))
        .containsExactly("|abc", "|" + body);
    assertThat(cut(new FrameBuffer(1, 2, 300), "@\0\1a\u0080\0\0", chunk, 1000))
        .containsExactly("@|a", "\u0080|");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void whatIsTooLongIsSkippedAndNotHeld(int chunk) {
    String stream = "a\0\4abcdb\1\0" + "x".repeat(256) + "c\0\5abcded\0\0";
    assertThat(cut(new FrameBuffer(1, 2, 4), stream, chunk, 7))
        .containsExactly("a|abcd", "b!256", "c!5", "d|");
  }

  @Test
  void aLengthWithItsHighestBitSetIsNotNegative() {
    FrameBuffer frames = new FrameBuffer(0, 4, 10);
    frames.add(bytes("\u00ff\u00ff\u00ff\u00ffxyz"));
    assertThat(found(frames)).containsExactly("!4294967295");
    assertThat(frames.held()).isZero();
    assertThat(frames.withinFrame()).isTrue();
  }

  @Test
  void whereAStreamMayEnd() {
    FrameBuffer frames = new FrameBuffer(0, 2, 10);
    assertThat(frames.withinFrame()).isFalse();
    frames.add(bytes("\0"));
    assertThat(frames.withinFrame()).isTrue();
    frames.add(bytes("\1a"));
    assertThat(found(frames)).containsExactly("|a");
    assertThat(frames.withinFrame()).isFalse();
  }

  @Test
  void whatWasFramedIsFound() {
    Random random = new Random(821);
    for (int i = 0; i < 1000; i++) {
      FrameBuffer frames = new FrameBuffer(random.nextInt(3), random.nextInt(1, 5), 255);
      int headBytes = 0;
      List<String> expected = new ArrayList<>();
      StringBuilder stream = new StringBuilder();
      for (int j = random.nextInt(5); j >= 0; j--) {
        String body = "y".repeat(random.nextInt(256));
        while (true) {
          try {
            stream.append(text(frames.frame(bytes("h".repeat(headBytes)), bytes(body))));
            break;
          } catch (IllegalArgumentException otherHead) {
            headBytes = (headBytes + 1) % 3;
          }
        }
        expected.add("h".repeat(headBytes) + "|" + body);
      }
      assertThat(cut(frames, stream.toString(), random.nextInt(1, 50), 1000)).isEqualTo(expected);
    }
  }

  @Test
  void whatCannotBeSaidIsNotFramed() {
    ByteBuffer none = bytes("");
    assertThatThrownBy(() -> new FrameBuffer(0, 1, 1000).frame(none, bytes("x".repeat(256))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new FrameBuffer(0, 4, 10).frame(none, bytes("x".repeat(11))))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new FrameBuffer(0, 5, 10))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
