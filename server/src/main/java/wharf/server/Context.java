package wharf.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.Channel;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Protocol;

/// What every conversation of one server shares.
///
/// @param entrance whose connections begin with a header that says where they come from
/// @param switchboard where data connections come in, if only certain ports are for them
/// @param workers where tasks run that must not hold up an event loop or a carrier of virtual
///   threads
/// @param lengthy the same for those that may take minutes
/// @param nanoTime the clock of deadlines, as `System.nanoTime`
/// @param tls how connections are put under TLS, if they may be
/// @param tlsPorts those whose connections are so from their first byte
/// @param connections how many clients are let in, all told; -1 for any number
/// @param whenDone told when the last of them has come
/// @param inherited sockets that this process was started with
record Context(
    Protocol protocol,
    Door door,
    Entrance entrance,
    @Nullable Switchboard switchboard,
    SocketSettings sockets,
    Set<Channel> inherited,
    @Nullable TlsSettings tls,
    Set<Integer> tlsPorts,
    int connections,
    Runnable whenDone,
    ExecutorService workers,
    ExecutorService lengthy,
    LongSupplier nanoTime,
    RandomGenerator random,
    System.Logger log,
    Roster roster,
    Scribe scribe) {

  /// Lets go of a socket. One that was inherited stays open until the process ends: when it is
  /// closed, the JDK takes standard output and standard error away with it.
  void close(Channel channel) {
    if (inherited.contains(channel)) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      log.log(Level.DEBUG, "closing a socket", e);
    }
  }

  /// Whether connections to `here` are under TLS from their first byte.
  boolean isSecure(SocketAddress here) {
    return here instanceof InetSocketAddress at && tlsPorts.contains(at.getPort());
  }

  /// The most bytes of a control connection that are received at once.
  int controlRead() {
    return 4096;
  }
}
