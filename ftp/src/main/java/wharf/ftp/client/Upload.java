package wharf.ftp.client;

import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Sends a file and compares afterwards: by the hash in the server's reply, else by the hash that
/// it is asked for, else by size. When anything fails the data connection is reset, not closed, so
/// that the server can tell a half from the whole.
///
/// What the server has already is gone on with if it is seen to be the beginning of the file: by
/// its hash, else by its end, which is fetched for that; a part that the server keeps to itself, as
/// Wharf's does, by the hash of the whole. Else the file is sent from its beginning.
public final class Upload {
  /// How much of the end is fetched to be compared; also what is not worth to be gone on with.
  private static final int OVERLAP = 64 * 1024;

  private final FtpClient client;
  private final String remote;
  private final TransferOptions options;
  private final Progress progress;

  private Upload(FtpClient client, String remote, TransferOptions options, Progress progress) {
    this.client = client;
    this.remote = remote;
    this.options = options;
    this.progress = progress;
  }

  /// Sends `local` to be `remote`.
  public static Receipt run(
      FtpClient client, Path local, String remote, TransferOptions options, Progress progress)
      throws FtpException {
    if (Files.isDirectory(local)) {
      throw new FtpException.LocalDisk(local + " is a folder, not a file", null);
    }
    try (FileChannel file = FileChannel.open(local, READ)) {
      return new Upload(client, remote, options, progress)
          .run(file, Files.getLastModifiedTime(local).toInstant());
    } catch (FtpException e) {
      throw e;
    } catch (IOException e) {
      throw new FtpException.LocalDisk(
          "cannot read %s: %s".formatted(local, Download.reason(e)), e);
    }
  }

  /// Sends all of `from` to be `remote`.
  public static Receipt run(
      FtpClient client,
      ReadableByteChannel from,
      String remote,
      TransferOptions options,
      Progress progress)
      throws FtpException {
    Upload upload = new Upload(client, remote, options, progress);
    Hasher hasher = upload.hasher(options.verify());
    Download.agreeOnMode(client, options, -1);
    progress.begin(0, -1);
    Moved moved = client.store(remote, hashing(from, hasher, options.limit()), progress);
    return new Receipt(
        moved.bytes(), moved.bytes(), upload.verified(moved.reply(), moved.bytes(), hasher));
  }

  private Receipt run(FileChannel file, Instant modified) throws IOException {
    if (keepsExisting(modified)) {
      return new Receipt(file.size(), 0, new Verification.Kept());
    }
    Download.agreeOnMode(client, options, file.size());
    if (options.resume()) {
      Receipt receipt = resumed(file, modified);
      if (receipt != null) {
        return receipt;
      }
    }
    long size = file.size();
    Hasher hasher = hasher(options.verify());
    announce(size);
    progress.begin(0, size);
    Moved moved =
        hasher == null && options.limit() == null
            // The kernel copies the bytes.
            ? client.store(remote, file, 0, size, progress)
            : client.store(
                remote, 0, new FileSource(file, 0, size, hasher, options.limit()), progress);
    keepTime(modified);
    return new Receipt(size, size, verified(moved.reply(), size, hasher));
  }

  /// A server cannot tell from what it receives how much a compressed file will come to.
  private void announce(long bytes) throws FtpException {
    if (client.data().mode() == DataMode.DEFLATE) {
      // One that does not understand takes the file all the same.
      Reply _ = client.command("ALLO", Long.toString(bytes));
    }
  }

  private boolean keepsExisting(Instant modified) throws FtpException {
    if (options.existing() == Existing.REPLACE) {
      return false;
    }
    // A part that the server keeps to itself may have a size, but no time.
    Optional<Instant> there = client.modified(remote);
    if (options.existing() == Existing.KEEP) {
      return there.isPresent() || (!client.offers("MDTM") && client.size(remote).isPresent());
    }
    return there.isPresent() && there.get().getEpochSecond() >= modified.getEpochSecond();
  }

  private void keepTime(Instant modified) throws FtpException {
    boolean _ = options.keepTimes() && client.setModified(remote, modified);
  }

  private @Nullable Hasher hasher(boolean wanted) throws FtpException {
    Hasher hasher = wanted ? Download.hasher(client) : null;
    if (hasher != null) {
      client.hashing().wantReceipts(hasher.algorithm());
    }
    return hasher;
  }

  /// Goes on from what the server has.
  ///
  /// @return null if that is nothing, or no part of the file: it has to be sent from the beginning
  private @Nullable Receipt resumed(FileChannel file, Instant modified) throws IOException {
    long size = file.size();
    if (size <= OVERLAP) {
      return null;
    }
    long from = client.size(remote).orElse(0);
    if (from <= OVERLAP || from > size) {
      return null;
    }
    Optional<Instant> when = client.modified(remote);
    // FTP's times have whole seconds.
    if (when.isPresent() && when.get().getEpochSecond() < modified.getEpochSecond()) {
      return null;
    }
    // Who does not want to verify does not want two halves of different files, either.
    Hasher hasher = hasher(true);
    if (hasher != null) {
      progress.verifying();
      hasher.update(file, 0, from);
    }
    Fit fit = fit(file, from, size, hasher);
    if (fit == Fit.NONE) {
      startOver("is no part of the file");
      return null;
    }
    progress.begin(from, size);
    announce(size - from);
    Reply reply = null;
    if (from < size) {
      Moved moved = sendFrom(file, from, size, hasher);
      if (moved == null) {
        progress.startedOver("the server does not go on with uploads");
        return null;
      }
      reply = moved.reply();
    }
    keepTime(modified);
    return judged(reply, from, size, hasher, fit);
  }

  private void startOver(String why) {
    progress.startedOver(
        Printable.of("what the server has of %s %s".formatted(Refusal.quote(remote), why)));
  }

  /// Whether what the server has is a part of the file.
  private enum Fit {
    SEEN,
    /// It cannot be seen now; by its hash it will be, when all is there.
    TO_BE_SEEN,
    NONE
  }

  /// Compares what the server has with the first `from` bytes, which `hasher` has taken in.
  private Fit fit(FileChannel file, long from, long size, @Nullable Hasher hasher)
      throws IOException {
    if (hasher == null) {
      return endsAlike(file, from, size) ? Fit.SEEN : Fit.NONE;
    }
    Optional<Hashes.Told> told = client.hashing().ifTold(remote, hasher.algorithm(), from);
    if (told.isPresent() && told.get().hex().equals(hasher.hex())) {
      return Fit.SEEN;
    }
    Fit later = from < size ? Fit.TO_BE_SEEN : Fit.NONE;
    if (told.isPresent()) {
      // If of another length than SIZE said, then it is of the file that the part is to replace.
      long of = told.get().end().orElse(from);
      return of == from || of == from - 1 ? Fit.NONE : later;
    }
    if (client.hashing().offered().contains(hasher.algorithm())) {
      // Wharf's server has no hash of what is not published yet.
      return later;
    }
    return endsAlike(file, from, size) ? Fit.SEEN : Fit.NONE;
  }

  /// Whether the last bytes that the server has are those of the file. With a whole file there that
  /// would be no proof: two versions of one length may well end alike.
  private boolean endsAlike(FileChannel file, long from, long size) throws IOException {
    if (from == size) {
      return false;
    }
    PartSink end = new PartSink(file, from - OVERLAP, from, null, options.limit());
    try {
      long came = client.retrieve(remote, from - OVERLAP, OVERLAP, end, Progress.NONE).bytes();
      return came == OVERLAP && !end.differs();
    } catch (FtpException e) {
      if (isRefusal(e) && client.usable()) {
        return false;
      }
      throw e;
    }
  }

  private static boolean isRefusal(FtpException problem) {
    return switch (problem) {
      case FtpException.Refused _, FtpException.NotPermitted _, FtpException.NotFound _ -> true;
      default -> false;
    };
  }

  /// Sends the rest, by REST and STOR or by APPE, whichever the server takes.
  ///
  /// @return null if it takes neither
  private @Nullable Moved sendFrom(FileChannel file, long from, long size, @Nullable Hasher hasher)
      throws FtpException {
    FileSource rest = new FileSource(file, from, size, hasher, options.limit());
    try {
      return client.store(remote, from, rest, progress);
    } catch (FtpException e) {
      if (!isRefusal(e) || rest.position() > from || !client.usable()) {
        throw e;
      }
    }
    try {
      return client.append(remote, rest, new Shifted(progress, from));
    } catch (FtpException e) {
      if (!isRefusal(e) || rest.position() > from || !client.usable()) {
        throw e;
      }
      return null;
    }
  }

  /// The progress of a part of a file, told as that of the file.
  private record Shifted(Progress of, long by) implements Progress {
    @Override
    public void begin(long from, long total) {
      of.begin(by + from, total);
    }

    @Override
    public void at(long position) {
      of.at(by + position);
    }
  }

  private @Nullable Receipt judged(
      @Nullable Reply reply, long from, long size, @Nullable Hasher hasher, Fit fit)
      throws FtpException {
    try {
      Verification verification = verified(reply, size, hasher);
      boolean byHash =
          verification instanceof Verification.ByReceipt
              || verification instanceof Verification.ByHash;
      if (byHash || fit == Fit.SEEN) {
        return new Receipt(size, size - from, verification);
      }
    } catch (FtpException.Mismatch _) {
      // Then it was no part of the file, or somebody else has written to it.
    }
    startOver("was no part of the file");
    return null;
  }

  /// @param reply the server's last word on the upload, null if there was none
  private Verification verified(@Nullable Reply reply, long size, @Nullable Hasher hasher)
      throws FtpException {
    if (hasher != null) {
      HashAlgorithm algorithm = hasher.algorithm();
      Optional<String> receipt =
          reply == null ? Optional.empty() : Hashes.inReceipt(reply, algorithm);
      if (receipt.isPresent()) {
        return new Verification.ByReceipt(algorithm, compared(hasher, receipt.get()));
      }
      progress.verifying();
      Optional<Hashes.Told> told = client.hashing().ifTold(remote, algorithm, size);
      if (told.isPresent()) {
        return new Verification.ByHash(
            told.get().command(), algorithm, compared(hasher, told.get().hex()));
      }
    }
    OptionalLong there = client.size(remote);
    if (there.isPresent() && there.getAsLong() != size) {
      throw new FtpException.Mismatch(
          "the server called %s complete, but has %d of %d bytes; send it again"
              .formatted(Refusal.quote(remote), there.getAsLong(), size));
    }
    return there.isPresent() ? new Verification.BySize() : new Verification.None();
  }

  private String compared(Hasher here, String there) throws FtpException {
    if (!here.hex().equals(there)) {
      throw new FtpException.Mismatch(
          "the server called %s complete, but has something else: its %s is %s, not %s; send it again"
              .formatted(Refusal.quote(remote), here.algorithm(), there, here.hex()));
    }
    return there;
  }

  private static ReadableByteChannel hashing(
      ReadableByteChannel from, @Nullable Hasher hasher, @Nullable Throttle limit) {
    return new ReadableByteChannel() {
      @Override
      public int read(ByteBuffer into) throws IOException {
        ByteBuffer piece = into.slice();
        int count = from.read(into);
        if (count > 0 && hasher != null) {
          hasher.update(piece.limit(count));
        }
        if (count > 0 && limit != null) {
          limit.passed(count);
        }
        return count;
      }

      @Override
      public boolean isOpen() {
        return from.isOpen();
      }

      @Override
      public void close() throws IOException {
        from.close();
      }
    };
  }
}
