package wharf.server;

import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/// MODE Z on its way out: one zlib stream (RFC 1950, draft-preston-ftpext-deflate).
///
/// What cannot be compressed, as what is compressed already, is only wrapped, which costs next to
/// nothing; now and then it is tried again.
final class Deflating implements Encoder {
  /// How much content is compressed before it is judged whether that was of use.
  private static final int TRIAL = 256 << 10;

  /// How much is then only wrapped, if it was not.
  private static final int RESPITE = 8 << 20;

  private final int level;
  private final Deflater deflater;
  private boolean wraps;

  /// Since it was last judged.
  private int taken;

  private int given;

  /// @param level from 0 to 9, or -1 for zlib's own choice
  Deflating(int level) {
    this.level = level;
    deflater = new Deflater(level);
  }

  @Override
  public ByteBuffer encode(ByteBuffer content, boolean last, ByteBuffer room) {
    taken += content.remaining();
    deflater.setInput(content);
    if (last) {
      deflater.finish();
    }
    room.clear();
    boolean more = true;
    while (more && room.hasRemaining()) {
      // With a new level, nothing may come of a call that has taken something.
      more = deflater.deflate(room) > 0 || content.hasRemaining() || (last && !deflater.finished());
    }
    if (content.hasRemaining() || deflater.finished() != last) {
      throw new IllegalStateException("what becomes of a portion has no room");
    }
    given += room.position();
    judge();
    return room.flip();
  }

  private void judge() {
    if (taken < (wraps ? RESPITE : TRIAL)) {
      return;
    }
    // A sixteenth is not worth it.
    wraps = !wraps && given > taken - taken / 16;
    deflater.setLevel(wraps ? Deflater.NO_COMPRESSION : level);
    taken = 0;
    given = 0;
  }

  @Override
  public void end() {
    deflater.end();
  }
}
