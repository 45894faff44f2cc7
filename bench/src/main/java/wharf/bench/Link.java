package wharf.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// One connection of the generator, which closes it at the latest. Its methods are called by the
/// generator's thread. An `IOException` ends the load: a connection that breaks is a finding.
abstract class Link {
  private final SocketChannel channel;
  private final SelectionKey key;
  private boolean begun;

  /// Begins to connect.
  Link(Generator generator, @Nullable InetAddress from, InetSocketAddress to) throws IOException {
    channel = SocketChannel.open();
    try {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      if (from != null) {
        channel.bind(new InetSocketAddress(from, 0));
      }
      // One that is connected at once is told of it in its turn, too: it can be written to.
      int next = channel.connect(to) ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT;
      key = channel.register(generator.selector(), next, this);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /// The connection has come about. What can be read is waited for from here on.
  abstract void connected() throws IOException;

  /// There is something to read, or the end.
  abstract void readable() throws IOException;

  /// There is room to write; only asked for by [#awaitRoom].
  void writable() throws IOException {}

  final void ready(SelectionKey ready) throws IOException {
    if (!begun) {
      begun = channel.finishConnect();
      if (begun) {
        ready.interestOps(SelectionKey.OP_READ);
        connected();
      }
      return;
    }
    if (ready.isWritable()) {
      writable();
    }
    if (ready.isValid() && ready.isReadable()) {
      readable();
    }
  }

  /// Reads what there is; -1 is the end.
  final int read(ByteBuffer into) throws IOException {
    return channel.read(into);
  }

  final int write(ByteBuffer from) throws IOException {
    return channel.write(from);
  }

  /// Writes what always fits: a connection without unsent bytes takes some kilobytes.
  final void send(ByteBuffer request) throws IOException {
    write(request);
    if (request.hasRemaining()) {
      throw new IOException("a connection with nothing unsent took only a part of a request");
    }
  }

  /// Asks for [#writable] to be called, until the end.
  final void awaitRoom() {
    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
  }

  final void close() throws IOException {
    channel.close();
  }
}
