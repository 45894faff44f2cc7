package wharf.server;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// MODE Z on its way in: one zlib stream, and nothing after it. That ends with a checksum of all
/// content, so what has ended is whole.
///
/// A byte of the stream can become a thousand of content: that is given a room's worth at a time,
/// and nothing is kept but zlib's own window.
final class Inflating implements Decoder {
  private final Inflater inflater = new Inflater();

  @Override
  public ByteBuffer decode(ByteBuffer received, ByteBuffer room) throws Malformed {
    room.clear().position(1);
    try {
      inflater.setInput(received);
      int count = inflater.inflate(room);
      if (inflater.needsDictionary()) {
        throw new Malformed("the compressed stream wants a dictionary that nobody has agreed on");
      }
      if (inflater.finished() && received.hasRemaining()) {
        throw new Malformed("something follows the end of the compressed stream");
      }
      if (count == 0 && received.hasRemaining()) {
        throw new Malformed("the compressed stream leads nowhere");
      }
    } catch (DataFormatException e) {
      String why = e.getMessage() == null ? "" : ": " + e.getMessage();
      throw new Malformed("that is no zlib stream" + why);
    }
    return room.flip().position(1);
  }

  @Override
  public boolean ended() {
    return inflater.finished();
  }

  @Override
  public @Nullable String takeMarker() {
    return null;
  }

  @Override
  public void end() {
    inflater.end();
  }
}
