package wharf.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// A Unix-domain socket that listens, and its file, from when that is made to when it is removed.
///
/// The system gives the file of a new socket what permissions the umask leaves, and a socket that
/// is bound need not listen yet. So it is made where nobody else comes, gets its owner and mode
/// there, and is shown when all is done, by a link: unlike a rename, that replaces nothing.
///
/// ```
///   DIR/.k3f9/    a folder that nobody else may enter
///   DIR/.k3f9/s   bound, listening; owner, mode
///   DIR/NAME      a link to it; then the folder is removed
/// ```
///
/// A file that a program left behind, at which nobody listens, is removed first. Of several that
/// start at it in the same moment one must not remove what another has just put there. So whoever
/// removes a file claims it before, by a link that is named after its inode and leads to the
/// claimer's own socket: there can be but one, it shows by listening that its maker lives, and
/// while it is there nobody else removes that inode.
///
/// To be used by one thread at a time.
public final class UnixListener implements Closeable {
  /// The most bytes of a path: Linux has room for 108, and the JDK keeps two of them. It holds for
  /// whoever connects, too. A few systems have room for less, and say so themselves.
  static final int PATH_LIMIT = 106;

  /// The bits of a mode that tell the kind of file, and what they are for a socket.
  private static final int KIND = 0170000;

  private static final int SOCKET = 0140000;

  private static final int RADIX = Character.MAX_RADIX;

  /// How many hidden folders there may be: their names have four characters, which leaves most of
  /// [#PATH_LIMIT] to the folder they are in.
  private static final int NAMES = RADIX * RADIX * RADIX * RADIX;

  private static final int NAMES_TRIED = 100;

  private final ServerSocketChannel channel;
  private final Path file;

  /// Tells the file from another that is there by now: while this listens no other has the number.
  private final long inode;

  private boolean removed;

  private UnixListener(ServerSocketChannel channel, Path file, long inode) {
    this.channel = channel;
    this.file = file;
    this.inode = inode;
  }

  /// Thrown when somebody listens there already, or is about to.
  public static final class Taken extends IOException {
    private static final long serialVersionUID = 1;

    Taken() {
      super("another program listens there");
    }
  }

  /// Thrown when something is there which is not a socket, and which is left alone.
  public static final class NotASocket extends IOException {
    private static final long serialVersionUID = 1;

    NotASocket() {
      super("it is not a socket");
    }
  }

  /// Makes the file, and listens. What a program left there which is no more is replaced. Does not
  /// wait for anybody.
  ///
  /// @param mode who may connect: whoever may write to the file
  /// @param owner the name of its owner, null for who runs this
  /// @param backlog how many may wait to be accepted; 0 for as many as is usual
  /// @throws Taken when somebody listens there
  /// @throws NotASocket when something else is there
  /// @throws IOException when it cannot be for another reason; the message does not name `file`
  public static UnixListener open(
      Path file, Set<PosixFilePermission> mode, @Nullable String owner, int backlog)
      throws IOException {
    Path whole = file.toAbsolutePath();
    try {
      assertNobodyListens(whole);
      // Not the root: that is no socket.
      Path parent = Objects.requireNonNull(whole.getParent());
      ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        Path folder = hiddenFolder(whole, parent);
        Path hidden = folder.resolve("s");
        try {
          ServerSocketChannel _ = channel.bind(UnixDomainSocketAddress.of(hidden), backlog);
          if (owner != null) {
            give(hidden, owner);
          }
          Path _ = Files.setPosixFilePermissions(hidden, mode);
          long inode = Objects.requireNonNull(Found.at(hidden)).inode();
          show(hidden, whole);
          return new UnixListener(channel, whole, inode);
        } finally {
          boolean _ = Files.deleteIfExists(hidden);
          boolean _ = Files.deleteIfExists(folder);
        }
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (FileSystemException e) {
      throw new IOException(reason(e, whole), e);
    }
  }

  /// What the JDK says is often no more than a name.
  private static String reason(FileSystemException e, Path file) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no folder " + file.getParent();
      case AccessDeniedException _ -> "no permission to make a file in " + file.getParent();
      default -> Objects.requireNonNullElse(e.getReason(), String.valueOf(e.getMessage()));
    };
  }

  /// What is at a path; a link is not followed.
  private record Found(long inode, boolean socket) {
    /// Null for nothing.
    static @Nullable Found at(Path path) throws IOException {
      try {
        Map<String, Object> found =
            Files.readAttributes(path, "unix:ino,mode", LinkOption.NOFOLLOW_LINKS);
        return new Found(number(found, "ino"), (number(found, "mode") & KIND) == SOCKET);
      } catch (NoSuchFileException nothing) {
        return null;
      }
    }

    private static long number(Map<String, Object> found, String what) {
      return ((Number) Objects.requireNonNull(found.get(what))).longValue();
    }
  }

  /// That nothing is there, or a socket that nobody listens at.
  private static void assertNobodyListens(Path file) throws Taken, IOException {
    Found found = Found.at(file);
    if (found == null) {
      return;
    }
    if (!found.socket()) {
      throw new NotASocket();
    }
    if (isAlive(file)) {
      throw new Taken();
    }
  }

  /// Whether somebody listens there, or may: only a refused connection says that nobody does.
  private static boolean isAlive(Path file) {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // A listener whose queue is full would keep us waiting.
      probe.configureBlocking(false);
      boolean _ = probe.connect(UnixDomainSocketAddress.of(file));
      return true;
    } catch (ConnectException nobody) {
      return false;
    } catch (IOException e) {
      // It may have gone meanwhile.
      return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }
  }

  /// Makes the folder beside `file`: only there can a link to it be made.
  private static Path hiddenFolder(Path file, Path parent) throws IOException {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    for (int left = NAMES_TRIED; ; left--) {
      int number = ThreadLocalRandom.current().nextInt(NAMES);
      Path folder = parent.resolve("." + Integer.toString(NAMES + number, RADIX).substring(1));
      assertShort(file, folder.resolve("s"));
      try {
        return Files.createDirectory(folder, ownerOnly);
      } catch (FileAlreadyExistsException e) {
        if (left == 1) {
          throw e;
        }
      }
    }
  }

  private static void assertShort(Path file, Path hidden) throws IOException {
    int over = Math.max(length(file), length(hidden)) - PATH_LIMIT;
    if (over > 0) {
      throw new IOException(
          ("the path of a socket has at most %d bytes, also while it is made in a hidden folder:"
                  + " make this one shorter by %d")
              .formatted(PATH_LIMIT, over));
    }
  }

  private static int length(Path path) {
    return path.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  private static void give(Path file, String owner) throws IOException {
    try {
      var users = file.getFileSystem().getUserPrincipalLookupService();
      Path _ = Files.setOwner(file, users.lookupPrincipalByName(owner));
    } catch (UserPrincipalNotFoundException e) {
      throw new IOException("there is no user '" + owner + "'", e);
    } catch (FileSystemException e) {
      throw new IOException("no permission to give it to " + owner, e);
    }
  }

  private static void show(Path own, Path file) throws IOException {
    while (true) {
      try {
        Path _ = Files.createLink(file, own);
        return;
      } catch (FileAlreadyExistsException e) {
        makeRoom(file, own);
      }
    }
  }

  /// Removes a socket file that nobody listens at. Afterwards there may be another.
  ///
  /// @param own listens, and is nobody else's
  private static void makeRoom(Path file, Path own) throws IOException {
    assertNobodyListens(file);
    Found found = Found.at(file);
    if (found == null) {
      return;
    }
    Path claim = claim(file, found.inode());
    try {
      Path _ = Files.createLink(claim, own);
    } catch (FileAlreadyExistsException e) {
      // By one that lives, which is thrown; or that died at it, whose claim is a file left behind.
      makeRoom(claim, own);
      return;
    }
    try {
      // What was seen before the claim may have gone, and its number be that of another.
      if (found.equals(Found.at(file))) {
        assertNobodyListens(file);
        boolean _ = Files.deleteIfExists(file);
      }
    } finally {
      boolean _ = Files.deleteIfExists(claim);
    }
  }

  /// The name of the right to remove what is at `file` and has this inode.
  static Path claim(Path file, long inode) {
    return file.resolveSibling("." + Long.toString(inode, RADIX) + ".gone");
  }

  /// What accepts; closed by [#close], or by whoever serves it after [#removeFile].
  public ServerSocketChannel channel() {
    return channel;
  }

  /// Where it listens, as an absolute path.
  public Path file() {
    return file;
  }

  /// Removes the file, if it is still this one; the channel stays open. Later calls do nothing.
  ///
  /// To be called before the channel is closed: a file at which nobody listens is anybody's to
  /// replace, at any moment.
  public void removeFile() throws IOException {
    if (removed) {
      return;
    }
    removed = true;
    Found found = Found.at(file);
    if (found != null && found.inode() == inode) {
      boolean _ = Files.deleteIfExists(file);
    }
  }

  /// Removes the file and closes the channel.
  @Override
  public void close() throws IOException {
    try {
      removeFile();
    } finally {
      channel.close();
    }
  }
}
