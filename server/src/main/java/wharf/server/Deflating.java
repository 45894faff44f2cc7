package wharf.server;

import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/// MODE Z on its way out: one zlib stream (RFC 1950, draft-preston-ftpext-deflate).
final class Deflating implements Encoder {
  private final Deflater deflater;

  /// @param level from 0 to 9, or -1 for zlib's own choice
  Deflating(int level) {
    deflater = new Deflater(level);
  }

  @Override
  public ByteBuffer encode(ByteBuffer content, boolean last, ByteBuffer room) {
    deflater.setInput(content);
    if (last) {
      deflater.finish();
    }
    room.clear();
    while (room.hasRemaining() && deflater.deflate(room) > 0) {}
    if (content.hasRemaining() || deflater.finished() != last) {
      throw new IllegalStateException("what becomes of a portion has no room");
    }
    return room.flip();
  }

  @Override
  public void end() {
    deflater.end();
  }
}
