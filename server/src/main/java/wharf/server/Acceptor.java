package wharf.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Protocol.Refusal;

/// Takes clients in at a listener, or turns them away. What goes wrong with one never ends the
/// service: the lack of a descriptor (EMFILE) is weather, it is logged once and waited out. Safe
/// for use by many threads.
final class Acceptor {
  /// How long to pause when the system cannot give another connection ([Outcome.Exhausted]).
  static final Duration PAUSE = Duration.ofMillis(100);

  /// What came of one try.
  sealed interface Outcome {
    /// A client, let in at the door.
    ///
    /// @param from its address; null over a Unix-domain socket, and while a balancer has not told
    ///   it
    record Came(SocketChannel channel, @Nullable InetAddress from) implements Outcome {}

    /// A client that was told to go, or was gone already.
    record TurnedAway() implements Outcome {}

    /// No client waits, or the listener is closed.
    record Nobody() implements Outcome {}

    /// The system has nothing left to accept with: pause before the next try.
    record Exhausted() implements Outcome {}
  }

  /// For how long nothing more is said of being exhausted, in nanoseconds: with each client that
  /// leaves another can be accepted, and the next one cannot.
  static final long QUIET = Duration.ofMinutes(1).toNanos();

  private final Context context;

  /// Whether it was said that clients cannot be accepted, and not yet that they can be again.
  private final AtomicBoolean complained = new AtomicBoolean();

  /// When, of the context's `nanoTime`, it may be said next.
  private final AtomicLong quietUntil;

  private final AtomicInteger left;

  Acceptor(Context context) {
    this.context = context;
    this.quietUntil = new AtomicLong(context.nanoTime().getAsLong());
    this.left = new AtomicInteger(context.connections());
  }

  /// Whether as many clients were let in as this server is to serve in all: whoever comes now is
  /// for another process.
  boolean done() {
    return left.get() == 0;
  }

  /// Accepts one client; waits for it where `listener` is in blocking mode.
  Outcome accept(ServerSocketChannel listener) {
    SocketChannel came;
    try {
      came = listener.accept();
    } catch (ClosedChannelException e) {
      return new Outcome.Nobody();
    } catch (IOException e) {
      if (isOver(listener, e)) {
        context.log().log(Level.DEBUG, "the listener was ended by another process", e);
      } else {
        warn(e);
      }
      return new Outcome.Exhausted();
    }
    if (came == null) {
      return new Outcome.Nobody();
    }
    if (complained.compareAndSet(true, false)) {
      context.log().log(Level.INFO, "clients can be accepted again");
    }
    try {
      return admit(came);
    } catch (IOException e) {
      // It was gone before it was let in.
      context.log().log(Level.DEBUG, "a client left at the door", e);
      closeQuietly(came);
      return new Outcome.TurnedAway();
    }
  }

  /// Sets what is asked of a connection over TCP.
  static void prepare(SocketChannel connection, SocketSettings settings) throws IOException {
    settings.applyTo(connection);
    // The Telnet synch of RFC 959's ABOR comes as urgent data: it is to be read in its place.
    connection.socket().setOOBInline(true);
  }

  /// Whether nobody can come to it any more: a worker's listener is ended for all of them when the
  /// server stops, a moment before they are told to.
  private boolean isOver(ServerSocketChannel listener, IOException e) {
    return context.inherited().contains(listener)
        && String.valueOf(e.getMessage()).contains("Invalid argument");
  }

  private void warn(IOException why) {
    long now = context.nanoTime().getAsLong();
    if (now - quietUntil.get() < 0 || !complained.compareAndSet(false, true)) {
      return;
    }
    try {
      context.log().log(
          Level.WARNING, "cannot accept clients for now: {0}; trying again", why.getMessage());
      quietUntil.set(now + QUIET);
    } catch (Throwable unable) {
      // A log may need a descriptor itself, and there is none: it is tried again at the next
      // client.
      complained.set(false);
    }
  }

  private Outcome admit(SocketChannel came) throws IOException {
    InetAddress from = null;
    if (came.getRemoteAddress() instanceof InetSocketAddress at) {
      from = context.entrance().isBalanced(at) ? null : at.getAddress();
      prepare(came, context.sockets());
    }
    Refusal refusal = context.door().enter(from);
    if (refusal == null) {
      if (left.get() > 0 && left.decrementAndGet() == 0) {
        context.whenDone().run();
      }
      return new Outcome.Came(came, from);
    }
    context.scribe().turnedAway(context.roster().nextSession(), came, refusal);
    turnAway(came, context.protocol().refusal(refusal));
    return new Outcome.TurnedAway();
  }

  /// Tells a client why it cannot be served, and closes.
  static void turnAway(SocketChannel came, byte[] why) throws IOException {
    came.configureBlocking(false);
    came.write(ByteBuffer.wrap(why));
    came.shutdownOutput();
    came.close();
  }

  private void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      context.log().log(Level.DEBUG, "closing a connection", e);
    }
  }
}
