package wharf.ftp.client;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// How it is seen whether the other side has a file already.
public enum Comparison {
  /// It is not looked at: every file is moved.
  NONE,

  /// The same size, and the same time to the second, which is as exact as FTP's are. On a server
  /// that cannot be told the time of an upload: no older.
  SIZE_AND_TIME,

  /// The same size and the same time, and nothing less: where a time is not known, or a server
  /// cannot be told it, files are moved.
  SAME_TIME,

  /// The source is no newer, whatever the sizes.
  NEWER,

  /// The same size and the same hash. Every file is read on both sides.
  CHECKSUM;

  /// What the other side has.
  private record Other(long size, @Nullable Instant modified) {}

  /// Whether a file has to be moved.
  ///
  /// @param why what is different, or how it is known that nothing is
  record Result(boolean move, String why) {}

  Result of(FtpClient client, Job asked) throws FtpException {
    if (this == NONE) {
      return new Result(true, "asked for");
    }
    Other other =
        switch (asked) {
          case Job.Fetch fetch -> here(fetch.local());
          case Job.Send send -> there(client, send);
        };
    if (other == null) {
      return new Result(true, "new");
    }
    Job job = asked instanceof Job.Fetch fetch && fetch.size() < 0 ? looked(client, fetch) : asked;
    if (this != NEWER && job.size() >= 0 && job.size() != other.size()) {
      return new Result(true, "another size");
    }
    if (this == CHECKSUM) {
      return byHash(client, job);
    }
    Instant ours = job.modified();
    Instant theirs = other.modified();
    if (ours == null || theirs == null) {
      return this == SAME_TIME || job.size() < 0
          ? new Result(true, "its time is not known")
          : new Result(false, "the same size");
    }
    long seconds = ours.getEpochSecond() - theirs.getEpochSecond();
    if (seconds != 0 && !client.offers("MLST") && !client.offers("MLSD")) {
      // A listing for people tells minutes, of some time zone or other.
      Instant exact = client.modified(remote(job)).orElse(null);
      if (exact != null) {
        seconds =
            job instanceof Job.Fetch
                ? exact.getEpochSecond() - theirs.getEpochSecond()
                : ours.getEpochSecond() - exact.getEpochSecond();
      }
    }
    if (this == NEWER) {
      return seconds > 0 ? new Result(true, "newer") : new Result(false, "no newer");
    }
    if (seconds == 0) {
      return new Result(false, "the same size and time");
    }
    boolean timeIsOurs = job instanceof Job.Fetch || client.offers("MFMT");
    if (this == SIZE_AND_TIME && !timeIsOurs && seconds < 0) {
      return new Result(false, "the same size, and no older");
    }
    return new Result(true, "another time");
  }

  private static Job looked(FtpClient client, Job.Fetch fetch) throws FtpException {
    return new Job.Fetch(
        fetch.name(),
        fetch.remote(),
        fetch.local(),
        client.size(fetch.remote()).orElse(-1),
        client.modified(fetch.remote()).orElse(null));
  }

  private static String remote(Job job) {
    return switch (job) {
      case Job.Fetch fetch -> fetch.remote();
      case Job.Send send -> send.remote();
    };
  }

  private static @Nullable Other here(Path local) throws FtpException {
    try {
      BasicFileAttributes found = Files.readAttributes(local, BasicFileAttributes.class);
      if (found.isDirectory()) {
        throw new FtpException.LocalDisk(
            local + " is a folder here and a file there; rename one", null);
      }
      return new Other(found.size(), found.lastModifiedTime().toInstant());
    } catch (NoSuchFileException _) {
      return null;
    } catch (FtpException e) {
      throw e;
    } catch (IOException e) {
      throw new FtpException.LocalDisk(
          "cannot look at %s: %s".formatted(local, Download.reason(e)), e);
    }
  }

  private static @Nullable Other there(FtpClient client, Job.Send send) throws FtpException {
    return switch (send.there()) {
      case Job.Existing.Nothing _ -> null;
      case Job.Existing.This(Entry entry) -> {
        if (entry.kind() == Entry.Kind.FOLDER) {
          throw new FtpException.NotPermitted(
              "%s is a file here and a folder there; rename one"
                  .formatted(Refusal.quote(send.remote())));
        }
        yield new Other(entry.size(), entry.modified());
      }
      case Job.Existing.Unknown _ -> {
        OptionalLong size = client.size(send.remote());
        yield size.isEmpty()
            ? null
            : new Other(size.getAsLong(), client.modified(send.remote()).orElse(null));
      }
    };
  }

  private static Result byHash(FtpClient client, Job job) throws FtpException {
    HashAlgorithm algorithm =
        client
            .hashing()
            .preferred()
            .orElseThrow(
                () ->
                    new FtpException.Refused(
                        "the server tells no hashes to compare by; compare by size and time", 502));
    Path local =
        switch (job) {
          case Job.Fetch fetch -> fetch.local();
          case Job.Send send -> send.local();
        };
    Hasher hasher = new Hasher(algorithm);
    try (FileChannel file = FileChannel.open(local, StandardOpenOption.READ)) {
      hasher.update(file, 0, file.size());
    } catch (IOException e) {
      throw wharf.net.TimedWire.stopAsked()
          ? new FtpException.Cancelled()
          : new FtpException.LocalDisk(
              "cannot read %s: %s".formatted(local, Download.reason(e)), e);
    }
    Optional<Hashes.Told> told = client.hashing().of(remote(job), algorithm, job.size());
    if (told.isEmpty()) {
      return new Result(true, "its hash is not told");
    }
    return told.get().hex().equals(hasher.hex())
        ? new Result(false, "the same " + algorithm)
        : new Result(true, "another " + algorithm);
  }
}
