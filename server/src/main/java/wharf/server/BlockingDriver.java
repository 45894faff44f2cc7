package wharf.server;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import wharf.net.Poller;
import wharf.protocol.Event;

/// Runs one conversation on a thread of its own, from the first word to the last: the thread waits
/// on the socket.
///
/// Between commands it blocks in a read of the control connection. While a transfer runs it has two
/// connections to listen to (an ABOR may come), and so waits on both, with a poller borrowed for
/// the time; a transfer that is over in one step borrows none. So one thread is enough for a
/// session, and the conversation needs no lock.
///
/// Over what is not TCP it always waits with a poller: a blocking read with a time limit is to be
/// had of TCP sockets only.
final class BlockingDriver implements Conversation.Driver {
  /// A command is short; an idle session keeps no more than this for the next one.
  private static final int COMMAND_READ = 512;

  private enum Wait {
    NONE,
    READING,
    POLLING
  }

  private final Context context;
  private final Lender<Poller> pollers;
  private final Lender<ByteBuffer> buffers;
  private final SelectableChannel channel;

  /// The same, if it can be read from with a time limit.
  private final @Nullable SocketChannel tcp;

  private final Object gate = new Object();
  private Wait wait = Wait.NONE;
  private @Nullable Poller poller;
  private volatile boolean stopping;
  private boolean stoppingTold;
  private volatile boolean killed;

  /// Whether the input was shut to wake this thread; guarded by `gate`.
  private boolean inputShut;

  /// That of a lengthy task, not yet told; guarded by `gate`.
  private @Nullable Event outcome;

  /// Whether something has come that no channel tells of; guarded by `gate`.
  private boolean woken;

  /// @param channel connected, or bound; this object's from here on
  BlockingDriver(
      Context context,
      Lender<Poller> pollers,
      Lender<ByteBuffer> buffers,
      SelectableChannel channel) {
    this.context = context;
    this.pollers = pollers;
    this.buffers = buffers;
    this.channel = channel;
    this.tcp = channel instanceof SocketChannel stream && isTcp(stream) ? stream : null;
  }

  private static boolean isTcp(SocketChannel stream) {
    try {
      return stream.getLocalAddress() instanceof InetSocketAddress;
    } catch (IOException e) {
      // It is closed, and will be seen to be.
      return false;
    }
  }

  /// Serves the client to its end and closes its connections. Throws nothing for what a peer did.
  void run() {
    try {
      channel.configureBlocking(false);
      Conversation conversation = Conversation.over(channel, context, this);
      try {
        conversation.open();
        InputStream input = tcp == null ? null : tcp.socket().getInputStream();
        byte[] received = new byte[COMMAND_READ];
        while (!conversation.ended()) {
          if (stopping && !stoppingTold) {
            stoppingTold = true;
            conversation.stopping();
          } else if (conversation.closed() && conversation.performing()) {
            awaitOutcome(conversation);
          } else if (tcp != null
              && input != null
              && conversation instanceof StreamConversation stream
              && conversation.idle()) {
            awaitCommand(stream, tcp, input, received);
          } else {
            engage(conversation);
          }
        }
      } finally {
        conversation.kill();
        if (conversation.performing()) {
          // Its outcome has nobody else to be brought to.
          awaitOutcome(conversation);
        }
      }
    } catch (IOException e) {
      // The client was gone before it was greeted.
      context.log().log(Level.DEBUG, "a connection ended early", e);
    } catch (RuntimeException | Error fault) {
      context.log().log(Level.ERROR, "a session ended by a fault of the server", fault);
    } finally {
      closeNow();
    }
  }

  /// Asks the session to end when its transfer has. From any thread.
  void stop() {
    synchronized (gate) {
      stopping = true;
      if (wait == Wait.READING && tcp != null) {
        try {
          // Ends the blocked read as an end of input would; the output, for the last word, is
          // untouched.
          tcp.shutdownInput();
          inputShut = true;
        } catch (IOException e) {
          context.log().log(Level.DEBUG, "stopping a session", e);
        }
      }
      wakePoller();
    }
  }

  /// Ends the session now. From any thread.
  void closeNow() {
    synchronized (gate) {
      killed = true;
      context.close(channel);
      wakePoller();
    }
  }

  @Override
  public void end() {
    closeNow();
  }

  private void wakePoller() {
    if (wait == Wait.POLLING && poller != null) {
      poller.wakeup();
    }
  }

  /// Notes that this thread is about to wait, for [#stop] and [#bring] to know how to wake it.
  ///
  /// @return false when it was to stop already, or a task is done, and it must not wait
  private boolean beginWait(Wait how) {
    synchronized (gate) {
      boolean called = outcome != null || (woken && how == Wait.POLLING);
      wait = (stopping && !stoppingTold) || called ? Wait.NONE : how;
      return wait == how;
    }
  }

  /// Notes that this thread waits no more.
  ///
  /// @return whether the input was shut to wake it, though it may have been awake already
  private boolean endWait() {
    synchronized (gate) {
      wait = Wait.NONE;
      return inputShut;
    }
  }

  private boolean gone() {
    return killed || !channel.isOpen();
  }

  private void awaitCommand(
      StreamConversation conversation, SocketChannel control, InputStream input, byte[] into)
      throws IOException {
    if (!beginWait(Wait.READING)) {
      return;
    }
    int count;
    try {
      control.configureBlocking(true);
      long patience = until(conversation.deadline()).toMillis();
      control.socket().setSoTimeout(Math.clamp(patience, 1, Integer.MAX_VALUE));
      count = input.read(into);
    } catch (SocketTimeoutException e) {
      count = 0;
    } catch (IOException e) {
      // Reset by the client, or closed by closeNow: the same to the session as an end in order.
      count = -1;
    } finally {
      if (endWait()) {
        conversation.inputShut();
      }
    }
    if (gone()) {
      conversation.kill();
      return;
    }
    control.configureBlocking(false);
    if (count == 0) {
      withScratch(conversation::tick);
    } else if (count > 0 || !stopping || stoppingTold) {
      conversation.received(count, ByteBuffer.wrap(into, 0, Math.max(count, 0)));
    }
  }

  /// Waits on more than the next command, until there is nothing else to wait for.
  private void engage(Conversation conversation) throws IOException {
    advance(conversation);
    if (canRest(conversation) || conversation.ended()) {
      return;
    }
    Poller borrowed;
    try {
      borrowed = pollers.take();
    } catch (IOException exhausted) {
      // No descriptor is left to wait with: weather, as where clients are accepted. This one is
      // served, if slowly: it is tried again and again.
      context.log().log(Level.DEBUG, "no poller for a session", exhausted);
      pause(conversation);
      return;
    }
    poller = borrowed;
    try {
      while (!canRest(conversation) && !conversation.ended() && !gone()) {
        await(conversation, borrowed);
        advance(conversation);
        if (stopping && !stoppingTold) {
          return;
        }
      }
      if (gone()) {
        conversation.kill();
      }
    } finally {
      borrowed.forget(channel);
      DataConnection data = conversation.data();
      SelectableChannel moving = data == null ? null : data.channel();
      if (moving != null) {
        borrowed.forget(moving);
      }
      // The channel may block again only once the poller has really let go of it.
      borrowed.poll(Duration.ZERO, (_, _, _) -> {});
      synchronized (gate) {
        poller = null;
      }
      pollers.give(borrowed);
    }
  }

  /// Waits a moment, as long as nothing else can be waited for.
  private void pause(Conversation conversation) {
    try {
      Thread.sleep(Acceptor.PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("a session's thread is never interrupted", e);
    }
    if (gone()) {
      conversation.kill();
    }
  }

  /// Whether to wait for the next command only, without a poller.
  private boolean canRest(Conversation conversation) {
    return tcp != null && conversation.idle();
  }

  @SuppressWarnings(
      "ThreadPriorityCheck") // a virtual thread that never waits is never made to give way
  private void await(Conversation conversation, Poller on) throws IOException {
    DataConnection data = conversation.data();
    if ((data != null && data.again()) || conversation.buffered()) {
      // A peer as fast as this would keep a carrier of virtual threads for itself.
      Thread.yield();
      return;
    }
    on.want(channel, conversation.interest(), this);
    SelectableChannel moving = data == null ? null : data.channel();
    if (data != null && moving != null) {
      on.want(moving, data.interest(), this);
    }
    if (beginWait(Wait.POLLING)) {
      try {
        on.poll(until(conversation.deadline()), (_, _, _) -> {});
      } finally {
        endWait();
      }
    }
  }

  private void advance(Conversation conversation) throws IOException {
    synchronized (gate) {
      woken = false;
    }
    settleTask(conversation);
    withScratch(
        scratch -> {
          conversation.ready(scratch);
          conversation.dataReady(scratch);
          conversation.tick(scratch);
        });
  }

  private void withScratch(Consumer<ByteBuffer> work) throws IOException {
    ByteBuffer scratch = buffers.take();
    try {
      work.accept(scratch);
    } finally {
      buffers.give(scratch);
    }
  }

  private static Event call(Callable<Event> task) {
    try {
      return task.call();
    } catch (Exception e) {
      throw new IllegalStateException("a task answers its problems", e);
    }
  }

  /// Brings the outcome of a lengthy task. From its worker's thread.
  private void bring(Event event) {
    synchronized (gate) {
      outcome = event;
      gate.notifyAll();
      wakePoller();
    }
  }

  @Override
  public void wake() {
    synchronized (gate) {
      woken = true;
      wakePoller();
    }
  }

  private @Nullable Event takeOutcome() {
    synchronized (gate) {
      Event taken = outcome;
      outcome = null;
      return taken;
    }
  }

  /// Waits for the lengthy task of a conversation that is closed: nothing else is left of it.
  private void awaitOutcome(Conversation conversation) throws IOException {
    synchronized (gate) {
      try {
        while (outcome == null) {
          gate.wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("a session's thread is never interrupted", e);
      }
    }
    settleTask(conversation);
  }

  private void settleTask(Conversation conversation) throws IOException {
    Event taken = takeOutcome();
    if (taken != null) {
      withScratch(scratch -> conversation.performed(taken, scratch));
    }
  }

  private Duration until(long deadline) {
    return deadline == Long.MAX_VALUE
        ? Duration.ofDays(1)
        : Duration.ofNanos(Math.max(0, deadline - context.nanoTime().getAsLong()));
  }

  @Override
  public void forget(SelectableChannel channel) {
    if (poller != null) {
      poller.forget(channel);
    }
  }

  /// Runs the task here, or, where waiting would hold up other sessions' virtual threads, waits for
  /// a worker to. A lengthy one is a worker's in any case: this thread hears the client meanwhile.
  @Override
  public void perform(
      Conversation conversation, Callable<Event> task, ExecutorService workers, boolean lengthy) {
    if (lengthy) {
      workers.execute(() -> bring(call(task)));
      return;
    }
    try {
      Event outcome = Thread.currentThread().isVirtual() ? workers.submit(task).get() : task.call();
      withScratch(scratch -> conversation.performed(outcome, scratch));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("a session's thread is never interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a task answers its problems", e.getCause());
    } catch (Exception e) {
      throw new IllegalStateException("a task answers its problems", e);
    }
  }
}
