package wharf.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Happening;
import wharf.protocol.Protocol.Refusal;

/// Tells the [Journal] of a server, if it has one. Safe for use by many threads.
abstract class Scribe {
  /// Of a server without a journal.
  static final Scribe IDLE =
      new Scribe() {
        @Override
        @Nullable String nextSession() {
          return null;
        }

        @Override
        void tell(String session, Journal.Connection connection, Happening happening) {}
      };

  private Scribe() {}

  static Scribe of(
      @Nullable Journal journal, InstantSource clock, RandomGenerator random, System.Logger log) {
    return journal == null ? IDLE : new Busy(journal, clock, random, log);
  }

  /// What another session is called; null where nobody asks.
  abstract @Nullable String nextSession();

  abstract void tell(String session, Journal.Connection connection, Happening happening);

  /// Tells of a client that is not let in.
  void turnedAway(SocketChannel client, Refusal why) throws IOException {
    String session = nextSession();
    if (session != null) {
      SocketAddress peer = client.getRemoteAddress();
      tell(
          session,
          new Journal.Connection(Journal.transport(peer), client.getLocalAddress(), peer, false),
          new Happening.TurnedAway(why));
    }
  }

  private static final class Busy extends Scribe {
    private final Journal journal;
    private final InstantSource clock;
    private final System.Logger log;

    /// No two servers that ever write into one file have the same: one process for each client
    /// makes many.
    private final String server;

    private final AtomicLong sessions = new AtomicLong();

    Busy(Journal journal, InstantSource clock, RandomGenerator random, System.Logger log) {
      this.journal = journal;
      this.clock = clock;
      this.server = HexFormat.of().toHexDigits(random.nextLong());
      this.log = log;
    }

    @Override
    String nextSession() {
      return server + "-" + sessions.incrementAndGet();
    }

    @Override
    void tell(String session, Journal.Connection connection, Happening happening) {
      try {
        journal.tell(new Journal.Entry(clock.instant(), session, connection, happening));
      } catch (RuntimeException fault) {
        log.log(Level.ERROR, "the journal fell over an event", fault);
      }
    }
  }
}
