package wharf.protocol;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Cuts records of one size out of a byte stream: the third kind of message boundary, and the
/// plainest. Not safe for use by many threads.
public final class RecordBuffer {
  private final int size;
  private final Held held = new Held();

  /// @param size of every record, in bytes, 1 or more
  public RecordBuffer(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("a record has a byte at least");
    }
    this.size = size;
  }

  /// Takes all of `bytes`. The caller bounds what it holds here by [#held()].
  public void add(ByteBuffer bytes) {
    held.add(bytes);
  }

  /// How many bytes wait to be cut; not 0 at the end of a stream, when [#next] gives no more, means
  /// that the last record is cut short.
  public int held() {
    return held.size();
  }

  /// The next record, or null when it has not come whole yet.
  public @Nullable ByteBuffer next() {
    return held.size() < size ? null : held.take(size);
  }
}
