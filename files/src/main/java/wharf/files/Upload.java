package wharf.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import wharf.files.FileProblem.Kind;

/// A file on its way in. Its bytes go to a hidden part beside the target, and become the target in
/// one rename, or not at all; whoever reads the old file meanwhile goes on reading the old file.
///
/// ```
///   write* -> sync? -> publish     the target is the new file, durably
///                  \-> suspend     kept: the same owner can continue it, also after a restart
///                  \-> discard     gone
/// ```
///
/// One caller at a time, on any thread; interrupting that thread closes the file under it, after
/// which only suspending and discarding are left. Whoever began it ends it; [#close()] suspends
/// what nobody ended. The first ending counts: ending it again does nothing.
public final class Upload implements AutoCloseable {
  private static final int COMPARED_AT_ONCE = 256 << 10;

  /// Others may take room between two looks; they will not do so for ever.
  private static final int ATTEMPTS = 8;

  private final Staging staging;
  private final Hashes hashes;
  private final Durability durability;
  private final Confinement.Place place;
  private final Path target;
  private final Path kept;

  /// Of the file where it replaces none; null for what new files get.
  private @Nullable Set<PosixFilePermission> permissions;

  private Staging.Part part;
  private long position;

  /// How long the part is, or is about to be.
  private long length;

  /// Where writing began.
  private final long begin;

  /// So many bytes of the file that is there already does the quota spare this.
  private long spared;

  /// That file's key, while it does.
  private @Nullable Object sparedKey;

  /// What the quota has counted already.
  private final long counted;

  /// Whether that was behind what was kept of an earlier upload.
  private boolean continued;

  /// Whether it may become the file in the place of another.
  private boolean mayReplace = true;

  private boolean synced;
  private boolean published;
  private boolean ended;
  private @Nullable HashAlgorithm algorithm;
  private HashAlgorithm.@Nullable Hasher hasher;
  private @Nullable String hash;

  /// Whether [#publish] may replace a file that is not the one it began with.
  void mayReplace(boolean may) {
    mayReplace = may;
  }

  /// Whether the file that is there already, if there is one, is the beginning of this. What was
  /// kept of an upload may be of another; to find out takes as long as reading both.
  boolean addsToWhatIsThere(BooleanSupplier goOn) throws IOException {
    PosixFileAttributes there = place.attributes();
    if (there == null || !continued) {
      return true;
    }
    if (there.size() > position) {
      return false;
    }
    try (var published = Confinement.openFile(place.directory(), target, StandardOpenOption.READ)) {
      return isBeginning(published, part.channel(), goOn);
    }
  }

  private boolean isBeginning(FileChannel published, FileChannel kept, BooleanSupplier goOn)
      throws IOException {
    ByteBuffer one = ByteBuffer.allocate(COMPARED_AT_ONCE);
    ByteBuffer other = ByteBuffer.allocate(COMPARED_AT_ONCE);
    for (long at = 0; ; at += one.limit()) {
      if (!goOn.getAsBoolean()) {
        throw FileProblem.brokenOff(place.path(), "was not copied: that was broken off");
      }
      int count = published.read(one.clear(), at);
      if (count <= 0) {
        return true;
      }
      other.clear().limit(count);
      while (other.hasRemaining() && kept.read(other, at + other.position()) > 0) {}
      if (!one.flip().equals(other.flip())) {
        return false;
      }
    }
  }

  /// Takes over `place`.
  private Upload(
      Staging staging,
      Hashes hashes,
      Durability durability,
      Confinement.Place place,
      Path target,
      Path kept,
      Staging.Part part,
      @Nullable Object sparedKey,
      long position) {
    this.staging = staging;
    this.hashes = hashes;
    this.durability = durability;
    this.place = place;
    this.target = target;
    this.kept = kept;
    this.part = part;
    this.position = position;
    this.begin = position;
    this.length = position;
    this.sparedKey = sparedKey;
    this.spared = sparedKey == null ? 0 : Quota.size(place.attributes());
    this.counted = part.charge().bytes();
  }

  /// Begins an upload to `place`, which it takes over unless it throws.
  ///
  /// @param goOn asked while the published file is copied
  static Upload begin(
      Staging staging,
      Hashes hashes,
      Durability durability,
      Confinement.Place place,
      String owner,
      Start start,
      long whole,
      BooleanSupplier goOn)
      throws IOException {
    Path target = target(place);
    SecureDirectoryStream<Path> directory = place.directory();
    staging.tidy(directory);
    Path kept = staging.keptName(owner, target);
    PosixFileAttributes earlier = Confinement.attributes(directory, kept);
    long keptBytes = earlier == null || !earlier.isRegularFile() ? 0 : earlier.size();
    long publishedBytes = place.attributes() == null ? 0 : place.attributes().size();
    boolean continues =
        switch (start) {
          case Start.Fresh() -> false;
          case Start.At(long offset) -> offset > 0 && offset <= keptBytes;
          case Start.Append() -> keptBytes > 0;
        };
    if (!continues && start instanceof Start.At(long offset) && offset > publishedBytes) {
      throw tooFar(place, Math.max(keptBytes, publishedBytes));
    }
    Quota quota = staging.quota;
    quota.requireRoom(
        place.path(),
        whole - publishedBytes,
        // Either it goes on with what is kept, or that goes.
        keptBytes);
    Object sparedKey = spared(quota, place);
    Quota.Charge charge = quota.nothing();
    Staging.Part part = null;
    boolean begun = false;
    try {
      part = continues ? staging.take(directory, kept) : staging.takeEmpty(directory, kept);
      if (part == null && continues) {
        throw FileProblem.about(Kind.BUSY, place.path(), "is still being uploaded");
      }
      if (part == null) {
        charge.become(place.path(), 0, sparedKey == null ? 1 : 0);
        part = staging.makeEmpty(directory, kept, charge);
      }
      FileChannel channel = part.channel();
      if (continues) {
        long length = channel.size();
        long position = start instanceof Start.At(long offset) ? offset : length;
        if (position > length) {
          // It was cut meanwhile; writing there would leave a hole.
          throw tooFar(place, length);
        }
        channel.truncate(position).position(position);
        part.charge().shrinkTo(position);
      } else {
        copyPublished(place, target, channel, start, part.charge(), sparedKey != null, goOn);
      }
      var upload =
          new Upload(
              staging,
              hashes,
              durability,
              place,
              target,
              kept,
              part,
              sparedKey,
              channel.position());
      upload.continued = continues;
      begun = true;
      return upload;
    } finally {
      if (!begun) {
        spareNoMore(quota, sparedKey);
        if (part == null) {
          charge.release();
        } else if (continues) {
          staging.release(part);
        } else {
          staging.drop(directory, part);
        }
      }
    }
  }

  /// The key of the file at `place`, if the quota spares it this upload.
  private static @Nullable Object spared(Quota quota, Confinement.Place place) {
    PosixFileAttributes there = place.attributes();
    Object key = there == null ? null : there.fileKey();
    return key != null && !quota.isNone() && quota.spares(key) ? key : null;
  }

  /// Another upload may be, from now on.
  private void spareNoMore() {
    spareNoMore(staging.quota, sparedKey);
    sparedKey = null;
    spared = 0;
  }

  private static void spareNoMore(Quota quota, @Nullable Object key) {
    if (key != null) {
      quota.spareNoMore(key);
    }
  }

  private static Path target(Confinement.Place place) throws FileProblem {
    if (place.isDirectory()) {
      throw FileProblem.about(Kind.IS_A_DIRECTORY, place.path(), "is a directory");
    }
    place.requireServed();
    return place.nameInDirectory();
  }

  /// Begins a copy to `place`, which it takes over unless it throws. Uploads of the same target,
  /// and what is kept of them, are left alone. To be published or discarded, not suspended.
  ///
  /// @param permissions of the original, for where it replaces nothing
  static Upload beginCopy(
      Staging staging,
      Hashes hashes,
      Durability durability,
      Confinement.Place place,
      String owner,
      Set<PosixFilePermission> permissions)
      throws IOException {
    Path target = target(place);
    SecureDirectoryStream<Path> directory = place.directory();
    staging.tidy(directory);
    Path kept = staging.keptName(owner, target);
    Object sparedKey = spared(staging.quota, place);
    Quota.Charge charge = staging.quota.nothing();
    Staging.Part part = null;
    try {
      charge.become(place.path(), 0, sparedKey == null ? 1 : 0);
      part = staging.makeBeside(directory, kept, permissions, charge);
    } finally {
      if (part == null) {
        charge.release();
        spareNoMore(staging.quota, sparedKey);
      }
    }
    var upload = new Upload(staging, hashes, durability, place, target, kept, part, sparedKey, 0);
    PosixFileAttributes made = Confinement.attributes(directory, part.name());
    if (made != null) {
      var both = new HashSet<>(made.permissions());
      both.retainAll(permissions);
      upload.permissions = both;
    }
    return upload;
  }

  /// Copies as much of the published file as `start` builds on, and leaves `to` at its end.
  private static void copyPublished(
      Confinement.Place place,
      Path target,
      FileChannel to,
      Start start,
      Quota.Charge charge,
      boolean spared,
      BooleanSupplier goOn)
      throws IOException {
    if (place.attributes() == null
        || start instanceof Start.Fresh
        || (start instanceof Start.At(long offset) && offset == 0)) {
      return;
    }
    try (var from = Confinement.openFile(place.directory(), target, StandardOpenOption.READ)) {
      long wanted = start instanceof Start.At(long offset) ? offset : from.size();
      if (!spared) {
        charge.become(place.path(), wanted);
      }
      for (long done = 0; done < wanted; ) {
        if (!goOn.getAsBoolean()) {
          throw FileProblem.brokenOff(place.path(), "was not copied: that was broken off");
        }
        long n = from.transferTo(done, Math.min(Copy.AT_ONCE, wanted - done), to);
        if (n == 0) {
          throw tooFar(place, done);
        }
        done += n;
      }
    }
  }

  private static FileProblem tooFar(Confinement.Place place, long bytes) {
    return FileProblem.about(
        Kind.BAD_OFFSET, place.path(), "has only %s bytes to continue from", bytes);
  }

  /// How many bytes the file has so far, and so the offset of the next one.
  public long position() {
    return position;
  }

  /// Computes this hash of the whole file while it is written; does nothing where bytes are there
  /// already. It costs processor time in [#write], for SHA-256 about as much as the rest of it.
  public void hashing(HashAlgorithm wanted) {
    if (position == 0) {
      algorithm = wanted;
      hasher = wanted.hasher();
    }
  }

  /// The hash that [#hashing] asked for: "SHA-256 " and hexadecimal digits. Nothing before it is
  /// published, and where it could not be computed.
  public Optional<String> hash() {
    return Optional.ofNullable(hash).map(hex -> algorithm + " " + hex);
  }

  /// Writes all that remains in `bytes`.
  ///
  /// @throws FileProblem `NO_SPACE` when the disk is full, or the quota used up; [#position()]
  ///   tells how much was written
  /// @throws IllegalStateException after an ending
  public void write(ByteBuffer bytes) throws FileProblem {
    requireRunning();
    synced = false;
    grows(position + bytes.remaining());
    try {
      if (hasher != null) {
        hasher.update(bytes.duplicate());
      }
      while (bytes.hasRemaining()) {
        position += part.channel().write(bytes);
      }
    } catch (IOException e) {
      throw FileProblem.of(e, place.path());
    } finally {
      if (bytes.hasRemaining()) {
        grows(position);
      }
    }
  }

  /// It is about to have so many bytes: the quota counts what exceeds the file that it replaces.
  ///
  /// @throws FileProblem `NO_SPACE`
  void grows(long size) throws FileProblem {
    part.charge().become(place.path(), Math.max(counted, size - spared));
    length = size;
  }

  /// Where a copy is written to, instead of by [#write].
  FileChannel channel() {
    requireRunning();
    synced = false;
    return part.channel();
  }

  /// Of the part as it is now, and of the file that it becomes if nothing more is written.
  Optional<Hashes.Identity> identity() throws IOException {
    return Hashes.Identity.of(Confinement.attributes(place.directory(), part.name()));
  }

  /// Waits until the content is on the disk, which may take seconds: not for an event loop. Does
  /// nothing when nothing was written since, and where [Durability#NEVER] was chosen.
  ///
  /// @throws IllegalStateException after an ending
  public void sync() throws FileProblem {
    requireRunning();
    if (synced || durability == Durability.NEVER) {
      return;
    }
    try {
      part.channel().force(true);
      synced = true;
    } catch (IOException e) {
      throw FileProblem.of(e, place.path());
    }
  }

  /// Makes it the file of its name, replacing an earlier one and keeping that one's permissions.
  /// Syncs first if [#sync()] has not, and syncs the directory after: may take long. On return the
  /// file survives a power cut, unless [Durability#NEVER] was chosen.
  ///
  /// When it throws, the upload is still running and nothing is published; but for a failure to
  /// sync the directory, after which the file is published, and may yet be lost in a power cut.
  ///
  /// @throws IllegalStateException after [#suspend()] or [#discard()]
  public void publish() throws FileProblem {
    if (published) {
      return;
    }
    sync();
    SecureDirectoryStream<Path> directory = place.directory();
    try {
      PosixFileAttributes old = Confinement.attributes(directory, target);
      if (old != null && old.isDirectory()) {
        throw FileProblem.about(Kind.IS_A_DIRECTORY, place.path(), "is a directory");
      }
      if (old != null && old.isRegularFile()) {
        keepPermissions(directory, old.permissions());
      } else if (permissions != null) {
        keepPermissions(directory, permissions);
      }
      Optional<Hashes.Identity> identity = identity();
      synchronized (place.in().naming) {
        if (!mayReplace) {
          requireNothingElse(directory);
        }
        spareNoMore();
        staging.quota.publish(place.path(), directory, part.name(), target, part.charge(), length);
      }
      if (algorithm != null && hasher != null) {
        String hex = hasher.hex();
        hash = hex;
        HashAlgorithm of = algorithm;
        identity.ifPresent(it -> hashes.remember(it, of, hex));
      }
    } catch (IOException e) {
      throw FileProblem.of(e, place.path());
    }
    published = true;
    end(
        () -> {
          staging.release(part);
          if (durability == Durability.ALWAYS) {
            Confinement.sync(directory);
          }
        });
  }

  /// Others may have made a file of that name since it began.
  private void requireNothingElse(SecureDirectoryStream<Path> directory) throws IOException {
    PosixFileAttributes before = place.attributes();
    PosixFileAttributes now = Confinement.attributes(directory, target);
    if (now != null && (before == null || !Objects.equals(before.fileKey(), now.fileKey()))) {
      throw Tree.irreplaceable(place.path());
    }
  }

  private void keepPermissions(
      SecureDirectoryStream<Path> directory, Set<PosixFilePermission> permissions)
      throws IOException {
    PosixFileAttributes now = Confinement.attributes(directory, part.name());
    if (now == null || now.permissions().equals(permissions)) {
      return;
    }
    // The JDK opens the file to set them, and closes it, which loses our lock.
    part = staging.hide(directory, part, kept);
    directory
        .getFileAttributeView(part.name(), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setPermissions(permissions);
  }

  /// Whether there is anything that is nowhere else: not before something was written behind what
  /// was copied of the published file. That alone is not kept: when the file is another by then, it
  /// would bring the old one back.
  private boolean isWorthKeeping() {
    return continued ? position > 0 : position > begin;
  }

  /// Stops, and keeps what has come for [Start.At] or [Start.Append] of the same owner, if there is
  /// anything that is nowhere else; of two uploads of the same target that were cut off, the longer
  /// one is. Where the quota has no room for it beside the file that it was to replace, the end of
  /// it is lost.
  ///
  /// @return how many bytes are kept, of this or a longer one; 0 for none
  public long suspend() throws FileProblem {
    if (!isWorthKeeping() || ended) {
      discard();
      return 0;
    }
    spareNoMore();
    if (!isAffordable() || !isWorthKeeping()) {
      discard();
      return 0;
    }
    end(() -> staging.keep(place.directory(), part, kept));
    return position;
  }

  /// Whether the quota takes some of it, as a file of its own. The rest is cut off.
  private boolean isAffordable() {
    for (int i = 0; i < ATTEMPTS; i++) {
      long affordable = part.charge().affords(position);
      try {
        part.charge().become(place.path(), affordable, 1);
        if (affordable < position) {
          part.channel().truncate(affordable);
          position = affordable;
        }
        return true;
      } catch (FileProblem e) {
        // Others have taken the room meanwhile.
      } catch (IOException e) {
        return false;
      }
    }
    return false;
  }

  /// Stops, and forgets what has come.
  public void discard() throws FileProblem {
    end(() -> staging.drop(place.directory(), part));
  }

  /// Suspends, unless it has ended.
  @Override
  public void close() throws FileProblem {
    long _ = suspend();
  }

  private interface Ending {
    void run() throws IOException;
  }

  private void end(Ending ending) throws FileProblem {
    if (ended) {
      return;
    }
    ended = true;
    spareNoMore();
    try (place) {
      ending.run();
    } catch (IOException e) {
      throw FileProblem.of(e, place.path());
    }
  }

  private void requireRunning() {
    if (ended) {
      throw new IllegalStateException("the upload has ended");
    }
  }
}
