package wharf.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import wharf.net.Poller;
import wharf.protocol.Event;
import wharf.protocol.Protocol.Refusal;

/// Runs many conversations on one thread: it waits on all their connections at once, and serves
/// whichever is ready.
///
/// ```
///   +-> tasks from other threads -> poll -> what is ready -> deadlines that have passed --+
///   +-------------------------------------------------------------------------------------+
/// ```
///
/// What may come from any thread is said so; all else is for the loop's own.
final class EventLoop implements Runnable {
  /// The most connections accepted before the others have their turn.
  private static final int ACCEPT_BURST = 64;

  private final Context context;
  private final Poller poller;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final TreeSet<Alarm> alarms = new TreeSet<>();
  private long alarmsSet;
  private final Set<Member> members = new HashSet<>();
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(Pump.SCRATCH);
  private final Set<ServerSocketChannel> closed = new HashSet<>();
  private boolean stopping;
  private boolean ended;

  EventLoop(Context context, Poller poller) {
    this.context = context;
    this.poller = poller;
  }

  @Override
  public void run() {
    try (poller) {
      while (!ended) {
        runTasks();
        poller.poll(untilNextAlarm(), this::ready);
        ring();
      }
      forEachMember(Conversation::kill);
    } catch (IOException e) {
      context.log().log(Level.ERROR, "an event loop ended: its poller failed", e);
    } finally {
      members.forEach(member -> member.conversation.kill());
    }
  }

  /// Runs `task` on the loop's thread soon. From any thread.
  void execute(Runnable task) {
    tasks.add(task);
    poller.wakeup();
  }

  /// Accepts at `listener`, which is non-blocking, and gives what comes to `taker`. From any
  /// thread.
  void accept(
      ServerSocketChannel listener, Acceptor acceptor, Consumer<Acceptor.Outcome.Came> taker) {
    execute(() -> want(listener, SelectionKey.OP_ACCEPT, new Gate(listener, acceptor, taker)));
  }

  /// Stops accepting at `listener` and closes it. From any thread.
  void close(ServerSocketChannel listener) {
    execute(
        () -> {
          poller.forget(listener);
          closed.add(listener);
          context.close(listener);
        });
  }

  /// Begins a conversation. From any thread.
  void adopt(SelectableChannel channel, Runnable whenEnded) {
    execute(() -> begin(channel, whenEnded));
  }

  /// Asks every session to end when its transfer has. From any thread.
  void stop() {
    execute(
        () -> {
          stopping = true;
          forEachMember(Conversation::stopping);
        });
  }

  /// Ends every session now. From any thread.
  void closeNow() {
    execute(() -> forEachMember(Conversation::kill));
  }

  /// Ends the loop, once what was asked of it before is done: a listener may still have to be
  /// closed. From any thread.
  void end() {
    execute(() -> ended = true);
  }

  private void forEachMember(Consumer<Conversation> what) {
    for (Member member : Set.copyOf(members)) {
      what.accept(member.conversation);
      member.settle();
    }
  }

  private void runTasks() {
    Runnable task;
    while ((task = tasks.poll()) != null) {
      try {
        task.run();
      } catch (RuntimeException | Error fault) {
        context.log().log(
            Level.ERROR, "a task of an event loop failed by a fault of its own", fault);
      }
    }
  }

  private void begin(SelectableChannel channel, Runnable whenEnded) {
    try {
      channel.configureBlocking(false);
      Member member = new Member(channel, whenEnded);
      poller.want(channel, SelectionKey.OP_READ, member);
      members.add(member);
      member.conversation.open();
      if (stopping) {
        // Accepted by another loop just before that stopped accepting.
        member.conversation.stopping();
      }
      member.settle();
    } catch (Poller.Full full) {
      turnAway(channel, full);
      giveUp(channel, whenEnded);
    } catch (IOException e) {
      context.log().log(Level.DEBUG, "a client was gone before it was greeted", e);
      giveUp(channel, whenEnded);
    } catch (RuntimeException | Error fault) {
      context.log().log(Level.ERROR, "a session could not be opened", fault);
      giveUp(channel, whenEnded);
    }
  }

  private void turnAway(SelectableChannel channel, Poller.Full full) {
    context.log().log(Level.WARNING, "a client was turned away: {0}", full.getMessage());
    if (channel instanceof SocketChannel came) {
      try {
        context
            .scribe()
            .turnedAway(context.roster().nextSession(), came, Refusal.TOO_MANY_SESSIONS);
        Acceptor.turnAway(came, context.protocol().refusal(Refusal.TOO_MANY_SESSIONS));
      } catch (IOException e) {
        context.log().log(Level.DEBUG, "a client left at the door", e);
      }
    }
  }

  private void giveUp(SelectableChannel channel, Runnable whenEnded) {
    poller.forget(channel);
    context.close(channel);
    whenEnded.run();
  }

  private void ready(SelectableChannel channel, int operations, Object owner) {
    try {
      switch (owner) {
        case Gate gate -> gate.open();
        case Member member -> member.ready(channel);
        default -> throw new IllegalStateException("unknown owner " + owner);
      }
    } catch (RuntimeException | Error fault) {
      // Whatever it was, it ends one session, not the loop and all others with it.
      context.log().log(Level.ERROR, "a session ended by a fault of the server", fault);
      if (owner instanceof Member member) {
        member.conversation.kill();
        member.settle();
      }
    }
  }

  private void want(SelectableChannel channel, int operations, Object owner) {
    try {
      poller.want(channel, operations, owner);
    } catch (IOException e) {
      // A channel that was closed by its peer's error is seen at its next use.
      context.log().log(Level.DEBUG, "waiting for a connection", e);
    }
  }

  private Duration untilNextAlarm() {
    Alarm next = alarms.isEmpty() ? null : alarms.first();
    if (!tasks.isEmpty() || ended) {
      return Duration.ZERO;
    }
    return next == null
        ? Duration.ofDays(1)
        : Duration.ofNanos(Math.max(0, next.at - context.nanoTime().getAsLong()));
  }

  private void ring() {
    long now = context.nanoTime().getAsLong();
    while (!alarms.isEmpty() && alarms.first().at - now <= 0) {
      Alarm next = alarms.removeFirst();
      try {
        next.what.run();
      } catch (RuntimeException | Error fault) {
        context.log().log(Level.ERROR, "an alarm failed by a fault of the server", fault);
      }
    }
  }

  private Alarm setAlarm(long at, Runnable what) {
    Alarm alarm = new Alarm(at, alarmsSet++, what);
    alarms.add(alarm);
    return alarm;
  }

  /// Something to be done at a time of `nanoTime`.
  ///
  /// @param number to tell it from others of the same time
  private record Alarm(long at, long number, Runnable what) implements Comparable<Alarm> {
    @Override
    public int compareTo(Alarm other) {
      return at == other.at ? Long.compare(number, other.number) : Long.signum(at - other.at);
    }
  }

  /// A listener, and who takes what comes.
  private final class Gate {
    private final ServerSocketChannel listener;
    private final Acceptor acceptor;
    private final Consumer<Acceptor.Outcome.Came> taker;

    Gate(ServerSocketChannel listener, Acceptor acceptor, Consumer<Acceptor.Outcome.Came> taker) {
      this.listener = listener;
      this.acceptor = acceptor;
      this.taker = taker;
    }

    void open() {
      for (int i = 0; i < ACCEPT_BURST && !acceptor.done(); i++) {
        switch (acceptor.accept(listener)) {
          case Acceptor.Outcome.Came came -> taker.accept(came);
          case Acceptor.Outcome.TurnedAway() -> {}
          case Acceptor.Outcome.Nobody() -> {
            return;
          }
          case Acceptor.Outcome.Exhausted() -> {
            pause();
            return;
          }
        }
      }
      poller.again(listener);
    }

    private void pause() {
      want(listener, 0, this);
      setAlarm(
          context.nanoTime().getAsLong() + Acceptor.PAUSE.toNanos(),
          () -> {
            // One that was inherited stays open.
            if (!closed.contains(listener) && listener.isOpen()) {
              want(listener, SelectionKey.OP_ACCEPT, this);
            }
          });
    }
  }

  /// A conversation of this loop.
  private final class Member implements Conversation.Driver {
    private final Conversation conversation;
    private final Runnable whenEnded;
    private @Nullable Alarm alarm;
    private boolean resuming;
    private boolean left;

    Member(SelectableChannel channel, Runnable whenEnded) throws IOException {
      this.whenEnded = whenEnded;
      this.conversation = Conversation.over(channel, context, this);
    }

    void ready(SelectableChannel channel) {
      DataConnection data = conversation.data();
      if (data != null && Objects.equals(channel, data.channel())) {
        conversation.dataReady(scratch);
      } else {
        conversation.ready(scratch);
        if (data == null) {
          // A transfer that has just begun often finds its connection waiting.
          conversation.dataReady(scratch);
        }
      }
      settle();
    }

    /// Brings the poller and the alarms in line with what the conversation waits for now.
    void settle() {
      if (left) {
        return;
      }
      if (conversation.ended()) {
        left = true;
        if (alarm != null) {
          alarms.remove(alarm);
        }
        members.remove(this);
        whenEnded.run();
        return;
      }
      SelectableChannel channel = conversation.channel();
      if (channel.isOpen()) {
        want(channel, conversation.interest(), this);
        if (conversation.again()) {
          poller.again(channel);
        }
      }
      if (!settleData()) {
        settle();
        return;
      }
      DataConnection data = conversation.data();
      if (conversation.buffered() || (data != null && data.buffered())) {
        resumeSoon();
      }
      long deadline = conversation.deadline();
      if (deadline != Conversation.NEVER && (alarm == null || deadline - alarm.at < 0)) {
        if (alarm != null) {
          alarms.remove(alarm);
        }
        alarm = setAlarm(deadline, this::ring);
      }
    }

    /// Goes on after the others had their turn: what TLS has received already no poller knows of.
    private void resumeSoon() {
      if (!resuming) {
        resuming = true;
        setAlarm(
            context.nanoTime().getAsLong(),
            () -> {
              resuming = false;
              if (!left) {
                guarded(
                    () -> {
                      conversation.ready(scratch);
                      conversation.dataReady(scratch);
                    });
              }
            });
      }
    }

    /// @return whether it can be waited for; else the transfer is over
    private boolean settleData() {
      DataConnection data = conversation.data();
      SelectableChannel channel = data == null ? null : data.channel();
      if (data == null || channel == null) {
        return true;
      }
      try {
        poller.want(channel, data.interest(), this);
      } catch (Poller.Full full) {
        conversation.transferImpossible(full, scratch);
        return false;
      } catch (IOException e) {
        // A channel that was closed by its peer's error is seen at its next use.
        context.log().log(Level.DEBUG, "waiting for a data connection", e);
      }
      if (data.again()) {
        poller.again(channel);
      }
      return true;
    }

    /// Deadlines move with every command; an alarm that is too early is moved only when it rings.
    private void ring() {
      alarm = null;
      guarded(() -> conversation.tick(scratch));
    }

    @Override
    public void forget(SelectableChannel channel) {
      poller.forget(channel);
    }

    @Override
    public void perform(
        Conversation conversation, Callable<Event> task, ExecutorService workers, boolean lengthy) {
      workers.execute(
          () -> {
            Event outcome;
            try {
              outcome = task.call();
            } catch (Exception e) {
              throw new IllegalStateException("a task answers its problems", e);
            }
            EventLoop.this.execute(() -> guarded(() -> conversation.performed(outcome, scratch)));
          });
    }

    @Override
    public void wake() {
      EventLoop.this.execute(
          () -> {
            if (!left) {
              guarded(
                  () -> {
                    conversation.dataReady(scratch);
                    conversation.tick(scratch);
                  });
            }
          });
    }

    @Override
    public void end() {
      EventLoop.this.execute(
          () -> {
            if (!left) {
              guarded(conversation::kill);
            }
          });
    }

    /// Does it, and goes on waiting; a fault ends this session, for nothing would be waited for any
    /// more.
    private void guarded(Runnable what) {
      try {
        what.run();
      } catch (RuntimeException | Error fault) {
        context.log().log(Level.ERROR, "a session ended by a fault of the server", fault);
        conversation.kill();
      }
      settle();
    }
  }
}
