package wharf.server;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import wharf.net.NioPoller;
import wharf.net.Poller;

/// Event loops: each waits on many connections at once, through one poller.
public final class Loops extends ServerModel {
  private final String name;
  private final String summary;
  private final Lender.Maker<Poller> pollers;
  private final int loops;

  private Loops(String name, String summary, Lender.Maker<Poller> pollers, int loops) {
    this.name = name;
    this.summary = summary;
    this.pollers = pollers;
    this.loops = loops;
  }

  /// Loops on the JDK's `Selector`, one for each processor.
  public static Loops nio() {
    return new Loops(
        "nio",
        "event loops on java.nio's Selector, one per processor",
        NioPoller::new,
        Runtime.getRuntime().availableProcessors());
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
  Running start(Context context, List<ServerSocketChannel> listeners) throws IOException {
    List<EventLoop> started = new ArrayList<>();
    for (int i = 0; i < loops; i++) {
      started.add(new EventLoop(context, pollers.make()));
    }
    Acceptor acceptor = new Acceptor(context);
    AtomicInteger next = new AtomicInteger();
    for (ServerSocketChannel listener : listeners) {
      listener.configureBlocking(false);
      started
          .getFirst()
          .accept(
              listener,
              acceptor,
              (channel, from) ->
                  started
                      .get(Math.floorMod(next.getAndIncrement(), started.size()))
                      .adopt(channel, () -> context.door().leave(from.getAddress())));
    }
    Thread.Builder builder = Thread.ofPlatform().name("loop-", 1).daemon();
    List<Thread> threads = started.stream().map(builder::start).toList();
    return new RunningLoops(started, threads, listeners);
  }

  private record RunningLoops(
      List<EventLoop> loops, List<Thread> threads, List<ServerSocketChannel> listeners)
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
    public void closeSessions() {
      loops.forEach(EventLoop::closeNow);
    }

    @Override
    public void end() throws InterruptedException {
      loops.forEach(EventLoop::end);
      for (Thread thread : threads) {
        thread.join();
      }
    }
  }
}
