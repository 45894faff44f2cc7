package wharf.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;
import wharf.net.Wire;

/// A wire of which a driver may have read something by itself: that comes first.
final class FedWire implements Wire {
  private final Wire below;
  private @Nullable ByteBuffer fed;

  /// @param below this object's from here on
  FedWire(Wire below) {
    this.below = below;
  }

  /// Takes what was read, in a buffer that is the caller's again afterwards.
  void feed(ByteBuffer bytes) {
    ByteBuffer before = fed == null ? ByteBuffer.allocate(0) : fed;
    fed = ByteBuffer.allocate(before.remaining() + bytes.remaining()).put(before).put(bytes).flip();
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    ByteBuffer first = fed;
    if (first == null) {
      return below.read(into);
    }
    int count = Math.min(first.remaining(), into.remaining());
    into.put(first.slice(first.position(), count));
    first.position(first.position() + count);
    fed = first.hasRemaining() ? first : null;
    return count;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    return below.write(from);
  }

  @Override
  public long send(FileChannel file, long position, long count) throws IOException {
    return below.send(file, position, count);
  }

  @Override
  public int interest(int wanted) {
    return below.interest(wanted);
  }

  @Override
  public boolean flush() throws IOException {
    return below.flush();
  }

  @Override
  public void endOutput() throws IOException {
    below.endOutput();
  }

  @Override
  public void reset() throws IOException {
    below.reset();
  }

  @Override
  public void close() throws IOException {
    below.close();
  }
}
