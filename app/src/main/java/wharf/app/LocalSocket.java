package wharf.app;

import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// A Unix-domain socket that listens at a file, which is its owner's alone from the first moment
/// and is gone when this is closed.
final class LocalSocket implements Closeable {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  /// The bits of a mode that tell the kind of file, and what they are for a socket.
  private static final int KIND = 0170000;

  private static final int SOCKET = 0140000;

  private final ServerSocketChannel channel;
  private final Path path;

  /// Tells the file from another that is there by now.
  private final Object key;

  private boolean closed;

  private LocalSocket(ServerSocketChannel channel, Path path, Object key) {
    this.channel = channel;
    this.path = path;
    this.key = key;
  }

  /// Makes the file and listens. What an earlier run left there is replaced.
  ///
  /// @throws Failure if there is another kind of file, or somebody listens
  static LocalSocket listen(Path path) throws Failure, IOException {
    makeRoom(path);
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    // The system gives a new socket the permissions that the umask leaves. So it is made where
    // nobody else comes, and shown when it has its own.
    String name = "." + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    Path closed = path.resolveSibling(name);
    Path hidden = closed.resolve("s");
    try {
      Path _ =
          Files.createDirectory(
              closed,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      try {
        ServerSocketChannel _ = channel.bind(UnixDomainSocketAddress.of(hidden));
        Path _ = Files.setPosixFilePermissions(hidden, OWNER_ONLY);
        // Unlike a rename, a link replaces nothing.
        Path _ = Files.createLink(path, hidden);
      } finally {
        boolean _ = Files.deleteIfExists(hidden);
        Files.delete(closed);
      }
      return new LocalSocket(channel, path, Objects.requireNonNull(key(path)));
    } catch (IOException e) {
      channel.close();
      throw e instanceof FileAlreadyExistsException
          ? taken(path)
          : new Failure(
              ExitCode.LOCAL_DISK,
              "cannot make the socket file %s: %s".formatted(path, e.getMessage()),
              e);
    }
  }

  /// Removes a socket file that nobody listens at.
  private static void makeRoom(Path path) throws Failure, IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Object mode = Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if (!(mode instanceof Integer bits) || (bits & KIND) != SOCKET) {
      throw new Failure(
          ExitCode.LOCAL_DISK,
          "%s is there and is no socket: name another file, or remove it".formatted(path),
          null);
    }
    if (isAlive(path)) {
      throw taken(path);
    }
    boolean _ = Files.deleteIfExists(path);
  }

  /// Whether somebody listens there, or may: only a refused connection says that nobody does.
  private static boolean isAlive(Path path) {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // A busy listener would keep us waiting.
      probe.configureBlocking(false);
      boolean _ = probe.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private static Failure taken(Path path) {
    return new Failure(
        ExitCode.FAILED,
        "somebody listens at %s: name another file, or stop them first".formatted(path),
        null);
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  ServerSocketChannel channel() {
    return channel;
  }

  Path path() {
    return path;
  }

  @Override
  public void close() throws IOException {
    if (!closed && Files.exists(path, LinkOption.NOFOLLOW_LINKS) && key.equals(key(path))) {
      boolean _ = Files.deleteIfExists(path);
    }
    closed = true;
    channel.close();
  }
}
