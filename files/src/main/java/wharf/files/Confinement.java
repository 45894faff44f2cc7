package wharf.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import wharf.files.FileProblem.Kind;

/// The walls. From the root, which stays open, every name is looked up relative to the descriptor
/// of the directory it is in, one name at a time, and no symbolic link is ever followed by the
/// system: so nobody who swaps directories and links meanwhile can lead the walk out.
///
/// A link is followed by hand: its text is read and walked inside the same walls, from the link's
/// directory or, when absolute and under the root's real path, from the root. The text itself has
/// to be read by path (Java has no `readlinkat`); should that path be swapped, a wrong text is
/// walked, still inside. A text that climbs above the root is refused, even if it would come back.
///
/// What is trusted: the root's own path when opened, and other file systems mounted inside.
///
/// Directories must be readable by the process, not merely searchable: the JDK opens them to read.
final class Confinement implements AutoCloseable {
  static final int MAX_LINKS = 40;
  static final Path HERE = Path.of(".");

  /// The root's path on disk, free of links when it was opened, and as it was given.
  private final Path disk;

  private final Path given;
  private final SecureDirectoryStream<Path> root;
  final Names names = new Names();

  /// Held while a name is looked at and then given to something, so that nothing made or moved
  /// there takes the name of something else. (What another process makes in that instant can lose
  /// its name to what is moved there, if it is a file or an empty directory.)
  final Object naming = new Object();

  private Confinement(Path given, Path disk, SecureDirectoryStream<Path> root) {
    this.given = given;
    this.disk = disk;
    this.root = root;
  }

  @SuppressWarnings("StreamResourceLeak") // the root stays open until close()
  static Confinement open(Path root) throws FileProblem {
    try {
      Path disk = root.toRealPath();
      DirectoryStream<Path> stream = Files.newDirectoryStream(disk);
      if (stream instanceof SecureDirectoryStream<Path> secure) {
        return new Confinement(root.toAbsolutePath().normalize(), disk, secure);
      }
      stream.close();
    } catch (IOException e) {
      FileProblem problem = FileProblem.of(e, VirtualPath.ROOT);
      String why =
          switch (problem.kind()) {
            case NOT_FOUND -> "the folder to serve does not exist";
            case NOT_A_DIRECTORY -> "the folder to serve is not a directory";
            case DENIED -> "the folder to serve may not be read";
            default -> "the folder to serve cannot be opened";
          };
      throw new FileProblem(problem.kind(), why, e);
    }
    throw new FileProblem(
        Kind.UNSUPPORTED,
        "this platform cannot keep clients inside a folder (Java offers no SecureDirectoryStream)");
  }

  Path disk() {
    return disk;
  }

  SecureDirectoryStream<Path> root() {
    return root;
  }

  /// An end of a walk: a name in an open directory, or the directory itself when there is no name.
  ///
  /// @param real the names from the root to `directory`, no link among them
  /// @param attributes of what the name means, not following it; null when there is nothing yet
  record Place(
      Confinement in,
      VirtualPath path,
      SecureDirectoryStream<Path> directory,
      List<Path> real,
      @Nullable Path name,
      @Nullable PosixFileAttributes attributes)
      implements AutoCloseable {

    boolean isDirectory() {
      return attributes != null && attributes.isDirectory();
    }

    boolean isLink() {
      return attributes != null && attributes.isSymbolicLink();
    }

    /// The attributes of what is there and served.
    ///
    /// @throws FileProblem `NOT_FOUND`; `DENIED` for a pipe, device or socket
    PosixFileAttributes existing() throws FileProblem {
      if (attributes == null) {
        throw FileProblem.about(Kind.NOT_FOUND, path, "does not exist");
      }
      requireServed();
      return attributes;
    }

    void requireServed() throws FileProblem {
      if (attributes != null && attributes.isOther()) {
        throw FileProblem.about(Kind.DENIED, path, "is neither a file nor a directory");
      }
    }

    /// The name in [#directory()].
    ///
    /// @throws FileProblem `DENIED` when this is the root, which nobody renames or removes
    Path nameInDirectory() throws FileProblem {
      if (name == null) {
        throw FileProblem.about(Kind.DENIED, path, "is the root");
      }
      return name;
    }

    /// The names from the root to what is here, or will be.
    List<Path> whole() {
      var all = new ArrayList<>(real);
      if (name != null) {
        all.add(name);
      }
      return all;
    }

    /// The same as they are called.
    List<String> called() {
      return in.called(real, name);
    }

    /// Opens the directory that is here. The caller closes it.
    SecureDirectoryStream<Path> openDirectory() throws IOException {
      if (!isDirectory()) {
        existing();
        throw FileProblem.about(Kind.NOT_A_DIRECTORY, path, "is not a directory");
      }
      return name == null
          ? directory.newDirectoryStream(HERE, LinkOption.NOFOLLOW_LINKS)
          : enter(directory, name, path);
    }

    @Override
    public void close() throws FileProblem {
      if (!directory.equals(in.root)) {
        try {
          directory.close();
        } catch (IOException e) {
          throw FileProblem.of(e, path);
        }
      }
    }
  }

  /// Walks to `path`. All but the last name must exist and be directories, or links to such.
  ///
  /// @param followLast whether a link in last place is followed; it must then lead to something
  /// @param access whether whoever it is for may go this way; what they do at its end they have to
  ///   ask for
  Place find(VirtualPath path, boolean followLast, Access access) throws FileProblem {
    var pending = new ArrayDeque<Path>();
    for (String name : path.names()) {
      pending.add(names.path(name));
    }
    return walk(path, pending, followLast, access);
  }

  /// Walks to `name` in the directory reached by `real`, and on through links.
  Place follow(VirtualPath path, List<Path> real, Path name, Access access) throws FileProblem {
    var pending = new ArrayDeque<Path>(real);
    pending.add(name);
    return walk(path, pending, true, access);
  }

  /// What the names `real`, and then `name`, are called: where somebody is, for [Access].
  List<String> called(List<Path> real, @Nullable Path name) {
    var place = new ArrayList<String>(real.size() + 1);
    for (Path one : real) {
      place.add(names.text(one));
    }
    if (name != null) {
      place.add(names.text(name));
    }
    return place;
  }

  private Place walk(VirtualPath path, Deque<Path> pending, boolean followLast, Access access)
      throws FileProblem {
    var real = new ArrayList<Path>();
    SecureDirectoryStream<Path> here = root;
    boolean arrived = false;
    boolean asks = !access.isTheSameEverywhere();
    try {
      int links = 0;
      boolean lastIsLink = false;
      while (true) {
        Path next = pending.poll();
        if (next == null) {
          arrived = true;
          return new Place(this, path, here, real, null, attributes(here));
        }
        String text = next.toString();
        if (text.isEmpty() || text.equals(".")) {
          continue;
        }
        if (text.equals("..")) {
          if (real.isEmpty()) {
            throw outside(path);
          }
          real.removeLast();
          SecureDirectoryStream<Path> up = enterAll(real, path);
          leave(here);
          here = up;
          continue;
        }
        if (asks) {
          // Before it is looked at: what is not for them is not told to be missing either.
          access.requireWay(path, called(real, next));
        }
        PosixFileAttributes attributes = attributes(here, next);
        if (attributes == null && names.text(next).indexOf('\uFFFD') >= 0) {
          next = spelledOtherwise(here, next);
          attributes = attributes(here, next);
        }
        boolean last = pending.isEmpty();
        if (attributes == null && (!last || lastIsLink)) {
          throw FileProblem.about(
              Kind.NOT_FOUND, path, lastIsLink ? "is a link to nothing" : "does not exist");
        }
        if (attributes != null && attributes.isSymbolicLink() && (!last || followLast)) {
          if (++links > MAX_LINKS) {
            throw FileProblem.about(Kind.NOT_FOUND, path, "is a link that goes in circles");
          }
          lastIsLink |= last;
          Path target = readLink(real, next);
          if (target.isAbsolute()) {
            target = belowRoot(target, path);
            real.clear();
            leave(here);
            here = root;
          }
          for (int i = target.getNameCount() - 1; i >= 0; i--) {
            if (target.getName(i).toString().startsWith(VirtualPath.RESERVED_PREFIX)) {
              throw FileProblem.about(Kind.NOT_FOUND, path, "is a link to nothing");
            }
            pending.addFirst(target.getName(i));
          }
          continue;
        }
        if (last) {
          arrived = true;
          return new Place(this, path, here, real, next, attributes);
        }
        if (attributes == null || !attributes.isDirectory()) {
          if (asks && !access.lists(called(real, next))) {
            // Nor is it told that there is a file.
            throw FileProblem.missing(path);
          }
          throw FileProblem.about(
              Kind.NOT_A_DIRECTORY, path, "cannot be reached: a name before its end is a file");
        }
        SecureDirectoryStream<Path> inner = enter(here, next, path);
        leave(here);
        here = inner;
        real.add(next);
      }
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    } finally {
      if (!arrived) {
        leaveQuietly(here);
      }
    }
  }

  /// Opens the directory `name` of `parent`, and no other.
  ///
  /// The plain way, `openat(name, O_NOFOLLOW)`, will not do. When `name` has just become a file the
  /// JDK (25) closes a descriptor twice on its way out, by then perhaps another thread's; and when
  /// it has become a pipe the open waits for ever. `name/.` fails cleanly on both, but follows a
  /// link: so afterwards what was opened must be the very directory that the name, not followed,
  /// means. Nothing is read before that, and an open directory's inode is not given to another.
  static SecureDirectoryStream<Path> enter(
      SecureDirectoryStream<Path> parent, Path name, VirtualPath path) throws IOException {
    SecureDirectoryStream<Path> inner = parent.newDirectoryStream(name.resolve(HERE));
    boolean same = false;
    try {
      PosixFileAttributes seen = attributes(parent, name);
      same =
          seen != null
              && seen.isDirectory()
              && Objects.equals(seen.fileKey(), attributes(inner).fileKey());
    } finally {
      if (!same) {
        inner.close();
      }
    }
    if (!same) {
      throw FileProblem.about(Kind.BUSY, path, "changed while it was being reached");
    }
    return inner;
  }

  /// Makes the directory `name` in `parent`: also of two processes that do it at once one is told
  /// that it exists.
  ///
  /// Java has no `mkdirat`. On Linux the name is made below a path that means the open `parent`
  /// itself, with no link on it. Elsewhere, and where native calls are not allowed, a directory of
  /// a hidden name is made in the root, takes its group and default ACL from there, and is then
  /// moved by descriptor; that would replace an empty directory made since the caller saw none.
  void makeDirectory(SecureDirectoryStream<Path> parent, Path name) throws IOException {
    make(parent, name, Files::createDirectory);
  }

  /// Makes the link `name` that says `text`, as [#makeDirectory] makes a directory: Java has no
  /// `symlinkat` either. Where that one has to move, a file of that name made meanwhile is
  /// replaced.
  void makeLink(SecureDirectoryStream<Path> parent, Path name, Path text) throws IOException {
    make(parent, name, at -> Files.createSymbolicLink(at, text));
  }

  private interface Maker {
    void make(Path at) throws IOException;
  }

  private void make(SecureDirectoryStream<Path> parent, Path name, Maker maker) throws IOException {
    if (Native.isAllowed()) {
      try (Native.Descriptor own = descriptorOf(parent)) {
        if (own != null) {
          maker.make(own.path().resolve(name));
          return;
        }
      }
    }
    Path fresh = Staging.newDirectoryName();
    maker.make(disk.resolve(fresh));
    try {
      root.move(fresh, parent, name);
    } catch (IOException e) {
      Files.deleteIfExists(disk.resolve(fresh));
      throw e;
    }
  }

  /// What a link in the directory `from` says to mean `to`, both as names from the root down, free
  /// of links.
  static Path relative(List<Path> from, List<Path> to) {
    int shared = 0;
    while (shared < Math.min(from.size(), to.size()) && from.get(shared).equals(to.get(shared))) {
      shared++;
    }
    Path text = Path.of("");
    for (int i = shared; i < from.size(); i++) {
      text = text.resolve("..");
    }
    for (Path name : to.subList(shared, to.size())) {
      text = text.resolve(name);
    }
    return text.toString().isEmpty() ? HERE : text;
  }

  /// A descriptor of the open `directory`, for the caller to close; null where the system lists
  /// none. Costs a call for each descriptor of the process.
  private static Native.@Nullable Descriptor descriptorOf(SecureDirectoryStream<Path> directory)
      throws IOException {
    Object key = attributes(directory).fileKey();
    try (var descriptors = Files.newDirectoryStream(Native.DESCRIPTORS)) {
      for (Path listed : descriptors) {
        if (isDirectory(listed, key)) {
          Native.Descriptor own = Native.Descriptor.open(listed);
          if (own != null) {
            // The one listed may be another thread's, and something else by now.
            if (isDirectory(own.path(), key)) {
              return own;
            }
            own.close();
          }
        }
      }
    } catch (NoSuchFileException | AccessDeniedException e) {
      return null;
    }
    return null;
  }

  private static boolean isDirectory(Path descriptor, @Nullable Object key) {
    try {
      var attributes = Files.readAttributes(descriptor, BasicFileAttributes.class);
      return attributes.isDirectory() && Objects.equals(attributes.fileKey(), key);
    } catch (IOException e) {
      // Closed by another thread since it was listed.
      return false;
    }
  }

  private SecureDirectoryStream<Path> enterAll(List<Path> real, VirtualPath path)
      throws IOException {
    SecureDirectoryStream<Path> here = root;
    for (Path name : real) {
      SecureDirectoryStream<Path> outer = here;
      try {
        here = enter(outer, name, path);
      } finally {
        leave(outer);
      }
    }
    return here;
  }

  /// Whether the names `real`, none of them a link, lead to the open `directory`.
  boolean isAt(List<Path> real, SecureDirectoryStream<Path> directory) throws IOException {
    SecureDirectoryStream<Path> there;
    try {
      there = enterAll(real, VirtualPath.ROOT);
    } catch (NoSuchFileException | FileProblem e) {
      return false;
    }
    try {
      return Objects.equals(attributes(there).fileKey(), attributes(directory).fileKey());
    } finally {
      leave(there);
    }
  }

  /// What a link says, read by path: `real` leads to its directory.
  Path readLink(List<Path> real, Path name) throws IOException {
    Path link = disk;
    for (Path directory : real) {
      link = link.resolve(directory);
    }
    try {
      return Files.readSymbolicLink(link.resolve(name));
    } catch (NotLinkException e) {
      // It was one a moment ago.
      throw new NoSuchFileException(name.toString());
    }
  }

  private Path belowRoot(Path target, VirtualPath path) throws FileProblem {
    for (Path prefix : List.of(disk, given)) {
      if (target.startsWith(prefix)) {
        return prefix.relativize(target);
      }
    }
    throw outside(path);
  }

  private static FileProblem outside(VirtualPath path) {
    return FileProblem.about(Kind.OUTSIDE, path, "is a link that leads out of the served folder");
  }

  /// A name that is not UTF-8 is shown with U+FFFD in it; said back, it means the only entry that
  /// is shown so.
  private Path spelledOtherwise(SecureDirectoryStream<Path> directory, Path shown)
      throws IOException {
    String text = names.text(shown);
    var found = new ArrayList<Path>();
    try (var entries = directory.newDirectoryStream(HERE)) {
      for (Path entry : entries) {
        if (names.text(entry.getFileName()).equals(text)) {
          found.add(entry.getFileName());
        }
      }
    }
    return found.size() == 1 ? found.getFirst() : shown;
  }

  private void leave(SecureDirectoryStream<Path> directory) throws IOException {
    if (!directory.equals(root)) {
      directory.close();
    }
  }

  private void leaveQuietly(SecureDirectoryStream<Path> directory) {
    try {
      leave(directory);
    } catch (IOException e) {
      // Another problem is on its way already, and a directory that was only read loses nothing.
    }
  }

  /// Of the entry itself, not of what a link leads to; null when there is none.
  static @Nullable PosixFileAttributes attributes(SecureDirectoryStream<Path> directory, Path name)
      throws IOException {
    try {
      return directory
          .getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .readAttributes();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /// Of the open directory itself.
  static PosixFileAttributes attributes(SecureDirectoryStream<Path> directory) throws IOException {
    return directory.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
  }

  /// Opens a regular file; the caller has seen that it is one, as opening a pipe would wait for
  /// ever. (Someone with an account on this machine who swaps it for a pipe in that instant stops
  /// this thread: Java has no `O_NONBLOCK`. No client can make a pipe.)
  static FileChannel openFile(
      SecureDirectoryStream<Path> directory, Path name, OpenOption... options) throws IOException {
    Set<OpenOption> all = new HashSet<>(List.of(options));
    all.add(LinkOption.NOFOLLOW_LINKS);
    return (FileChannel) directory.newByteChannel(name, all);
  }

  /// Makes a file to write, which nobody has seen yet, with these permissions as far as the process
  /// gives them.
  static FileChannel makeFile(
      SecureDirectoryStream<Path> directory, Path name, Set<PosixFilePermission> permissions)
      throws IOException {
    return (FileChannel)
        directory.newByteChannel(
            name,
            Set.of(
                StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(permissions));
  }

  /// Waits until the names in `directory` are on the disk.
  static void sync(SecureDirectoryStream<Path> directory) throws IOException {
    try (var self = openFile(directory, HERE, StandardOpenOption.READ)) {
      self.force(true);
    }
  }

  @Override
  public void close() throws FileProblem {
    try {
      root.close();
    } catch (IOException e) {
      throw FileProblem.of(e, VirtualPath.ROOT);
    }
  }
}
