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
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import wharf.files.FileProblem.Kind;

/// The most that a tree may hold, and how much it does. It counts as the system's quotas do: the
/// bytes of every file, and every file, link and directory; also what is kept of uploads that were
/// cut off. A file with two names counts twice.
///
/// What clients make and remove is counted as it happens; what others do in the folder is not seen
/// before it is counted again, which [Tree#open] does. An upload is charged for what it adds: who
/// replaces a file needs room for the larger of the two, and not for both, although both are on the
/// disk until the new one is whole.
///
/// For one tree; several processes over one folder share the count through a file. It may be wrong
/// until it is counted again: by a file that two processes remove or replace in the same instant,
/// and by the uploads of a process that was killed. Safe from many threads.
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

  /// The keys of the files that an upload is about to replace, which one upload each is spared; and
  /// whether such a file has gone meanwhile. What it counted as is given back when the upload ends:
  /// else the next one of its name would be spared, too, while all are on the disk.
  private final Map<Object, Charge> spared = new HashMap<>();

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

  /// The same with its count in `file`, which is made, for other processes to share. Nobody else is
  /// to write to that file, and it stays as long as there are such processes.
  public Quota sharedIn(Path file) throws IOException {
    return new Quota(mostBytes, mostEntries, map(file, StandardOpenOption.CREATE_NEW), false);
  }

  /// The same with the count of another process in `file`, which goes on.
  public Quota joining(Path file) throws IOException {
    return new Quota(mostBytes, mostEntries, map(file, LinkOption.NOFOLLOW_LINKS), true);
  }

  private static ByteBuffer map(Path file, OpenOption how) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, how)) {
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

  private void add(long bytes, long entries) {
    long _ = (long) LONG.getAndAdd(held, BYTES, bytes);
    long _ = (long) LONG.getAndAdd(held, ENTRIES, entries);
  }

  /// Adds what there is room for, or nothing.
  ///
  /// @throws FileProblem `NO_SPACE`
  private void reserve(VirtualPath path, long bytes, long entries) throws FileProblem {
    if (!isAdded(ENTRIES, entries, mostEntries)) {
      throw FileProblem.about(
          Kind.NO_SPACE,
          path,
          "cannot be made: the quota of %s files and directories is used up",
          mostEntries);
    }
    if (!isAdded(BYTES, bytes, mostBytes)) {
      add(0, -entries);
      throw tooLarge(path);
    }
  }

  private FileProblem tooLarge(VirtualPath path) {
    return FileProblem.about(Kind.NO_SPACE, path, "does not fit: the quota is %s bytes", mostBytes);
  }

  /// What makes it less is always added.
  private boolean isAdded(int counter, long more, long most) {
    while (true) {
      long now = (long) LONG.getVolatile(held, counter);
      if (more > 0 && now > most - more) {
        return false;
      }
      if (LONG.compareAndSet(held, counter, now, now + more)) {
        return true;
      }
    }
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
              found[1]++;
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (counts(file.getFileName())) {
              found[0] += bytes(attributes);
              found[1]++;
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException problem) {
            // A directory that nobody can read, and so no client; or it has gone since.
            if (!(problem instanceof NoSuchFileException)) {
              found[1]++;
            }
            return FileVisitResult.CONTINUE;
          }
        });
    LONG.setVolatile(held, BYTES, found[0]);
    LONG.setVolatile(held, ENTRIES, found[1]);
  }

  private static long bytes(BasicFileAttributes attributes) {
    return attributes.isRegularFile() ? attributes.size() : 0;
  }

  /// Whether it counts: what only holds a tree that is being made or removed does not.
  private static boolean counts(Path name) {
    return !name.equals(HiddenPlace.LOCK) && !Staging.isNewDirectory(name);
  }

  /// What one part of an upload, or one file of a copy, is counted as. One caller at a time.
  final class Charge {
    private long bytes;
    private long entries;

    private Charge(long bytes, long entries) {
      this.bytes = bytes;
      this.entries = entries;
    }

    long bytes() {
      return bytes;
    }

    /// Makes it so much.
    ///
    /// @throws FileProblem `NO_SPACE` when there is no room; it stays as it was
    void become(VirtualPath path, long newBytes, long newEntries) throws FileProblem {
      if (!isNone()) {
        reserve(path, newBytes - bytes, newEntries - entries);
      }
      bytes = newBytes;
      entries = newEntries;
    }

    /// The same with other bytes.
    void become(VirtualPath path, long newBytes) throws FileProblem {
      become(path, newBytes, entries);
    }

    /// Makes it less.
    void shrinkTo(long fewer) {
      if (!isNone()) {
        add(fewer - bytes, 0);
      }
      bytes = fewer;
    }

    /// How many of `wanted` bytes it could be.
    long affords(long wanted) {
      return isNone() ? wanted : Math.min(wanted, bytes + room());
    }

    /// It is gone.
    void release() {
      if (!isNone()) {
        add(-bytes, -entries);
      }
      bytes = 0;
      entries = 0;
    }
  }

  /// Of what is to be made.
  Charge nothing() {
    return new Charge(0, 0);
  }

  /// Of a part that was at rest, and so is counted already.
  Charge ofPart(Path name, long size) {
    return counts(name) ? new Charge(size, 1) : nothing();
  }

  /// Whether the file with this key is spared whoever asks, until [#spareNoMore]. Of two who
  /// replace one file at once only one is.
  synchronized boolean spares(Object key) {
    return spared.putIfAbsent(key, nothing()) == null;
  }

  synchronized void spareNoMore(Object key) {
    Charge owed = spared.remove(key);
    if (owed != null) {
      owed.release();
    }
  }

  /// Makes sure that there will be room where `bytes` are given back and `needed` are taken.
  ///
  /// @throws FileProblem `NO_SPACE`
  void requireRoom(VirtualPath path, long needed, long bytes) throws FileProblem {
    if (!isNone() && needed > bytes && bytes() - bytes > mostBytes - needed) {
      throw tooLarge(path);
    }
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
    reserve(path, 0, 1);
    boolean made = false;
    try {
      step.run();
      made = true;
    } finally {
      if (!made) {
        add(0, -1);
      }
    }
  }

  void deleteFile(SecureDirectoryStream<Path> directory, Path name) throws IOException {
    if (isNone() || !counts(name)) {
      directory.deleteFile(name);
      return;
    }
    // Nobody else removes or replaces what is looked at.
    synchronized (this) {
      PosixFileAttributes gone = Confinement.attributes(directory, name);
      if (gone == null) {
        throw new NoSuchFileException(name.toString());
      }
      directory.deleteFile(name);
      gone(gone);
    }
  }

  void deleteDirectory(SecureDirectoryStream<Path> directory, Path name) throws IOException {
    directory.deleteDirectory(name);
    if (!isNone() && counts(name)) {
      add(0, -1);
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
    synchronized (this) {
      PosixFileAttributes moved = Confinement.attributes(from, name);
      PosixFileAttributes replaced = Confinement.attributes(to, newName);
      from.move(name, to, newName);
      // Of two names of one file the system leaves both.
      if (moved != null
          && replaced != null
          && !Objects.equals(moved.fileKey(), replaced.fileKey())) {
        gone(replaced);
      }
    }
  }

  /// Moves the part `name`, of so many bytes, to where it replaces `target`, if that is there. It
  /// is spared nothing any more.
  ///
  /// @param charge of the part, which then is counted as any file
  /// @throws FileProblem `NO_SPACE` when there is no room for it; `IS_A_DIRECTORY`
  void publish(
      VirtualPath path,
      SecureDirectoryStream<Path> directory,
      Path name,
      Path target,
      Charge charge,
      long size)
      throws IOException {
    if (isNone()) {
      directory.move(name, directory, target);
      return;
    }
    synchronized (this) {
      PosixFileAttributes replaced = Confinement.attributes(directory, target);
      if (replaced != null && replaced.isDirectory()) {
        throw FileProblem.about(Kind.IS_A_DIRECTORY, path, "is a directory");
      }
      long bytes = size;
      long entries = 1;
      // Where another upload is spared what this replaces, that is given back when it ends.
      boolean later =
          replaced != null && spared.containsKey(Objects.requireNonNull(replaced.fileKey()));
      if (replaced != null && !later) {
        bytes -= bytes(replaced);
        entries--;
      }
      // First what makes it more, at last what makes it less: nobody takes what would be missed.
      charge.become(path, Math.max(bytes, charge.bytes), Math.max(entries, charge.entries));
      directory.move(name, directory, target);
      if (replaced != null && later) {
        gone(replaced);
      }
      charge.become(path, bytes, entries);
    }
  }

  /// A directory, seen where a file was moved to or deleted, has been moved away since.
  private void gone(PosixFileAttributes attributes) {
    if (attributes.isDirectory()) {
      return;
    }
    Charge owed = spared.get(Objects.requireNonNull(attributes.fileKey()));
    if (owed == null) {
      add(-bytes(attributes), -1);
    } else {
      owed.bytes += bytes(attributes);
      owed.entries++;
    }
  }

  /// Of a file's attributes, where there are any.
  static long size(@Nullable BasicFileAttributes attributes) {
    return attributes == null ? 0 : bytes(attributes);
  }
}
