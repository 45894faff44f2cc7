package wharf.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Unwraps an upload's content from what comes over the wire, cut wherever the network cut it.
sealed interface Decoder permits BlockDecoder, Inflating {
  /// Unwraps the next portion.
  ///
  /// @param received of which as much is taken as makes a portion; the byte before its position may
  ///   be overwritten, and so may what was taken
  /// @param room for what does not stay in `received`
  /// @return the content, with a free byte before its position, good until the next call; none when
  ///   all of `received` was taken, or a marker has come, or the end
  /// @throws Malformed when it is not what it has to be
  ByteBuffer decode(ByteBuffer received, ByteBuffer room) throws Malformed;

  /// Whether the last content has been given: it was said that nothing comes after it.
  boolean ended();

  /// A restart marker that has come, once.
  @Nullable String takeMarker();

  /// Lets go of what it holds.
  void end();

  /// The bytes of the peer's that nothing can be made of.
  final class Malformed extends IOException {
    private static final long serialVersionUID = 1;

    Malformed(String message) {
      super(message);
    }
  }
}
