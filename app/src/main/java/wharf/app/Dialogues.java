package wharf.app;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import wharf.ftp.client.Listener;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Reply;

/// What is said in sessions, as it is said: `-v`. From the second session on each line has the
/// session's number.
///
/// Safe for use by many threads.
final class Dialogues {
  private final PrintStream err;
  private final boolean timed;
  private final LongSupplier nanoTime;
  private final long start;
  private final AtomicInteger sessions = new AtomicInteger();

  /// @param timed whether each line has the seconds since the beginning
  Dialogues(PrintStream err, boolean timed, LongSupplier nanoTime) {
    this.err = err;
    this.timed = timed;
    this.nanoTime = nanoTime;
    start = nanoTime.getAsLong();
  }

  /// Hears one more session.
  Listener another() {
    int number = sessions.incrementAndGet();
    return new Listener() {
      @Override
      public void sent(String line) {
        tell(number, "> " + line);
      }

      @Override
      public void received(Reply reply) {
        int last = reply.lines().size() - 1;
        for (int i = 0; i <= last; i++) {
          // As on the wire, where the code is on the first line and on the last.
          String code = i == 0 || i == last ? reply.code() + (i == last ? " " : "-") : "";
          tell(number, "< " + code + reply.lines().get(i));
        }
      }
    };
  }

  private void tell(int session, String line) {
    StringBuilder told = new StringBuilder();
    if (timed) {
      Duration since = Duration.ofNanos(nanoTime.getAsLong() - start);
      told.append("%d.%03d ".formatted(since.toSeconds(), since.toMillisPart()));
    }
    if (session > 1) {
      told.append('[').append(session).append("] ");
    }
    err.println(Printable.of(told.append(line).toString()));
  }
}
