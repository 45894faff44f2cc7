package wharf.files;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import wharf.files.FileProblem.Kind;

/// The hashes of whole files, remembered for as long as a file is the same: it has the same place
/// on the disk, size and time of change. (Who changes a file in place and then sets its time back
/// deceives it, as every program that goes by the time.) Safe from many threads.
final class Hashes {
  /// So many are remembered; those that were asked for long ago go first.
  private static final int REMEMBERED = 10_000;

  private static final int AT_ONCE = 64 << 10;

  /// Who waits for others to have read asks so often whether to go on.
  private static final long ASKS_EVERY_MILLIS = 100;

  /// Reading takes processors and disk from transfers: half of them is enough.
  private final Semaphore reading =
      new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true);

  private final Map<Key, String> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, String> eldest) {
          return size() > REMEMBERED;
        }
      };

  /// A file as it was at a time.
  record Identity(Object place, long size, long modifiedNanos) {
    /// Nothing where the file system does not tell files apart.
    static Optional<Identity> of(@Nullable PosixFileAttributes file) {
      return file == null || file.fileKey() == null
          ? Optional.empty()
          : Optional.of(
              new Identity(
                  file.fileKey(), file.size(), file.lastModifiedTime().to(TimeUnit.NANOSECONDS)));
    }
  }

  private record Key(Identity file, HashAlgorithm algorithm) {}

  Optional<String> known(Identity file, HashAlgorithm algorithm) {
    synchronized (known) {
      return Optional.ofNullable(known.get(new Key(file, algorithm)));
    }
  }

  void remember(Identity file, HashAlgorithm algorithm, String hex) {
    synchronized (known) {
      known.put(new Key(file, algorithm), hex);
    }
  }

  /// The same content has another identity now: its time was set.
  void renamed(Identity before, Identity after) {
    synchronized (known) {
      for (HashAlgorithm algorithm : HashAlgorithm.values()) {
        String hex = known.remove(new Key(before, algorithm));
        if (hex != null) {
          known.put(new Key(after, algorithm), hex);
        } else {
          // Of another file that had this place, size and time before.
          known.remove(new Key(after, algorithm));
        }
      }
    }
  }

  /// There is another file with the same content.
  void copied(Identity original, Identity copy) {
    synchronized (known) {
      for (HashAlgorithm algorithm : HashAlgorithm.values()) {
        String hex = known.get(new Key(original, algorithm));
        if (hex != null) {
          known.put(new Key(copy, algorithm), hex);
        }
      }
    }
  }

  /// Reads the bytes from `from` to before `to`, which takes as long as reading takes, and may have
  /// to wait for others that read.
  ///
  /// @param goOn asked before every read, and while it waits; at the first "no" a [FileProblem] is
  ///   thrown
  String read(
      FileChannel file,
      VirtualPath path,
      HashAlgorithm algorithm,
      long from,
      long to,
      BooleanSupplier goOn)
      throws IOException {
    try {
      do {
        requireGoOn(goOn, path);
      } while (!reading.tryAcquire(ASKS_EVERY_MILLIS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
    try {
      HashAlgorithm.Hasher hasher = algorithm.hasher();
      ByteBuffer bytes = ByteBuffer.allocate(AT_ONCE);
      for (long at = from; at < to; ) {
        requireGoOn(goOn, path);
        bytes.clear().limit((int) Math.min(AT_ONCE, to - at));
        int count = file.read(bytes, at);
        if (count < 0) {
          throw FileProblem.about(Kind.BUSY, path, "became shorter while it was read");
        }
        at += count;
        hasher.update(bytes.flip());
      }
      return hasher.hex();
    } finally {
      reading.release();
    }
  }

  private static void requireGoOn(BooleanSupplier goOn, VirtualPath path) throws FileProblem {
    if (!goOn.getAsBoolean()) {
      throw FileProblem.brokenOff(path, "was not read to its end: that was broken off");
    }
  }
}
