package wharf.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import wharf.net.Wire;
import wharf.protocol.Effect.Transfer.Flow;
import wharf.protocol.Effect.Transfer.Form;
import wharf.protocol.Effect.Transfer.Mode;
import wharf.protocol.Ending;
import wharf.protocol.Event;
import wharf.protocol.Sink;

/// Moves an upload. See [Pump].
final class Receiver extends Pump {
  /// The most that is read of the wire at once and then decoded; the rest of the scratch buffer is
  /// for what becomes of it.
  private static final int READ = SCRATCH / 2;

  private final Sink sink;
  private final Form form;
  private final @Nullable Decoder decoder;
  private final boolean keepsWire;
  private final Ending inputEnd;
  private final Ascii ascii = new Ascii();
  private long stored;
  private Event.@Nullable Marked marked;

  /// What was read and is not decoded yet, with a free byte before it. It may be empty: the decoder
  /// itself has more to give then.
  private @Nullable ByteBuffer unread;

  Receiver(Flow.In in, Mode mode, Wire wire, Ending inputEnd, @Nullable ByteBuffer unread) {
    super(wire);
    this.sink = in.sink();
    this.form = in.form();
    this.decoder =
        switch (mode) {
          case Mode.Stream() -> null;
          case Mode.Block() -> new BlockDecoder();
          case Mode.Deflate _ -> new Inflating();
        };
    this.keepsWire = mode instanceof Mode.Block;
    this.inputEnd = inputEnd;
    this.unread = unread;
    count(0, unread == null ? 0 : unread.remaining());
  }

  @Override
  Step move(ByteBuffer scratch) throws IOException {
    return decoder == null ? receive(scratch) : receive(scratch, decoder);
  }

  private Step receive(ByteBuffer scratch) throws IOException {
    int moved = 0;
    while (moved < portion()) {
      int count = read(limited(scratch.clear(), portion() - moved));
      if (count == 0) {
        return Step.READ;
      }
      if (count < 0) {
        storeRest(scratch);
        return ended(inputEnd);
      }
      moved += count;
      count(count, count);
      store(scratch);
    }
    return Step.AGAIN;
  }

  private Step receive(ByteBuffer scratch, Decoder decoder) throws IOException {
    ByteBuffer room = scratch.clear().slice(READ, SCRATCH - READ);
    int moved = 0;
    while (true) {
      ByteBuffer received = unread;
      boolean ours = received != null;
      int arrived = 0;
      if (received == null) {
        received = limited(scratch.clear().limit(READ), portion());
        try {
          arrived = read(received);
        } catch (IOException e) {
          if (!decoder.ended()) {
            throw e;
          }
          arrived = -1;
        }
        if (arrived == 0) {
          return Step.READ;
        }
        if (arrived < 0) {
          return inputEnded(decoder, scratch);
        }
        count(0, arrived);
      }
      unread = received;
      moved = Math.max(moved + arrived, decode(received, decoder, room, moved));
      if (keepsWire && decoder.ended()) {
        // Not into `scratch`: what follows the end may lie there.
        storeRest(room);
        count(0, -received.remaining());
        own(received);
        return ended(Ending.BLOCK_EOF);
      }
      if (marked != null || moved >= portion()) {
        if (unread != null && !ours) {
          own(received);
        }
        return Step.AGAIN;
      }
    }
  }

  /// Decodes what was received and stores it, up to about a burst. When all of it was, it is
  /// `unread` no more.
  ///
  /// @param before how many bytes this step has moved
  /// @return how many it has then
  private int decode(ByteBuffer received, Decoder decoder, ByteBuffer room, int before)
      throws IOException {
    int moved = before;
    // Some more than a burst, so that what becomes of no more than was received is never left over.
    while (moved < BURST + READ) {
      ByteBuffer content = decoder.decode(received, room);
      int count = content.remaining();
      moved += count;
      count(count, 0);
      store(content);
      String marker = decoder.takeMarker();
      if (marker != null) {
        marked = new Event.Marked(marker, stored);
        return moved;
      }
      if (count == 0) {
        unread = null;
        return moved;
      }
    }
    return moved;
  }

  /// Keeps what is left of `received`, which may lie in the caller's buffer.
  private void own(ByteBuffer received) {
    unread =
        ByteBuffer.allocate(1 + received.remaining()).position(1).put(received).flip().position(1);
  }

  private Step inputEnded(Decoder decoder, ByteBuffer scratch) throws StoreFault {
    if (!decoder.ended()) {
      return ended(Ending.CUT_OFF);
    }
    storeRest(scratch);
    return ended(Ending.BLOCK_EOF);
  }

  /// With room for no more than `most` bytes behind the free one.
  private static ByteBuffer limited(ByteBuffer into, int most) {
    return into.limit(Math.min(into.limit(), 1 + most));
  }

  /// Reads, and leaves a byte free in front: a CR kept back from the burst before may have to go
  /// first.
  private int read(ByteBuffer into) throws IOException {
    int count = wire().read(into.position(1));
    into.flip().position(1);
    return count;
  }

  private void store(ByteBuffer content) throws StoreFault {
    write(form == Form.ASCII ? ascii.decode(content) : content);
  }

  private void storeRest(ByteBuffer scratch) throws StoreFault {
    write(ascii.rest(scratch.clear()));
  }

  private void write(ByteBuffer plain) throws StoreFault {
    if (plain.hasRemaining()) {
      stored += plain.remaining();
      try {
        sink.write(plain);
      } catch (IOException e) {
        throw new StoreFault(e);
      }
    }
  }

  @Override
  Event.@Nullable Marked takeMarked() {
    Event.Marked last = marked;
    marked = null;
    return last;
  }

  @Override
  @Nullable ByteBuffer unread() {
    return unread != null && unread.hasRemaining() ? unread : null;
  }

  @Override
  boolean isWhole() {
    if (decoder == null || !decoder.ended() || unread() != null) {
      return false;
    }
    try {
      storeRest(ByteBuffer.allocate(1));
      return true;
    } catch (StoreFault e) {
      return false;
    }
  }

  @Override
  void end() {
    if (decoder != null) {
      decoder.end();
    }
  }
}
