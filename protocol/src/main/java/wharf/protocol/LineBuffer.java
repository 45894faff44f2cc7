package wharf.protocol;

import java.nio.ByteBuffer;
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
  private final Held held = new Held();
  private int scanned;
  private boolean discarding;

  /// @param lineLimit the longest line, in bytes, with its end
  public LineBuffer(int lineLimit) {
    this.lineLimit = lineLimit;
  }

  /// Takes all of `bytes`. The caller bounds what it holds here by [#held()].
  public void add(ByteBuffer bytes) {
    held.add(bytes);
  }

  /// How many bytes wait to be cut.
  public int held() {
    return held.size();
  }

  /// The next line, or null when its end has not come yet.
  public @Nullable Found next() {
    while (scanned < held.size()) {
      if (held.at(scanned++) != '\n') {
        if (scanned >= lineLimit) {
          discarding = true;
          drop();
        }
        continue;
      }
      if (discarding) {
        discarding = false;
        drop();
        return new Found.TooLong();
      }
      int length = scanned - 1;
      if (length > 0 && held.at(length - 1) == '\r') {
        length--;
      }
      int whole = scanned;
      scanned = 0;
      ByteBuffer line = held.take(whole);
      return new Found.Line(line.limit(length).slice());
    }
    return null;
  }

  private void drop() {
    held.drop(scanned);
    scanned = 0;
  }
}
