package wharf.app;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import wharf.net.UnixListener;

/// A place where peers may come. Closing it leaves the peers that have come alone.
sealed interface Listening extends Closeable {
  /// Waits for the next peer; an interrupt ends the wait and closes this.
  Peer next() throws Failure, IOException;

  /// Where it is, and the options of its socket.
  String description();

  /// Listens for connections over TCP.
  ///
  /// @param at null for every address of this machine
  static Listening tcp(
      Route route, @Nullable InetSocketAddress at, int port, Consumer<String> notes)
      throws Failure, IOException {
    ProtocolFamily family = family(route, at);
    ServerSocketChannel channel =
        family == null ? ServerSocketChannel.open() : ServerSocketChannel.open(family);
    SocketAddress where = at == null ? new InetSocketAddress(port) : at;
    bind(channel, where, port);
    return new OfConnections(channel, route, notes);
  }

  /// Listens for datagrams.
  ///
  /// @param at null for every address of this machine
  static Listening udp(
      Route route, @Nullable InetSocketAddress at, int port, Consumer<String> notes)
      throws Failure, IOException {
    SocketAddress where = at == null ? new InetSocketAddress(port) : at;
    DatagramChannel channel = datagrams(route, family(route, at), where, port);
    return new OfDatagrams(route, channel, notes);
  }

  /// Listens for connections at a socket file, which it makes, for its owner alone, and removes.
  static Listening local(Path path) throws Failure {
    var ownerOnly = PosixFilePermissions.fromString("rw-------");
    try {
      return new OfFile(UnixListener.open(path, ownerOnly, null, 0), path);
    } catch (UnixListener.NotASocket e) {
      throw new Failure(
          ExitCode.LOCAL_DISK,
          "%s is there and is no socket: name another file, or remove it".formatted(path),
          e);
    } catch (UnixListener.Taken e) {
      throw new Failure(
          ExitCode.FAILED,
          "somebody listens at %s: name another file, or stop them first".formatted(path),
          e);
    } catch (IOException e) {
      throw new Failure(
          ExitCode.LOCAL_DISK,
          "cannot make the socket file %s: %s".formatted(path, e.getMessage()),
          e);
    }
  }

  private static @Nullable ProtocolFamily family(Route route, @Nullable InetSocketAddress at) {
    return at == null ? route.family() : Route.familyOf(at.getAddress());
  }

  private static DatagramChannel datagrams(
      Route route, @Nullable ProtocolFamily family, SocketAddress where, int port)
      throws Failure, IOException {
    DatagramChannel channel =
        family == null ? DatagramChannel.open() : DatagramChannel.open(family);
    channel.setOption(StandardSocketOptions.SO_BROADCAST, route.broadcast());
    bind(channel, where, port);
    return channel;
  }

  private static void bind(NetworkChannel channel, SocketAddress where, int port)
      throws Failure, IOException {
    try {
      NetworkChannel _ = channel.bind(where);
    } catch (IOException e) {
      channel.close();
      boolean taken =
          e instanceof BindException && String.valueOf(e.getMessage()).contains("in use");
      if (taken) {
        throw new Failure(
            ExitCode.FAILED,
            "port %d is taken%s; choose another, or 0 for any"
                .formatted(port, PortOwner.of(port).map(owner -> " by " + owner).orElse("")),
            e);
      }
      boolean privileged = port < 1024 && String.valueOf(e.getMessage()).contains("ermission");
      throw new Failure(
          privileged ? ExitCode.NOT_PERMITTED : ExitCode.FAILED,
          privileged
              ? "ports below 1024 are for administrators: choose another than " + port
              : "cannot listen at %s: %s".formatted(AddressForm.text(where), e.getMessage()),
          e);
    }
  }

  /// Over TCP.
  record OfConnections(ServerSocketChannel channel, Route route, Consumer<String> notes)
      implements Listening {
    @Override
    public Peer next() throws IOException {
      while (true) {
        SocketChannel peer = channel.accept();
        InetSocketAddress from = (InetSocketAddress) peer.getRemoteAddress();
        String name = AddressForm.text(from);
        // A socket for IPv6 hears IPv4, too, and the JDK has no option against it.
        if (route.admits(from.getAddress())) {
          return new StreamPeer(peer, name);
        }
        peer.close();
        notes.accept("turned away " + name + ": only IPv6 is wanted");
      }
    }

    @Override
    public String description() {
      return describe(channel);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /// Over UDP. The first who sends gets the socket itself, and closes it; for the next peer there
  /// is another at the same port.
  final class OfDatagrams implements Listening {
    private final Route route;
    private final Consumer<String> notes;
    private final InetSocketAddress where;
    private DatagramChannel channel;
    private boolean handedOver;

    private OfDatagrams(Route route, DatagramChannel channel, Consumer<String> notes)
        throws IOException {
      this.route = route;
      this.channel = channel;
      this.notes = notes;
      where = (InetSocketAddress) channel.getLocalAddress();
    }

    @Override
    public Peer next() throws Failure, IOException {
      if (handedOver) {
        boolean everywhere = where.getAddress().isAnyLocalAddress();
        ProtocolFamily family = everywhere ? route.family() : Route.familyOf(where.getAddress());
        channel = datagrams(route, family, where, where.getPort());
        handedOver = false;
      }
      Peer peer = DatagramPeer.firstOf(channel, route, notes);
      handedOver = true;
      return peer;
    }

    @Override
    public String description() {
      return describe(channel);
    }

    @Override
    public void close() throws IOException {
      if (!handedOver) {
        channel.close();
      }
    }
  }

  /// At a socket file.
  ///
  /// @param file as it was named, to tell people
  record OfFile(UnixListener socket, Path file) implements Listening {
    @Override
    public Peer next() throws IOException {
      return new StreamPeer(socket.channel().accept(), file.toString());
    }

    @Override
    public String description() {
      return "listening at " + file + "\n" + SocketOptions.text(socket.channel());
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static String describe(NetworkChannel channel) {
    try {
      return "listening at "
          + AddressForm.text(channel.getLocalAddress())
          + "\n"
          + SocketOptions.text(channel);
    } catch (IOException e) {
      // It was closed meanwhile.
      return "listening no more";
    }
  }
}
