package wharf.files;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import wharf.files.FileProblem.Kind;

/// A directory out of sight in which a tree is put together before it appears, or taken apart after
/// it has gone: both are one rename to those who look.
///
/// ```
///   .wharf-dir-<random>/
///     .wharf-lock.part     held as the part of an upload is, so that nobody takes this for abandoned
///     tree                 what it is about
/// ```
///
/// It lies beside where the tree belongs, so on the same file system. What a killed process leaves
/// of it is removed as abandoned parts are ([Staging]). One caller, who closes it.
final class HiddenPlace implements AutoCloseable {
  static final Path TREE = Path.of("tree");
  static final Path LOCK = Path.of(VirtualPath.RESERVED_PREFIX + "lock.part");

  private final Staging staging;
  private final SecureDirectoryStream<Path> parent;
  private final Path name;
  private final SecureDirectoryStream<Path> inside;
  private final Staging.Part lock;

  private HiddenPlace(
      Staging staging,
      SecureDirectoryStream<Path> parent,
      Path name,
      SecureDirectoryStream<Path> inside,
      Staging.Part lock) {
    this.staging = staging;
    this.parent = parent;
    this.name = name;
    this.inside = inside;
    this.lock = lock;
  }

  /// Makes one in the open directory `parent`, for something at `path`.
  static HiddenPlace make(
      Confinement confinement,
      Staging staging,
      SecureDirectoryStream<Path> parent,
      VirtualPath path)
      throws IOException {
    Path name = Staging.newDirectoryName();
    confinement.makeDirectory(parent, name);
    HiddenPlace made = null;
    SecureDirectoryStream<Path> inside = null;
    try {
      inside = Confinement.enter(parent, name, path);
      Staging.Part lock = staging.make(inside, LOCK, staging.quota.nothing());
      if (lock == null) {
        throw FileProblem.about(Kind.BUSY, path, "changed while it was being reached");
      }
      made = new HiddenPlace(staging, parent, name, inside, lock);
      return made;
    } finally {
      if (made == null) {
        if (inside != null) {
          inside.close();
        }
        removeIfEmpty(parent, name);
      }
    }
  }

  SecureDirectoryStream<Path> inside() {
    return inside;
  }

  /// Only tidying: what cannot be removed stays hidden, and is removed when it is old.
  @Override
  public void close() {
    try (inside) {
      staging.drop(inside, lock);
    } catch (IOException e) {
      // What mattered has been done, or its problem is on its way.
    }
    removeIfEmpty(parent, name);
  }

  private static void removeIfEmpty(SecureDirectoryStream<Path> parent, Path name) {
    try {
      parent.deleteDirectory(name);
    } catch (IOException e) {
      // As above.
    }
  }
}
