package wharf.server;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import wharf.net.TcpWire;
import wharf.net.Wire;
import wharf.protocol.Effect;
import wharf.protocol.Effect.Transfer;
import wharf.protocol.Ending;
import wharf.protocol.Event;
import wharf.protocol.Session;

/// A session at work: it owns the session's connections, tells it what happens and carries out what
/// it asks for. The same under every model; it never waits. A driver asks what to wait for, waits
/// in its own way, and calls back:
///
/// ```
///   driver waits on                     and calls
///   control(),      controlInterest()   controlReady
///   data.channel(), data.interest()     dataReady
///   deadline()                          tick
///   a task it was given                 performed
/// ```
///
/// It is over when [#ended]. Called by one thread at a time.
final class Conversation {
  /// What differs between the drivers.
  interface Driver {
    /// Called before `channel` is closed.
    void forget(SelectableChannel channel);

    /// Runs `task` where waiting is allowed and brings its outcome to [#performed], now or later.
    void perform(Conversation conversation, Callable<Event> task);
  }

  /// Replies that have not left are at most this many bytes before nothing more is received.
  private static final int UNSENT_LIMIT = 64 << 10;

  /// How long a client may leave replies unread.
  private static final Duration SEND_STALL = Duration.ofSeconds(60);

  /// How long the last reply may take to be read: closing at once, with input unread, would reset
  /// the connection and lose it.
  private static final Duration LINGER = Duration.ofSeconds(2);

  /// The same when input is not read any more, so that its end cannot be waited for.
  private static final Duration DEAF_LINGER = Duration.ofMillis(200);

  /// The most reads to find out whether a client is still there.
  private static final int CATCH_UP_READS = 4;

  private static final long NEVER = Long.MAX_VALUE;

  private final Context context;
  private final Driver driver;
  private final Session session;
  private final SocketChannel control;
  private final Wire wire;
  private final InetSocketAddress local;
  private final InetSocketAddress peer;

  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private final ArrayDeque<ByteBuffer> unsent = new ArrayDeque<>();
  private boolean delivering;
  private int unsentBytes;
  private boolean draining;
  private boolean performing;
  private boolean inputEnded;
  private boolean deaf;
  private boolean closing;
  private boolean outputEnded;
  private boolean closed;
  private boolean failed;
  private @Nullable Duration patience;
  private long expiry = NEVER;
  private long sendDeadline = NEVER;
  private long lingerDeadline = NEVER;
  private @Nullable ServerSocketChannel listener;
  private @Nullable DataConnection data;

  /// @param control connected and non-blocking; this object's from here on
  Conversation(Context context, Driver driver, SocketChannel control) throws IOException {
    this.context = context;
    this.driver = driver;
    this.session = context.protocol().open();
    this.control = control;
    this.wire = new TcpWire(control);
    this.local = (InetSocketAddress) control.getLocalAddress();
    this.peer = (InetSocketAddress) control.getRemoteAddress();
  }

  /// Tells the session that it is connected. Called once, first.
  void open() {
    deliver(new Event.Opened(local, peer));
  }

  SocketChannel control() {
    return control;
  }

  /// What to wait for on [#control], as `SelectionKey` operations.
  int controlInterest() {
    if (closed) {
      return 0;
    }
    return (receives() ? wire.interest(SelectionKey.OP_READ) : 0)
        | (unsent.isEmpty() ? 0 : wire.interest(SelectionKey.OP_WRITE));
  }

  /// The data connection to wait for as well, if there is one.
  @Nullable DataConnection data() {
    return data;
  }

  /// When, of the context's `nanoTime`, to call [#tick]; `Long.MAX_VALUE` for never.
  long deadline() {
    long soonest = Math.min(Math.min(sendDeadline, lingerDeadline), performing ? NEVER : expiry);
    return data == null ? soonest : Math.min(soonest, data.deadline());
  }

  /// Whether there is nothing to wait for but the client's next word.
  boolean idle() {
    return data == null && unsent.isEmpty() && !performing && !closing && !closed;
  }

  /// Whether everything is closed and settled.
  boolean ended() {
    return closed && !performing && data == null;
  }

  /// Sends and receives what can be now.
  void controlReady(ByteBuffer scratch) {
    flush();
    receive(scratch);
  }

  /// Takes what a driver has received by itself; -1 when the client has ended its output.
  void received(int count, ByteBuffer bytes) {
    if (count >= 0 && !closing) {
      // A driver that runs a task at once is in the middle of a delivery: the session is told later
      // than the driver's buffer lasts.
      deliver(
          new Event.Received(
              delivering ? ByteBuffer.allocate(bytes.remaining()).put(bytes).flip() : bytes));
    } else if (count < 0) {
      inputHasEnded();
    }
  }

  /// The driver has shut the input itself: what the client says from now on is not read, and that
  /// the input ends says nothing about the client.
  void inputShut() {
    deaf = true;
  }

  /// Moves the transfer on.
  void dataReady(ByteBuffer scratch) {
    DataConnection running = data;
    if (running == null) {
      return;
    }
    Event.Transferred end;
    try {
      end = running.advance(scratch);
    } catch (RuntimeException | Error fault) {
      context.log().log(
          Level.ERROR, "a transfer of " + peer + " ended by a fault of its own", fault);
      end = running.fail(new IOException("an internal fault, see the server's log", fault));
    }
    if (end != null) {
      transferred(end, running, scratch);
    }
  }

  /// Brings the outcome of the task.
  ///
  /// What the client did meanwhile is heard first: one that has vanished must not be taken for one
  /// that waits.
  void performed(Event outcome, ByteBuffer scratch) {
    performing = false;
    restartPatience();
    catchUp(scratch);
    deliver(outcome);
  }

  /// Acts on every deadline that has passed.
  void tick(ByteBuffer scratch) {
    long now = context.nanoTime().getAsLong();
    if (passed(sendDeadline, now) || passed(lingerDeadline, now)) {
      kill();
      return;
    }
    if (data != null && now - data.deadline() >= 0) {
      dataReady(scratch);
    }
    if (passed(expiry, now) && data == null && !performing && !closing) {
      expiry = NEVER;
      patience = null;
      deliver(new Event.Expired());
    }
  }

  private static boolean passed(long deadline, long now) {
    return deadline != NEVER && now - deadline >= 0;
  }

  /// The server is being stopped.
  void stopping() {
    if (!closing) {
      deliver(new Event.Stopping());
    }
  }

  /// Closes everything now. The session is told, so that it can settle what it holds.
  void kill() {
    boolean news = !closing && !inputEnded;
    inputEnded = true;
    close();
    if (news) {
      deliver(new Event.PeerClosed());
    }
    abort();
  }

  private boolean receives() {
    return !performing && !draining && !inputEnded && !deaf && unsentBytes < UNSENT_LIMIT;
  }

  /// Hears what the client has said and, behind that, whether it is still there. Bounded: one that
  /// goes on talking is.
  private void catchUp(ByteBuffer scratch) {
    for (int i = 0; i < CATCH_UP_READS && receive(scratch); i++) {}
  }

  /// Receives once.
  ///
  /// @return whether there was something, and may be more
  private boolean receive(ByteBuffer scratch) {
    if (closed || !receives()) {
      return false;
    }
    int count;
    try {
      count = wire.read(scratch.clear().limit(Math.min(scratch.capacity(), context.controlRead())));
    } catch (IOException e) {
      // Reset by the client: the same to the session as an end in order.
      count = -1;
    }
    if (count != 0) {
      received(count, scratch.flip());
    }
    return count > 0;
  }

  private void inputHasEnded() {
    boolean news = !inputEnded;
    inputEnded = true;
    if (closing) {
      settleOutput();
    } else if (news) {
      deliver(new Event.PeerClosed());
    }
  }

  private void transferred(Event.Transferred end, DataConnection running, ByteBuffer scratch) {
    data = null;
    restartPatience();
    // Before the session is told: is the client still there? One that was killed closed both of its
    // connections.
    if (running.isUpload() && end.ending() == Ending.FIN) {
      catchUp(scratch);
    }
    deliver(end);
  }

  private void restartPatience() {
    if (patience != null) {
      expiry = context.nanoTime().getAsLong() + patience.toNanos();
    }
  }

  /// Tells the session, carries out what it answers, and what follows from that, in order: an
  /// effect that is answered at once queues its answer.
  private void deliver(Event event) {
    if (failed) {
      return;
    }
    events.add(event);
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      Event next;
      while ((next = events.poll()) != null) {
        for (Effect effect : session.on(next)) {
          carryOut(effect);
        }
        if (events.isEmpty()) {
          flush();
        }
      }
    } catch (RuntimeException | Error fault) {
      context.log().log(Level.ERROR, "session of " + peer + " ended by a fault of its own", fault);
      fail();
    } finally {
      delivering = false;
    }
  }

  /// Ends this conversation without asking its session again.
  private void fail() {
    failed = true;
    events.clear();
    close();
    if (data != null) {
      data.abort(Ending.ABORTED);
      data = null;
    }
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Send(ByteBuffer bytes) -> send(bytes);
      case Effect.Drain() -> drain();
      case Effect.Listen listen -> listen(listen);
      case Transfer transfer -> begin(transfer);
      case Effect.Abort() -> abort();
      case Effect.Perform perform -> perform(perform);
      case Effect.Arm(Duration delay) -> {
        patience = delay;
        restartPatience();
      }
      case Effect.Note(String text) ->
          context.log().log(Level.INFO, "{0} {1}", peer.getAddress().getHostAddress(), text);
      case Effect.Close() -> finish();
    }
  }

  private void send(ByteBuffer bytes) {
    if (closing || closed) {
      return;
    }
    if (unsent.isEmpty()) {
      sendDeadline = context.nanoTime().getAsLong() + SEND_STALL.toNanos();
    }
    unsent.add(bytes);
    unsentBytes += bytes.remaining();
  }

  private void drain() {
    draining = true;
    flush();
  }

  private void flush() {
    try {
      ByteBuffer next;
      while (!closed && (next = unsent.peek()) != null) {
        int count = wire.write(next);
        unsentBytes -= count;
        if (count > 0) {
          sendDeadline = context.nanoTime().getAsLong() + SEND_STALL.toNanos();
        }
        if (next.hasRemaining()) {
          return;
        }
        unsent.remove();
      }
    } catch (IOException e) {
      // Whatever is still to be said has nobody to hear it.
      dropUnsent();
      inputHasEnded();
    }
    sendDeadline = NEVER;
    if (draining) {
      draining = false;
      deliver(new Event.Drained());
    }
    if (closing) {
      settleOutput();
    }
  }

  private void dropUnsent() {
    unsent.clear();
    unsentBytes = 0;
  }

  private void listen(Effect.Listen effect) {
    closeListener();
    try {
      ServerSocketChannel opened = context.passivePorts().listen(effect.local(), context.random());
      listener = opened;
      deliver(new Event.Listening((InetSocketAddress) opened.getLocalAddress()));
    } catch (IOException e) {
      deliver(new Event.Failed(effect, e));
    }
  }

  private void begin(Transfer transfer) {
    if (transfer.route() instanceof Transfer.Route.Active) {
      closeListener();
    }
    ServerSocketChannel used = listener;
    listener = null;
    try {
      if (closing) {
        throw new IOException("the session is being closed");
      }
      data =
          new DataConnection(
              transfer,
              used,
              local.getAddress(),
              peer.getAddress(),
              driver::forget,
              context.nanoTime());
    } catch (IOException e) {
      if (transfer.flow() instanceof Transfer.Flow.Out(var source, _)) {
        closeQuietly(source);
      }
      deliver(new Event.Transferred(Ending.PEER_FAILED, 0, Duration.ZERO, e));
    }
  }

  private void abort() {
    if (data != null) {
      DataConnection running = data;
      data = null;
      restartPatience();
      deliver(running.abort(Ending.ABORTED));
    }
  }

  private void perform(Effect.Perform effect) {
    performing = true;
    driver.perform(
        this,
        () -> {
          try {
            return new Event.Performed(effect.task().call());
          } catch (IOException e) {
            return new Event.Failed(effect, e);
          } catch (Throwable fault) {
            // Whatever it is: without an answer the conversation would never end.
            context.log().log(
                Level.ERROR, "a task for " + peer + " failed by a fault of its own", fault);
            return new Event.Failed(
                effect, new IOException("an internal fault, see the server's log", fault));
          }
        });
  }

  /// Closes when everything is sent.
  private void finish() {
    closing = true;
    abort();
    closeListener();
    settleOutput();
  }

  /// The last steps, once nothing is left to be sent: end the output, wait for the client to end
  /// its own, close.
  private void settleOutput() {
    if (closed || !unsent.isEmpty()) {
      return;
    }
    if (inputEnded) {
      close();
      return;
    }
    if (outputEnded) {
      return;
    }
    try {
      wire.endOutput();
      outputEnded = true;
      lingerDeadline = context.nanoTime().getAsLong() + (deaf ? DEAF_LINGER : LINGER).toNanos();
    } catch (IOException e) {
      close();
    }
  }

  private void close() {
    closing = true;
    if (closed) {
      return;
    }
    closed = true;
    sendDeadline = NEVER;
    lingerDeadline = NEVER;
    expiry = NEVER;
    dropUnsent();
    closeListener();
    driver.forget(control);
    closeQuietly(wire);
  }

  private void closeListener() {
    if (listener != null) {
      // Not yet waited for by anyone: a transfer takes it over before it is.
      closeQuietly(listener);
      listener = null;
    }
  }

  private void closeQuietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      context.log().log(Level.DEBUG, "closing a connection of " + peer, e);
    }
  }
}
