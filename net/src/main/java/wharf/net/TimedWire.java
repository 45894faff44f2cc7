package wharf.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

/// A connection whose every operation waits, but never longer than its timeout: the wire for
/// straight-line code, as a client is. A timeout is a `SocketTimeoutException`; the connection is
/// then best closed. It is in the clear until [#secure].
///
/// Used by one thread at a time; [#close] and [#reset] may come from any thread and end a waiting
/// operation with an `IOException`, as does the interruption of the waiting thread.
public final class TimedWire implements Closeable {
  /// How much is dropped at once.
  private static final int DROPPED = 16 << 10;

  private final SocketChannel channel;
  private final Wire clear;
  private final Selector selector;
  private final SelectionKey key;
  private volatile Duration timeout;

  /// What bytes go through: the wire in the clear, or TLS over it.
  private Wire wire;

  private TimedWire(SocketChannel channel, Selector selector, SelectionKey key, Duration timeout) {
    this.channel = channel;
    this.clear = new TcpWire(channel);
    this.wire = clear;
    this.selector = selector;
    this.key = key;
    this.timeout = timeout;
  }

  /// Connects to the first address of `host` that answers.
  ///
  /// @param timeout the longest wait: for each address, and then for each operation
  public static TimedWire connect(String host, int port, Duration timeout) throws IOException {
    IOException problem = null;
    for (InetAddress address : InetAddress.getAllByName(host)) {
      try {
        return connect(new InetSocketAddress(address, port), timeout);
      } catch (IOException e) {
        if (problem != null) {
          e.addSuppressed(problem);
        }
        problem = e;
      }
    }
    throw problem == null ? new IOException("no address of " + host) : problem;
  }

  /// Connects to `to`, which is resolved.
  ///
  /// @param timeout the longest wait: to connect, and then for each operation
  public static TimedWire connect(InetSocketAddress to, Duration timeout) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      Selector selector = Selector.open();
      TimedWire timed = new TimedWire(channel, selector, channel.register(selector, 0), timeout);
      try {
        if (!channel.connect(to)) {
          do {
            timed.await(SelectionKey.OP_CONNECT, "no connection to " + to);
          } while (!channel.finishConnect());
        }
        return timed;
      } catch (IOException | RuntimeException e) {
        selector.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// Goes on under TLS, once its handshake is done. What came in the clear and was not read is
  /// taken for TLS, which it is not: it does not get in.
  ///
  /// @param engine fresh, set to be the client; this object's from here on
  /// @return what was agreed on
  /// @throws javax.net.ssl.SSLException when nothing could be; the connection is then best closed
  public SSLSession secure(SSLEngine engine) throws IOException {
    TlsWire tls = new TlsWire(wire, engine);
    wire = tls;
    flush();
    return tls.session();
  }

  /// Waits until all that was taken has left; under TLS for the handshake first.
  private void flush() throws IOException {
    while (!wire.flush()) {
      await(wire.interest(0), "the peer takes or says nothing");
    }
  }

  /// Reads at least one byte into `into`, which has room.
  ///
  /// @return how many, or -1 when the peer has ended its output
  /// @throws TlsWire.CutOff when the connection has ended, and the TLS stream over it has not
  public int read(ByteBuffer into) throws IOException {
    int count;
    while ((count = wire.read(into)) == 0) {
      await(wire.interest(SelectionKey.OP_READ), "nothing received");
    }
    return count;
  }

  /// Writes all of `from`.
  public void write(ByteBuffer from) throws IOException {
    while (from.hasRemaining()) {
      if (wire.write(from) == 0) {
        await(wire.interest(SelectionKey.OP_WRITE), "the peer takes nothing");
      }
    }
    flush();
  }

  /// Sends up to `count` bytes of `file` from `position` on.
  ///
  /// @return how many, at least one unless the file ends at `position`
  public long send(FileChannel file, long position, long count) throws IOException {
    while (true) {
      long sent = wire.send(file, position, count);
      if (sent > 0 || position >= file.size()) {
        return sent;
      }
      await(wire.interest(SelectionKey.OP_WRITE), "the peer takes nothing");
    }
  }

  /// Whether the calling thread was asked to stop: every wait then ends with an `IOException`.
  public static boolean stopAsked() {
    return Thread.currentThread().isInterrupted();
  }

  /// Says that nothing more will be written.
  public void endOutput() throws IOException {
    wire.endOutput();
    flush();
  }

  /// Drops what the peer still says, until it has ended its output, too; for at most `atMost`.
  ///
  /// @return whether it has
  public boolean drain(Duration atMost) throws IOException {
    Duration usual = timeout;
    long end = System.nanoTime() + atMost.toNanos();
    ByteBuffer dropped = ByteBuffer.allocate(DROPPED);
    try {
      long left;
      while ((left = end - System.nanoTime()) > 0) {
        timeout = Duration.ofNanos(left);
        if (read(dropped.clear()) < 0) {
          return true;
        }
      }
      return false;
    } catch (SocketTimeoutException _) {
      return false;
    } finally {
      timeout = usual;
    }
  }

  /// Breaks the connection off, so that the peer does not take what it has for the whole.
  public void reset() throws IOException {
    // Not by way of TLS, which belongs to the thread that uses it.
    clear.reset();
    selector.close();
  }

  /// Changes the longest wait of the operations to come.
  public void timeout(Duration atMost) {
    timeout = atMost;
  }

  /// The peer's address.
  public InetSocketAddress peer() throws IOException {
    return (InetSocketAddress) channel.getRemoteAddress();
  }

  /// This end's address.
  public InetSocketAddress local() throws IOException {
    return (InetSocketAddress) channel.getLocalAddress();
  }

  private void await(int operations, String otherwise) throws IOException {
    Duration atMost = timeout;
    try {
      key.interestOps(operations);
      selector.selectedKeys().clear();
      // select(0) would wait for ever.
      int ready = selector.select(Math.max(1, atMost.toMillis()));
      if (stopAsked()) {
        throw new ClosedByInterruptException();
      }
      if (ready == 0 && selector.isOpen()) {
        throw new SocketTimeoutException(otherwise + " for " + atMost.toSeconds() + " s");
      }
    } catch (ClosedSelectorException | CancelledKeyException e) {
      throw new IOException("the connection was closed", e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    selector.close();
  }
}
