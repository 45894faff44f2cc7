package wharf.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
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
    record Came(SocketChannel channel, InetSocketAddress from) implements Outcome {}

    /// A client that was told to go, or was gone already.
    record TurnedAway() implements Outcome {}

    /// No client waits, or the listener is closed.
    record Nobody() implements Outcome {}

    /// The system has nothing left to accept with: pause before the next try.
    record Exhausted() implements Outcome {}
  }

  private final Context context;
  private final AtomicBoolean exhausted = new AtomicBoolean();

  Acceptor(Context context) {
    this.context = context;
  }

  /// Accepts one client; waits for it where `listener` is in blocking mode.
  Outcome accept(ServerSocketChannel listener) {
    SocketChannel came;
    try {
      came = listener.accept();
    } catch (ClosedChannelException e) {
      return new Outcome.Nobody();
    } catch (IOException e) {
      if (exhausted.compareAndSet(false, true)) {
        warn(e);
      }
      return new Outcome.Exhausted();
    }
    if (came == null) {
      return new Outcome.Nobody();
    }
    if (exhausted.compareAndSet(true, false)) {
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

  private void warn(IOException why) {
    try {
      context.log().log(
          Level.WARNING, "cannot accept clients for now: {0}; trying again", why.getMessage());
    } catch (Throwable unable) {
      // A log may need a descriptor itself, and there is none: it is tried again at the next
      // client.
      exhausted.set(false);
    }
  }

  private Outcome admit(SocketChannel came) throws IOException {
    InetSocketAddress from = (InetSocketAddress) came.getRemoteAddress();
    came.setOption(StandardSocketOptions.TCP_NODELAY, true);
    came.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    // The Telnet synch of RFC 959's ABOR comes as urgent data: it is to be read in its place.
    came.socket().setOOBInline(true);
    @Nullable Refusal refusal = context.door().enter(from.getAddress());
    if (refusal == null) {
      return new Outcome.Came(came, from);
    }
    came.configureBlocking(false);
    came.write(ByteBuffer.wrap(context.protocol().refusal(refusal)));
    came.shutdownOutput();
    came.close();
    return new Outcome.TurnedAway();
  }

  private void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      context.log().log(Level.DEBUG, "closing a connection", e);
    }
  }
}
