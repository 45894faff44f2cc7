package wharf.app;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Connects to peers. Whoever asked for one closes it.
///
/// @param route which way
/// @param notes takes remarks for people
record Dialler(Route route, Consumer<String> notes) {

  /// A peer over TCP: the first of the host's addresses where somebody listens. The limit of the
  /// route is shared out among them, so that one that is silent does not use up the others' time.
  StreamPeer tcp(String host, int port) throws Failure, InterruptedException, IOException {
    List<InetAddress> addresses = route.addresses(host);
    long start = System.nanoTime();
    Failure last = null;
    for (int i = 0; i < addresses.size(); i++) {
      Duration limit = route.limit();
      Duration share =
          limit == null
              ? null
              : limit.minusNanos(System.nanoTime() - start).dividedBy(addresses.size() - i);
      if (last != null) {
        notes.accept(String.valueOf(last.getMessage()));
      }
      try {
        return tcp(new InetSocketAddress(addresses.get(i), port), share);
      } catch (Failure e) {
        last = e;
      }
    }
    if (last == null) {
      throw new IllegalStateException("a host without addresses");
    }
    throw last;
  }

  private StreamPeer tcp(InetSocketAddress to, @Nullable Duration limit)
      throws Failure, InterruptedException, IOException {
    String name = AddressForm.text(to);
    SocketChannel channel = SocketChannel.open(Route.familyOf(to.getAddress()));
    try {
      InetSocketAddress from = route.from(to.getAddress());
      if (from != null) {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        bind(() -> channel.bind(from), from);
      }
      // 0 would be for ever.
      channel.socket().connect(to, limit == null ? 0 : (int) Math.max(1, limit.toMillis()));
      return new StreamPeer(channel, name);
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      channel.close();
      throw cannot(name, e);
    } catch (Failure | InterruptedException e) {
      channel.close();
      throw e;
    }
  }

  /// A peer over TLS over TCP.
  ///
  /// @param insecure take any certificate
  TlsPeer tls(String host, int port, boolean insecure)
      throws Failure, InterruptedException, IOException {
    StreamPeer plain = tcp(host, port);
    try {
      return TlsPeer.calling(plain, host, port, insecure, route.limit());
    } catch (SocketTimeoutException e) {
      throw cannot(plain.name(), e);
    } catch (SSLException e) {
      String remedy =
          insecure ? "does it speak TLS?" : "--insecure takes any certificate, if that is wanted";
      throw new Failure(
          ExitCode.TRUST,
          "no TLS with %s at %s: %s; %s".formatted(host, plain.name(), e.getMessage(), remedy),
          e);
    }
  }

  /// A peer over UDP.
  DatagramPeer udp(String host, int port) throws Failure, InterruptedException, IOException {
    InetAddress address = route.addresses(host).getFirst();
    InetSocketAddress to = new InetSocketAddress(address, port);
    DatagramChannel channel = DatagramChannel.open(Route.familyOf(address));
    try {
      InetSocketAddress from = route.from(address);
      if (from != null) {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        bind(() -> channel.bind(from), from);
      }
      if (route.broadcast()) {
        channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
        return DatagramPeer.broadcasting(channel, to, notes);
      }
      return DatagramPeer.calling(channel, to, notes);
    } catch (IOException e) {
      channel.close();
      throw new Failure(
          ExitCode.UNREACHABLE,
          "no datagrams can go to %s: %s%s"
              .formatted(
                  AddressForm.text(to),
                  e.getMessage(),
                  isDenied(e) ? "; if it is a broadcast address, say -b" : ""),
          e);
    } catch (Failure | InterruptedException e) {
      channel.close();
      throw e;
    }
  }

  /// A peer at a socket file.
  static StreamPeer local(Path path) throws Failure, IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new Failure(
          ExitCode.UNREACHABLE,
          "there is no socket file %s: is the service started?".formatted(path),
          null);
    }
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      SocketAddress to = UnixDomainSocketAddress.of(path);
      boolean _ = channel.connect(to);
      return new StreamPeer(channel, path.toString());
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (IOException e) {
      channel.close();
      throw cannot(path.toString(), e);
    }
  }

  private interface Binding {
    Object run() throws IOException;
  }

  private static void bind(Binding binding, InetSocketAddress from) throws Failure {
    try {
      Object _ = binding.run();
    } catch (IOException e) {
      throw new Failure(
          ExitCode.FAILED,
          "cannot come from %s: %s; choose another -s or -p"
              .formatted(AddressForm.text(from), e.getMessage()),
          e);
    }
  }

  /// Why there is no connection to `name`.
  static Failure cannot(String name, IOException e) {
    return switch (e) {
      case SocketTimeoutException _ ->
          new Failure(
              ExitCode.TIMED_OUT,
              "no answer from %s in time: it may be down, or a firewall keeps silent; -w sets how long to wait"
                  .formatted(name),
              e);
      case PortUnreachableException _ -> nobody(name, e);
      case NoRouteToHostException _ ->
          new Failure(
              ExitCode.UNREACHABLE,
              "there is no way to %s (%s): check the address and the network"
                  .formatted(name, e.getMessage()),
              e);
      case ConnectException _ when String.valueOf(e.getMessage()).contains("refused") ->
          nobody(name, e);
      default ->
          new Failure(
              ExitCode.UNREACHABLE, "cannot connect to %s: %s".formatted(name, e.getMessage()), e);
    };
  }

  private static Failure nobody(String name, IOException e) {
    return new Failure(
        ExitCode.UNREACHABLE,
        "nobody listens at %s (connection refused): is the service started, and the address right?"
            .formatted(name),
        e);
  }

  private static boolean isDenied(IOException e) {
    return String.valueOf(e.getMessage()).contains("ermission denied");
  }
}
