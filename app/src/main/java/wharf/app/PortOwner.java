package wharf.app;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Says which program listens at a TCP port, where the system tells: on Linux, of one's own
/// programs, and of all to an administrator.
final class PortOwner {
  private static final String LISTENING = "0A";

  private PortOwner() {}

  /// Its name and number, as "vsftpd (process 123)".
  static Optional<String> of(int port) {
    try {
      Set<String> sockets = new HashSet<>();
      for (String table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
        collect(Path.of(table), port, sockets);
      }
      return sockets.isEmpty() ? Optional.empty() : holder(sockets);
    } catch (IOException | DirectoryIteratorException e) {
      // Not Linux, or not for us to see: the problem is told without the name.
      return Optional.empty();
    }
  }

  /// Adds the sockets of `table` that listen at `port`, as their links in `/proc/N/fd` look.
  private static void collect(Path table, int port, Set<String> into) throws IOException {
    String suffix = ":" + String.format(Locale.ROOT, "%04X", port);
    for (String line : Files.readAllLines(table)) {
      String[] columns = line.strip().split("\\s+", -1);
      if (columns.length > 9 && columns[1].endsWith(suffix) && columns[3].equals(LISTENING)) {
        into.add("socket:[" + columns[9] + "]");
      }
    }
  }

  private static Optional<String> holder(Set<String> sockets) throws IOException {
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process, sockets)) {
          String name = Files.readString(process.resolve("comm")).strip();
          return Optional.of(name + " (process " + process.getFileName() + ")");
        }
      }
    }
    return Optional.empty();
  }

  private static boolean holds(Path process, Set<String> sockets) {
    try (var descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Another user's, or gone: not this one.
      return false;
    }
    return false;
  }
}
