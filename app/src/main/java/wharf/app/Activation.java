package wharf.app;

import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import wharf.net.StandardInput;
import wharf.server.Endpoint;

/// The socket that this program was started with, by inetd, systemd or the like. It is the standard
/// input, or systemd's first descriptor (sd_listen_fds(3)).
final class Activation {
  /// SD_LISTEN_FDS_START.
  private static final int SYSTEMD_FIRST = 3;

  private Activation() {}

  /// That socket.
  ///
  /// @param asked whether there has to be one; otherwise only systemd's is looked for
  /// @throws IOException when there is none, or more than one, or it cannot be used
  static Optional<Endpoint.Inherited> socket(boolean asked, Map<String, String> environment)
      throws IOException {
    boolean systemd =
        Long.toString(ProcessHandle.current().pid()).equals(environment.get("LISTEN_PID"));
    if (systemd) {
      String count = environment.getOrDefault("LISTEN_FDS", "0");
      if (!count.equals("1")) {
        throw new IOException(
            "systemd gave " + count + " sockets, and one is what can be served: split the unit");
      }
      try {
        StandardInput.become(SYSTEMD_FIRST);
      } catch (UnsupportedOperationException e) {
        throw new IOException("systemd's socket cannot be had: " + e.getMessage(), e);
      }
    }
    return systemd || asked ? Optional.of(ofStandardInput()) : Optional.empty();
  }

  /// The socket that is the standard input.
  ///
  /// @throws IOException when it is none
  static Endpoint.Inherited ofStandardInput() throws IOException {
    Channel socket = System.inheritedChannel();
    if (socket == null) {
      throw new IOException(
          "the standard input is no socket: --inherit is for inetd, systemd and their like");
    }
    return Endpoint.Inherited.of(socket);
  }

  /// Whether what is written to a descriptor goes to the socket that is the standard input, and so
  /// to the client.
  static boolean isTheClients(int descriptor) {
    try {
      Path input = Files.readSymbolicLink(Path.of("/proc/self/fd/0"));
      return input.toString().startsWith("socket:")
          && input.equals(Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)));
    } catch (IOException | UnsupportedOperationException e) {
      // Not to be known, or closed: it is safer to say nothing.
      return true;
    }
  }
}
