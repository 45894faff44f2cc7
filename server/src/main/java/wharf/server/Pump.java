package wharf.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import wharf.net.Wire;
import wharf.protocol.Effect.Transfer.Flow;
import wharf.protocol.Effect.Transfer.Form;
import wharf.protocol.Ending;
import wharf.protocol.Source;

/// Moves a transfer's bytes between its source or sink and a wire, a bounded burst at a time. The
/// data plane of every model: it never waits for the peer, it says what to wait for.
///
/// ```
///   Out, IMAGE, OfFile   file ------------ send ---------------> wire      no copy
///   Out, otherwise       source -> scratch -> CR LF -> write --> wire      what does not fit is kept in `unsent`
///   In                   wire -> scratch -> LF ----------------> sink      nothing is kept
/// ```
///
/// Used by one thread at a time. It closes neither side.
final class Pump {
  /// What one [#step] leaves to be done.
  enum Step {
    /// The burst is used up: call again, after the others had their turn.
    AGAIN,
    /// Wait until the wire can be read.
    READ,
    /// Wait until the wire can be written.
    WRITE,
    /// It is over: see [#ending].
    DONE
  }

  /// The most bytes a step moves: long enough to make its cost small, short enough to be fair.
  static final int BURST = 1 << 20;

  /// The same for a source that makes its bytes as it goes: a listing asks the disk for every line.
  private static final int MADE_BURST = 32 << 10;

  /// The least a scratch buffer may hold.
  static final int SCRATCH = 256 << 10;

  private final Flow flow;
  private final Wire wire;
  private final Ending inputEnd;
  private final Ascii ascii = new Ascii();
  private long position;
  private long bytes;
  private boolean sourceEnded;
  private boolean outputEnded;
  private @Nullable ByteBuffer unsent;
  private @Nullable Ending ending;
  private @Nullable IOException problem;

  /// @param inputEnd what it means that the peer has ended its output
  Pump(Flow flow, Wire wire, Ending inputEnd) {
    this.flow = flow;
    this.wire = wire;
    this.inputEnd = inputEnd;
    if (flow instanceof Flow.Out(Source.OfFile file, _)) {
      position = file.from();
    }
  }

  /// How many bytes went over the wire so far.
  long bytes() {
    return bytes;
  }

  /// How it ended, or null while it has not.
  @Nullable Ending ending() {
    return ending;
  }

  /// The fault of the store or of the wire, if there was one.
  @Nullable IOException problem() {
    return problem;
  }

  /// Moves what can be moved now, at most a burst.
  ///
  /// @param scratch of [#SCRATCH] bytes at least, the caller's again afterwards
  Step step(ByteBuffer scratch) {
    try {
      if (outputEnded) {
        return sent();
      }
      return switch (flow) {
        case Flow.Out(Source.OfFile file, var form) when form == Form.IMAGE -> sendFile(file);
        case Flow.Out(var source, var form) -> sendMade(source, form, scratch);
        case Flow.In in -> receive(in, scratch);
      };
    } catch (StoreFault fault) {
      return failed(Ending.STORE_FAILED, fault.problem);
    } catch (IOException e) {
      return failed(Ending.RESET, e);
    }
  }

  private Step sendFile(Source.OfFile file) throws IOException {
    long end = Math.min(file.to(), position + BURST);
    while (position < end) {
      long sent = wire.send(file.channel(), position, end - position);
      if (sent == 0) {
        if (file.channel().size() <= position) {
          throw new StoreFault(
              new IOException("the file ends at byte " + position + " of " + file.to()));
        }
        return Step.WRITE;
      }
      position += sent;
      bytes += sent;
    }
    return position < file.to() ? Step.AGAIN : sent();
  }

  private Step sendMade(Source source, Form form, ByteBuffer scratch) throws IOException {
    int burst = source instanceof Source.Made ? MADE_BURST : BURST;
    int moved = 0;
    while (moved < burst) {
      ByteBuffer next = unsent != null ? unsent : next(source, form, scratch);
      if (next == null) {
        return sent();
      }
      int count;
      while (next.hasRemaining() && (count = wire.write(next)) > 0) {
        moved += count;
        bytes += count;
      }
      if (next.hasRemaining()) {
        if (unsent == null) {
          unsent = ByteBuffer.allocate(next.remaining()).put(next).flip();
        }
        return Step.WRITE;
      }
      unsent = null;
    }
    return Step.AGAIN;
  }

  /// The next bytes of the source in the form of the wire, in `scratch`; null at the end.
  private @Nullable ByteBuffer next(Source source, Form form, ByteBuffer scratch)
      throws StoreFault {
    // Every LF may become two bytes: a third is read, two thirds are for what becomes of it.
    int most = source instanceof Source.Made ? MADE_BURST : SCRATCH;
    int third = SCRATCH / 3;
    ByteBuffer raw = scratch.clear().limit(form == Form.ASCII ? Math.min(third, most) : most);
    try {
      while (!sourceEnded && raw.hasRemaining()) {
        sourceEnded = read(source, raw) < 0;
      }
    } catch (IOException e) {
      throw new StoreFault(e);
    }
    if (raw.flip().limit() == 0) {
      return null;
    }
    return form == Form.ASCII
        ? ascii.encode(raw, scratch.duplicate().clear().position(third).slice())
        : raw;
  }

  private int read(Source source, ByteBuffer into) throws IOException {
    return switch (source) {
      case Source.Made made -> made.read(into);
      case Source.OfFile file -> {
        long left = file.to() - position;
        if (left == 0) {
          yield -1;
        }
        int limit = into.limit();
        into.limit((int) Math.min(limit, into.position() + left));
        int count = file.channel().read(into, position);
        into.limit(limit);
        if (count < 0) {
          throw new IOException("the file ends at byte " + position + " of " + file.to());
        }
        position += count;
        yield count;
      }
    };
  }

  private Step receive(Flow.In in, ByteBuffer scratch) throws IOException {
    int moved = 0;
    while (moved < BURST) {
      // One byte is left free in front: a CR kept back from the burst before may have to go first.
      scratch.clear().position(1);
      int count = wire.read(scratch);
      if (count == 0) {
        return Step.READ;
      }
      if (count > 0) {
        moved += count;
        bytes += count;
      }
      ByteBuffer content = scratch.flip().position(1);
      if (in.form() == Form.ASCII) {
        content = count < 0 ? ascii.rest(scratch.clear()) : ascii.decode(content);
      } else if (count < 0) {
        content.limit(1);
      }
      try {
        if (content.hasRemaining()) {
          in.sink().write(content);
        }
      } catch (IOException e) {
        throw new StoreFault(e);
      }
      if (count < 0) {
        ending = inputEnd;
        return Step.DONE;
      }
    }
    return Step.AGAIN;
  }

  private Step sent() throws IOException {
    if (!outputEnded) {
      wire.endOutput();
      outputEnded = true;
    }
    if (!wire.flush()) {
      return Step.WRITE;
    }
    ending = Ending.SENT;
    return Step.DONE;
  }

  private Step failed(Ending how, IOException why) {
    ending = how;
    problem = why;
    return Step.DONE;
  }

  /// Tells a fault of the store from one of the wire, which throw the same type.
  private static final class StoreFault extends IOException {
    private static final long serialVersionUID = 1;

    private final IOException problem;

    StoreFault(IOException problem) {
      super(problem);
      this.problem = problem;
    }
  }
}
