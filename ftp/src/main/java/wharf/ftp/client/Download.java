package wharf.ftp.client;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import wharf.net.TimedWire;

/// Fetches a file so that its name always stands for a whole file:
///
/// ```
/// bytes -> NAME.part -> sizes agree? -> hashes agree? -> fsync -> set the time -> rename to NAME
///              |                             |
///              |                             +-- if not: NAME.bad, and nothing goes on from it
///              +-- kept when anything else fails; a later run goes on from there
/// ```
///
/// A part is gone on with only if the server's file is no newer than it (an interrupted run leaves
/// the part with the time of the file that it is a part of), and if it is seen to be one: by the
/// hash of as many bytes, where the server tells it, else by fetching its end again. Otherwise, and
/// when a file that was resumed turns out to have the wrong hash, it is fetched from the beginning.
public final class Download {
  /// How much of a part's end is fetched again, to see whether the file is still the same; also
  /// what is not worth to be gone on with.
  private static final int OVERLAP = 64 * 1024;

  private final FtpClient client;
  private final String remote;
  private final Path target;
  private final Path part;
  private final TransferOptions options;
  private final Progress progress;
  private final OptionalLong size;
  private final @Nullable Instant modified;

  private Download(
      FtpClient client, String remote, Path target, TransferOptions options, Progress progress)
      throws FtpException {
    this.client = client;
    this.remote = remote;
    this.target = target;
    this.part = partOf(target);
    this.options = options;
    this.progress = progress;
    this.size = client.size(remote);
    this.modified = client.modified(remote).orElse(null);
  }

  /// Fetches `remote` to `target`, replacing it at the end.
  public static Receipt run(
      FtpClient client, String remote, Path target, TransferOptions options, Progress progress)
      throws FtpException {
    if (Files.isDirectory(target)) {
      throw new FtpException.LocalDisk(target + " is a folder, not a file", null);
    }
    return new Download(client, remote, target, options, progress).run();
  }

  /// Copies all of `remote` to `into`, for who has no use for a file. When it turns out not to be
  /// what the server has, the bytes are out already.
  public static Receipt run(
      FtpClient client,
      String remote,
      WritableByteChannel into,
      TransferOptions options,
      Progress progress)
      throws FtpException {
    OptionalLong size = client.size(remote);
    Hasher hasher = hasher(client, options);
    progress.begin(0, size.orElse(-1));
    long moved = client.retrieve(remote, 0, hashing(into, hasher), progress).bytes();
    if (size.isPresent() && moved != size.getAsLong()) {
      OptionalLong now = client.size(remote);
      if (now.isEmpty() || now.getAsLong() != moved) {
        throw new FtpException.Mismatch(
            "the server called %s complete, but %d of %d bytes came; get it again"
                .formatted(Refusal.quote(remote), moved, size.getAsLong()));
      }
    }
    Optional<Hashes.Told> told = told(client, remote, hasher, moved, progress);
    if (told.isPresent() && hasher != null && !told.get().hex().equals(hasher.hex())) {
      throw new FtpException.Mismatch(differs(remote, hasher, told.get()) + "; get it again");
    }
    return new Receipt(moved, moved, verification(told, size.isPresent()));
  }

  /// Where the bytes are until the file is whole.
  public static Path partOf(Path target) {
    return target.resolveSibling(target.getFileName() + ".part");
  }

  /// Where a file is put that has the right size and the wrong content.
  public static Path badOf(Path target) {
    return target.resolveSibling(target.getFileName() + ".bad");
  }

  private Receipt run() throws FtpException {
    boolean done = false;
    try (FileChannel file = open(part)) {
      // Who does not want to verify does not want two halves of different files, either.
      Hasher hasher = hasher(client);
      long from = resumable(file, hasher);
      Receipt receipt = from > 0 ? resumed(file, from, hasher) : null;
      if (receipt == null) {
        receipt = afresh(file);
      }
      file.force(true);
      if (modified != null && options.keepTimes()) {
        Files.setLastModifiedTime(part, FileTime.from(modified));
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      done = true;
      return receipt;
    } catch (FtpException e) {
      throw e;
    } catch (IOException e) {
      throw localDisk("cannot save " + target, e);
    } finally {
      if (!done) {
        keep();
      }
    }
  }

  private Receipt afresh(FileChannel file) throws IOException {
    Hasher hasher = hasher(client, options);
    file.truncate(0);
    progress.begin(0, size.orElse(-1));
    long moved = client.retrieve(remote, 0, new PartSink(file, 0, 0, hasher), progress).bytes();
    compareSizes(moved);
    Optional<Hashes.Told> told = told(client, remote, hasher, moved, progress);
    if (told.isPresent() && hasher != null && !told.get().hex().equals(hasher.hex())) {
      Path bad = badOf(target);
      Files.move(part, bad, StandardCopyOption.REPLACE_EXISTING);
      throw new FtpException.Mismatch(
          "%s; it is kept in %s, get it again".formatted(differs(remote, hasher, told.get()), bad));
    }
    return new Receipt(moved, moved, verification(told, size.isPresent()));
  }

  /// Goes on from a part.
  ///
  /// @param hasher has taken in the part
  /// @return null if it is none, and the file has to be fetched from the beginning
  private @Nullable Receipt resumed(FileChannel file, long have, @Nullable Hasher hasher)
      throws IOException {
    long from = Math.max(0, have - OVERLAP);
    if (hasher != null) {
      Optional<Hashes.Told> told = client.hashing().ofFirst(remote, hasher.algorithm(), have);
      if (told.isPresent() && !told.get().hex().equals(hasher.hex())) {
        startOver("by its %s".formatted(hasher.algorithm()));
        return null;
      }
      // With all of it here, its hash tells more than its end does.
      from = told.isPresent() || have == size.orElse(-1) ? have : from;
    }
    file.truncate(have);
    progress.begin(from, size.orElse(-1));
    PartSink sink = new PartSink(file, from, have, hasher);
    long moved = 0;
    if (from < size.orElse(-1)) {
      try {
        moved = client.retrieve(remote, from, sink, progress).bytes();
      } catch (FtpException.Refused e) {
        if (!e.unsupported()) {
          throw e;
        }
        progress.startedOver("the server cannot resume");
        return null;
      } catch (FtpException.LocalDisk e) {
        if (!sink.differs() || !client.usable()) {
          throw e;
        }
        startOver("by its end");
        return null;
      }
    }
    compareSizes(from + moved);
    Optional<Hashes.Told> told = told(client, remote, hasher, from + moved, progress);
    if (told.isPresent() && hasher != null && !told.get().hex().equals(hasher.hex())) {
      startOver("by its %s".formatted(hasher.algorithm()));
      return null;
    }
    return new Receipt(from + moved, moved, verification(told, size.isPresent()));
  }

  private void startOver(String seen) {
    progress.startedOver(
        Printable.of("what was in %s is, %s, no part of the file any more".formatted(part, seen)));
  }

  private void compareSizes(long came) throws FtpException {
    if (size.isEmpty() || came == size.getAsLong()) {
      return;
    }
    // A file that grew while it was read is whole if it is as long as it is now.
    OptionalLong now = client.size(remote);
    if (now.isEmpty() || now.getAsLong() != came) {
      throw new FtpException.Mismatch(
          ("the server called %s complete, but %d of %d bytes came; they are kept in %s, get it"
                  + " again and continue from there")
              .formatted(Refusal.quote(remote), came, size.getAsLong(), part));
    }
  }

  /// What the server says of a file that is here.
  ///
  /// @return nothing if it was not to be asked, or does not know
  private static Optional<Hashes.Told> told(
      FtpClient client, String remote, @Nullable Hasher hasher, long size, Progress progress)
      throws FtpException {
    if (hasher == null) {
      return Optional.empty();
    }
    progress.verifying();
    return client.hashing().ifTold(remote, hasher.algorithm(), size);
  }

  private static Verification verification(Optional<Hashes.Told> told, boolean sizesAgree) {
    if (told.isPresent()) {
      return new Verification.ByHash(
          told.get().command(), told.get().algorithm(), told.get().hex());
    }
    return sizesAgree ? new Verification.BySize() : new Verification.None();
  }

  private static String differs(String remote, Hasher here, Hashes.Told there) {
    return "all of %s came, but it is not what the server says it has: its %s is %s, not %s"
        .formatted(Refusal.quote(remote), here.algorithm(), here.hex(), there.hex());
  }

  private static @Nullable Hasher hasher(FtpClient client, TransferOptions options) {
    return options.verify() ? hasher(client) : null;
  }

  /// One of the best that the server can tell.
  static @Nullable Hasher hasher(FtpClient client) {
    return client.hashing().preferred().map(Hasher::new).orElse(null);
  }

  private static WritableByteChannel hashing(WritableByteChannel into, @Nullable Hasher hasher) {
    if (hasher == null) {
      return into;
    }
    return new WritableByteChannel() {
      @Override
      public int write(ByteBuffer from) throws IOException {
        ByteBuffer all = from.slice();
        int written = into.write(from);
        hasher.update(all.limit(written));
        return written;
      }

      @Override
      public boolean isOpen() {
        return into.isOpen();
      }

      @Override
      public void close() throws IOException {
        into.close();
      }
    };
  }

  private static FileChannel open(Path part) throws FtpException {
    FileChannel file = null;
    try {
      file = FileChannel.open(part, CREATE, READ, WRITE, LinkOption.NOFOLLOW_LINKS);
      if (file.tryLock() != null) {
        return file;
      }
      file.close();
    } catch (OverlappingFileLockException _) {
      closeQuietly(file);
    } catch (IOException e) {
      closeQuietly(file);
      throw localDisk("cannot write " + part, e);
    }
    throw new FtpException.LocalDisk(
        part + " is being written by another transfer; wait for it or choose another name", null);
  }

  private static void closeQuietly(@Nullable FileChannel file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException _) {
      // Nothing was written.
    }
  }

  /// How much of the file is here already, so far as can be seen without moving any of it.
  ///
  /// @param hasher takes it in
  private long resumable(FileChannel file, @Nullable Hasher hasher) throws IOException {
    long have = file.size();
    if (!options.resume() || have <= OVERLAP || size.isEmpty() || have > size.getAsLong()) {
      return 0;
    }
    if (modified != null && modified.isAfter(Files.getLastModifiedTime(part).toInstant())) {
      startOver("by its time");
      return 0;
    }
    if (hasher != null) {
      progress.verifying();
      hasher.update(file, 0, have);
    }
    return have;
  }

  private void keep() {
    try {
      if (Files.size(part) == 0) {
        Files.delete(part);
      } else if (modified != null) {
        Files.setLastModifiedTime(part, FileTime.from(modified));
      }
    } catch (IOException _) {
      // The failure that brought us here is the one to report.
    }
  }

  private static FtpException localDisk(String what, IOException e) {
    if (TimedWire.stopAsked()) {
      return new FtpException.Cancelled();
    }
    return new FtpException.LocalDisk(what + ": " + reason(e), e);
  }

  /// Why the file system refused, in words: its exceptions often carry no more than the path.
  static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.NoSuchFileException _ -> "there is no such file or folder";
      case java.nio.file.AccessDeniedException _ -> "permission denied";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> ControlConnection.say(e);
    };
  }
}
