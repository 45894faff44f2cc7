package wharf.protocol;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// Where the bytes of a download come from. Used by one caller at a time; closed by the driver.
public sealed interface Source extends Closeable {

  /// A part of an open file, which a driver can send without copying it.
  ///
  /// @param channel closed with this source
  /// @param from the position of the first byte
  /// @param to the position after the last; a file that ends before it is a fault of the store
  record OfFile(FileChannel channel, long from, long to) implements Source {
    public OfFile {
      if (from < 0 || from > to) {
        throw new IllegalArgumentException("from " + from + ", to " + to);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /// Bytes that are made as they are asked for, as a listing's are.
  non-sealed interface Made extends Source {
    /// Puts the next bytes into `into`. Where they take long to find it stops early, so that others
    /// have their turn before it is called again.
    ///
    /// @return how many: fewer than there is room for, or none, where it has stopped; -1 at the end
    int read(ByteBuffer into) throws IOException;
  }
}
