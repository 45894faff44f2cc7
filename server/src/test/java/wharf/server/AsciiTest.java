package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AsciiTest {
  /// The model: what a whole text becomes.
  static byte[] encoded(byte[] raw) {
    String text = new String(raw, StandardCharsets.ISO_8859_1);
    return text.replaceAll("(?<!\r)\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  static byte[] decoded(byte[] wire) {
    String text = new String(wire, StandardCharsets.ISO_8859_1);
    return text.replace("\r\n", "\n").getBytes(StandardCharsets.ISO_8859_1);
  }

  /// `text` in parts that end where a bit of `cuts` is set.
  private static byte[] encode(byte[] text, long cuts) {
    Ascii ascii = new Ascii();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int from = 0; from < text.length; ) {
      int to = end(text, cuts, from);
      ByteBuffer raw = ByteBuffer.wrap(text, from, to - from);
      drain(ascii.encode(raw, ByteBuffer.allocate(2 * (to - from))), all);
      from = to;
    }
    return all.toByteArray();
  }

  private static byte[] decode(byte[] text, long cuts) {
    Ascii ascii = new Ascii();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int from = 0; from < text.length; ) {
      int to = end(text, cuts, from);
      ByteBuffer content = ByteBuffer.allocate(1 + to - from);
      content.put((byte) '#').put(text, from, to - from).flip().position(1);
      drain(ascii.decode(content), all);
      from = to;
    }
    drain(ascii.rest(ByteBuffer.allocate(1)), all);
    return all.toByteArray();
  }

  private static int end(byte[] text, long cuts, int from) {
    int to = from + 1;
    while (to < text.length && (cuts >> to & 1) == 0) {
      to++;
    }
    return to;
  }

  private static void drain(ByteBuffer from, ByteArrayOutputStream into) {
    while (from.hasRemaining()) {
      into.write(from.get());
    }
  }

  /// Every text of up to six letters of CR, LF and x, cut in every way.
  @Test
  void everyShortTextCutInEveryWay() {
    for (int length = 0; length <= 6; length++) {
      for (int n = 0; n < Math.pow(3, length); n++) {
        byte[] text = new byte[length];
        int rest = n;
        for (int i = 0; i < length; i++) {
          text[i] = (byte) "\r\nx".charAt(rest % 3);
          rest /= 3;
        }
        for (long cuts = 0; cuts < 1L << length; cuts += 2) {
          assertThat(encode(text, cuts)).isEqualTo(encoded(text));
          assertThat(decode(text, cuts)).isEqualTo(decoded(text));
        }
      }
    }
  }

  /// What has Unix line ends and no CR comes back as it was.
  @Test
  void textSurvivesTheRoundTrip() {
    long seed = Long.getLong("wharf.seed", 764);
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      byte[] text = new byte[random.nextInt(60)];
      for (int j = 0; j < text.length; j++) {
        text[j] = (byte) "abc\n\n".charAt(random.nextInt(5));
      }
      byte[] wire = encode(text, random.nextLong());
      assertThat(decode(wire, random.nextLong())).as("seed %s", seed).isEqualTo(text);
    }
  }
}
