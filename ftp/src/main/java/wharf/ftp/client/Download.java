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
import java.util.Objects;
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
///
/// A large file has a [PartJournal] beside its part, which tells of which file it is a part; and,
/// when it is fetched over several sessions ([Segments]), which bytes of it are there.
public final class Download {
  /// How much of a part's end is fetched again, to see whether the file is still the same; also
  /// what is not worth to be gone on with.
  private static final int OVERLAP = 64 * 1024;

  /// Up to what size a file is fetched in one go: it is never gone on with.
  static final int SMALL = OVERLAP;

  /// How much more than twice what the server says that it has is taken for a file that has grown.
  static final long GROWTH = 16L * 1024 * 1024;

  /// From what size on a journal is worth a file: smaller ones are soon fetched again.
  private static final long JOURNALLED = 8L * 1024 * 1024;

  private final FtpClient client;
  private final String remote;
  private final Path target;
  private final Path part;
  private final TransferOptions options;
  private final Progress progress;
  private final @Nullable Sessions others;
  private final Segments.Pace pace;
  private final OptionalLong size;
  private final @Nullable Instant modified;
  private @Nullable PartJournal journal;

  private Download(
      FtpClient client,
      String remote,
      Path target,
      TransferOptions options,
      Progress progress,
      @Nullable Sessions others,
      Segments.Pace pace,
      OptionalLong size,
      @Nullable Instant modified) {
    this.client = client;
    this.remote = remote;
    this.target = target;
    this.part = partOf(target);
    this.options = options;
    this.progress = progress;
    this.others = others;
    this.pace = pace;
    this.size = size;
    this.modified = modified;
  }

  /// Fetches `remote` to `target`, replacing it at the end.
  public static Receipt run(
      FtpClient client, String remote, Path target, TransferOptions options, Progress progress)
      throws FtpException {
    return run(client, null, remote, target, options, progress, Segments.Pace.usual());
  }

  /// Fetches `remote` to `target`, and if it is large over some of `others`, too, as far as they
  /// are not needed for anything else. All have to be in the same folder, or `remote` begin at the
  /// root.
  public static Receipt run(
      FtpClient client,
      Sessions others,
      String remote,
      Path target,
      TransferOptions options,
      Progress progress)
      throws FtpException {
    return run(client, others, remote, target, options, progress, Segments.Pace.usual());
  }

  static Receipt run(
      FtpClient client,
      @Nullable Sessions others,
      String remote,
      Path target,
      TransferOptions options,
      Progress progress,
      Segments.Pace pace)
      throws FtpException {
    refuseFolder(target);
    return new Download(
            client,
            remote,
            target,
            options,
            progress,
            others,
            pace,
            client.size(remote),
            client.modified(remote).orElse(null))
        .run();
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
    agreeOnMode(client, options, size.orElse(-1));
    progress.begin(0, size.orElse(-1));
    WritableByteChannel sink = hashing(into, hasher, options.limit());
    long moved = client.retrieve(remote, 0, most(size, 0), sink, progress).bytes();
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

  /// Fetches a file of which a listing has told something.
  static Receipt run(
      FtpClient client, Sessions others, Job.Fetch job, TransferOptions options, Progress progress)
      throws FtpException {
    refuseFolder(job.local());
    // Of a file that is soon fetched again what the listing told is enough.
    Instant modified = job.modified();
    boolean known = isSmall(job.size()) && modified != null && client.exactListings();
    return new Download(
            client,
            job.remote(),
            job.local(),
            options,
            progress,
            others,
            Segments.Pace.usual(),
            known ? OptionalLong.of(job.size()) : client.size(job.remote()),
            known ? modified : client.modified(job.remote()).orElse(null))
        .run();
  }

  /// Agrees on the mode for a file of so many bytes. A connection that is kept is worth more than
  /// blocks cost, but not for large ones.
  static void agreeOnMode(FtpClient client, TransferOptions options, long size)
      throws FtpException {
    boolean compressed = options.compress() && client.agreeOn(DataMode.DEFLATE);
    boolean blocks = client.data().mode() == DataMode.BLOCK && size >= 0 && size < JOURNALLED;
    if (!compressed && !blocks) {
      boolean _ = client.agreeOn(DataMode.STREAM);
    }
  }

  /// Whether a file of so many bytes is never gone on with; of -1 that is not known.
  static boolean isSmall(long size) {
    return size >= 0 && size <= SMALL;
  }

  /// Puts a file in its place of which all has come and is known to be right.
  static void place(ByteBuffer content, Path target, @Nullable Instant modified)
      throws FtpException {
    refuseFolder(target);
    Path part = partOf(target);
    boolean done = false;
    try (FileChannel file = open(part)) {
      file.truncate(0);
      while (content.hasRemaining()) {
        int _ = file.write(content);
      }
      publish(file, part, target, modified);
      done = true;
    } catch (FtpException e) {
      throw e;
    } catch (IOException e) {
      throw localDisk("cannot save " + target, e);
    } finally {
      if (!done) {
        deleteQuietly(part);
      }
    }
  }

  private static void deleteQuietly(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException _) {
      // The failure that brought us here is the one to report.
    }
  }

  private static void publish(FileChannel file, Path part, Path target, @Nullable Instant modified)
      throws IOException {
    file.force(true);
    if (modified != null) {
      Files.setLastModifiedTime(part, FileTime.from(modified));
    }
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void refuseFolder(Path target) throws FtpException {
    if (Files.isDirectory(target)) {
      throw new FtpException.LocalDisk(target + " is a folder, not a file", null);
    }
  }

  /// How many bytes to take from `from` on: a file may grow while it is read, but one that does not
  /// end would fill the disk.
  private static long most(OptionalLong size, long from) {
    return size.isEmpty() ? Long.MAX_VALUE : 2 * size.getAsLong() + GROWTH - from;
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
    if (keepsExisting()) {
      return new Receipt(size.orElse(-1), 0, new Verification.Kept());
    }
    agreeOnMode(client, options, size.orElse(-1));
    boolean done = false;
    try (FileChannel file = open(part)) {
      Receipt receipt = options.resume() ? resumed(file) : null;
      if (receipt == null) {
        receipt = afresh(file);
      }
      publish(file, part, target, options.keepTimes() ? modified : null);
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
      endJournal();
    }
  }

  private boolean keepsExisting() throws FtpException {
    if (options.existing() == Existing.REPLACE || Files.notExists(target)) {
      return false;
    }
    try {
      return options.existing() == Existing.KEEP
          || (modified != null
              // FTP's times have whole seconds.
              && modified.getEpochSecond()
                  <= Files.getLastModifiedTime(target).toInstant().getEpochSecond());
    } catch (IOException e) {
      throw localDisk("cannot read the time of " + target, e);
    }
  }

  /// Goes on from a part.
  ///
  /// @return null if there is none, and the file has to be fetched from the beginning
  private @Nullable Receipt resumed(FileChannel file) throws IOException {
    PartJournal.Known known = PartJournal.read(part).orElse(null);
    Ranges have = plausible(file, known);
    if (have == null) {
      return null;
    }
    long whole = size.orElse(-1);
    long length = have.all().isEmpty() ? 0 : have.all().getFirst().to();
    boolean laidOut = known != null && known.have() != null;
    boolean doubtful = known == null && length == whole;
    if (known != null) {
      journal = PartJournal.goOn(part, known);
    } else if (!doubtful) {
      beginJournal();
    }
    // Who does not want to verify does not want two halves of different files, either.
    Hasher hasher = hasher(client);
    try {
      if (journal != null && (laidOut || (inSegments() && length < whole))) {
        return segmented(file, journal, have, laidOut, hasher, true);
      }
      return resumed(file, length, hasher, doubtful);
    } catch (FtpException.Refused e) {
      if (!e.unsupported() || !client.usable()) {
        throw e;
      }
      progress.startedOver("the server cannot resume");
      return null;
    }
  }

  /// Which bytes are here already, so far as can be seen without moving any.
  ///
  /// @return null for none
  private @Nullable Ranges plausible(FileChannel file, PartJournal.@Nullable Known known)
      throws IOException {
    long length = file.size();
    if (length <= OVERLAP || size.isEmpty() || length > size.getAsLong()) {
      return null;
    }
    boolean changed =
        known != null
            ? known.size() != size.getAsLong() || !Objects.equals(known.modified(), modified)
            : modified != null && modified.isAfter(Files.getLastModifiedTime(part).toInstant());
    if (changed) {
      startOver(known != null ? "by its journal" : "by its time");
      return null;
    }
    if (known != null && known.have() != null) {
      return known.have();
    }
    Ranges all = new Ranges();
    all.add(0, length);
    return all;
  }

  private boolean inSegments() {
    return others != null && options.segments() > 1 && size.orElse(-1) >= 4 * pace.least();
  }

  /// In place of any that there was.
  private void beginJournal() throws IOException {
    endJournal();
    if (size.orElse(-1) >= JOURNALLED || inSegments()) {
      journal = PartJournal.begin(part, size.orElse(-1), modified);
    } else {
      Files.deleteIfExists(PartJournal.of(part));
    }
  }

  /// A journal without a part tells of nothing.
  private void endJournal() {
    try {
      if (journal != null) {
        journal.close();
        journal = null;
      }
      if (Files.notExists(part)) {
        Files.deleteIfExists(PartJournal.of(part));
      }
    } catch (IOException _) {
      // The next run writes another.
    }
  }

  /// Fetches over one session or more what is missing.
  ///
  /// @param hasher has taken in nothing
  /// @return null if what was there is no part of the file
  private @Nullable Receipt segmented(
      FileChannel file,
      PartJournal record,
      Ranges have,
      boolean laidOut,
      @Nullable Hasher hasher,
      boolean resumed)
      throws IOException {
    long whole = size.orElse(-1);
    Segments segments =
        new Segments(
            remote, whole, file, record, others, options, progress, pace, have, laidOut, hasher);
    if (!segments.run(client)) {
      startOver("by its end");
      return null;
    }
    // It was read in parts, over some time.
    OptionalLong sizeNow = client.size(remote);
    Instant modifiedNow = client.modified(remote).orElse(null);
    if (!sizeNow.equals(size) || !Objects.equals(modifiedNow, modified)) {
      throw new FtpException.Mismatch(
          "%s was changed on the server while it was fetched; get it again"
              .formatted(Refusal.quote(remote)));
    }
    if (hasher != null) {
      progress.verifying();
      hasher.update(file, segments.hashed(), whole);
    }
    return judged(whole, segments.moved(), hasher, resumed);
  }

  /// Compares what is here, which is all of it.
  ///
  /// @return null if a part of it was no part of the file
  private @Nullable Receipt judged(long came, long moved, @Nullable Hasher hasher, boolean resumed)
      throws IOException {
    Optional<Hashes.Told> told = told(client, remote, hasher, came, progress);
    if (told.isEmpty() || hasher == null || told.get().hex().equals(hasher.hex())) {
      return new Receipt(came, moved, verification(told, size.isPresent()));
    }
    if (resumed) {
      startOver("by its %s".formatted(hasher.algorithm()));
      return null;
    }
    Path bad = badOf(target);
    Files.move(part, bad, StandardCopyOption.REPLACE_EXISTING);
    throw new FtpException.Mismatch(
        "%s; it is kept in %s, get it again".formatted(differs(remote, hasher, told.get()), bad));
  }

  private Receipt afresh(FileChannel file) throws IOException {
    Hasher hasher = hasher(client, options);
    file.truncate(0);
    beginJournal();
    if (journal != null && inSegments()) {
      return Objects.requireNonNull(segmented(file, journal, new Ranges(), false, hasher, false));
    }
    progress.begin(0, size.orElse(-1));
    PartSink sink = new PartSink(file, 0, 0, hasher, options.limit());
    long moved = client.retrieve(remote, 0, most(size, 0), sink, progress).bytes();
    compareSizes(moved);
    return Objects.requireNonNull(judged(moved, moved, hasher, false));
  }

  /// Goes on from a part that begins where the file does.
  ///
  /// @param hasher has taken in nothing
  /// @param doubtful whether only a hash can tell that it is one: it is as long as the file, and
  ///   perhaps all of it has room in it but is not there
  /// @return null if it is none, and the file has to be fetched from the beginning
  private @Nullable Receipt resumed(
      FileChannel file, long have, @Nullable Hasher hasher, boolean doubtful) throws IOException {
    long from = Math.max(0, have - OVERLAP);
    if (hasher != null) {
      progress.verifying();
      hasher.update(file, 0, have);
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
    PartSink sink = new PartSink(file, from, have, hasher, options.limit());
    long moved = 0;
    if (from < size.orElse(-1)) {
      try {
        moved = client.retrieve(remote, from, most(size, from), sink, progress).bytes();
      } catch (FtpException e) {
        if (sink.differs()) {
          // Whoever tries again, over another session, need not find out once more.
          file.truncate(0);
        }
        throw e;
      }
      if (sink.differs()) {
        startOver("by its end");
        return null;
      }
    }
    compareSizes(from + moved);
    Receipt receipt = judged(from + moved, moved, hasher, true);
    if (receipt != null && doubtful && !receipt.verification().method().equals("hash")) {
      progress.startedOver(
          Printable.of("of %s only a hash could tell whether all of it is there".formatted(part)));
      return null;
    }
    return receipt;
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

  private static WritableByteChannel hashing(
      WritableByteChannel into, @Nullable Hasher hasher, @Nullable Throttle limit) {
    return new WritableByteChannel() {
      @Override
      public int write(ByteBuffer from) throws IOException {
        ByteBuffer all = from.slice();
        int written = into.write(from);
        if (hasher != null) {
          hasher.update(all.limit(written));
        }
        if (limit != null) {
          limit.passed(written);
        }
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
