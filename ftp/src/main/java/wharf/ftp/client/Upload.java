package wharf.ftp.client;

import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/// Sends a file and compares the sizes afterwards. When anything fails the data connection is
/// reset, not closed, so that the server can tell a half from the whole.
public final class Upload {
  private Upload() {}

  /// Sends `local` to be `remote`.
  ///
  /// @param resume whether to go on from what the server has, if it is shorter than the local file
  ///   and was written after that last changed
  public static Receipt run(
      FtpClient client, Path local, String remote, boolean resume, Progress progress)
      throws FtpException {
    if (Files.isDirectory(local)) {
      throw new FtpException.LocalDisk(local + " is a folder, not a file", null);
    }
    try (FileChannel file = FileChannel.open(local, READ)) {
      long size = file.size();
      // FTP's times have whole seconds.
      Instant modified = Files.getLastModifiedTime(local).toInstant();
      long from = resume ? resumable(client, remote, size, modified) : 0;
      progress.begin(from, size);
      if (from == 0 || from < size) {
        Moved _ = client.store(remote, file, from, size, progress);
        boolean _ = client.setModified(remote, modified);
      }
      return new Receipt(size, size - from, verified(client, remote, size));
    } catch (FtpException e) {
      throw e;
    } catch (IOException e) {
      throw new FtpException.LocalDisk(
          "cannot read %s: %s".formatted(local, Download.reason(e)), e);
    }
  }

  /// Sends all of `from` to be `remote`.
  public static Receipt run(
      FtpClient client, ReadableByteChannel from, String remote, Progress progress)
      throws FtpException {
    progress.begin(0, -1);
    long size = client.store(remote, from, progress).bytes();
    return new Receipt(size, size, verified(client, remote, size));
  }

  private static long resumable(FtpClient client, String remote, long size, Instant modified)
      throws FtpException {
    OptionalLong there = client.size(remote);
    Optional<Instant> when = client.modified(remote);
    boolean older = when.isPresent() && when.get().getEpochSecond() < modified.getEpochSecond();
    return there.isPresent() && there.getAsLong() <= size && !older ? there.getAsLong() : 0;
  }

  private static boolean verified(FtpClient client, String remote, long size) throws FtpException {
    OptionalLong there = client.size(remote);
    if (there.isPresent() && there.getAsLong() != size) {
      throw new FtpException.Mismatch(
          "the server called %s complete, but has %d of %d bytes; send it again"
              .formatted(Refusal.quote(remote), there.getAsLong(), size));
    }
    return there.isPresent();
  }
}
