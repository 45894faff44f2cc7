package wharf.ftp.client;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/// A file on its way to a server, from a position to an end that was agreed on before; hashed in
/// passing. A file that ends earlier is no source: half of it must not be taken for the whole.
final class FileSource implements ReadableByteChannel {
  private final FileChannel file;
  private final long end;
  private final @Nullable Hasher hasher;
  private final @Nullable Throttle limit;
  private long position;

  FileSource(
      FileChannel file, long from, long end, @Nullable Hasher hasher, @Nullable Throttle limit) {
    this.file = file;
    this.position = from;
    this.end = end;
    this.hasher = hasher;
    this.limit = limit;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (position == end) {
      return -1;
    }
    ByteBuffer piece = into.duplicate();
    long most = Math.min(end - position, limit == null ? Long.MAX_VALUE : limit.piece());
    piece.limit((int) Math.min(into.limit(), into.position() + most));
    int count = file.read(piece, position);
    if (count < 0) {
      throw new EOFException("the file became shorter while it was sent; send it again");
    }
    if (hasher != null) {
      hasher.update(into.slice(into.position(), count));
    }
    into.position(into.position() + count);
    position += count;
    if (limit != null) {
      limit.passed(count);
    }
    return count;
  }

  /// Where the next byte is from.
  long position() {
    return position;
  }

  @Override
  public boolean isOpen() {
    return file.isOpen();
  }

  /// Leaves the file open, which is somebody else's.
  @Override
  public void close() {}
}
