package wharf.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import wharf.net.Wire;
import wharf.protocol.Effect.Transfer.Flow;
import wharf.protocol.Effect.Transfer.Form;
import wharf.protocol.Effect.Transfer.Mode;
import wharf.protocol.Ending;
import wharf.protocol.Source;

/// Moves a download. See [Pump].
final class Sender extends Pump {
  /// A burst of a source that makes its bytes as it goes: a listing asks the disk for every line.
  private static final int MADE_BURST = 32 << 10;

  /// A burst of content to be compressed: some milliseconds at the highest level.
  private static final int DEFLATE_BURST = 128 << 10;

  /// Less content is not read at once, however slow it is to be sent.
  private static final int LEAST_CONTENT = 64;

  /// A file in blocks has a restart marker after this much of it, and each time again.
  static final int MARK_EVERY = 16 << 20;

  private final Source source;
  private final Form form;
  private final @Nullable Encoder encoder;

  /// Whether the wire is used again after the end.
  private final boolean keepsWire;

  private final int burst;
  private final Ascii ascii = new Ascii();
  private long position;
  private long marked;
  private boolean sourceEnded;

  /// Whether the source has stopped early: others have their turn.
  private boolean sourceStopped;

  private boolean outputEnded;
  private @Nullable ByteBuffer unsent;

  /// How many bytes of content are in what is being written; for an encoder's work only.
  private int underWay;

  Sender(Flow.Out out, Mode mode, Wire wire) {
    super(wire);
    source = out.source();
    form = out.form();
    encoder =
        switch (mode) {
          case Mode.Stream() -> null;
          case Mode.Block() -> new BlockEncoder();
          case Mode.Deflate(int level) -> new Deflating(level);
        };
    keepsWire = mode instanceof Mode.Block;
    burst =
        source instanceof Source.Made
            ? MADE_BURST
            : mode instanceof Mode.Deflate ? DEFLATE_BURST : BURST;
    if (source instanceof Source.OfFile file) {
      position = file.from();
      marked = position;
    }
  }

  @Override
  Step move(ByteBuffer scratch) throws IOException {
    if (outputEnded) {
      return sent();
    }
    return encoder == null && form == Form.IMAGE && source instanceof Source.OfFile file
        ? sendFile(file)
        : sendMade(scratch);
  }

  private Step sendFile(Source.OfFile file) throws IOException {
    long end = Math.min(file.to(), position + portion());
    while (position < end) {
      long sent = wire().send(file.channel(), position, end - position);
      if (sent == 0) {
        if (file.channel().size() <= position) {
          throw new StoreFault(
              new IOException("the file ends at byte " + position + " of " + file.to()));
        }
        return Step.WRITE;
      }
      position += sent;
      count(sent, sent);
    }
    return position < file.to() ? Step.AGAIN : sent();
  }

  private Step sendMade(ByteBuffer scratch) throws IOException {
    int moved = 0;
    sourceStopped = false;
    while (moved < Math.min(burst, portion()) && !sourceStopped) {
      ByteBuffer next = unsent != null ? unsent : next(scratch);
      if (next == null) {
        return sent();
      }
      int count;
      while (next.hasRemaining() && (count = wire().write(next)) > 0) {
        moved += count;
        count(encoder == null ? count : 0, count);
      }
      if (next.hasRemaining()) {
        if (unsent == null) {
          unsent = ByteBuffer.allocate(next.remaining()).put(next).flip();
        }
        return Step.WRITE;
      }
      unsent = null;
      // What shrinks to next to nothing has cost as much.
      moved += underWay;
      count(underWay, 0);
      underWay = 0;
    }
    return Step.AGAIN;
  }

  /// The next bytes for the wire, in `scratch`, none where the source has stopped early; null at
  /// the end.
  private @Nullable ByteBuffer next(ByteBuffer scratch) throws StoreFault {
    if (sourceEnded) {
      return null;
    }
    if (encoder == null) {
      // Of a text, two thirds are for what a third becomes.
      ByteBuffer content = content(scratch, atMost(form == Form.ASCII ? SCRATCH / 3 * 2 : SCRATCH));
      return content.hasRemaining() || sourceStopped ? content : null;
    }
    ByteBuffer room = scratch.slice(SCRATCH - Encoder.ROOM, Encoder.ROOM);
    if (encoder instanceof BlockEncoder blocks && markerIsDue()) {
      marked = position;
      return blocks.mark(position, room);
    }
    ByteBuffer content = content(scratch, atMost(Encoder.PORTION));
    if (sourceStopped && !content.hasRemaining()) {
      return content;
    }
    underWay = content.remaining();
    return encoder.encode(content, sourceEnded, room);
  }

  /// As much of `room` as a step is to move, and never so little that nothing would come of it.
  private int atMost(int room) {
    return Math.clamp(portion(), LEAST_CONTENT, room);
  }

  /// Positions in a text as it is sent nobody can go on from.
  private boolean markerIsDue() {
    return source instanceof Source.OfFile && form == Form.IMAGE && position - marked >= MARK_EVERY;
  }

  /// The next bytes of the source in their form, at the beginning of `scratch`; fewer than there is
  /// room for only at the end, or of what is made.
  ///
  /// @param most how many, for which half as many more bytes of `scratch` are used
  private ByteBuffer content(ByteBuffer scratch, int most) throws StoreFault {
    if (form == Form.IMAGE) {
      return read(scratch.slice(0, Math.min(most, source instanceof Source.Made ? burst : most)));
    }
    // Every LF may become two bytes.
    int half = Math.min(most / 2, source instanceof Source.Made ? burst : most);
    return ascii.encode(read(scratch.slice(most, half)), scratch.slice(0, most));
  }

  private ByteBuffer read(ByteBuffer into) throws StoreFault {
    try {
      while (!sourceEnded && !sourceStopped && into.hasRemaining()) {
        sourceEnded = !readOn(into);
      }
    } catch (IOException e) {
      throw new StoreFault(e);
    }
    return into.flip();
  }

  /// @return whether there may be more
  private boolean readOn(ByteBuffer into) throws IOException {
    return switch (source) {
      case Source.Made made -> {
        boolean more = made.read(into) >= 0;
        sourceStopped = more && into.hasRemaining();
        yield more;
      }
      case Source.OfFile file -> {
        long left = file.to() - position;
        if (left == 0) {
          yield false;
        }
        int limit = into.limit();
        into.limit((int) Math.min(limit, into.position() + left));
        int count = file.channel().read(into, position);
        into.limit(limit);
        if (count < 0) {
          throw new IOException("the file ends at byte " + position + " of " + file.to());
        }
        position += count;
        yield position < file.to();
      }
    };
  }

  private Step sent() throws IOException {
    if (!outputEnded) {
      if (!keepsWire) {
        wire().endOutput();
      }
      outputEnded = true;
    }
    return wire().flush() ? ended(Ending.SENT) : Step.WRITE;
  }

  @Override
  void end() {
    if (encoder != null) {
      encoder.end();
    }
  }
}
