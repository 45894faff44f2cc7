package wharf.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The parts of unfinished uploads: how they are named, who holds them, when they are forgotten.
///
/// A part lies in the directory of its target, so that publishing it is one rename. Its name
/// follows from the owner and the target's name, so that it is found again without a journal:
///
/// ```
///   .wharf-<hash of owner and name>.part             the kept part, or the one being written
///   .wharf-<hash of owner and name>-<random>.part    a second upload at the same time
///   .wharf-dir-<random>                              a directory on its way; a [HiddenPlace]
///   .wharf-link-<random>                             a link on its way
/// ```
///
/// Who writes a part holds it: within this tree by a set, between processes by a file lock. The set
/// is not an economy: a POSIX lock is lost as soon as the process closes *any* descriptor of the
/// file, so a part known to be held here is never opened to try its lock. (Two trees of one process
/// over the same folder still keep apart, by the JDK's own table; only other processes would then
/// see the lock lost.)
final class Staging {
  /// A part that nobody touched for so long is removed when its directory is next used.
  static final Duration KEPT_FOR = Duration.ofDays(7);

  /// A directory that is uploaded into is searched for abandoned parts no more often than this.
  private static final Duration SEARCHED_EVERY = Duration.ofDays(1);

  private static final String NEW_DIRECTORY = VirtualPath.RESERVED_PREFIX + "dir-";

  /// How many directories are remembered as searched.
  private static final int SEARCHED_MEMORY = 256;

  /// Of what a killed process left of a tree, so many entries are removed at a time: a listing
  /// waits for that.
  private static final int SWEPT_AT_ONCE = 1000;

  /// Another process may take a part between two calls; it will not do so for ever.
  private static final int ATTEMPTS = 8;

  private final InstantSource clock;
  private final Names names;
  final Quota quota;

  /// File keys of the parts held by this tree's uploads.
  private final Set<Object> held = new HashSet<>();

  /// When each directory, by its file key, was last searched; the least recent is forgotten.
  private final Map<Object, Instant> searched =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Instant> eldest) {
          return size() > SEARCHED_MEMORY;
        }
      };

  Staging(InstantSource clock, Names names, Quota quota) {
    this.clock = clock;
    this.names = names;
    this.quota = quota;
  }

  /// A part that is ours until released.
  ///
  /// @param charge what it counts as in the quota, until it is a file, or kept, or gone
  record Part(FileChannel channel, Path name, Object key, Quota.Charge charge) {}

  static boolean isReserved(Path name) {
    return name.toString().startsWith(VirtualPath.RESERVED_PREFIX);
  }

  static Path newDirectoryName() {
    return Path.of(NEW_DIRECTORY + random());
  }

  static boolean isNewDirectory(Path name) {
    return name.toString().startsWith(NEW_DIRECTORY);
  }

  Path keptName(String owner, Path target) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      // The length keeps ("ab", "c") and ("a", "bc") apart.
      String key = owner.length() + ":" + owner + names.text(target);
      byte[] hash = digest.digest(key.getBytes(StandardCharsets.UTF_8));
      return Path.of(VirtualPath.RESERVED_PREFIX + HexFormat.of().formatHex(hash, 0, 16) + ".part");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static Path otherName(Path kept) {
    return Path.of(kept.toString().replace(".part", "-" + random() + ".part"));
  }

  private static String random() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }

  /// Takes the part called `name`, to write; null when it is held by someone, or is missing.
  synchronized @Nullable Part take(SecureDirectoryStream<Path> directory, Path name)
      throws IOException {
    BasicFileAttributes seen = Confinement.attributes(directory, name);
    if (seen == null || !seen.isRegularFile() || held.contains(key(seen))) {
      return null;
    }
    try {
      return lock(
          directory,
          name,
          Confinement.openFile(directory, name, StandardOpenOption.READ, StandardOpenOption.WRITE),
          seen);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /// Makes the part called `name`, and takes it; null when there is something of that name, or
  /// another process was faster.
  ///
  /// @param charge its own, from now on
  synchronized @Nullable Part make(
      SecureDirectoryStream<Path> directory, Path name, Quota.Charge charge) throws IOException {
    try {
      // Not kept open: what was opened here cannot be told from what the name means a moment later,
      // if another process takes, publishes and makes anew. Taking tells them apart.
      Confinement.openFile(directory, name, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)
          .close();
    } catch (FileAlreadyExistsException e) {
      return null;
    }
    return charged(take(directory, name), charge);
  }

  private static @Nullable Part charged(@Nullable Part part, Quota.Charge charge) {
    return part == null ? null : new Part(part.channel(), part.name(), part.key(), charge);
  }

  /// Takes the kept part, whose content is gone; null when there is none, or it is held.
  @Nullable Part takeEmpty(SecureDirectoryStream<Path> directory, Path kept) throws IOException {
    Part part = take(directory, kept);
    if (part == null) {
      return null;
    }
    boolean empty = false;
    try {
      part.channel().truncate(0);
      part.charge().shrinkTo(0);
      empty = true;
      return part;
    } finally {
      if (!empty) {
        release(part);
      }
    }
  }

  /// Makes the kept part, or another for the same target where there is one.
  Part makeEmpty(SecureDirectoryStream<Path> directory, Path kept, Quota.Charge charge)
      throws IOException {
    Part part = make(directory, kept, charge);
    for (int i = 0; part == null && i < ATTEMPTS; i++) {
      part = make(directory, otherName(kept), charge);
    }
    if (part == null) {
      throw new IOException("no part could be made");
    }
    return part;
  }

  /// Makes a part beside the kept one, which stays, with these permissions as far as the process
  /// gives them; but its owner can always write it.
  synchronized Part makeBeside(
      SecureDirectoryStream<Path> directory,
      Path kept,
      Set<PosixFilePermission> permissions,
      Quota.Charge charge)
      throws IOException {
    Set<PosixFilePermission> atFirst =
        EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    atFirst.addAll(permissions);
    for (int i = 0; i < ATTEMPTS; i++) {
      Path name = otherName(kept);
      Confinement.makeFile(directory, name, atFirst).close();
      Part part = charged(take(directory, name), charge);
      if (part != null) {
        return part;
      }
    }
    throw new IOException("no part could be made");
  }

  /// Locks an open part, and makes sure that it is what was `seen` and what the name still means:
  /// its holder may have published or removed it between our look, our opening and our lock. The
  /// time it was made is compared too, as the number of a removed file is soon given to a new one.
  @Nullable Part lock(
      SecureDirectoryStream<Path> directory,
      Path name,
      FileChannel channel,
      BasicFileAttributes seen)
      throws IOException {
    Part part = null;
    try {
      if (isLocked(channel)) {
        BasicFileAttributes now = Confinement.attributes(directory, name);
        if (now != null
            && key(now).equals(key(seen))
            && now.creationTime().equals(seen.creationTime())) {
          part = new Part(channel, name, key(now), quota.ofPart(name, now.size()));
          held.add(part.key());
        }
      }
      return part;
    } finally {
      if (part == null) {
        channel.close();
      }
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /// Moves `part` to a name that nobody else derives. Whoever is about to have another descriptor
  /// of it closed, and so to lose the lock, does this first.
  Part hide(SecureDirectoryStream<Path> directory, Part part, Path kept) throws IOException {
    if (!part.name().equals(kept)) {
      return part;
    }
    Path name = otherName(kept);
    directory.move(part.name(), directory, name);
    return new Part(part.channel(), name, part.key(), part.charge());
  }

  /// Lets go of the part, which stays where it is. Releasing again does nothing.
  synchronized void release(Part part) throws IOException {
    try {
      part.channel().close();
    } finally {
      held.remove(part.key());
    }
  }

  /// Whether an upload of this tree is writing the part.
  synchronized boolean isHeld(BasicFileAttributes part) {
    return held.contains(key(part));
  }

  /// Ends `part`, keeping its content under the `kept` name. An empty part is not worth keeping; of
  /// two, the longer one is kept; and next to a running upload of the same target, none.
  synchronized void keep(SecureDirectoryStream<Path> directory, Part part, Path kept)
      throws IOException {
    try {
      BasicFileAttributes ours = Confinement.attributes(directory, part.name());
      if (ours == null) {
        part.charge().release();
        return;
      }
      if (ours.size() == 0) {
        directory.deleteFile(part.name());
        part.charge().release();
      } else if (!part.name().equals(kept)) {
        // An empty one is made where there is none: to hold the name while ours is moved over it.
        Part made = make(directory, kept, quota.nothing());
        Part rival = made == null ? take(directory, kept) : made;
        boolean settled = false;
        try {
          if (rival != null && rival.channel().size() < ours.size()) {
            directory.move(part.name(), directory, kept);
            rival.charge().release();
          } else {
            directory.deleteFile(part.name());
            part.charge().release();
          }
          settled = true;
        } finally {
          if (made != null && !settled) {
            drop(directory, made);
          } else if (rival != null) {
            release(rival);
          }
        }
      }
    } finally {
      release(part);
    }
  }

  /// Ends `part`, removing it.
  synchronized void drop(SecureDirectoryStream<Path> directory, Part part) throws IOException {
    try {
      directory.deleteFile(part.name());
      part.charge().release();
    } catch (NoSuchFileException e) {
      // Someone with an account on this machine tidied up; it is gone, as wanted.
      part.charge().release();
    } finally {
      release(part);
    }
  }

  /// Deletes a file, which may be a part that somebody has begun in this instant: what that counts
  /// as, its own upload settles.
  void deleteFile(SecureDirectoryStream<Path> directory, Path name) throws IOException {
    if (!isReserved(name)) {
      quota.deleteFile(directory, name);
      return;
    }
    synchronized (this) {
      PosixFileAttributes attributes = Confinement.attributes(directory, name);
      if (attributes != null && isHeld(attributes)) {
        directory.deleteFile(name);
      } else {
        quota.deleteFile(directory, name);
      }
    }
  }

  /// Removes the reserved `name` if it is older than [#KEPT_FOR] and nobody's. Only tidying: what
  /// cannot be removed is left for another time.
  synchronized void removeIfAbandoned(SecureDirectoryStream<Path> directory, Path name) {
    try {
      BasicFileAttributes attributes = Confinement.attributes(directory, name);
      if (attributes == null
          || attributes.lastModifiedTime().toInstant().isAfter(clock.instant().minus(KEPT_FOR))) {
        return;
      }
      remove(directory, name, attributes, VirtualPath.ROOT);
    } catch (IOException e) {
      // Not ours to remove, or gone, or the disk fails: whoever uses the directory will be told.
    }
  }

  /// Whether nobody holds it, and so it is gone.
  private boolean remove(
      SecureDirectoryStream<Path> directory,
      Path name,
      BasicFileAttributes attributes,
      VirtualPath path)
      throws IOException {
    if (attributes.isDirectory()) {
      return removeDirectory(directory, name, path);
    }
    if (!attributes.isRegularFile()) {
      // A link or pipe that somebody put there: nothing of ours, and nothing to open.
      quota.deleteFile(directory, name);
      return true;
    }
    Part part = take(directory, name);
    if (part == null) {
      return false;
    }
    drop(directory, part);
    return true;
  }

  /// What is left of a [HiddenPlace]. Its age is that of its lock and its one tree, so it does not
  /// grow young while the tree is removed bit by bit.
  private boolean removeDirectory(
      SecureDirectoryStream<Path> directory, Path name, VirtualPath path) throws IOException {
    try (var inside = Confinement.enter(directory, name, path)) {
      Part lock = null;
      if (Confinement.attributes(inside, HiddenPlace.LOCK) != null) {
        lock = take(inside, HiddenPlace.LOCK);
        if (lock == null) {
          return false;
        }
      }
      var left = new AtomicInteger(SWEPT_AT_ONCE);
      try {
        var removal = new Removal(names, this, () -> left.getAndDecrement() > 0);
        removal.remove(inside, HiddenPlace.TREE, path);
        for (Path unfinished : reservedNames(inside)) {
          if (!unfinished.equals(HiddenPlace.LOCK)) {
            removal.remove(inside, unfinished, path);
          }
        }
        if (lock != null) {
          inside.deleteFile(HiddenPlace.LOCK);
        }
      } catch (FileProblem e) {
        if (left.get() < 0) {
          // The rest another time.
          return false;
        }
        throw e;
      } finally {
        if (lock != null) {
          release(lock);
        }
      }
    }
    quota.deleteDirectory(directory, name);
    return true;
  }

  /// Whether somebody is writing the reserved `name`, or has a tree in it.
  synchronized boolean isInUse(SecureDirectoryStream<Path> directory, Path name)
      throws IOException {
    PosixFileAttributes attributes = Confinement.attributes(directory, name);
    if (attributes == null) {
      return false;
    }
    if (attributes.isDirectory()) {
      try (var inside = Confinement.enter(directory, name, VirtualPath.ROOT)) {
        return isInUse(inside, HiddenPlace.LOCK);
      } catch (NoSuchFileException e) {
        return false;
      }
    }
    if (!attributes.isRegularFile()) {
      return false;
    }
    Part part = take(directory, name);
    if (part == null) {
      return Confinement.attributes(directory, name) != null;
    }
    release(part);
    return false;
  }

  /// Searches for abandoned parts; an upload calls this, as some directories are never listed.
  void tidy(SecureDirectoryStream<Path> directory) throws IOException {
    Object key = key(Confinement.attributes(directory));
    Instant now = clock.instant();
    synchronized (this) {
      Instant last = searched.get(key);
      if (last != null && now.isBefore(last.plus(SEARCHED_EVERY))) {
        return;
      }
      searched.put(key, now);
    }
    for (Path name : reservedNames(directory)) {
      removeIfAbandoned(directory, name);
    }
  }

  /// Empties a directory that holds nothing but parts nobody is writing.
  ///
  /// @param path of `directory`
  /// @return what it holds after that
  synchronized Remains clear(SecureDirectoryStream<Path> directory, VirtualPath path)
      throws IOException {
    var parts = new ArrayList<Path>();
    try (var entries = list(directory)) {
      for (Path entry : entries) {
        if (!isReserved(entry.getFileName())) {
          return Remains.ENTRIES;
        }
        parts.add(entry.getFileName());
      }
    }
    for (Path name : parts) {
      BasicFileAttributes attributes = Confinement.attributes(directory, name);
      if (attributes != null && isHeld(attributes)) {
        return Remains.RUNNING_UPLOAD;
      }
    }
    for (Path name : parts) {
      BasicFileAttributes attributes = Confinement.attributes(directory, name);
      if (attributes != null && !remove(directory, name, attributes, path)) {
        return Remains.RUNNING_UPLOAD;
      }
    }
    return Remains.NOTHING;
  }

  enum Remains {
    NOTHING,
    ENTRIES,
    RUNNING_UPLOAD
  }

  private List<Path> reservedNames(SecureDirectoryStream<Path> directory) throws IOException {
    var found = new ArrayList<Path>();
    try (var entries = list(directory)) {
      for (Path entry : entries) {
        if (isReserved(entry.getFileName())) {
          found.add(entry.getFileName());
        }
      }
    }
    return found;
  }

  /// A second stream: a directory stream can be iterated only once.
  private static SecureDirectoryStream<Path> list(SecureDirectoryStream<Path> directory)
      throws IOException {
    return directory.newDirectoryStream(Confinement.HERE, LinkOption.NOFOLLOW_LINKS);
  }

  private static Object key(BasicFileAttributes attributes) {
    return Objects.requireNonNull(attributes.fileKey(), "POSIX files have keys");
  }
}
