package wharf.server;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The file of a Unix-domain socket, from when it is listened at to when it is removed.
///
/// The socket is made under a name of its own, gets its owner and mode, and is then moved to where
/// it is looked for: nobody can connect before the mode says that they may, and a file left behind
/// is replaced in one step.
final class UnixSocketFile {
  private final Path file;
  private final @Nullable Object key;

  private UnixSocketFile(Path file, @Nullable Object key) {
    this.file = file;
    this.key = key;
  }

  /// What was opened, and its file.
  record Opened(ServerSocketChannel listener, UnixSocketFile file) {}

  /// Listens.
  ///
  /// @throws IOException when somebody else listens there, or what is there is no socket
  static Opened open(Endpoint.Unix at, int backlog, RandomGenerator random) throws IOException {
    Path file = at.file().toAbsolutePath();
    assertFree(file);
    Path folder = Objects.requireNonNull(file.getParent(), "the root is no file");
    // As short as can be: the system allows about a hundred bytes for the whole path.
    Path made =
        folder.resolve("." + Integer.toString(random.nextInt(1 << 30), Character.MAX_RADIX));
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(made), backlog);
      if (at.owner() != null) {
        var lookup = made.getFileSystem().getUserPrincipalLookupService();
        Files.setOwner(made, lookup.lookupPrincipalByName(at.owner()));
      }
      Files.setPosixFilePermissions(made, at.mode());
      Object key = keyOf(made);
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
      return new Opened(listener, new UnixSocketFile(file, key));
    } catch (IOException | RuntimeException e) {
      listener.close();
      Files.deleteIfExists(made);
      throw e;
    }
  }

  /// That nothing is there, or a socket that nobody listens at.
  private static void assertFree(Path file) throws IOException {
    BasicFileAttributes there;
    try {
      there = Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException free) {
      return;
    }
    if (!there.isOther()) {
      throw new FileAlreadyExistsException(file.toString(), null, "it is not a socket");
    }
    try (SocketChannel somebody = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      somebody.connect(UnixDomainSocketAddress.of(file));
    } catch (ConnectException nobody) {
      return;
    }
    throw new FileAlreadyExistsException(file.toString(), null, "another program listens there");
  }

  private static @Nullable Object keyOf(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  /// Removes the file, if it is still this one.
  void remove() throws IOException {
    try {
      if (Objects.equals(key, keyOf(file))) {
        Files.delete(file);
      }
    } catch (NoSuchFileException gone) {
      // Somebody has tidied up.
    }
  }
}
