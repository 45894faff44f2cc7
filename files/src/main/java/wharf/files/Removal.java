package wharf.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import wharf.files.FileProblem.Kind;

/// Takes directories apart. A link is removed, never followed. One caller.
final class Removal {
  /// What comes into a directory while it is being emptied is removed too, but not for ever.
  private static final int ATTEMPTS = 8;

  private final Names names;
  private final Staging staging;
  private final BooleanSupplier goOn;
  private Predicate<List<String>> spared = _ -> false;
  private long removed;

  /// @param goOn is asked before every entry; at the first "no" a [FileProblem] is thrown
  Removal(Names names, Staging staging, BooleanSupplier goOn) {
    this.names = names;
    this.staging = staging;
    this.goOn = goOn;
  }

  /// Has [#requireUnused] refuse a directory in which there is one of these.
  ///
  /// @param names told those from that directory down
  void sparing(Predicate<List<String>> names) {
    spared = names;
  }

  /// How many entries were removed, parts of uploads not counted.
  long removed() {
    return removed;
  }

  /// Makes sure that no upload is running in the open `directory` nor below it, and no copy.
  ///
  /// @param path of `directory`
  void requireUnused(SecureDirectoryStream<Path> directory, VirtualPath path) throws IOException {
    requireUnused(directory, path, List.of());
  }

  private void requireUnused(
      SecureDirectoryStream<Path> directory, VirtualPath path, List<String> below)
      throws IOException {
    requireDepth(path, below.size() + 1);
    try {
      for (Path entry : directory) {
        Path name = entry.getFileName();
        requireGoOn(path);
        if (Staging.isReserved(name)) {
          if (staging.isInUse(directory, name)) {
            throw FileProblem.about(Kind.BUSY, path, "is being uploaded into");
          }
          continue;
        }
        var place = new ArrayList<>(below);
        place.add(names.text(name));
        if (spared.test(place)) {
          throw FileProblem.about(Kind.NOT_EMPTY, path, "is not empty");
        }
        PosixFileAttributes attributes = Confinement.attributes(directory, name);
        if (attributes != null && attributes.isDirectory()) {
          VirtualPath where = names.below(path, name);
          try (var inner = Confinement.enter(directory, name, where)) {
            requireUnused(inner, where, place);
          } catch (NoSuchFileException e) {
            // Somebody else removed it.
          }
        }
      }
    } catch (DirectoryIteratorException e) {
      throw FileProblem.of(Objects.requireNonNull(e.getCause()), path);
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }

  /// Removes `name` from `parent`, with all in it; does nothing when there is none.
  ///
  /// @param path for problems
  void remove(SecureDirectoryStream<Path> parent, Path name, VirtualPath path) throws IOException {
    remove(parent, name, path, 1);
  }

  private void remove(SecureDirectoryStream<Path> parent, Path name, VirtualPath path, int depth)
      throws IOException {
    try {
      requireGoOn(path);
      PosixFileAttributes attributes = Confinement.attributes(parent, name);
      if (attributes == null) {
        return;
      }
      if (attributes.isDirectory()) {
        removeDirectory(parent, name, path, depth);
      } else {
        staging.deleteFile(parent, name);
      }
      if (!Staging.isReserved(name)) {
        removed++;
      }
    } catch (NoSuchFileException e) {
      // Somebody else was faster.
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }

  private void removeDirectory(
      SecureDirectoryStream<Path> parent, Path name, VirtualPath path, int depth)
      throws IOException {
    requireDepth(path, depth);
    for (int attempt = 1; ; attempt++) {
      try (var inner = Confinement.enter(parent, name, path)) {
        for (Path entry : inner) {
          Path child = entry.getFileName();
          remove(inner, child, names.below(path, child), depth + 1);
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
      try {
        staging.quota.deleteDirectory(parent, name);
        return;
      } catch (DirectoryNotEmptyException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /// Each level keeps a directory open. No client makes a deeper one.
  static void requireDepth(VirtualPath path, int depth) throws FileProblem {
    if (depth > VirtualPath.MAX_DEPTH) {
      throw FileProblem.about(
          Kind.DENIED, path, "is nested more than %s directories deep", VirtualPath.MAX_DEPTH);
    }
  }

  private void requireGoOn(VirtualPath path) throws FileProblem {
    if (!goOn.getAsBoolean()) {
      throw FileProblem.brokenOff(path, "was not removed: that was broken off");
    }
  }
}
