package wharf.protocol;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Bytes of a stream that wait for the rest of their message: a queue, in at the end, out at the
/// front.
final class Held {
  private static final int SMALLEST = 128;

  private byte[] bytes = new byte[SMALLEST];
  private int start;
  private int end;

  /// Takes all of `more`.
  void add(ByteBuffer more) {
    int count = more.remaining();
    if (end + count > bytes.length) {
      int kept = size();
      byte[] into = kept + count > bytes.length ? new byte[roomFor(kept + count)] : bytes;
      System.arraycopy(bytes, start, into, 0, kept);
      bytes = into;
      start = 0;
      end = kept;
    }
    more.get(bytes, end, count);
    end += count;
  }

  private static int roomFor(int count) {
    return Integer.highestOneBit(Math.max(count, SMALLEST) - 1) << 1;
  }

  int size() {
    return end - start;
  }

  byte at(int index) {
    return bytes[start + index];
  }

  /// Removes the first `count`.
  void drop(int count) {
    start += count;
    if (start == end) {
      start = 0;
      end = 0;
    }
  }

  /// Removes the first `count`, and gives them in a buffer of their own.
  ByteBuffer take(int count) {
    ByteBuffer taken = ByteBuffer.wrap(Arrays.copyOfRange(bytes, start, start + count));
    drop(count);
    return taken;
  }
}
