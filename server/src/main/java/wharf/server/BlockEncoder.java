package wharf.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// MODE B on its way out (RFC 959 section 3.4.2). See [BlockDecoder] for how a block looks.
final class BlockEncoder implements Encoder {
  @Override
  public ByteBuffer encode(ByteBuffer content, boolean last, ByteBuffer room) {
    return block(last ? BlockDecoder.EOF : BlockDecoder.DATA, content, room);
  }

  /// A restart marker: from this byte of the file on a client may go on.
  ByteBuffer mark(long position, ByteBuffer room) {
    byte[] digits = Long.toString(position).getBytes(StandardCharsets.US_ASCII);
    return block(BlockDecoder.MARKER, ByteBuffer.wrap(digits), room);
  }

  private static ByteBuffer block(int descriptor, ByteBuffer content, ByteBuffer room) {
    return room.clear()
        .put((byte) descriptor)
        .putShort((short) content.remaining())
        .put(content)
        .flip();
  }

  @Override
  public void end() {
    // It holds nothing.
  }
}
