package wharf.server;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/// What is asked of the system's sockets.
///
/// SO_REUSEADDR is always set on what listens over TCP: without it a server could not come back to
/// its port while connections of the one before are still remembered (TIME_WAIT, RFC 9293 section
/// 3.6.1).
///
/// @param backlog clients that may wait to be accepted (`listen(2)`); the kernel lowers it to its
///   own limit (`net.core.somaxconn`)
/// @param reusePort SO_REUSEPORT: several processes may listen at the same port, and the kernel
///   shares what comes among them
/// @param keepAlive SO_KEEPALIVE: a peer that has vanished without a word is found out, after two
///   hours as Linux is set
/// @param noDelay TCP_NODELAY: a short reply does not wait for the acknowledgement of the one
///   before (RFC 896)
/// @param receiveBuffer SO_RCVBUF in bytes; 0 leaves it to the kernel, which tunes it by itself
///   only then
/// @param sendBuffer SO_SNDBUF in bytes; 0 as above
/// @param broadcast SO_BROADCAST: datagrams may be sent to everybody on a network
public record SocketSettings(
    int backlog,
    boolean reusePort,
    boolean keepAlive,
    boolean noDelay,
    int receiveBuffer,
    int sendBuffer,
    boolean broadcast) {

  /// What suits a file server.
  public static final SocketSettings USUAL =
      new SocketSettings(1024, false, true, true, 0, 0, false);

  public SocketSettings {
    if (backlog < 1 || receiveBuffer < 0 || sendBuffer < 0) {
      throw new IllegalArgumentException("no such backlog or buffer");
    }
  }

  /// The same with another backlog.
  public SocketSettings withBacklog(int clients) {
    return new SocketSettings(
        clients, reusePort, keepAlive, noDelay, receiveBuffer, sendBuffer, broadcast);
  }

  /// The same with SO_REUSEPORT or without.
  public SocketSettings withReusePort(boolean on) {
    return new SocketSettings(
        backlog, on, keepAlive, noDelay, receiveBuffer, sendBuffer, broadcast);
  }

  /// The same with SO_KEEPALIVE or without.
  public SocketSettings withKeepAlive(boolean on) {
    return new SocketSettings(
        backlog, reusePort, on, noDelay, receiveBuffer, sendBuffer, broadcast);
  }

  /// The same with TCP_NODELAY or without.
  public SocketSettings withNoDelay(boolean on) {
    return new SocketSettings(
        backlog, reusePort, keepAlive, on, receiveBuffer, sendBuffer, broadcast);
  }

  /// The same with other buffers, in bytes; 0 leaves one to the kernel.
  public SocketSettings withBuffers(int receive, int send) {
    return new SocketSettings(backlog, reusePort, keepAlive, noDelay, receive, send, broadcast);
  }

  /// The same with SO_BROADCAST or without.
  public SocketSettings withBroadcast(boolean on) {
    return new SocketSettings(
        backlog, reusePort, keepAlive, noDelay, receiveBuffer, sendBuffer, on);
  }

  /// For what listens over TCP, before it is bound: accepted connections inherit the buffers, and
  /// the window they announce is decided in the handshake.
  void applyTo(ServerSocketChannel listener) throws IOException {
    listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    if (reusePort) {
      listener.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    }
    if (receiveBuffer > 0) {
      listener.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
    }
  }

  /// For a connection over TCP.
  void applyTo(SocketChannel connection) throws IOException {
    connection.setOption(StandardSocketOptions.TCP_NODELAY, noDelay);
    connection.setOption(StandardSocketOptions.SO_KEEPALIVE, keepAlive);
    if (sendBuffer > 0) {
      connection.setOption(StandardSocketOptions.SO_SNDBUF, sendBuffer);
    }
  }

  /// For a socket for datagrams, before it is bound.
  void applyTo(DatagramChannel socket) throws IOException {
    socket.setOption(StandardSocketOptions.SO_BROADCAST, broadcast);
    if (reusePort) {
      socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
    }
    if (receiveBuffer > 0) {
      socket.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
    }
    if (sendBuffer > 0) {
      socket.setOption(StandardSocketOptions.SO_SNDBUF, sendBuffer);
    }
  }
}
