package wharf.app;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// A peer over TCP or a Unix-domain stream socket.
///
/// @param channel connected, in blocking mode
/// @param name what it is called in sentences
record StreamPeer(SocketChannel channel, String name) implements Peer {
  @Override
  public int receive(ByteBuffer into) throws IOException {
    return channel.read(into);
  }

  @Override
  public void send(ByteBuffer from) throws IOException {
    int _ = channel.write(from);
  }

  @Override
  public void endOutput() throws IOException {
    SocketChannel _ = channel.shutdownOutput();
  }

  @Override
  public boolean canEnd() {
    return true;
  }

  @Override
  public String description() {
    return ends(channel, name) + "\n" + SocketOptions.text(channel);
  }

  /// Both addresses. A Unix-domain socket has one only, and where it listens may be called
  /// otherwise by now.
  static String ends(SocketChannel channel, String name) {
    try {
      return channel.getLocalAddress() instanceof InetSocketAddress here
          ? "connected from " + AddressForm.text(here) + " to " + name
          : "connected with " + name;
    } catch (IOException e) {
      // It was closed meanwhile.
      return "connected with " + name;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
