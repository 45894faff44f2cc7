package wharf.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Instant;

/// A file open for reading. Whoever opened it closes it. One caller at a time.
///
/// It goes on reading what was opened when the name is replaced, renamed or deleted meanwhile.
///
/// @param channel open for reading only, at position 0; fit for `transferTo`. Its own methods throw
///   plain `IOException`s: [FileProblem#of] sorts them
/// @param size in bytes, when it was opened
/// @param modified when its content had last changed
public record OpenFile(FileChannel channel, long size, Instant modified) implements AutoCloseable {
  /// Closing again does nothing.
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
