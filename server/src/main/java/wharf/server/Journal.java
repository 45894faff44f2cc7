package wharf.server;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Happening;
import wharf.protocol.Transport;

/// Is told what happens in every session, for programs to read. What it does with that is its own
/// affair, but it is called by the thread that serves the session, and often that serves many: it
/// must not wait. Safe for use by many threads.
@FunctionalInterface
public interface Journal {
  /// Takes note. What it throws is logged and does the session no harm.
  void tell(Entry entry);

  /// What has happened, when, to whom.
  ///
  /// @param session another for each session, also of other servers and worker processes
  record Entry(Instant time, String session, Connection connection, Happening happening) {}

  /// What a session is over.
  ///
  /// @param peer the client's end; null over UDP, where a session has many
  /// @param secure whether it is under TLS
  record Connection(
      Transport transport, SocketAddress local, @Nullable SocketAddress peer, boolean secure) {}

  /// What a stream to `end` goes over.
  static Transport transport(SocketAddress end) {
    return end instanceof UnixDomainSocketAddress ? Transport.UNIX : Transport.TCP;
  }
}
