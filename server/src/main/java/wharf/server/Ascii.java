package wharf.server;

import java.nio.ByteBuffer;

/// TYPE A's line ends, in bursts: LF here, CR LF on the wire (RFC 959 section 3.1.1.1).
///
/// What already is CR LF is not made CR CR LF on the way out, and a CR that no LF follows stays as
/// it is on the way in: a file that is no text survives more often than not.
final class Ascii {
  private boolean lastOutWasCr;
  private boolean heldCr;

  /// Puts `raw`, with every bare LF as CR LF, into `into`, which has twice the room.
  ByteBuffer encode(ByteBuffer raw, ByteBuffer into) {
    boolean cr = lastOutWasCr;
    while (raw.hasRemaining()) {
      byte b = raw.get();
      if (b == '\n' && !cr) {
        into.put((byte) '\r');
      }
      into.put(b);
      cr = b == '\r';
    }
    lastOutWasCr = cr;
    return into.flip();
  }

  /// Makes CR LF into LF, in place. A CR at the end is held back until it is known what follows;
  /// there is room for one byte before the content.
  ByteBuffer decode(ByteBuffer content) {
    int start = content.position();
    int write = start;
    if (heldCr && content.hasRemaining()) {
      if (content.get(start) != '\n') {
        start--;
        content.put(start, (byte) '\r');
      }
      heldCr = false;
    }
    for (int read = write; read < content.limit(); read++) {
      byte b = content.get(read);
      if (b == '\r') {
        if (read + 1 == content.limit()) {
          heldCr = true;
          break;
        }
        if (content.get(read + 1) == '\n') {
          continue;
        }
      }
      content.put(write++, b);
    }
    return content.limit(write).position(start);
  }

  /// What was held back, when nothing follows any more.
  ByteBuffer rest(ByteBuffer into) {
    if (heldCr) {
      heldCr = false;
      into.put((byte) '\r');
    }
    return into.flip();
  }
}
