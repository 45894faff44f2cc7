package wharf.server;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// MODE B on its way in (RFC 959 section 3.4.2): blocks, each with a header of three bytes.
///
/// ```
///   descriptor   64: the last block of the file   16: a restart marker   0: neither
///   count        of the bytes that follow, 0 to 65,535, the higher byte first
/// ```
///
/// Two other bits of the descriptor are known and refused. 128 ends a record, and a file without
/// records (STRU F, section 3.1.2.1) has none to end: who sends it means a structure that would be
/// lost. 32 says of the block's bytes that they may be wrong.
final class BlockDecoder implements Decoder {
  static final int DATA = 0;
  static final int MARKER = 16;
  static final int EOF = 64;
  private static final int SUSPECT = 32;
  private static final int EOR = 128;

  /// The longest marker that is taken. One of 19 digits tells any position of a file.
  static final int MARKER_LIMIT = 64;

  private static final int HEADER = 3;

  private final ByteBuffer nothing = ByteBuffer.allocate(1).position(1);
  private final StringBuilder marker = new StringBuilder();
  private boolean marked;
  private int headerHas;
  private int descriptor;
  private int left;
  private boolean ended;

  @Override
  public ByteBuffer decode(ByteBuffer received, ByteBuffer room) throws Malformed {
    while (received.hasRemaining() && !ended && !marked) {
      if (headerHas < HEADER) {
        header(received.get() & 0xff);
      } else if (descriptor == MARKER) {
        mark(received.get());
      } else {
        int from = received.position();
        int count = Math.min(left, received.remaining());
        received.position(from + count);
        taken(count);
        return received.duplicate().position(from).limit(from + count);
      }
    }
    return nothing;
  }

  private void header(int next) throws Malformed {
    headerHas++;
    if (headerHas == 1) {
      descriptor = next;
      check();
      left = 0;
    } else {
      left = left << 8 | next;
    }
    if (headerHas == HEADER) {
      if (descriptor == MARKER && (left == 0 || left > MARKER_LIMIT)) {
        throw new Malformed(
            "a restart marker has 1 to %d characters, not %d".formatted(MARKER_LIMIT, left));
      }
      taken(0);
    }
  }

  private void check() throws Malformed {
    if ((descriptor & SUSPECT) != 0) {
      throw new Malformed("the sender says of a block that its data is suspect");
    } else if ((descriptor & EOR) != 0) {
      throw new Malformed("a block ends a record, and files have none here (STRU F)");
    } else if (descriptor != DATA && descriptor != EOF && descriptor != MARKER) {
      throw new Malformed("no block begins with a descriptor of " + descriptor);
    }
  }

  private void mark(byte next) throws Malformed {
    if (next <= ' ' || next > '~') {
      throw new Malformed("a restart marker is of printable ASCII, without spaces");
    }
    marker.append((char) next);
    marked = left == 1;
    taken(1);
  }

  /// Notes that this much of the block was taken, which may have been the rest.
  private void taken(int count) {
    left -= count;
    if (left == 0) {
      headerHas = 0;
      ended = descriptor == EOF;
    }
  }

  @Override
  public boolean ended() {
    return ended;
  }

  @Override
  public @Nullable String takeMarker() {
    if (!marked) {
      return null;
    }
    String whole = marker.toString();
    marker.setLength(0);
    marked = false;
    return whole;
  }

  @Override
  public void end() {
    // It holds nothing.
  }
}
