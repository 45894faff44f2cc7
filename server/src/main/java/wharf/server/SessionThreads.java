package wharf.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import wharf.net.NioPoller;
import wharf.net.Poller;
import wharf.protocol.Protocol.Refusal;

/// What the models with a thread per session have in common: a thread that accepts at each
/// listener, and a [BlockingDriver] for each client; for each socket for datagrams one, on a thread
/// of its own.
final class SessionThreads implements ServerModel.Running {
  /// Pollers and buffers kept for the next transfers.
  private static final int KEPT_POLLERS = 64;

  private static final int KEPT_BUFFERS = 16;

  private final Context context;
  private final Sockets sockets;
  private final Executor sessions;
  private final Acceptor acceptor;
  private final List<Thread> threads = new ArrayList<>();
  private final Lender<Poller> pollers;
  private final Lender<ByteBuffer> buffers;
  private final Set<BlockingDriver> running = ConcurrentHashMap.newKeySet();
  private final Set<Poller> waiting = ConcurrentHashMap.newKeySet();
  private volatile boolean doorsClosed;
  private volatile boolean stopping;
  private volatile boolean ended;

  private SessionThreads(Context context, Sockets sockets, Executor sessions) {
    this.context = context;
    this.sockets = sockets;
    this.sessions = sessions;
    this.acceptor = new Acceptor(context);
    this.pollers = new Lender<>(KEPT_POLLERS, NioPoller::new, this::dispose);
    this.buffers =
        new Lender<>(KEPT_BUFFERS, () -> ByteBuffer.allocateDirect(Pump.SCRATCH), _ -> {});
  }

  /// @param doors makes the threads that accept, and those for datagrams
  /// @param sessions runs a session to its end, at once or on a thread of its own
  static SessionThreads start(
      Context context, Sockets sockets, ThreadFactory doors, Executor sessions) {
    SessionThreads started = new SessionThreads(context, sockets, sessions);
    for (ServerSocketChannel listener : sockets.listeners()) {
      started.threads.add(doors.newThread(() -> started.accept(listener)));
    }
    for (DatagramChannel socket : sockets.datagrams()) {
      context.door().add();
      BlockingDriver driver = started.driver(socket);
      started.threads.add(doors.newThread(() -> started.run(driver, null)));
    }
    started.threads.forEach(Thread::start);
    return started;
  }

  /// Serves a client that nobody accepts any more, and no other, on a thread of its own.
  static SessionThreads alone(Context context, SocketChannel client) throws IOException {
    SessionThreads started =
        new SessionThreads(
            context,
            new Sockets(List.of(), List.of()),
            session -> Thread.ofPlatform().name("session").daemon().start(session));
    InetAddress from = null;
    if (client.getRemoteAddress() instanceof InetSocketAddress at) {
      from = context.entrance().isBalanced(at) ? null : at.getAddress();
      Acceptor.prepare(client, context.sockets());
    }
    Refusal refusal = context.door().enter(from);
    if (refusal == null) {
      started.serve(new Acceptor.Outcome.Came(client, from));
    } else {
      Acceptor.turnAway(client, context.protocol().refusal(refusal));
    }
    return started;
  }

  private void accept(ServerSocketChannel listener) {
    if (!context.inherited().contains(listener)) {
      while (listener.isOpen() && !acceptor.done()) {
        acceptOne(listener);
      }
      return;
    }
    // Other processes have it, too: it cannot be closed to end a wait in accept.
    try (Poller poller = new NioPoller()) {
      waiting.add(poller);
      listener.configureBlocking(false);
      poller.want(listener, SelectionKey.OP_ACCEPT, this);
      while (!doorsClosed && !acceptor.done()) {
        poller.poll(Duration.ofDays(1), (_, _, _) -> acceptOne(listener));
      }
      waiting.remove(poller);
    } catch (IOException e) {
      context.log().log(Level.ERROR, "nobody is accepted any more", e);
    }
  }

  private void acceptOne(ServerSocketChannel listener) {
    try {
      switch (acceptor.accept(listener)) {
        case Acceptor.Outcome.Came came -> serve(came);
        case Acceptor.Outcome.TurnedAway() -> {}
        case Acceptor.Outcome.Nobody() -> {}
        case Acceptor.Outcome.Exhausted() -> pause();
      }
    } catch (RuntimeException | Error fault) {
      // Nothing that goes wrong with one client ends the service.
      context.log().log(Level.ERROR, "accepting a client failed by a fault of the server", fault);
      pause();
    }
  }

  private BlockingDriver driver(SelectableChannel channel) {
    BlockingDriver driver = new BlockingDriver(context, pollers, buffers, channel);
    running.add(driver);
    if (stopping) {
      driver.stop();
    }
    if (ended) {
      driver.closeNow();
    }
    return driver;
  }

  private void run(BlockingDriver driver, @Nullable InetAddress from) {
    try {
      driver.run();
    } finally {
      running.remove(driver);
      context.door().leave(from);
    }
  }

  private void serve(Acceptor.Outcome.Came came) {
    BlockingDriver driver = driver(came.channel());
    try {
      sessions.execute(() -> run(driver, came.from()));
    } catch (OutOfMemoryError noThread) {
      // "unable to create native thread": weather, as a lack of descriptors is.
      context.log().log(Level.WARNING, "no thread for another session: {0}", noThread.getMessage());
      driver.closeNow();
      running.remove(driver);
      context.door().leave(came.from());
      pause();
    }
  }

  private void pause() {
    try {
      Thread.sleep(Acceptor.PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void stopAccepting() {
    doorsClosed = true;
    sockets.listeners().forEach(context::close);
    waiting.forEach(Poller::wakeup);
  }

  @Override
  public void stopSessions() {
    stopping = true;
    running.forEach(BlockingDriver::stop);
  }

  @Override
  public boolean awaitSessions(Duration atMost) throws InterruptedException {
    return context.door().awaitEmpty(atMost);
  }

  @Override
  public void closeSessions() {
    running.forEach(BlockingDriver::closeNow);
  }

  @Override
  public boolean responds(Duration atMost) throws InterruptedException {
    if (!doorsClosed && !acceptor.done() && !threads.stream().allMatch(Thread::isAlive)) {
      return false;
    }
    // As a session would begin.
    CountDownLatch turn = new CountDownLatch(1);
    try {
      sessions.execute(turn::countDown);
    } catch (OutOfMemoryError noThread) {
      return false;
    }
    return turn.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void end() throws InterruptedException {
    // Who was accepted while the doors were being closed may have come after the last look for
    // sessions.
    ended = true;
    closeSessions();
    // The system lets go of a listener only when nobody waits at it any more.
    for (Thread thread : threads) {
      thread.join();
    }
    context.door().awaitEmpty(Server.SETTLING);
    pollers.clear();
    buffers.clear();
  }

  private void dispose(Poller poller) {
    try {
      poller.close();
    } catch (IOException e) {
      context.log().log(Level.DEBUG, "closing a poller", e);
    }
  }
}
