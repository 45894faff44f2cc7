package wharf.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import wharf.net.Wire;
import wharf.protocol.Effect.Transfer.Flow;
import wharf.protocol.Effect.Transfer.Mode;
import wharf.protocol.Ending;
import wharf.protocol.Event;

/// Moves a transfer's bytes between its source or sink and a wire, a bounded burst at a time. The
/// data plane of every model: it never waits for the peer, it says what to wait for.
///
/// ```
///   Sender, a file as it is   file ------------------- send --------> wire    no copy
///   Sender, otherwise         source -> [Ascii] -> [Encoder] -------> wire    what does not fit: `unsent`
///   Receiver                  sink <--- [Ascii] <- [Decoder] <------- wire    what comes too early: `unread`
/// ```
///
/// What is in brackets stands there as form and mode want it. Used by one thread at a time. It
/// closes neither side.
abstract sealed class Pump permits Sender, Receiver {
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

  /// The least a scratch buffer may hold.
  static final int SCRATCH = 256 << 10;

  private final Wire wire;
  private int portion = BURST;
  private long bytes;
  private long onWire;
  private @Nullable Ending ending;
  private @Nullable IOException problem;

  Pump(Wire wire) {
    this.wire = wire;
  }

  /// @param inputEnd what it means, of a stream, that the peer has ended its output
  /// @param unread what was read of the wire before and is the beginning of an upload in blocks,
  ///   with a free byte before it; this object's from here on
  static Pump of(Flow flow, Mode mode, Wire wire, Ending inputEnd, @Nullable ByteBuffer unread) {
    return switch (flow) {
      case Flow.Out out -> new Sender(out, mode, wire);
      case Flow.In in -> new Receiver(in, mode, wire, inputEnd, unread);
    };
  }

  /// How many bytes of content have gone over the wire so far, in their form.
  final long bytes() {
    return bytes;
  }

  /// How many bytes went over the wire so far.
  final long onWire() {
    return onWire;
  }

  /// How it ended, or null while it has not.
  final @Nullable Ending ending() {
    return ending;
  }

  /// The fault of the store, of the wire or of the peer, if there was one.
  final @Nullable IOException problem() {
    return problem;
  }

  /// Has each step move no more than this from here on, or not much more.
  final void moveAtMost(int most) {
    portion = Math.clamp(most, 1, BURST);
  }

  /// The most that a step moves.
  final int portion() {
    return portion;
  }

  /// Moves what can be moved now, at most a burst.
  ///
  /// @param scratch of [#SCRATCH] bytes at least, the caller's again afterwards
  final Step step(ByteBuffer scratch) {
    try {
      return move(scratch.clear());
    } catch (StoreFault fault) {
      return failed(Ending.STORE_FAILED, fault.problem);
    } catch (Decoder.Malformed malformed) {
      return failed(Ending.MALFORMED, malformed);
    } catch (IOException e) {
      return failed(Ending.RESET, e);
    }
  }

  abstract Step move(ByteBuffer scratch) throws IOException;

  /// The restart marker that the last step has come to, if it has, once.
  Event.@Nullable Marked takeMarked() {
    return null;
  }

  /// What was read behind the end, if there was anything, with a free byte before it.
  @Nullable ByteBuffer unread() {
    return null;
  }

  /// Whether an upload that is to be given up is whole all the same: its data has said its end
  /// already, and only that of the connection has not come.
  boolean isWhole() {
    return false;
  }

  /// Lets go of what it holds itself. It is called whatever happens, and last.
  abstract void end();

  final Wire wire() {
    return wire;
  }

  final void count(long content, long moved) {
    bytes += content;
    onWire += moved;
  }

  final Step ended(Ending how) {
    ending = how;
    return Step.DONE;
  }

  private Step failed(Ending how, IOException why) {
    problem = why;
    return ended(how);
  }

  /// Tells a fault of the store from one of the wire, which throw the same type.
  static final class StoreFault extends IOException {
    private static final long serialVersionUID = 1;

    private final IOException problem;

    StoreFault(IOException problem) {
      super(problem);
      this.problem = problem;
    }
  }
}
