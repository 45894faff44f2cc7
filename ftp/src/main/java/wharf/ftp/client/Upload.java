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
public final class Upload {
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
    Hasher hasher = upload.hasher();
    progress.begin(0, -1);
    Moved moved = client.store(remote, hashing(from, hasher), progress);
    return new Receipt(
        moved.bytes(), moved.bytes(), upload.verified(moved.reply(), moved.bytes(), hasher));
  }

  private Receipt run(FileChannel file, Instant modified) throws IOException {
    long size = file.size();
    long from = options.resume() ? resumable(size, modified) : 0;
    Hasher hasher = hasher();
    if (hasher != null && from > 0) {
      progress.verifying();
      hasher.update(file, 0, from);
    }
    progress.begin(from, size);
    Reply reply = null;
    if (from == 0 || from < size) {
      Moved moved =
          hasher == null
              // The kernel copies the bytes.
              ? client.store(remote, file, from, size, progress)
              : client.store(remote, from, new FileSource(file, from, size, hasher), progress);
      reply = moved.reply();
      boolean _ = options.keepTimes() && client.setModified(remote, modified);
    }
    return new Receipt(size, size - from, verified(reply, size, hasher));
  }

  private @Nullable Hasher hasher() throws FtpException {
    Hasher hasher = Download.hasher(client, options);
    if (hasher != null) {
      client.hashing().wantReceipts(hasher.algorithm());
    }
    return hasher;
  }

  private long resumable(long size, Instant modified) throws FtpException {
    OptionalLong there = client.size(remote);
    Optional<Instant> when = client.modified(remote);
    // FTP's times have whole seconds.
    boolean older = when.isPresent() && when.get().getEpochSecond() < modified.getEpochSecond();
    return there.isPresent() && there.getAsLong() <= size && !older ? there.getAsLong() : 0;
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

  private static ReadableByteChannel hashing(ReadableByteChannel from, @Nullable Hasher hasher) {
    if (hasher == null) {
      return from;
    }
    return new ReadableByteChannel() {
      @Override
      public int read(ByteBuffer into) throws IOException {
        ByteBuffer piece = into.slice();
        int count = from.read(into);
        if (count > 0) {
          hasher.update(piece.limit(count));
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
