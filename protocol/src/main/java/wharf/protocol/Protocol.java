package wharf.protocol;

import java.util.Set;

/// Makes sessions: the third factor of *server = transport x model x protocol*.
///
/// Called by the server from any thread; an implementation is safe for use by many at once.
public interface Protocol {
  /// What it can be spoken over.
  default Set<Transport> transports() {
    return Set.of(Transport.TCP);
  }

  /// A session for one client that has just connected; over UDP, for one socket.
  Session open();

  /// What a client is told that cannot be taken on, as bytes of this protocol. It is sent as the
  /// only thing and the connection is closed.
  byte[] refusal(Refusal why);

  /// Why a client is turned away at the door.
  enum Refusal {
    /// As many sessions as the server allows, or can carry, are running.
    TOO_MANY_SESSIONS,
    /// As many sessions as one address may have are running from the client's.
    TOO_MANY_FROM_ADDRESS,
    /// Nobody from the client's address is served.
    NOT_FROM_ADDRESS,
    /// Too many log-ins from the client's address have failed.
    BANNED
  }
}
