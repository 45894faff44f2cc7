package wharf.ftp.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One large file, fetched over several sessions into one part:
///
/// ```
/// |=========>              |====>          |=======>    |
///  first session            third           second        each writes where its bytes belong
/// ```
///
/// It begins with one session. When what is left would take long, half of the largest piece is
/// handed to another, if one can be had; and again, as long as that makes it faster. Who has come
/// to the end of a piece takes half of another's. A session that fails, or is refused, means fewer;
/// only the failure of the first ends the transfer.
final class Segments {
  /// When it pays.
  ///
  /// @param least what is not split any more, in bytes
  /// @param settle how long the rate is measured before another session is asked for
  /// @param worth what takes less is left to those that are at it
  /// @param recorded after how many bytes of a piece the journal is told
  record Pace(long least, Duration settle, Duration worth, long recorded, LongSupplier nanos) {
    static Pace usual() {
      return new Pace(
          8L << 20, Duration.ofSeconds(2), Duration.ofSeconds(4), 32L << 20, System::nanoTime);
    }
  }

  /// How much faster it has to be, in percent, for yet another session to be worth a try.
  private static final long GAIN = 110;

  private static final int OVERLAP = 64 * 1024;

  private final String remote;
  private final long size;
  private final FileChannel file;
  private final PartJournal journal;
  private final @Nullable Sessions sessions;
  private final TransferOptions options;
  private final Progress progress;
  private final Pace pace;
  private final @Nullable Hasher hasher;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All below are guarded by the lock.
  private final List<Piece> pieces = new ArrayList<>();
  private final List<Thread> helpers = new ArrayList<>();
  private final long begun;

  /// From where on the first piece is fetched: a little of what is there already is compared.
  private final long firstFrom;

  private int working;
  private boolean growing;
  private boolean laidOut;
  private boolean stopped;
  private long position;
  private long moved;
  private long measuredAt;
  private long measuredMoved;
  private long rateBefore;
  private long hashed;

  /// Some of the file that is not there yet.
  private static final class Piece {
    private final long begin;

    /// All before it is written, and before `claimed` is being written.
    private long at;

    private long claimed;
    private long end;
    private long recordedTo;
    private boolean taken;

    Piece(long begin, long end) {
      this.begin = begin;
      this.at = begin;
      this.claimed = begin;
      this.end = end;
      this.recordedTo = begin;
    }

    /// What nobody has written or is writing.
    long rest() {
      return end - claimed;
    }
  }

  /// @param have what is there already
  /// @param laidOut whether the journal tells what is there, not the part's length
  /// @param hasher takes in what comes in order from the beginning; null for none
  Segments(
      String remote,
      long size,
      FileChannel file,
      PartJournal journal,
      @Nullable Sessions sessions,
      TransferOptions options,
      Progress progress,
      Pace pace,
      Ranges have,
      boolean laidOut,
      @Nullable Hasher hasher) {
    this.remote = remote;
    this.size = size;
    this.file = file;
    this.journal = journal;
    this.sessions = sessions;
    this.options = options;
    this.progress = progress;
    this.pace = pace;
    this.hasher = hasher;
    this.growing = sessions != null;
    have.missing(size).forEach(range -> pieces.add(new Piece(range.from(), range.to())));
    this.laidOut = laidOut;
    this.position = size - pieces.stream().mapToLong(Piece::rest).sum();
    this.begun = position;
    long first = pieces.isEmpty() ? size : pieces.getFirst().at;
    this.firstFrom =
        have.all().stream()
            .filter(range -> range.to() == first)
            .mapToLong(range -> Math.max(range.from(), first - OVERLAP))
            .findFirst()
            .orElse(first);
    this.measuredAt = pace.nanos().getAsLong();
  }

  /// How many bytes went over the network.
  long moved() {
    return locked(() -> moved);
  }

  /// Up to where `hasher` has taken in the file.
  long hashed() {
    return locked(() -> hashed);
  }

  /// Fetches what is missing.
  ///
  /// @return false if what was there is no part of the file
  boolean run(FtpClient first) throws IOException {
    progress.begin(begun, size);
    try {
      Piece piece;
      while ((piece = next()) != null) {
        long from = moved() == 0 ? Math.min(firstFrom, piece.begin) : piece.begin;
        if (!first.usable()) {
          throw new FtpException.ConnectionLost(
              "the server did not say that it has seen a segment end; go on over a new connection",
              null);
        }
        if (!fetch(first, piece, from)) {
          return false;
        }
      }
      return true;
    } finally {
      end();
    }
  }

  /// What to fetch next, null when nothing is left. Waits while others have it all.
  private @Nullable Piece next() throws FtpException {
    lock.lock();
    try {
      while (true) {
        Piece found = free();
        if (found != null || pieces.isEmpty()) {
          return found;
        }
        changed.await();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new FtpException.Cancelled();
    } finally {
      lock.unlock();
    }
  }

  /// A piece that nobody is at, or half of one that is large enough. With the lock.
  private @Nullable Piece free() {
    for (Piece piece : pieces) {
      if (!piece.taken) {
        piece.taken = true;
        return piece;
      }
    }
    return pieces.stream()
        .max(Comparator.comparingLong(Piece::rest))
        .filter(largest -> largest.rest() >= 2 * pace.least())
        .map(this::half)
        .orElse(null);
  }

  private Piece half(Piece of) {
    Piece upper = new Piece(of.claimed + of.rest() / 2, of.end);
    of.end = upper.at;
    upper.taken = true;
    pieces.add(pieces.indexOf(of) + 1, upper);
    return upper;
  }

  /// @param from where to begin: before the piece, what is there already is compared
  /// @return false if that is not what the server sends
  private boolean fetch(FtpClient client, Piece piece, long from) throws IOException {
    PieceSink sink =
        new PieceSink(piece, new PartSink(file, from, piece.begin, null, options.limit()));
    try {
      Moved all = client.retrieve(remote, from, sink, Progress.NONE);
      if (sink.grown) {
        throw new FtpException.Mismatch(
            "%s has more than the %d bytes that the server said it has; get it again"
                .formatted(Refusal.quote(remote), size));
      }
      if (sink.part.differs()) {
        return false;
      }
      if (!sink.enough) {
        throw new FtpException.Mismatch(
            "the server called %s complete, but %d of %d bytes came; get it again"
                .formatted(Refusal.quote(remote), from + all.bytes(), size));
      }
    } catch (FtpException e) {
      // What the server thinks of being broken off changes nothing about what has come.
      if (!sink.enough || sink.grown) {
        throw e;
      }
    } finally {
      leave(piece);
    }
    return true;
  }

  private void leave(Piece piece) throws IOException {
    lock.lock();
    try {
      piece.claimed = piece.at;
      piece.taken = false;
      if (laidOut) {
        record(piece);
      }
      Piece before = pieces.get(Math.max(0, pieces.indexOf(piece) - 1));
      if (piece.rest() == 0) {
        pieces.remove(piece);
      } else if (piece.at == piece.begin && before.end == piece.begin && before.rest() > 0) {
        // Nothing came, perhaps because the server cannot begin in the middle: whoever is before it
        // goes on through it.
        before.end = piece.end;
        pieces.remove(piece);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Tells the journal what has come of a piece. With the lock.
  private void record(Piece piece) throws IOException {
    if (piece.at > piece.recordedTo && file.isOpen()) {
      file.force(false);
      journal.have(piece.recordedTo, piece.at);
      piece.recordedTo = piece.at;
    }
  }

  /// How much of `count` bytes belongs to the piece; from then on nobody else is given them.
  private int claim(Piece piece, int count) {
    lock.lock();
    try {
      int claimed = (int) Math.min(count, piece.rest());
      piece.claimed += claimed;
      return claimed;
    } finally {
      lock.unlock();
    }
  }

  /// @return whether the piece is whole
  private boolean came(Piece piece, int again, int fresh) throws IOException {
    lock.lock();
    try {
      piece.at += fresh;
      position += fresh;
      moved += again + fresh;
      if (laidOut && piece.at - piece.recordedTo >= pace.recorded()) {
        record(piece);
      }
      progress.at(position);
      grow();
      return piece.rest() == 0;
    } finally {
      lock.unlock();
    }
  }

  /// Asks for another session, when that is worth it. With the lock.
  private void grow() throws IOException {
    long now = pace.nanos().getAsLong();
    long passed = now - measuredAt;
    if (!growing || stopped || passed < pace.settle().toNanos()) {
      return;
    }
    long rate = Math.round((moved - measuredMoved) * 1e9 / passed);
    measuredAt = now;
    measuredMoved = moved;
    boolean faster = rate * 100 >= rateBefore * GAIN;
    boolean full = working + 1 >= options.segments();
    boolean soon = (size - position) * 1e9 < (double) rate * pace.worth().toNanos();
    boolean large = pieces.stream().anyMatch(piece -> piece.rest() >= 2 * pace.least());
    if (full || soon || !large) {
      return;
    }
    if (!faster) {
      growing = false;
      return;
    }
    rateBefore = rate;
    layOut();
    working++;
    helpers.add(Thread.ofVirtual().name("segment of " + remote).start(this::help));
  }

  /// From now on the part's length does not tell what is there: the journal has to, first.
  private void layOut() throws IOException {
    if (laidOut) {
      return;
    }
    Piece first = pieces.getFirst();
    file.force(false);
    journal.have(0, first.at);
    first.recordedTo = first.at;
    laidOut = true;
    if (file.size() < size) {
      int _ = file.write(ByteBuffer.wrap(new byte[1]), size - 1);
    }
  }

  private void help() {
    try {
      Optional<Sessions.Lent> spare = sessions == null ? Optional.empty() : sessions.spare();
      if (spare.isEmpty()) {
        // There may be one later.
        locked(() -> rateBefore = 0);
        return;
      }
      try (Sessions.Lent lent = spare.get()) {
        // The time that it took to connect says nothing of how fast it is.
        locked(this::measureAgain);
        Piece piece;
        while (lent.client().usable() && (piece = taken()) != null) {
          boolean _ = fetch(lent.client(), piece, piece.begin);
        }
      }
    } catch (IOException | IllegalStateException _) {
      // What it had is free again, and is fetched by those that are left.
      locked(() -> growing = false);
    } finally {
      leave();
    }
  }

  private void leave() {
    lock.lock();
    try {
      working--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean measureAgain() {
    measuredAt = pace.nanos().getAsLong();
    measuredMoved = moved;
    return true;
  }

  private @Nullable Piece taken() {
    return locked(() -> stopped ? null : free());
  }

  /// Ends the helpers and writes down what there is.
  private void end() throws IOException {
    // Who was interrupted writes down what there is all the same.
    boolean interrupted = Thread.interrupted();
    List<Thread> left;
    lock.lock();
    try {
      stopped = true;
      left = List.copyOf(helpers);
      if (laidOut) {
        for (Piece piece : pieces) {
          record(piece);
        }
      }
    } finally {
      lock.unlock();
    }
    // From here on: to interrupt one that writes closes the file.
    left.forEach(Thread::interrupt);
    lock.lock();
    try {
      long wait = TimeUnit.SECONDS.toNanos(5);
      while (working > 0 && wait > 0) {
        wait = changed.awaitNanos(wait);
      }
    } catch (InterruptedException _) {
      interrupted = true;
    } finally {
      lock.unlock();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private interface Look<T> {
    T at();
  }

  private <T extends @Nullable Object> T locked(Look<T> look) {
    lock.lock();
    try {
      return look.at();
    } finally {
      lock.unlock();
    }
  }

  /// What one session writes to: no more than what is still its own.
  private final class PieceSink implements WritableByteChannel {
    private final Piece piece;
    private final PartSink part;
    private boolean enough;
    private boolean grown;

    PieceSink(Piece piece, PartSink part) {
      this.piece = piece;
      this.part = part;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
      int count = from.remaining();
      int again = (int) Math.min(count, part.toCompare());
      int fresh = claim(piece, count - again);
      long at = part.position() + again;
      ByteBuffer mine = from.slice(from.position(), again + fresh);
      ByteBuffer toHash = mine.slice(again, fresh);
      int _ = part.write(mine);
      hash(at, toHash);
      enough = came(piece, again, fresh);
      grown = enough && again + fresh < count && part.position() >= size;
      if (enough && (grown || part.position() < size)) {
        // What the server would send now is another's, or should not be there.
        throw new PartSink.Enough();
      }
      from.position(from.limit());
      return count;
    }

    /// Takes in what comes next from the beginning on; the rest is read when all is there.
    private void hash(long at, ByteBuffer bytes) {
      // Only one session at a time has what comes next.
      if (hasher != null && at == hashed()) {
        long next = at + bytes.remaining();
        hasher.update(bytes);
        locked(() -> hashed = next);
      }
    }

    @Override
    public boolean isOpen() {
      return file.isOpen();
    }

    @Override
    public void close() {}
  }
}
