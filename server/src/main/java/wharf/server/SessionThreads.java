package wharf.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import wharf.net.NioPoller;
import wharf.net.Poller;

/// What the models with a thread per session have in common: a thread that accepts at each
/// listener, and a [BlockingDriver] on a thread of its own for each client.
final class SessionThreads implements ServerModel.Running {
  /// Pollers and buffers kept for the next transfers.
  private static final int KEPT_POLLERS = 64;

  private static final int KEPT_BUFFERS = 16;

  private final Context context;
  private final List<ServerSocketChannel> listeners;
  private final ThreadFactory threads;
  private final Acceptor acceptor;
  private final List<Thread> acceptors = new ArrayList<>();
  private final Lender<Poller> pollers;
  private final Lender<ByteBuffer> buffers;
  private final Set<BlockingDriver> running = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  private SessionThreads(
      Context context, List<ServerSocketChannel> listeners, ThreadFactory threads) {
    this.context = context;
    this.listeners = listeners;
    this.threads = threads;
    this.acceptor = new Acceptor(context);
    this.pollers = new Lender<>(KEPT_POLLERS, NioPoller::new, this::dispose);
    this.buffers =
        new Lender<>(KEPT_BUFFERS, () -> ByteBuffer.allocateDirect(Pump.SCRATCH), _ -> {});
  }

  static SessionThreads start(
      Context context, List<ServerSocketChannel> listeners, ThreadFactory threads) {
    SessionThreads started = new SessionThreads(context, listeners, threads);
    for (ServerSocketChannel listener : listeners) {
      Thread acceptor = threads.newThread(() -> started.accept(listener));
      started.acceptors.add(acceptor);
      acceptor.start();
    }
    return started;
  }

  private void accept(ServerSocketChannel listener) {
    while (listener.isOpen()) {
      try {
        switch (acceptor.accept(listener)) {
          case Acceptor.Outcome.Came(var channel, var from) -> serve(channel, from);
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
  }

  private void serve(SocketChannel control, InetSocketAddress from) {
    BlockingDriver driver = new BlockingDriver(context, pollers, buffers, control);
    running.add(driver);
    if (stopping) {
      driver.stop();
    }
    try {
      threads
          .newThread(
              () -> {
                try {
                  driver.run();
                } finally {
                  running.remove(driver);
                  context.door().leave(from.getAddress());
                }
              })
          .start();
    } catch (OutOfMemoryError noThread) {
      // "unable to create native thread": weather, as a lack of descriptors is.
      context.log().log(Level.WARNING, "no thread for another session: {0}", noThread.getMessage());
      driver.closeNow();
      running.remove(driver);
      context.door().leave(from.getAddress());
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
    for (ServerSocketChannel listener : listeners) {
      try {
        listener.close();
      } catch (IOException e) {
        context.log().log(Level.DEBUG, "closing a listener", e);
      }
    }
  }

  @Override
  public void stopSessions() {
    stopping = true;
    running.forEach(BlockingDriver::stop);
  }

  @Override
  public void closeSessions() {
    running.forEach(BlockingDriver::closeNow);
  }

  @Override
  public void end() throws InterruptedException {
    // The system lets go of a listener only when nobody waits at it any more.
    for (Thread acceptor : acceptors) {
      acceptor.join();
    }
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
