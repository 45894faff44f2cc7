package wharf.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The service manager that has started this program, systemd or one like it, told how the program
/// does (sd_notify(3)). Safe for use by many threads.
public final class ServiceManager {
  private final byte[] address;

  private ServiceManager(byte[] address) {
    this.address = address;
  }

  /// The one at `socket`, as the environment's `NOTIFY_SOCKET` has it: the path of a Unix-domain
  /// socket, or `@` and a name of the abstract namespace; null where there is none.
  ///
  /// @throws IOException when it is neither
  /// @throws UnsupportedOperationException see [Native#unavailable]
  public static @Nullable ServiceManager at(@Nullable String socket) throws IOException {
    if (socket == null || socket.isEmpty()) {
      return null;
    }
    if (!socket.startsWith("/") && !socket.startsWith("@")) {
      throw new IOException("NOTIFY_SOCKET is no Unix-domain socket: " + socket);
    }
    Native.demand();
    byte[] address = socket.getBytes(UTF_8);
    if (socket.startsWith("@")) {
      address[0] = 0;
    }
    return new ServiceManager(address);
  }

  /// Tells it `assignments`, as `READY=1`. Does not wait for an answer: there is none.
  ///
  /// @throws IOException when nobody listens there
  public void tell(String... assignments) throws IOException {
    Native.sendDatagram(address, String.join("\n", assignments).getBytes(UTF_8));
  }
}
