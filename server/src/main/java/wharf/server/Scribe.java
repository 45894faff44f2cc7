package wharf.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Happening;
import wharf.protocol.Protocol.Refusal;

/// Tells the journal of a server.
///
/// @param journal null where there is none
record Scribe(@Nullable Journal journal, InstantSource clock, System.Logger log) {
  void tell(String session, Journal.Connection connection, Happening happening) {
    if (journal != null) {
      try {
        journal.tell(new Journal.Entry(clock.instant(), session, connection, happening));
      } catch (RuntimeException fault) {
        log.log(Level.ERROR, "the journal fell over an event", fault);
      }
    }
  }

  /// Tells of a client that is not let in.
  ///
  /// @param session what it would have been called
  void turnedAway(String session, SocketChannel client, Refusal why) throws IOException {
    SocketAddress peer = client.getRemoteAddress();
    tell(
        session,
        new Journal.Connection(Journal.transport(peer), client.getLocalAddress(), peer, false),
        new Happening.TurnedAway(why));
  }
}
