package wharf.net;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// A byte stream to one peer that never waits: 0 means "not now, it would block".
///
/// Functionally a `ByteChannel`, with these differences: it can send a file without copying it, it
/// says what to wait for (a wire over a wire, as TLS is, may have to read before it can write), and
/// it can end its output, or break off, apart from closing. Used by one thread at a time.
public interface Wire extends Closeable {
  /// Reads what is there into `into`, which has room. Whoever is about to wait for more has read
  /// until there was nothing: a wire over a wire may have received what it has not given yet.
  ///
  /// @return how many bytes, 0 when there is nothing yet, -1 when the peer has ended its output
  int read(ByteBuffer into) throws IOException;

  /// Writes what fits of `from`.
  ///
  /// @return how many bytes, 0 when nothing fits now
  int write(ByteBuffer from) throws IOException;

  /// Sends what fits of `count` bytes of `file` from `position` on, without copying them where the
  /// platform can.
  ///
  /// @return how many bytes, 0 when nothing fits now or the file ends at `position`
  long send(FileChannel file, long position, long count) throws IOException;

  /// What to wait for, as `SelectionKey` operations on the channel below, so that `wanted` can go
  /// on, and what the wire itself has to do; with 0 only the latter. When that is ready, [#flush].
  default int interest(int wanted) {
    return wanted;
  }

  /// Passes on what was taken by [#write], [#send] or [#endOutput] and has not left, as far as it
  /// can now. Before it is closed, a wire is flushed until nothing is left.
  ///
  /// @return whether nothing is left
  default boolean flush() throws IOException {
    return true;
  }

  /// Says that nothing more will be written (FIN). It is said when [#flush] has nothing left.
  void endOutput() throws IOException;

  /// Breaks the connection off (RST): the peer learns that it did not end in order.
  void reset() throws IOException;
}
