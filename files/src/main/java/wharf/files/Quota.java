package wharf.files;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import org.jspecify.annotations.Nullable;
import wharf.files.FileProblem.Kind;

/// The most that a tree may hold, and how much it does. It counts as the system's quotas do: the
/// bytes of every file, and every file, link and directory; also what is kept of uploads that were
/// cut off. A file with two names counts twice.
///
/// What clients make and remove is counted as it happens, to the byte; what others do in the folder
/// is not seen before it is counted again, which [Tree#open] does. Who replaces a file needs no
/// room for both, although both are on the disk until the new one is whole.
///
/// For one tree; several processes over one folder share the count through a file. Two of them that
/// remove or replace the same file in the same instant may both count it. Safe from many threads.
public final class Quota {
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private static final int BYTES = 0;
  private static final int ENTRIES = Long.BYTES;

  private final long mostBytes;
  private final long mostEntries;

  /// The count: bytes, then entries.
  private final ByteBuffer held;

  private final boolean counted;

  private Quota(long mostBytes, long mostEntries, ByteBuffer held, boolean counted) {
    this.mostBytes = mostBytes;
    this.mostEntries = mostEntries;
    this.held = held;
    this.counted = counted;
  }

  /// No limit, and nothing is counted.
  public static Quota none() {
    return of(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /// Each may be `Long.MAX_VALUE`, for no limit.
  ///
  /// @param bytes of all files
  /// @param entries files, links and directories, without the root
  /// @throws IllegalArgumentException when one is negative
  public static Quota of(long bytes, long entries) {
    if (bytes < 0 || entries < 0) {
      throw new IllegalArgumentException("a quota is not negative");
    }
    // Room to begin at a multiple of eight.
    ByteBuffer memory = ByteBuffer.allocateDirect(3 * Long.BYTES).alignedSlice(Long.BYTES);
    return new Quota(bytes, entries, memory, false);
  }

  /// The same with its count in `file`, for other processes to share.
  public Quota sharedIn(Path file) throws IOException {
    return new Quota(mostBytes, mostEntries, map(file), false);
  }

  /// The same with the count of another process, which goes on.
  public Quota joining(Path file) throws IOException {
    return new Quota(mostBytes, mostEntries, map(file), true);
  }

  private static ByteBuffer map(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
      return channel.map(MapMode.READ_WRITE, 0, 2 * Long.BYTES);
    }
  }

  /// Whether there is none.
  public boolean isNone() {
    return mostBytes == Long.MAX_VALUE && mostEntries == Long.MAX_VALUE;
  }

  public long mostBytes() {
    return mostBytes;
  }

  public long mostEntries() {
    return mostEntries;
  }

  /// How many bytes there are now.
  public long bytes() {
    return (long) LONG.getVolatile(held, BYTES);
  }

  /// How many files, links and directories.
  public long entries() {
    return (long) LONG.getVolatile(held, ENTRIES);
  }

  /// How many bytes more there may be.
  long room() {
    return isNone() ? Long.MAX_VALUE : Math.max(0, mostBytes - bytes());
  }

  private void add(long entries, long bytes) {
    long _ = (long) LONG.getAndAdd(held, ENTRIES, entries);
    long _ = (long) LONG.getAndAdd(held, BYTES, bytes);
  }

  /// Whether there is more than there may be.
  boolean isExceeded() {
    return !isNone() && (bytes() > mostBytes || entries() > mostEntries);
  }

  /// Counts all below `root`, unless another process has.
  void count(Path root) throws IOException {
    if (isNone() || counted) {
      return;
    }
    long[] found = {0, 0};
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            if (!directory.equals(root) && counts(directory.getFileName())) {
              found[0]++;
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (counts(file.getFileName())) {
              found[0]++;
              found[1] += bytes(attributes);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException problem) {
            // Gone since, or what nobody can read: no client will, either.
            return FileVisitResult.CONTINUE;
          }
        });
    LONG.setVolatile(held, ENTRIES, found[0]);
    LONG.setVolatile(held, BYTES, found[1]);
  }

  private static long bytes(BasicFileAttributes attributes) {
    return attributes.isRegularFile() ? attributes.size() : 0;
  }

  /// Whether it counts: what only holds a tree that is being made or removed does not.
  private static boolean counts(Path name) {
    return !name.equals(HiddenPlace.LOCK) && !Staging.isNewDirectory(name);
  }

  interface Step {
    void run() throws IOException;
  }

  /// Takes a step that makes one entry.
  ///
  /// @throws FileProblem `NO_SPACE`
  void making(VirtualPath path, Step step) throws IOException {
    if (isNone()) {
      step.run();
      return;
    }
    // As below: nobody removes or replaces by that name what was not there a moment ago.
    synchronized (this) {
      boolean made = false;
      add(1, 0);
      try {
        requireEntries(path, 0);
        step.run();
        made = true;
      } finally {
        if (!made) {
          add(-1, 0);
        }
      }
    }
  }

  /// An entry was made.
  void made(Path name) {
    if (!isNone() && counts(name)) {
      add(1, 0);
    }
  }

  /// Makes sure that there are not too many.
  ///
  /// @param spared so many will be replaced
  void requireEntries(VirtualPath path, int spared) throws FileProblem {
    if (entries() - spared > mostEntries) {
      throw FileProblem.about(
          Kind.NO_SPACE,
          path,
          "cannot be made: the quota of %s files and directories is used up",
          mostEntries);
    }
  }

  /// Makes sure that there is room for so many bytes more.
  ///
  /// @param spared so many will be replaced
  void requireRoom(VirtualPath path, long bytes, long spared) throws FileProblem {
    if (bytes() - spared > mostBytes - bytes) {
      throw FileProblem.about(
          Kind.NO_SPACE, path, "does not fit: the quota is %s bytes", mostBytes);
    }
  }

  /// A file is about to have so many bytes more.
  ///
  /// @param spared so many will be replaced
  void grow(VirtualPath path, long bytes, long spared) throws FileProblem {
    if (isNone()) {
      return;
    }
    add(0, bytes);
    try {
      requireRoom(path, 0, spared);
    } catch (FileProblem problem) {
      add(0, -bytes);
      throw problem;
    }
  }

  /// A file has so many bytes less, or did not get them.
  void shrink(long bytes) {
    if (!isNone()) {
      add(0, -bytes);
    }
  }

  void deleteFile(SecureDirectoryStream<Path> directory, Path name) throws IOException {
    if (isNone() || !counts(name)) {
      directory.deleteFile(name);
      return;
    }
    synchronized (this) {
      PosixFileAttributes gone = Confinement.attributes(directory, name);
      directory.deleteFile(name);
      gone(gone);
    }
  }

  void deleteDirectory(SecureDirectoryStream<Path> directory, Path name) throws IOException {
    directory.deleteDirectory(name);
    if (!isNone() && counts(name)) {
      add(-1, 0);
    }
  }

  /// Moves what may replace a file.
  void move(
      SecureDirectoryStream<Path> from, Path name, SecureDirectoryStream<Path> to, Path newName)
      throws IOException {
    if (isNone()) {
      from.move(name, to, newName);
      return;
    }
    // Nobody else makes, removes or replaces what is looked at.
    synchronized (this) {
      PosixFileAttributes replaced = Confinement.attributes(to, newName);
      from.move(name, to, newName);
      gone(replaced);
    }
  }

  /// A directory, seen where a file was moved to or deleted, has been moved away since.
  private void gone(@Nullable PosixFileAttributes attributes) {
    if (attributes != null && !attributes.isDirectory()) {
      add(-1, -bytes(attributes));
    }
  }
}
