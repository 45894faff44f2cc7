package wharf.protocol;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Cuts lines out of a byte stream: the first kind of message boundary. Bounded and linear: every
/// byte is looked at once, a line over the limit is thrown away as it arrives and reported once.
///
/// A line ends with LF; a CR just before it belongs to the end. Not safe for use by many threads.
public final class LineBuffer {
  /// What [#next] found.
  public sealed interface Found {
    /// A line without its end.
    record Line(ByteBuffer bytes) implements Found {}

    /// A line that was longer than the limit; its bytes are gone.
    record TooLong() implements Found {}
  }

  private final int lineLimit;
  private byte[] held = new byte[128];
  private int start;
  private int scanned;
  private int end;
  private boolean discarding;

  /// @param lineLimit the longest line, in bytes, with its end
  public LineBuffer(int lineLimit) {
    this.lineLimit = lineLimit;
  }

  /// Takes all of `bytes`. The caller bounds what it holds here by [#held()].
  public void add(ByteBuffer bytes) {
    int count = bytes.remaining();
    if (end + count > held.length) {
      int kept = end - start;
      byte[] into = kept + count > held.length ? new byte[roomFor(kept + count)] : held;
      System.arraycopy(held, start, into, 0, kept);
      held = into;
      scanned -= start;
      start = 0;
      end = kept;
    }
    bytes.get(held, end, count);
    end += count;
  }

  private static int roomFor(int count) {
    return Integer.highestOneBit(Math.max(count, 128) - 1) << 1;
  }

  /// How many bytes wait to be cut.
  public int held() {
    return end - start;
  }

  /// The next line, or null when its end has not come yet.
  public @Nullable Found next() {
    while (scanned < end) {
      if (held[scanned++] != '\n') {
        if (scanned - start >= lineLimit) {
          discarding = true;
          start = scanned;
        }
        continue;
      }
      int from = start;
      int to = scanned - 1;
      start = scanned;
      if (discarding) {
        discarding = false;
        return new Found.TooLong();
      }
      if (to > from && held[to - 1] == '\r') {
        to--;
      }
      return new Found.Line(ByteBuffer.wrap(Arrays.copyOfRange(held, from, to)));
    }
    if (start == end) {
      start = 0;
      scanned = 0;
      end = 0;
    }
    return null;
  }
}
