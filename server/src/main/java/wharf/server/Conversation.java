package wharf.server;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Effect;
import wharf.protocol.Event;
import wharf.protocol.Happening;
import wharf.protocol.Session;

/// A session at work: it owns the session's connections, tells it what happens and carries out what
/// it asks for. The same under every model; it never waits. A driver asks what to wait for, waits
/// in its own way, and calls back:
///
/// ```
///   driver waits on                     and calls
///   channel(), interest()               ready
///   data.channel(), data.interest()     dataReady
///   deadline()                          tick
///   a task it was given                 performed
///   wake()                              dataReady, tick
/// ```
///
/// What it is over depends on the transport; what all have in common (the events in order, tasks,
/// patience, the log, the end) is here. It is over when [#ended]. Called by one thread at a time.
abstract sealed class Conversation permits StreamConversation, DatagramConversation {
  /// What differs between the drivers.
  interface Driver {
    /// Called before `channel` is closed.
    void forget(SelectableChannel channel);

    /// Runs `task` where waiting is allowed and brings its outcome to [#performed], now or later.
    ///
    /// @param workers of those who wait for it, if it cannot be run here
    /// @param lengthy whether the conversation is to be served meanwhile: the outcome comes later
    void perform(
        Conversation conversation, Callable<Event> task, ExecutorService workers, boolean lengthy);

    /// Has [#dataReady] and [#tick] called soon: what was waited for at no channel has come. From
    /// any thread.
    void wake();

    /// Has the conversation killed soon. From any thread.
    void end();
  }

  static final long NEVER = Long.MAX_VALUE;

  private final Context context;
  private final Driver driver;
  private String name;
  private final Session session;
  private final ArrayDeque<Event> events = new ArrayDeque<>();
  private boolean delivering;
  private boolean performing;

  /// Whether the task that runs is.
  private boolean lengthy;

  /// How many bytes may yet be received while the task runs.
  private int ahead;

  private boolean failed;
  private boolean toldTheEnd;
  private @Nullable Duration patience;
  private long expiry = NEVER;

  /// What others may know of it, once it has begun.
  private @Nullable Presence presence;

  /// @param name of the other end, for the log
  Conversation(Context context, Driver driver, String name) {
    this.context = context;
    this.driver = driver;
    this.name = name;
    this.session = context.protocol().open();
  }

  /// A conversation over `channel`, which is open, non-blocking, and its own from here on.
  static Conversation over(SelectableChannel channel, Context context, Driver driver)
      throws IOException {
    return switch (channel) {
      case SocketChannel stream -> new StreamConversation(context, driver, stream);
      case DatagramChannel socket -> new DatagramConversation(context, driver, socket);
      default -> throw new IllegalArgumentException("no conversation goes over " + channel);
    };
  }

  /// Tells the session that it is connected. Called once, first.
  abstract void open();

  /// What it is over now.
  abstract Journal.Connection connection();

  /// What to wait on.
  abstract SelectableChannel channel();

  /// What to wait for on [#channel], as `SelectionKey` operations.
  abstract int interest();

  /// Whether [#ready] left off while there may be more to receive: an edge-triggered poller has to
  /// be told.
  abstract boolean again();

  /// The data connection to wait for as well, if there is one.
  @Nullable DataConnection data() {
    return null;
  }

  /// When, of the context's `nanoTime`, to call [#tick]; [#NEVER] for never.
  abstract long deadline();

  /// Whether there is nothing to wait for but what the other end says next.
  abstract boolean idle();

  /// Whether its connections are closed.
  abstract boolean closed();

  /// Whether there is something that the session has not been given, so that waiting for more could
  /// be waiting for ever: what was received, or that all has left.
  boolean buffered() {
    return false;
  }

  /// Sends and receives what can be now.
  abstract void ready(ByteBuffer scratch);

  /// Moves the transfer on, if one runs.
  void dataReady(ByteBuffer scratch) {}

  /// The driver cannot wait for the data connection: the transfer ends.
  void transferImpossible(IOException why, ByteBuffer scratch) {}

  /// Acts on every deadline that has passed.
  abstract void tick(ByteBuffer scratch);

  /// The server is being stopped.
  abstract void stopping();

  /// Closes everything now. The session is told, so that it can settle what it holds.
  abstract void kill();

  /// Hears what was said meanwhile. Bounded.
  abstract void catchUp(ByteBuffer scratch);

  /// Carries out what only this transport can.
  abstract void carryOut(Effect effect);

  /// Closes everything without asking the session.
  abstract void fail();

  /// Whether everything is closed and settled.
  final boolean ended() {
    return closed() && !performing;
  }

  /// Brings the outcome of the task.
  ///
  /// What the client did meanwhile is heard first: one that has vanished must not be taken for one
  /// that waits. Beside a lengthy task it was heard as far as that allowed, and is no further now:
  /// one that sends many such commands ahead would fill the session's memory.
  final void performed(Event outcome, ByteBuffer scratch) {
    performing = lengthy;
    catchUp(scratch);
    performing = false;
    busy(false);
    restartPatience();
    deliver(outcome);
    tellTheEnd();
  }

  final Context context() {
    return context;
  }

  final Driver driver() {
    return driver;
  }

  final String name() {
    return name;
  }

  /// The other end is another than it seemed.
  final void rename(String other) {
    name = other;
  }

  /// Whether a task runs.
  final boolean performing() {
    return performing;
  }

  /// Whether a task runs during which nothing more is received.
  final boolean deafened() {
    return performing && ahead == 0;
  }

  /// So many bytes were received.
  final void hasReceived(int count) {
    ahead -= Math.min(count, ahead);
    if (presence != null) {
      presence.heard(context.nanoTime().getAsLong());
    }
  }

  /// A transfer that the session has asked for is measured by `meter`.
  final void moves(Meter meter) {
    if (presence != null) {
      presence.moves(meter);
    }
  }

  private void busy(boolean whether) {
    if (presence != null) {
      presence.busy(whether);
    }
  }

  /// Whether the session is being told something: what is delivered now comes later.
  final boolean delivering() {
    return delivering;
  }

  /// When patience ends; not while a task runs.
  final long expiry() {
    return performing || closed() ? NEVER : expiry;
  }

  /// Tells the session if its patience has ended.
  final void expire(long now) {
    if (passed(expiry(), now)) {
      expiry = NEVER;
      patience = null;
      deliver(new Event.Expired());
    }
  }

  static boolean passed(long deadline, long now) {
    return deadline != NEVER && now - deadline >= 0;
  }

  final void restartPatience() {
    if (patience != null) {
      expiry = context.nanoTime().getAsLong() + patience.toNanos();
    }
  }

  /// Tells the session, carries out what it answers, and what follows from that, in order: an
  /// effect that is answered at once queues its answer.
  final void deliver(Event event) {
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
          begin(effect);
        }
        if (events.isEmpty()) {
          flush();
        }
      }
    } catch (RuntimeException | Error fault) {
      context.log().log(Level.ERROR, "session of " + name + " ended by a fault of its own", fault);
      failed = true;
      events.clear();
      fail();
    } finally {
      delivering = false;
    }
    tellTheEnd();
  }

  /// Sends what there is to send.
  abstract void flush();

  private void begin(Effect effect) {
    switch (effect) {
      case Effect.Perform perform -> perform(perform);
      case Effect.Arm(Duration delay) -> {
        patience = delay;
        restartPatience();
      }
      case Effect.Note(String line, Happening happening) -> note(line, happening);
      default -> carryOut(effect);
    }
  }

  private void perform(Effect.Perform effect) {
    performing = true;
    busy(true);
    lengthy = effect.lengthy();
    ahead = effect.ahead();
    Callable<Event> task =
        () -> {
          try {
            return new Event.Performed(effect.task().call());
          } catch (IOException e) {
            return new Event.Failed(effect, e);
          } catch (Throwable fault) {
            // Whatever it is: without an answer the conversation would never end.
            context.log().log(
                Level.ERROR, "a task for " + name + " failed by a fault of its own", fault);
            return new Event.Failed(
                effect, new IOException("an internal fault, see the server's log", fault));
          }
        };
    try {
      driver.perform(
          this, task, effect.lengthy() ? context.lengthy() : context.workers(), effect.lengthy());
    } catch (RejectedExecutionException stopped) {
      // Nobody will bring an outcome: what waits for it would never end.
      performing = false;
      throw stopped;
    }
  }

  /// Everything has ended. Called once, last but for the session's being told.
  void over() {}

  /// Tells the session, when everything has ended, that this was all: also one that has failed.
  final void tellTheEnd() {
    if (toldTheEnd || delivering || !ended()) {
      return;
    }
    toldTheEnd = true;
    over();
    try {
      for (Effect effect : session.on(new Event.Ended())) {
        if (effect instanceof Effect.Note(String line, Happening happening)) {
          note(line, happening);
        }
      }
    } catch (RuntimeException | Error fault) {
      context.log().log(Level.ERROR, "session of " + name + " could not settle its end", fault);
    }
    Presence one = presence;
    if (one != null) {
      context.roster().leave(one);
      tell(new Happening.Ended(one.age(context.nanoTime().getAsLong()), failed));
    }
  }

  /// Something worth a line in the log that has no form of its own.
  final void note(String line) {
    note(line, new Happening.Remark(line));
  }

  private void note(String line, Happening happening) {
    if (!line.isEmpty()) {
      context.log().log(Level.INFO, "{0} {1}", name, line);
    }
    tell(happening);
  }

  /// Has others know that it begins.
  final void tellTheBeginning() {
    presence = context.roster().enter(connection(), context.nanoTime().getAsLong(), driver::end);
    tell(new Happening.Begun());
  }

  /// Has others know.
  private void tell(Happening happening) {
    Presence one = presence;
    if (one != null) {
      Journal.Connection over = connection();
      one.learn(happening, over, context.nanoTime().getAsLong());
      context.scribe().tell(one.session(), over, happening);
    }
  }

  final void closeQuietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      context.log().log(Level.DEBUG, "closing a connection of " + name, e);
    }
  }
}
