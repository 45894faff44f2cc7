package wharf.server;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import wharf.net.BusyPoller;
import wharf.net.Native;
import wharf.net.NioPoller;
import wharf.net.Poller;
import wharf.net.SelectPoller;

/// Event loops: each waits on many connections at once, through one poller.
public final class Loops extends ServerModel {
  private final String name;
  private final String summary;
  private final boolean ofSystemCall;
  private final Lender.Maker<Poller> pollers;
  private final int loops;

  private Loops(
      String name, String summary, boolean ofSystemCall, Lender.Maker<Poller> pollers, int loops) {
    this.name = name;
    this.summary = summary;
    this.ofSystemCall = ofSystemCall;
    this.pollers = pollers;
    this.loops = loops;
  }

  /// On the JDK's `Selector`, which every platform has; one for each processor.
  static Loops onNio() {
    return new Loops(
        "nio", "event loops on java.nio's Selector", false, NioPoller::new, processors());
  }

  /// On a system call, which not every platform has; one for each processor.
  static Loops onSystemCall(String name, String summary, Lender.Maker<Poller> pollers) {
    return new Loops(name, summary, true, pollers, processors());
  }

  /// On `select`.
  ///
  /// @param limit of descriptors: who has one beyond is turned away. The textbook's is
  ///   [SelectPoller#LIMIT]; the kernel takes more
  public static Loops onSelect(int limit) {
    return onSystemCall("select", "event loops on select", () -> SelectPoller.open(limit));
  }

  /// On no call at all: each connection is tried in turn.
  static Loops onNothing() {
    return new Loops(
        "nonblocking", "event loops that try each in turn", false, BusyPoller::new, processors());
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  @Override
  public Optional<String> unavailable() {
    return ofSystemCall ? Native.unavailable() : Optional.empty();
  }

  /// The same in another number.
  ///
  /// @throws IllegalArgumentException when that is less than one
  public Loops times(int number) {
    if (number < 1) {
      throw new IllegalArgumentException("there is one loop at least");
    }
    return new Loops(name, summary, ofSystemCall, pollers, number);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String summary() {
    return summary;
  }

  @Override
  Running start(Context context, Sockets sockets) throws IOException {
    List<EventLoop> started = new ArrayList<>();
    for (int i = 0; i < loops; i++) {
      started.add(new EventLoop(context, pollers.make()));
    }
    Acceptor acceptor = new Acceptor(context);
    AtomicInteger next = new AtomicInteger();
    for (ServerSocketChannel listener : sockets.listeners()) {
      listener.configureBlocking(false);
      started
          .getFirst()
          .accept(
              listener,
              acceptor,
              came ->
                  turn(started, next)
                      .adopt(came.channel(), () -> context.door().leave(came.from())));
    }
    for (DatagramChannel socket : sockets.datagrams()) {
      context.door().add();
      turn(started, next).adopt(socket, () -> context.door().leave(null));
    }
    Thread.Builder builder = Thread.ofPlatform().name("loop-", 1).daemon();
    List<Thread> threads = started.stream().map(builder::start).toList();
    return new RunningLoops(context, started, threads, sockets.listeners());
  }

  private static EventLoop turn(List<EventLoop> loops, AtomicInteger next) {
    return loops.get(Math.floorMod(next.getAndIncrement(), loops.size()));
  }

  private record RunningLoops(
      Context context,
      List<EventLoop> loops,
      List<Thread> threads,
      List<ServerSocketChannel> listeners)
      implements Running {
    @Override
    public void stopAccepting() {
      listeners.forEach(loops.getFirst()::close);
    }

    @Override
    public void stopSessions() {
      loops.forEach(EventLoop::stop);
    }

    @Override
    public boolean awaitSessions(Duration atMost) throws InterruptedException {
      return context.door().awaitEmpty(atMost);
    }

    @Override
    public void closeSessions() {
      loops.forEach(EventLoop::closeNow);
    }

    @Override
    public boolean responds(Duration atMost) throws InterruptedException {
      CountDownLatch turns = new CountDownLatch(loops.size());
      loops.forEach(loop -> loop.execute(turns::countDown));
      return turns.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void end() throws InterruptedException {
      // The one that accepts goes first: whom it gave to another loop in its last moment, that loop
      // still gets to see, and ends.
      for (int i = 0; i < loops.size(); i++) {
        loops.get(i).end();
        threads.get(i).join();
      }
    }
  }
}
