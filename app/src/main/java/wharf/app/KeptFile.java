package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A file of lines that is kept for its owner alone and that several processes may change: by one
/// at a time, and then replaced at once, so that whoever reads it sees all of one state.
final class KeptFile {
  /// How long to wait for somebody else who edits it; a single edit takes less than a second.
  private static final Duration TURN = Duration.ofSeconds(30);

  static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final FileAttribute<Set<PosixFilePermission>> FOLDER_OF_OWNER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private KeptFile() {}

  /// What becomes of the lines.
  interface Edit {
    /// The lines that are to be there.
    ///
    /// @param lines those that are, to be changed or not; none where there is no file
    List<String> of(List<String> lines) throws IOException, Failure;
  }

  /// Its lines.
  static List<String> lines(Path file) throws IOException {
    try {
      return Files.readString(file).lines().toList();
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is no text in UTF-8", e);
    }
  }

  /// Its lines; none where there is no such file.
  static List<String> linesIfThere(Path file) throws IOException {
    try {
      return lines(file);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /// The same as [#edit] of a file whose folder is made, too, for its owner alone.
  static void editOwn(Path file, Edit edit) throws IOException, Failure {
    Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
    if (!Files.isDirectory(folder)) {
      Path _ = Files.createDirectories(folder, FOLDER_OF_OWNER);
    }
    edit(file, edit);
  }

  /// Edits it. The file is made if there is none, is replaced as a whole, and is readable to its
  /// owner only. Waits while another process, or thread, edits it.
  static void edit(Path given, Edit edit) throws IOException, Failure {
    // A link goes on leading to it.
    Path file = Files.exists(given) ? given.toRealPath() : given.toAbsolutePath();
    Path folder = Objects.requireNonNull(file.getParent());
    // Apart from the file, which is another one after each edit.
    Path turn = folder.resolve("." + file.getFileName() + ".lock");
    try (FileChannel channel = open(turn);
        FileLock _ = lock(channel, given)) {
      boolean there = Files.exists(file);
      List<String> before = there ? lines(file) : List.of();
      List<String> after = edit.of(new ArrayList<>(before));
      if (!there || !after.equals(before)) {
        replace(file, folder, after, there ? Files.getOwner(file) : null);
      }
    }
  }

  private static FileChannel open(Path turn) throws IOException {
    try {
      return FileChannel.open(
          turn, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNER_ONLY);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no folder " + turn.getParent(), e);
    }
  }

  private static FileLock lock(FileChannel channel, Path file) throws IOException, Failure {
    long until = System.nanoTime() + TURN.toNanos();
    while (System.nanoTime() - until < 0) {
      try {
        FileLock lock = channel.tryLock();
        if (lock != null) {
          return lock;
        }
      } catch (OverlappingFileLockException e) {
        // Another thread of this process.
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw Failure.interrupted();
      }
    }
    throw new Failure(
        ExitCode.LOCAL_DISK,
        "somebody else has been editing %s for %d seconds: try again when they have done"
            .formatted(file, TURN.toSeconds()),
        null);
  }

  private static void replace(
      Path file, Path folder, List<String> lines, @Nullable UserPrincipal owner)
      throws IOException {
    Path staged = Files.createTempFile(folder, "." + file.getFileName(), "", OWNER_ONLY);
    try {
      Files.write(staged, lines, UTF_8);
      // So that a server can go on reading what an administrator edits.
      if (owner != null && !owner.equals(Files.getOwner(staged))) {
        Path _ = Files.setOwner(staged, owner);
      }
      try (FileChannel written = FileChannel.open(staged, StandardOpenOption.WRITE)) {
        written.force(true);
      }
      Path _ =
          Files.move(
              staged, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      boolean _ = Files.deleteIfExists(staged);
    }
  }
}
