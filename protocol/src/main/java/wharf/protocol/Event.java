package wharf.protocol;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a session is told.
public sealed interface Event {

  /// The client is connected. Always the first event of a session over a stream, and given once.
  ///
  /// @param local the server's end of the connection: an `InetSocketAddress` over TCP, a
  ///   `UnixDomainSocketAddress` over a Unix-domain socket
  /// @param peer the client's end; of a Unix-domain socket it usually has no name
  record Opened(SocketAddress local, SocketAddress peer) implements Event {}

  /// A socket for datagrams is open. Always the first event of a session over UDP, and given once.
  record Bound(InetSocketAddress local) implements Event {}

  /// A datagram came.
  ///
  /// @param bytes from position to limit; the buffer is the driver's and is used again
  /// @param truncated whether there was more of it than any datagram may have, which is lost
  record Datagram(InetSocketAddress sender, ByteBuffer bytes, boolean truncated) implements Event {}

  /// Bytes from the client, cut wherever the network cut them.
  ///
  /// @param bytes from position to limit; the session takes all of them before it returns, the
  ///   buffer is the driver's and is used again
  record Received(ByteBuffer bytes) implements Event {}

  /// Answers [Effect.Drain].
  record Drained() implements Event {}

  /// Answers [Effect.Secure]: from here on everything is under TLS. Comes unasked, right after
  /// [Opened], where a connection is so from its first byte.
  record Secured(Security security) implements Event {}

  /// Answers [Effect.Listen]: a data connection may come to `at`.
  record Listening(InetSocketAddress at) implements Event {}

  /// Answers [Effect.Transfer]: it has ended. The source, if there was one, is closed; the sink is
  /// the session's to settle.
  ///
  /// @param ending the evidence
  /// @param bytes how many bytes of content went over the data connection, in their form, without
  ///   what the mode wraps them in
  /// @param onWire how many bytes that were with it
  /// @param took from the first attempt to connect to the end
  /// @param problem the fault, for [Ending#STORE_FAILED], [Ending#MALFORMED], [Ending#PEER_FAILED]
  ///   and [Ending#UNBOUND]
  record Transferred(
      Ending ending, long bytes, long onWire, Duration took, @Nullable IOException problem)
      implements Event {

    /// Of a stream, which wraps nothing.
    public Transferred(Ending ending, long bytes, Duration took, @Nullable IOException problem) {
      this(ending, bytes, bytes, took, problem);
    }
  }

  /// The running upload, in blocks, has come to a restart marker of the client's (RFC 959 section
  /// 3.5). Not told while the client leaves replies unread.
  ///
  /// @param marker printable ASCII, without spaces
  /// @param stored how many bytes the sink was given by then
  record Marked(String marker, long stored) implements Event {}

  /// Answers [Effect.Perform]: what the task returned.
  record Performed(Object result) implements Event {}

  /// The time set by the last [Effect.Arm] has passed. It is given once, and not while a transfer
  /// or a task runs.
  record Expired() implements Event {}

  /// The server is being stopped: the session should end once its running transfer has.
  record Stopping() implements Event {}

  /// The client closed its half of the connection, or the connection broke. Nothing more will be
  /// received; nothing needs to be sent.
  record PeerClosed() implements Event {}

  /// Everything is closed and nothing more will happen: always the last event, given once, also to
  /// a session that has failed. What the session still holds it lets go of; of what it answers only
  /// notes are carried out.
  record Ended() implements Event {}

  /// `effect`, a [Effect.Listen], a [Effect.Perform] or a [Effect.SendTo], could not be carried
  /// out.
  record Failed(Effect effect, IOException problem) implements Event {}
}
