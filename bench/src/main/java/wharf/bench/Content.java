package wharf.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/// What large files consist of: one random chunk, repeated.
final class Content {
  private static final int CHUNK = 1 << 20;

  private Content() {}

  /// A direct buffer of a mebibyte.
  static ByteBuffer chunk() {
    byte[] bytes = new byte[CHUNK];
    new SplittableRandom(1).nextBytes(bytes);
    return ByteBuffer.allocateDirect(CHUNK).put(bytes).flip();
  }

  static void write(Path file, long size) throws IOException {
    ByteBuffer chunk = chunk();
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long left = size; left > 0; ) {
        chunk.rewind().limit((int) Math.min(left, CHUNK));
        left -= channel.write(chunk);
      }
    }
  }
}
