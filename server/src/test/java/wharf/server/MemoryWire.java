package wharf.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import wharf.net.Wire;

/// A wire to nobody: gives what it was given, takes what it is sent, a few bytes at a time, and
/// misbehaves where it is told to.
final class MemoryWire implements Wire {
  /// What comes after the last byte.
  enum After {
    /// The peer ended its output.
    FIN,
    /// The peer broke the connection off.
    RESET,
    /// Nothing, for ever.
    SILENCE
  }

  private final int atOnce;
  private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
  private byte[] incoming = new byte[0];
  private After after = After.SILENCE;
  private int given;
  private int room = Integer.MAX_VALUE;
  private int resetAt = Integer.MAX_VALUE;
  private boolean stutters;
  private boolean blocked;
  private boolean outputEnded;

  /// @param atOnce the most bytes that a read, a write or a send moves
  MemoryWire(int atOnce) {
    this.atOnce = atOnce;
  }

  /// What can be read, and what comes then.
  MemoryWire gives(byte[] bytes, After then) {
    incoming = bytes;
    after = then;
    return this;
  }

  /// Every other call would block.
  MemoryWire stutters() {
    stutters = true;
    return this;
  }

  /// Takes this many bytes more, and then none until told again.
  MemoryWire takes(int more) {
    room = more;
    return this;
  }

  /// The peer breaks off after it has taken this many bytes.
  MemoryWire resetsAfter(int bytes) {
    resetAt = bytes;
    return this;
  }

  /// What was sent over it.
  byte[] taken() {
    return taken.toByteArray();
  }

  boolean outputEnded() {
    return outputEnded;
  }

  private boolean blocks() {
    blocked = stutters && !blocked;
    return blocked;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (blocks()) {
      return 0;
    }
    if (given == incoming.length) {
      return switch (after) {
        case FIN -> -1;
        case RESET -> throw new IOException("reset by peer");
        case SILENCE -> 0;
      };
    }
    int count = Math.min(Math.min(atOnce, into.remaining()), incoming.length - given);
    into.put(incoming, given, count);
    given += count;
    return count;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int count = roomFor(from.remaining());
    byte[] bytes = new byte[count];
    from.get(bytes);
    taken.writeBytes(bytes);
    return count;
  }

  @Override
  public long send(FileChannel file, long position, long count) throws IOException {
    int room = roomFor((int) Math.min(count, 1 << 20));
    ByteBuffer bytes = ByteBuffer.allocate(room);
    int read = room == 0 ? 0 : file.read(bytes, position);
    if (read <= 0) {
      return 0;
    }
    taken.writeBytes(Arrays.copyOf(bytes.array(), read));
    return read;
  }

  private int roomFor(int wanted) throws IOException {
    if (outputEnded) {
      throw new IOException("written after the end of the output");
    }
    if (taken.size() >= resetAt) {
      throw new IOException("reset by peer");
    }
    if (blocks()) {
      return 0;
    }
    int count = Math.min(Math.min(wanted, atOnce), Math.min(room, resetAt - taken.size()));
    room -= room == Integer.MAX_VALUE ? 0 : count;
    return count;
  }

  @Override
  public void endOutput() {
    outputEnded = true;
  }

  @Override
  public void reset() {
    outputEnded = true;
  }

  @Override
  public void close() {}
}
