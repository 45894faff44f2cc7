package wharf.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Transport;

/// Where clients may come to.
public sealed interface Endpoint {
  /// What carries the sessions.
  Transport transport();

  /// Connections to an IP address; port 0 lets the system choose.
  ///
  /// @param secure whether they are under TLS from their first byte
  record Tcp(InetSocketAddress at, boolean secure) implements Endpoint {
    /// In the clear at first.
    public Tcp(InetSocketAddress at) {
      this(at, false);
    }

    @Override
    public Transport transport() {
      return Transport.TCP;
    }
  }

  /// Datagrams to an IP address; port 0 lets the system choose.
  record Udp(InetSocketAddress at) implements Endpoint {
    @Override
    public Transport transport() {
      return Transport.UDP;
    }
  }

  /// Connections to a Unix-domain socket. Its file is made, and removed at the end; one that a
  /// server left behind which is no more is replaced.
  ///
  /// @param mode who may connect: whoever may write to the file
  /// @param owner the name of its owner, null for who runs this; to give it to somebody else is a
  ///   privilege
  record Unix(Path file, Set<PosixFilePermission> mode, @Nullable String owner)
      implements Endpoint {
    /// Its owner alone.
    public static final Set<PosixFilePermission> OWNER_ONLY =
        Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    public Unix {
      mode = Set.copyOf(mode);
    }

    /// For its owner alone.
    public Unix(Path file) {
      this(file, OWNER_ONLY, null);
    }

    @Override
    public Transport transport() {
      return Transport.UNIX;
    }
  }

  /// A socket that another process has opened, and this one was started with: a listening one, or
  /// one for datagrams.
  ///
  /// @param secure whether connections are under TLS from their first byte
  record Inherited(Channel socket, Transport transport, boolean secure) implements Endpoint {
    /// The same, with connections that are under TLS from their first byte.
    public Inherited secured() {
      return new Inherited(socket, transport, true);
    }

    /// The same for a socket of which it is not known yet what it carries: a socket for datagrams,
    /// a listening one, or one that is connected ([Server#serve]).
    ///
    /// @throws IOException when it is something else
    public static Inherited of(Channel socket) throws IOException {
      SocketAddress local =
          switch (socket) {
            case ServerSocketChannel listener -> listener.getLocalAddress();
            case SocketChannel connected -> connected.getLocalAddress();
            case DatagramChannel _ -> null;
            default -> throw new IOException("it is no socket that clients can come to");
          };
      Transport transport =
          socket instanceof DatagramChannel
              ? Transport.UDP
              : local instanceof InetSocketAddress ? Transport.TCP : Transport.UNIX;
      return new Inherited(socket, transport, false);
    }
  }
}
