package wharf.server;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import wharf.net.UnixListener;

/// The sockets of a server's endpoints, open and bound.
final class Openings implements Closeable {
  /// For the port that the system chose at one address to be free at the others, too.
  private static final int PORTS_TRIED = 16;

  private final SocketSettings settings;
  private final boolean handedOver;
  private final List<ServerSocketChannel> listeners = new ArrayList<>();
  private final List<DatagramChannel> datagrams = new ArrayList<>();
  private final List<InetSocketAddress> addresses = new ArrayList<>();
  private final Set<Integer> tlsPorts = new LinkedHashSet<>();

  /// The first that is not for TLS alone; 0 while there is none.
  private int plainPort;

  private final List<String> names = new ArrayList<>();
  private final List<UnixListener> files = new ArrayList<>();
  private final Set<Channel> inherited = new HashSet<>();

  /// How many endpoints have got a port that was left to the system.
  private int portsChosen;

  private Openings(SocketSettings settings, boolean handedOver) {
    this.settings = settings;
    this.handedOver = handedOver;
  }

  /// Opens all of them, or none.
  ///
  /// Where the port is left to the system, the one that it gives at the first address may be taken
  /// at another: then it is asked for one more.
  ///
  /// @param handedOver whether other processes are to inherit them
  static Openings open(List<Endpoint> endpoints, SocketSettings settings, boolean handedOver)
      throws IOException {
    for (int left = PORTS_TRIED; ; left--) {
      Openings openings = new Openings(settings, handedOver);
      try {
        return openings.addAll(endpoints);
      } catch (Server.CannotListen e) {
        boolean otherPort =
            e.getCause() instanceof BindException
                && openings.portsChosen > 0
                && asksForAnyPort(e.endpoint());
        if (!otherPort || left == 1) {
          throw e;
        }
      }
    }
  }

  private static boolean asksForAnyPort(Endpoint endpoint) {
    return switch (endpoint) {
      case Endpoint.Tcp(InetSocketAddress at, _) -> at.getPort() == 0;
      case Endpoint.Udp(InetSocketAddress at) -> at.getPort() == 0;
      case Endpoint.Unix _, Endpoint.Inherited _ -> false;
    };
  }

  private Openings addAll(List<Endpoint> endpoints) throws IOException {
    for (Endpoint endpoint : endpoints) {
      try {
        add(endpoint);
        portsChosen += asksForAnyPort(endpoint) ? 1 : 0;
      } catch (IOException e) {
        close();
        throw new Server.CannotListen(endpoint, e);
      } catch (RuntimeException e) {
        close();
        throw e;
      }
    }
    return this;
  }

  private void add(Endpoint endpoint) throws IOException {
    switch (endpoint) {
      case Endpoint.Tcp(InetSocketAddress at, boolean secure) -> {
        ServerSocketChannel listener = ServerSocketChannel.open();
        listeners.add(listener);
        settings.applyTo(listener);
        listener.bind(withPort(at, secure), settings.backlog());
        add((InetSocketAddress) listener.getLocalAddress(), secure);
      }
      case Endpoint.Udp(InetSocketAddress at) -> {
        DatagramChannel socket = handedOver ? DatagramChannel.open() : open(at);
        datagrams.add(socket);
        settings.applyTo(socket);
        socket.bind(withPort(at, false));
        add((InetSocketAddress) socket.getLocalAddress(), false);
      }
      case Endpoint.Unix unix -> {
        UnixListener listener =
            UnixListener.open(unix.file(), unix.mode(), unix.owner(), settings.backlog());
        listeners.add(listener.channel());
        files.add(listener);
        names.add(unix.file().toString());
      }
      case Endpoint.Inherited(Channel socket, _, boolean secure) -> {
        inherited.add(socket);
        switch (socket) {
          case ServerSocketChannel listener -> {
            listeners.add(listener);
            switch (listener.getLocalAddress()) {
              case InetSocketAddress at -> add(at, secure);
              case SocketAddress other -> names.add(other.toString());
            }
          }
          case DatagramChannel datagram -> {
            datagrams.add(datagram);
            add((InetSocketAddress) datagram.getLocalAddress(), false);
          }
          default ->
              throw new IOException("it is neither a listening socket nor one for datagrams");
        }
      }
    }
  }

  /// A socket of IPv4 has the broadcast addresses that one for both families has not. But Java
  /// takes each that it inherits for the latter, and could not send.
  private static DatagramChannel open(InetSocketAddress at) throws IOException {
    return DatagramChannel.open(
        at.getAddress() instanceof Inet6Address
            ? StandardProtocolFamily.INET6
            : StandardProtocolFamily.INET);
  }

  private void add(InetSocketAddress at, boolean secure) {
    addresses.add(at);
    if (secure) {
      tlsPorts.add(at.getPort());
    } else if (plainPort == 0) {
      plainPort = at.getPort();
    }
    names.add("port " + at.getPort());
  }

  /// Where a port is left to the system, every address gets the one that the first got: one port to
  /// tell people, and one for TLS from the first byte.
  private InetSocketAddress withPort(InetSocketAddress at, boolean secure) {
    int given = !secure ? plainPort : tlsPorts.isEmpty() ? 0 : tlsPorts.iterator().next();
    return at.getPort() == 0 ? new InetSocketAddress(at.getAddress(), given) : at;
  }

  /// Those whose connections are under TLS from their first byte.
  Set<Integer> tlsPorts() {
    return Set.copyOf(tlsPorts);
  }

  Sockets sockets() {
    return new Sockets(listeners, datagrams);
  }

  List<InetSocketAddress> addresses() {
    return List.copyOf(addresses);
  }

  Set<Channel> inherited() {
    return Set.copyOf(inherited);
  }

  /// For the log.
  String summary() {
    return names.stream().distinct().collect(Collectors.joining(", "));
  }

  /// Removes the files of Unix-domain sockets, which outlive the sockets. While those still listen:
  /// afterwards there may be another server's.
  void removeFiles() {
    for (UnixListener file : files) {
      try {
        file.removeFile();
      } catch (IOException e) {
        Logger log = System.getLogger("wharf.server");
        log.log(Level.WARNING, "a socket's file could not be removed: {0}", e.getMessage());
      }
    }
  }

  @Override
  public void close() throws IOException {
    removeFiles();
    for (ServerSocketChannel listener : listeners) {
      listener.close();
    }
    for (DatagramChannel socket : datagrams) {
      socket.close();
    }
  }
}
