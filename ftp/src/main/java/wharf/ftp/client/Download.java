package wharf.ftp.client;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
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
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import wharf.net.TimedWire;

/// Fetches a file so that its name always stands for a whole file:
///
/// ```
/// bytes -> NAME.part -> sizes agree? -> fsync -> set the time -> rename to NAME
///              |
///              +-- kept when anything fails; a later run may go on from there
/// ```
///
/// A part is gone on with only if the server's file is no newer than it: an interrupted run leaves
/// the part with the time of the file that it is a part of.
public final class Download {
  private Download() {}

  /// Fetches `remote` to `target`, replacing it at the end.
  ///
  /// @param resume whether to go on from an earlier part if there is one that fits
  public static Receipt run(
      FtpClient client, String remote, Path target, boolean resume, Progress progress)
      throws FtpException {
    if (Files.isDirectory(target)) {
      throw new FtpException.LocalDisk(target + " is a folder, not a file", null);
    }
    OptionalLong size = client.size(remote);
    Instant modified = client.modified(remote).orElse(null);
    Path part = partOf(target);
    boolean done = false;
    try (FileChannel file = open(part)) {
      long from = resume ? resumable(part, size, modified) : 0;
      Receipt receipt;
      try {
        receipt = fetch(client, remote, size, file, from, progress);
      } catch (FtpException.Refused e) {
        if (from == 0 || !e.unsupported()) {
          throw e;
        }
        // It cannot resume.
        receipt = fetch(client, remote, size, file, 0, progress);
      }
      if (size.isPresent() && receipt.size() != size.getAsLong()) {
        // A file that grew while it was read is whole if it is as long as it is now.
        OptionalLong now = client.size(remote);
        if (now.isEmpty() || now.getAsLong() != receipt.size()) {
          throw new FtpException.Mismatch(
              ("the server called %s complete, but %d of %d bytes came; they are kept in %s, get"
                      + " it again and continue from there")
                  .formatted(Refusal.quote(remote), receipt.size(), size.getAsLong(), part));
        }
      }
      file.force(true);
      if (modified != null) {
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
        keep(part, modified);
      }
    }
  }

  /// Copies all of `remote` to `into`, for who has no use for a file.
  public static Receipt run(
      FtpClient client, String remote, WritableByteChannel into, Progress progress)
      throws FtpException {
    OptionalLong size = client.size(remote);
    progress.begin(0, size.orElse(-1));
    long moved = client.retrieve(remote, 0, into, progress).bytes();
    if (size.isPresent() && moved != size.getAsLong()) {
      OptionalLong now = client.size(remote);
      if (now.isEmpty() || now.getAsLong() != moved) {
        throw new FtpException.Mismatch(
            "the server called %s complete, but %d of %d bytes came; get it again"
                .formatted(Refusal.quote(remote), moved, size.getAsLong()));
      }
    }
    return new Receipt(moved, moved, size.isPresent());
  }

  /// Where the bytes are until the file is whole.
  public static Path partOf(Path target) {
    return target.resolveSibling(target.getFileName() + ".part");
  }

  private static Receipt fetch(
      FtpClient client,
      String remote,
      OptionalLong size,
      FileChannel file,
      long from,
      Progress progress)
      throws IOException {
    file.truncate(from).position(from);
    progress.begin(from, size.orElse(-1));
    // With all of it here there is nothing to ask for, and many servers refuse to resume at the
    // end.
    long moved =
        from > 0 && from == size.orElse(-1)
            ? 0
            : client.retrieve(remote, from, file, progress).bytes();
    return new Receipt(from + moved, moved, size.isPresent());
  }

  private static FileChannel open(Path part) throws FtpException {
    FileChannel file = null;
    try {
      file = FileChannel.open(part, CREATE, WRITE, LinkOption.NOFOLLOW_LINKS);
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

  private static long resumable(Path part, OptionalLong size, @Nullable Instant modified)
      throws IOException {
    long have = Files.size(part);
    boolean fits = size.isPresent() && have <= size.getAsLong();
    boolean same =
        modified == null || !modified.isAfter(Files.getLastModifiedTime(part).toInstant());
    return fits && same ? have : 0;
  }

  private static void keep(Path part, @Nullable Instant modified) {
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
