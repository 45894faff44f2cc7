package wharf.server;

import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.List;

/// What a model serves: open, bound, and the model's from the start on. It lets go of each by
/// [Context#close].
///
/// @param listeners for connections, over TCP or Unix-domain sockets
/// @param datagrams for datagrams
record Sockets(List<ServerSocketChannel> listeners, List<DatagramChannel> datagrams) {
  Sockets {
    listeners = List.copyOf(listeners);
    datagrams = List.copyOf(datagrams);
  }
}
