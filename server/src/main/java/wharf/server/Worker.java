package wharf.server;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import wharf.protocol.Protocol;

/// What a process does that [Processes] has started. Safe for use by many threads.
public final class Worker implements AutoCloseable {
  /// How often to look whether the parent is still there.
  private static final Duration LOOK = Duration.ofMillis(500);

  private final Optional<ProcessHandle> starter;
  private final PrintStream parent;
  private final Duration grace;

  /// Open as long as clients are let in.
  private final CountDownLatch full;

  private final Server server;

  private Worker(
      Optional<ProcessHandle> starter,
      PrintStream parent,
      Duration grace,
      CountDownLatch full,
      Server server) {
    this.starter = starter;
    this.parent = parent;
    this.grace = grace;
    this.full = full;
    this.server = server;
  }

  /// Begins to serve; the parent is told by [#await].
  ///
  /// @param options listening at [Endpoint.Inherited]
  /// @param parent the standard output, which the parent reads
  /// @param grace how long running transfers may go on when it is to stop
  /// @throws IOException when the socket cannot be served
  public static Worker start(
      Protocol protocol, Server.Options options, PrintStream parent, Duration grace)
      throws IOException {
    Optional<ProcessHandle> starter = ProcessHandle.current().parent();
    CountDownLatch full = new CountDownLatch(1);
    return new Worker(
        starter,
        parent,
        grace,
        full,
        Server.start(protocol, options, () -> tellFull(parent, full)));
  }

  /// The same, and waits for the end.
  public static void serve(
      Protocol protocol, Server.Options options, PrintStream parent, Duration grace)
      throws IOException, InterruptedException {
    try (Worker worker = start(protocol, options, parent, grace)) {
      worker.await();
    }
  }

  /// What it serves with.
  public Server server() {
    return server;
  }

  /// Lets no more clients in: the parent starts a successor, and this ends when the last of its
  /// sessions has.
  public void retire() {
    server.retire();
    tellFull(parent, full);
  }

  /// The same, and each session ends when its transfer has.
  public void drain() {
    server.drain();
    tellFull(parent, full);
  }

  /// Serves until this thread is interrupted, or the parent process has ended, or the last session
  /// has, if no more clients are let in: because it was to [#retire], or as many have come as the
  /// options allow.
  public void await() {
    // A parent that was gone before it was looked for does not hear this.
    boolean heard = say(parent, Processes.READY);
    boolean done = false;
    try {
      // Who has lost its parent is given to another, though the parent itself may not be buried.
      while (heard && !done && starter.equals(ProcessHandle.current().parent())) {
        done = full.await(LOOK.toMillis(), TimeUnit.MILLISECONDS) && server.awaitSessions(LOOK);
      }
    } catch (InterruptedException stop) {
      // As it is told to; what follows may take its time.
    }
    try {
      server.stop(grace);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void tellFull(PrintStream parent, CountDownLatch full) {
    if (full.getCount() > 0) {
      boolean _ = say(parent, Processes.FULL);
      full.countDown();
    }
  }

  private static boolean say(PrintStream parent, String line) {
    parent.println(line);
    return !parent.checkError();
  }

  @Override
  public void close() {
    server.close();
  }
}
