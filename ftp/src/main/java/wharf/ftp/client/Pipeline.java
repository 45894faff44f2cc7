package wharf.ftp.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import wharf.net.TimedWire;

/// Moves small files one right behind the other over one data connection, which block mode keeps,
/// with commands said ahead, so that neither end waits for the other in between:
///
/// ```
/// C: RETR a, HASH a, RETR b, HASH b, RETR c, HASH c
/// S: 125 (a) 226 213   125 (b) 226 213   125 (c) 226 213
///
/// C: STOR a      MFMT a, STOR b (a)                  MFMT b, STOR c (b)
/// S:        125                     226 213 125                         226 213 125
/// ```
///
/// The content of an upload waits until the server has said that it takes it: if it did not, it
/// would be taken for the next file's.
///
/// Only what goes well is done here: a file that is refused, or is not what it should be, is left
/// for [Download] and [Upload], which know what to do and what to say.
final class Pipeline {
  /// How many files are asked for ahead, and how long the commands may be, in bytes: servers end
  /// sessions in which too much is.
  private static final int AHEAD = 16;

  private static final int AHEAD_BYTES = 4096;

  /// A file that turns out to be so much larger than the listing said is not read to its end.
  private static final int MOST = 1 << 20;

  /// Told of a file that was moved.
  interface Listener {
    void moved(Job job, Outcome.Moved outcome);
  }

  private final FtpClient client;
  private final TransferOptions options;
  private final Listener listener;
  private final LongSupplier nanos;

  private final ByteBuffer content = ByteBuffer.allocate(Download.SMALL);
  private final ByteBuffer surplus = ByteBuffer.allocate(1024);
  private long last;

  private Pipeline(
      FtpClient client, TransferOptions options, Listener listener, LongSupplier nanos) {
    this.client = client;
    this.options = options;
    this.listener = listener;
    this.nanos = nanos;
    this.last = nanos.getAsLong();
  }

  /// Whether a file may be moved so.
  static boolean takes(Job job, TransferOptions options) {
    String remote =
        switch (job) {
          case Job.Fetch fetch -> fetch.remote();
          case Job.Send send -> send.remote();
        };
    return Download.isSmall(job.size())
        && job.modified() != null
        && options.existing() == Existing.REPLACE
        && !options.compress()
        && ControlConnection.canSay(remote);
  }

  /// Whether a server may be worth a try for files that go so: it has to tell what else would be
  /// asked for, and of uploads the hashes in its replies.
  static boolean suits(FtpClient client, Job job, TransferOptions options) throws FtpException {
    boolean hashes = options.verify() && client.hashing().preferred().isPresent();
    return client.exactListings()
        && (hashes ? client.hashing().maySayAhead() : job instanceof Job.Fetch);
  }

  /// Moves those of `jobs` that it can, all of which go the same way, over a session that has kept
  /// its data connection, with a server that [#suits].
  ///
  /// @throws FtpException when the session is of no more use; the files that the listener was told
  ///   of are moved
  static void run(
      FtpClient client,
      List<Job> jobs,
      TransferOptions options,
      Listener listener,
      LongSupplier nanos)
      throws FtpException {
    HashAlgorithm algorithm = options.verify() ? client.hashing().preferred().orElse(null) : null;
    Pipeline pipeline = new Pipeline(client, options, listener, nanos);
    boolean inStep = false;
    try {
      if (jobs.getFirst() instanceof Job.Fetch) {
        pipeline.fetch(jobs.stream().map(Job.Fetch.class::cast).toList(), algorithm);
      } else if (algorithm != null) {
        pipeline.send(jobs.stream().map(Job.Send.class::cast).iterator(), algorithm);
      }
      inStep = true;
    } finally {
      if (!inStep) {
        // Answers to what was said ahead are still to come.
        client.control().spoil();
      }
    }
  }

  private void done(Job job, long size, Verification how) {
    long now = nanos.getAsLong();
    listener.moved(
        job, new Outcome.Moved(new Receipt(size, size, how), Duration.ofNanos(now - last)));
    last = now;
  }

  /// Whether one file could not be moved, and the next may be.
  private static boolean isOfOne(FtpException problem) {
    return switch (problem) {
      case FtpException.Refused _,
          FtpException.NotFound _,
          FtpException.NotPermitted _,
          FtpException.LocalDisk _ ->
          true;
      default -> false;
    };
  }

  // From the server.

  private void fetch(List<Job.Fetch> jobs, @Nullable HashAlgorithm algorithm) throws FtpException {
    Deque<Job.Fetch> said = new ArrayDeque<>();
    int bytes = 0;
    int next = 0;
    while (next < jobs.size() || !said.isEmpty()) {
      // A good many at once make few packets.
      if (said.size() <= AHEAD / 2) {
        while (next < jobs.size()
            && said.size() < AHEAD
            && (said.isEmpty() || bytes + weight(jobs.get(next)) <= AHEAD_BYTES)) {
          Job.Fetch job = jobs.get(next++);
          client.control().send("RETR", job.remote());
          if (algorithm != null) {
            client.control().send("HASH", job.remote());
          }
          bytes += weight(job);
          said.add(job);
        }
      }
      Job.Fetch job = said.remove();
      bytes -= weight(job);
      fetch(job, algorithm);
    }
  }

  /// How long its commands are, at most.
  private static int weight(Job.Fetch job) {
    return 2 * (3 * job.remote().length() + 8);
  }

  /// Receives a file that was asked for.
  ///
  /// @param algorithm the hash that was asked for behind it; null for none
  private void fetch(Job.Fetch job, @Nullable HashAlgorithm algorithm) throws FtpException {
    boolean came = received(job);
    Optional<Hashes.Told> told = Optional.empty();
    if (algorithm != null) {
      told = client.hashing().told(client.control().read(), algorithm);
      came = came && told.isPresent() && told.get().hex().equals(hash(content, algorithm));
    }
    if (!came) {
      return;
    }
    try {
      Download.place(content, job.local(), options.keepTimes() ? job.modified() : null);
    } catch (FtpException.LocalDisk _) {
      // It is tried once more alone, and told then.
      return;
    }
    done(
        job,
        job.size(),
        told.isPresent()
            ? new Verification.ByHash("HASH", told.get().algorithm(), told.get().hex())
            : new Verification.BySize());
  }

  /// Whether as much has come as there should be.
  private boolean received(Job.Fetch job) throws FtpException {
    content.clear();
    long[] all = {0};
    try {
      Reply _ =
          client
              .data()
              .receiveNext(
                  "RETR",
                  job.remote(),
                  data -> {
                    while (true) {
                      int count = data.read(content.hasRemaining() ? content : surplus.clear());
                      if (count < 0) {
                        return true;
                      }
                      all[0] += count;
                      passed(count);
                      if (all[0] > MOST) {
                        throw new FtpException.Incomplete(
                            "%s has become much larger".formatted(Refusal.quote(job.remote())),
                            null);
                      }
                    }
                  });
    } catch (FtpException e) {
      if (isOfOne(e) && client.usable()) {
        return false;
      }
      throw e;
    }
    content.flip();
    return all[0] == job.size();
  }

  private void passed(int count) throws IOException {
    if (options.limit() != null) {
      options.limit().passed(count);
    }
  }

  private static String hash(ByteBuffer of, HashAlgorithm algorithm) {
    Hasher hasher = new Hasher(algorithm);
    hasher.update(of.duplicate());
    return hasher.hex();
  }

  // To the server.

  /// A file that is to be sent.
  private record Loaded(Job.Send job, ByteBuffer content, String hash) {}

  private void send(Iterator<Job.Send> jobs, HashAlgorithm algorithm) throws FtpException {
    client.hashing().wantReceipts(algorithm);
    Loaded now = load(jobs, algorithm);
    if (now == null) {
      return;
    }
    client.control().send("STOR", now.job().remote());
    while (now != null) {
      Loaded next = load(jobs, algorithm);
      send(now, next, algorithm);
      now = next;
    }
  }

  /// Sends a file of which the server was told, and tells it of the next.
  private void send(Loaded file, @Nullable Loaded next, HashAlgorithm algorithm)
      throws FtpException {
    Job.Send job = file.job();
    boolean times = options.keepTimes() && client.offers("MFMT");
    boolean[] taken = {false};
    Reply reply;
    try {
      reply =
          client
              .data()
              .sendNext(
                  "STOR",
                  job.remote(),
                  data -> {
                    taken[0] = true;
                    if (times) {
                      client.control().send("MFMT", FtpClient.timed(job.modified(), job.remote()));
                    }
                    announce(next);
                    passed(file.content().remaining());
                    data.write(file.content());
                    return true;
                  });
    } catch (FtpException e) {
      if (taken[0] || !isOfOne(e) || !client.usable()) {
        throw e;
      }
      announce(next);
      return;
    }
    if (times) {
      Reply _ = client.control().read();
    }
    String told = Hashes.inReceipt(reply, algorithm).orElse("");
    if (told.equals(file.hash())) {
      done(job, job.size(), new Verification.ByReceipt(algorithm, told));
    }
  }

  private void announce(@Nullable Loaded next) throws FtpException {
    if (next != null) {
      client.control().send("STOR", next.job().remote());
    }
  }

  /// The next file that is as it should be; null for no more. The others are tried once more alone,
  /// and told then.
  private static @Nullable Loaded load(Iterator<Job.Send> jobs, HashAlgorithm algorithm)
      throws FtpException {
    while (jobs.hasNext()) {
      Job.Send job = jobs.next();
      ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(job.size()) + 1);
      try (FileChannel file = FileChannel.open(job.local(), StandardOpenOption.READ)) {
        while (content.hasRemaining() && file.read(content) >= 0) {}
      } catch (IOException _) {
        if (TimedWire.stopAsked()) {
          throw new FtpException.Cancelled();
        }
        continue;
      }
      if (content.flip().remaining() == job.size()) {
        return new Loaded(job, content, hash(content, algorithm));
      }
    }
    return null;
  }
}
