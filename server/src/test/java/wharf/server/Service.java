package wharf.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import wharf.protocol.Transport;

/// A server as it is seen from outside, in whichever process it runs. For one test at a time, which
/// closes it.
interface Service extends AutoCloseable {
  /// Where it listens on IP networks, in the order asked for.
  List<InetSocketAddress> addresses();

  /// Where it is met over this transport, at the last of such endpoints.
  SocketAddress at(Transport over);

  /// Somebody who has come to it.
  default Peer peer(Transport over) throws IOException {
    return new Peer(at(over));
  }

  /// Of its sessions, wherever they run. Those for datagrams are one for each of [#processes].
  Tally tally();

  /// How many serve each endpoint.
  int processes();

  /// Stops it, with a long grace, and fails when something of it is left.
  ///
  /// @return whether every session ended by itself
  boolean stop() throws Exception;

  /// Ends it, if it has not been stopped, and fails when it had a fault of its own.
  @Override
  void close() throws IOException;
}
