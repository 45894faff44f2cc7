package wharf.app;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import wharf.net.Anybody;
import wharf.net.TcpWire;
import wharf.net.TlsWire;

/// A peer over TLS over TCP; we are its client, or its server.
///
/// Two threads use one wire, which is one thread's at a time: each holds the lock while it moves
/// what can be moved, and waits without it.
///
/// The JDK's `SSLSocket` would do for little more than this: its close says user_canceled before
/// close_notify, which GnuTLS takes for an error (JDK-8282600); and as a server it sends a ticket
/// that a client, closing without having read it, answers with a reset, and what that client sent
/// is lost.
final class TlsPeer implements Peer {
  /// What a TLS record holds: a slow peer is seen to move at least so often.
  private static final int RECORD = 16_384;

  private final SocketChannel channel;
  private final String name;
  private final TlsWire wire;
  private final ReentrantLock lock = new ReentrantLock();
  private final Selector receiving;
  private final Selector sending;

  private TlsPeer(StreamPeer peer, SSLEngine engine) throws IOException {
    channel = peer.channel();
    name = peer.name();
    wire = new TlsWire(new TcpWire(channel), engine);
    channel.configureBlocking(false);
    receiving = Selector.open();
    sending = Selector.open();
    channel.register(receiving, 0);
    channel.register(sending, 0);
  }

  /// Makes the handshake as client.
  ///
  /// @param peer whose connection becomes ours; closed when this fails
  /// @param host what the certificate must be for
  /// @param port what sessions are remembered by
  /// @param insecure take any certificate
  /// @param limit how long the peer may be silent meanwhile; null for ever
  /// @throws SocketTimeoutException when it was silent for longer
  static TlsPeer calling(
      StreamPeer peer, String host, int port, boolean insecure, @Nullable Duration limit)
      throws IOException {
    SSLEngine engine = context(insecure).createSSLEngine(host, port);
    engine.setUseClientMode(true);
    if (!insecure) {
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      engine.setSSLParameters(parameters);
    }
    return over(peer, engine, limit);
  }

  /// Makes the handshake as server.
  ///
  /// @param peer whose connection becomes ours; closed when this fails
  /// @param context has our certificate
  /// @param limit how long the peer may be silent meanwhile; null for ever
  /// @throws SocketTimeoutException when it was silent for longer
  static TlsPeer answering(StreamPeer peer, SSLContext context, @Nullable Duration limit)
      throws IOException {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(false);
    return over(peer, engine, limit);
  }

  private static TlsPeer over(StreamPeer plain, SSLEngine engine, @Nullable Duration limit)
      throws IOException {
    TlsPeer peer;
    try {
      peer = new TlsPeer(plain, engine);
    } catch (IOException e) {
      plain.close();
      throw e;
    }
    try {
      while (!peer.wire.flush()) {
        peer.await(peer.receiving, peer.wire.interest(0), limit);
      }
      return peer;
    } catch (IOException e) {
      peer.close();
      throw e;
    }
  }

  private static SSLContext context(boolean insecure) {
    try {
      if (!insecure) {
        return SSLContext.getDefault();
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  @Override
  public int receive(ByteBuffer into) throws IOException {
    while (true) {
      int waitFor;
      lock.lock();
      try {
        int count = wire.read(into);
        if (count != 0) {
          return count;
        }
        waitFor = wire.interest(SelectionKey.OP_READ);
      } finally {
        lock.unlock();
      }
      await(receiving, waitFor, null);
    }
  }

  /// Sends a record, and waits until it has left.
  @Override
  public void send(ByteBuffer from) throws IOException {
    ByteBuffer record = from.slice(from.position(), Math.min(RECORD, from.remaining()));
    while (true) {
      int waitFor;
      lock.lock();
      try {
        int _ = wire.write(record);
        boolean taken = !record.hasRemaining();
        if (taken && wire.flush()) {
          from.position(from.position() + record.position());
          return;
        }
        waitFor = wire.interest(taken ? 0 : SelectionKey.OP_WRITE);
      } finally {
        lock.unlock();
      }
      await(sending, waitFor, null);
    }
  }

  /// Sends close_notify. Under TLS 1.3 the peer may go on sending; under 1.2 most do, too, although
  /// they need not.
  @Override
  public void endOutput() throws IOException {
    while (true) {
      int waitFor;
      lock.lock();
      try {
        wire.endOutput();
        if (wire.flush()) {
          return;
        }
        waitFor = wire.interest(0);
      } finally {
        lock.unlock();
      }
      await(sending, waitFor, null);
    }
  }

  /// Waits until the connection is ready for `operations`, or was closed.
  private void await(Selector selector, int operations, @Nullable Duration limit)
      throws IOException {
    try {
      SelectionKey key = channel.keyFor(selector);
      if (key == null) {
        throw new ClosedChannelException();
      }
      key.interestOps(operations);
      int ready = selector.select(limit == null ? 0 : limit.toMillis());
      selector.selectedKeys().clear();
      if (Thread.currentThread().isInterrupted()) {
        throw new ClosedByInterruptException();
      }
      if (ready == 0 && limit != null) {
        throw new SocketTimeoutException("nothing came for " + limit.toSeconds() + " s");
      }
    } catch (ClosedSelectorException | CancelledKeyException e) {
      throw new IOException("the connection was closed meanwhile", e);
    }
  }

  @Override
  public boolean canEnd() {
    return true;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    SSLSession session = wire.session();
    return "%s, %s with %s%n%s"
        .formatted(
            StreamPeer.ends(channel, name),
            session.getProtocol(),
            session.getCipherSuite(),
            SocketOptions.text(channel));
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      wire.close();
    } finally {
      lock.unlock();
      receiving.close();
      sending.close();
    }
  }
}
