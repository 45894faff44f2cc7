package wharf.app;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The other end of a conversation over the network. One thread may receive while another sends; a
/// third may close it, which ends both calls with an exception.
sealed interface Peer extends Closeable permits StreamPeer, TlsPeer, DatagramPeer {
  /// The most that a datagram over IPv4 carries: 64 KiB without the headers of IP and UDP.
  int LARGEST_DATAGRAM = 65_507;

  /// Waits for bytes and puts them into `into`.
  ///
  /// @return how many; for a datagram also none; -1 when the peer has ended
  int receive(ByteBuffer into) throws IOException;

  /// Sends at least a byte of `from`; a peer of datagrams takes all of it.
  void send(ByteBuffer from) throws IOException;

  /// Says that nothing more will be sent. What the peer sends goes on arriving.
  void endOutput() throws IOException;

  /// Whether [#receive] can tell that the peer has ended.
  boolean canEnd();

  /// What it is called in sentences: its address and port, or its path.
  String name();

  /// Both addresses, the options of the socket, and what else there is to tell.
  String description();
}
