package wharf.protocol;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/// What a session wants. The driver carries effects out in the order given.
public sealed interface Effect {

  /// Send these bytes on the connection (the control connection, where there are others). The
  /// buffer is the driver's from here on.
  record Send(ByteBuffer bytes) implements Effect {}

  /// Send a datagram, over UDP only. The buffer is the driver's from here on. A datagram may be
  /// lost on the way, and nobody is told; one that could not even be sent (it is longer than 65,507
  /// bytes, or `to` cannot be reached from here) is answered by [Event.Failed].
  record SendTo(ByteBuffer datagram, InetSocketAddress to) implements Effect {}

  /// Tell by [Event.Drained] when all that was to be sent has left, and receive nothing before. So
  /// a client that sends commands and does not read the replies fills its own buffers, not the
  /// server's.
  record Drain() implements Effect {}

  /// Put the connection under TLS, with this end as the server, when all that was to be sent has
  /// left; answered by [Event.Secured]. What the client has sent ahead came in the clear, and is
  /// dropped. A handshake that fails ends the connection. Once in a session, over a stream only.
  ///
  /// @param host the name by which the client has called this server, for the certificate it is
  ///   shown, unless it names one in the handshake; "" if it has not
  record Secure(String host) implements Effect {}

  /// Listen for one data connection; answered by [Event.Listening], or [Event.Failed]. An earlier
  /// listener of this session that no transfer has used is closed.
  ///
  /// Where ports are few, it may be a while until one is to be had.
  ///
  /// @param local the address of this server to listen at
  /// @param secure whether the connection is to be under TLS, as far as is known: several sessions
  ///   of one client can then listen at the same port
  record Listen(InetAddress local, boolean secure) implements Effect {}

  /// Move a file's or a listing's bytes over a data connection; answered by [Event.Transferred].
  /// One at a time.
  ///
  /// @param mode what the content is wrapped in
  /// @param secure whether under TLS, which the connection itself has to be, too
  record Transfer(Route route, Flow flow, Mode mode, Limits limits, boolean secure)
      implements Effect {

    /// As a stream.
    public Transfer(Route route, Flow flow, Limits limits, boolean secure) {
      this(route, flow, new Mode.Stream(), limits, secure);
    }

    /// As a stream, in the clear.
    public Transfer(Route route, Flow flow, Limits limits) {
      this(route, flow, limits, false);
    }

    /// How the data connection comes about.
    public sealed interface Route {
      /// The client connects to what the last [Listen] opened; only its own address is let in.
      record Passive() implements Route {}

      /// The server connects, from its own address on the control connection.
      record Active(InetSocketAddress to) implements Route {}

      /// The connection of the transfer before goes on, which [Mode.Block] left open. Every other
      /// route closes it.
      record Kept() implements Route {}
    }

    /// What moves in which direction.
    public sealed interface Flow {
      /// From the server. The driver closes `source` when the transfer ends, however it ends.
      record Out(Source source, Form form) implements Flow {}

      /// To the server. The session settles `sink` when it is told of the end.
      record In(Sink sink, Form form) implements Flow {}
    }

    /// How a file's bytes look on the wire.
    public enum Form {
      /// As they are (RFC 959 section 3.1.1.3).
      IMAGE,
      /// Lines end in CR LF on the wire and in LF here (RFC 959 section 3.1.1.1).
      ASCII
    }

    /// What the bytes, in their [Form], are wrapped in on the wire, and what their end is told by.
    public sealed interface Mode {
      /// Nothing; the end of the connection is the end of the bytes (RFC 959 section 3.4.1).
      record Stream() implements Mode {}

      /// Blocks with a header, the last of which says so: an upload that ended is
      /// [Ending#BLOCK_EOF], and after it, as after [Ending#SENT], the connection stays open for
      /// [Route.Kept] (RFC 959 section 3.4.2). A restart marker in an upload is told by
      /// [Event.Marked].
      record Block() implements Mode {}

      /// One zlib stream (RFC 1950, draft-preston-ftpext-deflate), and then the end of the
      /// connection: an upload that ended so is [Ending#BLOCK_EOF]. How large it becomes is for its
      /// sink to bound.
      ///
      /// @param level of what is sent, from 0, not compressed, to 9; -1 for zlib's own choice
      record Deflate(int level) implements Mode {
        public Deflate {
          if (level < -1 || level > 9) {
            throw new IllegalArgumentException("level " + level);
          }
        }
      }

      /// Whether a transfer that ended so leaves its connection to the next, of [Route.Kept].
      default boolean leavesOpen(Ending ending) {
        return this instanceof Block && (ending == Ending.SENT || ending == Ending.BLOCK_EOF);
      }
    }

    /// How long a transfer may wait, and how fast it may go.
    ///
    /// @param connect how long the data connection may take to come about
    /// @param stall how long nothing may move
    /// @param longest how long it may last in all, from the first attempt to connect; null for any
    ///   time
    /// @param throttles how fast it may go; all of them hold. What goes over the wire counts,
    ///   without what TLS adds
    public record Limits(
        Duration connect, Duration stall, @Nullable Duration longest, List<Throttle> throttles) {
      public Limits {
        throttles = List.copyOf(throttles);
      }

      /// As fast as it can.
      public Limits(Duration connect, Duration stall) {
        this(connect, stall, null, List.of());
      }
    }
  }

  /// End the running transfer now; it is then answered by [Event.Transferred] with
  /// [Ending#ABORTED]. Nothing happens when none runs.
  record Abort() implements Effect {}

  /// Close the data connection that the transfer before has kept open for [Transfer.Route.Kept], if
  /// there is one.
  record HangUp() implements Effect {}

  /// Run `task` where waiting is allowed; answered by [Event.Performed], or by [Event.Failed] if it
  /// throws an `IOException`. One at a time. It is run to its end whatever becomes of the client:
  /// one that can be broken off asks the session that.
  ///
  /// @param lengthy whether it may take minutes, as to read or copy large files does: such tasks
  ///   wait for each other, and nobody's log-in or upload waits for them
  /// @param ahead how many bytes of a stream may be received while a lengthy task runs, and a few
  ///   more; so the session hears that it should be broken off, or that nobody waits for it any
  ///   more. 0, as for all others: nothing is received until it is done
  record Perform(Callable<?> task, boolean lengthy, int ahead) implements Effect {
    public Perform {
      if (ahead < 0 || (ahead > 0 && !lengthy)) {
        throw new IllegalArgumentException("ahead " + ahead + ", lengthy " + lengthy);
      }
    }

    /// One that others may have to wait for.
    public Perform(Callable<?> task) {
      this(task, false, 0);
    }
  }

  /// Tell by [Event.Expired] when `delay` has passed from now without another [Arm]. Replaces the
  /// one before. While a transfer or a task runs the time is not counted: it starts anew when that
  /// ends.
  record Arm(Duration delay) implements Effect {}

  /// Something worth a line in the log: what was done, by whom, to what.
  ///
  /// @param line for people, without line ends; "" for what only programs read
  /// @param happening the same for programs
  record Note(String line, Happening happening) implements Effect {
    /// What has no form of its own for programs.
    public Note(String line) {
      this(line, new Happening.Remark(line));
    }
  }

  /// Close the connection once everything is sent; a transfer that still runs is aborted.
  record Close() implements Effect {}
}
