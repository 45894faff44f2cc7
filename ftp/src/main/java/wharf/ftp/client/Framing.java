package wharf.ftp.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.Serial;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;
import wharf.net.TimedWire;

/// What a data connection carries, as its [DataMode] has it: one file, or in block mode any number,
/// one behind the other.
interface Framing extends AutoCloseable {
  static Framing of(DataMode mode, TimedWire wire) {
    return switch (mode) {
      case STREAM -> new Stream(wire);
      case BLOCK -> new Blocks(wire);
      case DEFLATE -> new Deflated(wire);
    };
  }

  /// The data is not what its mode wants it to be.
  final class Malformed extends IOException {
    @Serial private static final long serialVersionUID = 1;

    Malformed(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /// Reads at least one byte into `into`, which has room.
  ///
  /// @return how many, or -1 at the end of the file
  int read(ByteBuffer into) throws IOException;

  /// Writes all of `from`.
  void write(ByteBuffer from) throws IOException;

  /// Writes up to `count` bytes of `file` from `position` on.
  ///
  /// @return how many, at least one unless the file ends at `position`
  long send(FileChannel file, long position, long count) throws IOException;

  /// Says that all was written, as far as the mode has a way to.
  void end() throws IOException;

  /// Whether something has come that nobody has read.
  default boolean hasMore() {
    return false;
  }

  /// Lets go of what it holds, not of the connection.
  @Override
  default void close() {}

  /// MODE S.
  record Stream(TimedWire wire) implements Framing {
    @Override
    public int read(ByteBuffer into) throws IOException {
      return wire.read(into);
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
      wire.write(from);
    }

    @Override
    public long send(FileChannel file, long position, long count) throws IOException {
      return wire.send(file, position, count);
    }

    @Override
    public void end() throws IOException {
      wire.endOutput();
    }
  }

  /// What both of the others do with a buffer of their own.
  abstract class Buffered implements Framing {
    final TimedWire wire;
    private @Nullable ByteBuffer piece;

    Buffered(TimedWire wire) {
      this.wire = wire;
    }

    @Override
    public long send(FileChannel file, long position, long count) throws IOException {
      if (piece == null) {
        piece = ByteBuffer.allocate(Blocks.MOST);
      }
      piece.clear().limit((int) Math.min(count, Blocks.MOST));
      int read = file.read(piece, position);
      if (read <= 0) {
        return 0;
      }
      write(piece.flip());
      return read;
    }

    /// Reads more from the wire, which has not come to the end of the file.
    void fill(ByteBuffer in) throws IOException {
      in.compact();
      try {
        if (wire.read(in) < 0) {
          throw new EOFException("the connection ended before the file did");
        }
      } finally {
        in.flip();
      }
    }
  }

  /// MODE B: a descriptor, a length of two bytes, the higher first, and so many bytes.
  final class Blocks extends Buffered {
    static final int MOST = 0xffff;
    private static final int HEADER = 3;
    private static final int DATA = 0;
    private static final int MARKER = 16;
    private static final int EOF = 64;

    // A block is sent when it is full, or the last: which it is has to be told before it.
    private @Nullable ByteBuffer out;
    private @Nullable ByteBuffer in;
    private int descriptor;
    private int left;

    Blocks(TimedWire wire) {
      super(wire);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      ByteBuffer from = in();
      while (left == 0) {
        if (descriptor == EOF) {
          // What follows is another file.
          descriptor = DATA;
          return -1;
        }
        while (from.remaining() < HEADER) {
          fill(from);
        }
        descriptor = from.get() & 0xff;
        left = from.getShort() & 0xffff;
        if (descriptor == MARKER) {
          // Where it could go on from: it is here, and goes on from there if it has to.
          skip(from);
        } else if (descriptor != DATA && descriptor != EOF) {
          throw new Malformed("no block of MODE B begins with " + descriptor, null);
        }
      }
      if (!from.hasRemaining()) {
        fill(from);
      }
      int count = Math.min(Math.min(left, from.remaining()), into.remaining());
      into.put(from.slice(from.position(), count));
      from.position(from.position() + count);
      left -= count;
      return count;
    }

    @Override
    public boolean hasMore() {
      return in != null && in.hasRemaining();
    }

    private ByteBuffer in() {
      if (in == null) {
        in = ByteBuffer.allocate(MOST + HEADER).flip();
      }
      return in;
    }

    private void skip(ByteBuffer from) throws IOException {
      while (left > 0) {
        if (!from.hasRemaining()) {
          fill(from);
        }
        int count = Math.min(left, from.remaining());
        from.position(from.position() + count);
        left -= count;
      }
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
      ByteBuffer block = out();
      while (from.hasRemaining()) {
        if (!block.hasRemaining()) {
          flush(block, DATA);
        }
        int count = Math.min(from.remaining(), block.remaining());
        block.put(from.slice(from.position(), count));
        from.position(from.position() + count);
      }
    }

    private ByteBuffer out() {
      if (out == null) {
        out = ByteBuffer.allocate(MOST + HEADER).position(HEADER);
      }
      return out;
    }

    private void flush(ByteBuffer block, int kind) throws IOException {
      int count = block.position() - HEADER;
      block.put(0, (byte) kind).putShort(1, (short) count);
      wire.write(block.flip());
      block.clear().position(HEADER);
    }

    @Override
    public void end() throws IOException {
      flush(out(), EOF);
    }
  }

  /// MODE Z.
  final class Deflated extends Buffered {
    private static final int BUFFER = 64 * 1024;

    private @Nullable Inflater inflater;
    private @Nullable Deflater deflater;
    private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).flip();

    Deflated(TimedWire wire) {
      super(wire);
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
      if (inflater == null) {
        inflater = new Inflater();
      }
      try {
        while (!inflater.finished()) {
          int count = inflater.inflate(into);
          if (count > 0) {
            return count;
          }
          if (inflater.needsDictionary()) {
            throw new Malformed("a zlib stream whose dictionary is not known", null);
          }
          if (inflater.needsInput() && !inflater.finished()) {
            // It has taken all that it was given.
            bytes.position(bytes.limit());
            fill(bytes);
            inflater.setInput(bytes.array(), bytes.position(), bytes.remaining());
          }
        }
        if (inflater.getRemaining() > 0) {
          throw new Malformed("more behind the end of a zlib stream", null);
        }
        return -1;
      } catch (DataFormatException e) {
        throw new Malformed("no zlib stream: " + e.getMessage(), e);
      }
    }

    @Override
    public void write(ByteBuffer from) throws IOException {
      Deflater to = deflater();
      // It goes on looking at what it was given, and would see the caller fill it again.
      to.setInput(from.duplicate());
      while (!to.needsInput()) {
        deflated(to);
      }
      from.position(from.limit());
    }

    private Deflater deflater() {
      if (deflater == null) {
        deflater = new Deflater();
      }
      return deflater;
    }

    private void deflated(Deflater from) throws IOException {
      bytes.clear();
      int _ = from.deflate(bytes);
      wire.write(bytes.flip());
    }

    @Override
    public void end() throws IOException {
      Deflater to = deflater();
      to.finish();
      while (!to.finished()) {
        deflated(to);
      }
      wire.endOutput();
    }

    @Override
    public void close() {
      if (inflater != null) {
        inflater.close();
      }
      if (deflater != null) {
        deflater.close();
      }
    }
  }
}
