package wharf.ftp.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/// What a download is written to, hashed in passing. The first bytes may be asked for again: they
/// are compared with those that are there, and are written only if these are not.
final class PartSink implements WritableByteChannel {
  private final FileChannel file;
  private final long known;
  private final @Nullable Hasher hasher;
  private final @Nullable Throttle limit;
  private final ByteBuffer there;
  private long position;
  private boolean differs;

  /// Thrown by what takes no more: the transfer is broken off, and the session goes on.
  static final class Enough extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /// @param from where the first byte belongs
  /// @param known up to where the file has its bytes already
  /// @param hasher has taken in what is before `known`
  PartSink(
      FileChannel file, long from, long known, @Nullable Hasher hasher, @Nullable Throttle limit)
      throws IOException {
    this.file = file;
    this.position = from;
    this.known = known;
    this.hasher = hasher;
    this.limit = limit;
    this.there = ByteBuffer.allocate(Math.toIntExact(known - from));
    while (there.hasRemaining() && file.read(there, from + there.position()) >= 0) {}
    there.flip();
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int count = from.remaining();
    if (position < known) {
      int compared = (int) Math.min(known - position, count);
      ByteBuffer again = from.slice(from.position(), compared);
      int at = there.limit() - Math.toIntExact(known - position);
      if (at < 0 || !again.equals(there.slice(at, compared))) {
        differs = true;
        throw new Enough();
      }
      from.position(from.position() + compared);
      position += compared;
    }
    while (from.hasRemaining()) {
      ByteBuffer fresh = from.slice();
      int written = file.write(from, position);
      if (hasher != null) {
        hasher.update(fresh.limit(written));
      }
      position += written;
    }
    if (limit != null) {
      limit.passed(count);
    }
    return count;
  }

  /// How much of what comes is only compared.
  long toCompare() {
    return Math.max(0, known - position);
  }

  /// Where the next byte belongs.
  long position() {
    return position;
  }

  /// Whether what is there is not what was sent.
  boolean differs() {
    return differs;
  }

  @Override
  public boolean isOpen() {
    return file.isOpen();
  }

  /// Leaves the file open, which is somebody else's.
  @Override
  public void close() {}
}
