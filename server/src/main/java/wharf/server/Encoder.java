package wharf.server;

import java.nio.ByteBuffer;

/// Wraps a download's content for the wire, a portion at a time. See [Decoder] for the way back.
sealed interface Encoder permits BlockEncoder, Deflating {
  /// The most bytes of content in a portion: the most that a block can say it has.
  int PORTION = 0xffff;

  /// The least room that what becomes of a portion needs: the content itself, what the encoder
  /// still held of earlier ones, and all that is added.
  int ROOM = 160 << 10;

  /// Wraps all of `content`, and what was held back if it is the last.
  ///
  /// @param last whether nothing comes after it
  /// @param room where the result goes, from its beginning on, of [#ROOM] bytes at least
  /// @return the result, in `room`; there may be none yet
  ByteBuffer encode(ByteBuffer content, boolean last, ByteBuffer room);

  /// Lets go of what it holds.
  void end();
}
