package wharf.server;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import wharf.protocol.Protocol;

/// What a process does that [Processes] has started.
public final class Worker {
  /// How often to look whether the parent is still there.
  private static final Duration LOOK = Duration.ofMillis(500);

  private Worker() {}

  /// Serves until this thread is interrupted, or the parent process has ended, or as many clients
  /// have come and gone as the options allow.
  ///
  /// @param options listening at [Endpoint.Inherited]
  /// @param parent the standard output, which the parent reads
  /// @param grace how long running transfers may go on when it is to stop
  /// @throws IOException when the socket cannot be served
  public static void serve(
      Protocol protocol, Server.Options options, PrintStream parent, Duration grace)
      throws IOException, InterruptedException {
    Optional<ProcessHandle> starter = ProcessHandle.current().parent();
    CountDownLatch full = new CountDownLatch(1);
    try (Server server =
        Server.start(
            protocol,
            options,
            () -> {
              say(parent, Processes.FULL);
              full.countDown();
            })) {
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
      server.stop(grace);
    }
  }

  private static boolean say(PrintStream parent, String line) {
    parent.println(line);
    return !parent.checkError();
  }
}
