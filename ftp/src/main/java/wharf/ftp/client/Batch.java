package wharf.ftp.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Moves many files, several at a time:
///
/// ```
/// try (Batch batch = new Batch(sessions, BatchOptions.usual(), Watcher.NONE)) {
///   batch.add(job); ...
///   Summary summary = batch.end();
/// }
/// ```
///
/// There are as many threads as [BatchOptions#usually] says, and more for very many small files,
/// but no more than the pool has sessions; where a server takes fewer, some wait. Small files go in
/// a row where the server takes them so ([Pipeline]), and a large one over sessions that nobody
/// needs ([TransferOptions#segments]). A file that fails does not keep others from being moved, but
/// a server that is gone, or lets nobody in, ends it all: what was not begun has then failed, too.
///
/// For one thread, whose interruption ends all that is being moved; each file is left so that
/// another run goes on with it.
public final class Batch implements AutoCloseable {
  /// How many files may wait to be moved; who finds more waits, too.
  private static final int WAITING = 10_000;

  /// How many small files one session is given at once.
  private static final int ROW = 32;

  private final Sessions sessions;
  private final BatchOptions options;
  private final Watcher watcher;
  private final LongSupplier nanos;
  private final List<Thread> threads = new ArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All below are guarded by the lock.
  private final Deque<Job> waiting = new ArrayDeque<>();

  /// How many of them are small.
  private int small;

  private int idle;
  private boolean complete;
  private @Nullable FtpException ended;
  private long moved;
  private long bytes;
  private long skipped;
  private long planned;
  private long deleted;
  private long failed;
  private @Nullable FtpException first;

  public Batch(Sessions sessions, BatchOptions options, Watcher watcher) {
    this.sessions = sessions;
    this.options = options;
    this.watcher = watcher;
    this.nanos = System::nanoTime;
  }

  /// Has a file moved, as soon as its turn comes; waits when too many wait already.
  public void add(Job job) throws FtpException {
    lock.lock();
    try {
      while (waiting.size() >= WAITING && ended == null) {
        changed.await();
      }
      watcher.found(job);
      waiting.add(job);
      small += Download.isSmall(job.size()) ? 1 : 0;
      if (wantsThread()) {
        threads.add(Thread.ofPlatform().name("wharf-transfer").daemon().start(this::work));
      } else {
        changed.signalAll();
      }
    } catch (InterruptedException _) {
      throw interrupted();
    } finally {
      lock.unlock();
    }
  }

  /// Whether the work is worth one more session. With the lock.
  private boolean wantsThread() {
    int now = threads.size();
    return now < sessions.most()
        && (now < options.usually() ? waiting.size() > idle : small > ROW * now);
  }

  /// Waits until all files have had their turn.
  public Summary end() throws FtpException {
    lock.lock();
    try {
      complete = true;
      watcher.allFound();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException _) {
      throw interrupted();
    }
    return summary();
  }

  /// What it has come to so far.
  public Summary summary() {
    lock.lock();
    try {
      return new Summary(moved, bytes, skipped, planned, deleted, failed, first);
    } finally {
      lock.unlock();
    }
  }

  /// Ends what still runs, and waits until that is left in order.
  @Override
  public void close() {
    lock.lock();
    try {
      complete = true;
      ended = ended == null ? new FtpException.Cancelled() : ended;
      waiting.clear();
      small = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    threads.forEach(Thread::interrupt);
    boolean again = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException _) {
          // They have been told; what they leave must be in order.
          again = true;
        }
      }
    }
    if (again) {
      Thread.currentThread().interrupt();
    }
  }

  void countDeleted(String name) {
    lock.lock();
    try {
      deleted++;
      watcher.deleted(name);
    } finally {
      lock.unlock();
    }
  }

  /// Counts something that failed before it could become a job.
  public void fail(String name, FtpException problem) {
    lock.lock();
    try {
      failed++;
      first = first == null ? problem : first;
      watcher.failed(name, problem);
    } finally {
      lock.unlock();
    }
  }

  /// Tells that a folder was made for the files, or would be.
  public void madeFolder(String name) {
    lock.lock();
    try {
      watcher.madeFolder(name);
    } finally {
      lock.unlock();
    }
  }

  void leftOut(String name, String why) {
    lock.lock();
    try {
      watcher.leftOut(name, why);
    } finally {
      lock.unlock();
    }
  }

  private static FtpException interrupted() {
    Thread.currentThread().interrupt();
    return new FtpException.Cancelled();
  }

  private void work() {
    List<Job> jobs = next();
    while (!jobs.isEmpty()) {
      for (Job job : jobs.size() == 1 ? jobs : leftOfRow(jobs)) {
        work(job);
      }
      jobs = next();
    }
  }

  private void work(Job job) {
    Progress progress = begins(job);
    Outcome outcome;
    FtpException end = ended();
    if (end != null) {
      outcome = new Outcome.Failed(end.again());
    } else {
      try {
        outcome = moved(job, progress);
      } catch (FtpException e) {
        outcome = new Outcome.Failed(e);
      } catch (RuntimeException e) {
        outcome = new Outcome.Failed(fault(e));
      }
    }
    ended(job, outcome);
  }

  /// Ours, and of one file: the others are still to be moved.
  private static FtpException fault(RuntimeException e) {
    return new FtpException.LocalDisk("a fault in wharf: " + e, e);
  }

  /// Moves small files in a row.
  ///
  /// @return those that have to be moved one by one
  private List<Job> leftOfRow(List<Job> jobs) {
    Set<Job> left = Collections.newSetFromMap(new IdentityHashMap<>());
    left.addAll(jobs);
    try (Sessions.Lent lent = sessions.borrow()) {
      boolean _ =
          lent.run(
              client -> {
                inARow(client, jobs, left);
                return true;
              });
    } catch (FtpException _) {
      // Who is left is moved alone: that tells what is wrong.
    } catch (RuntimeException e) {
      // Alone they may well be moved, and nobody would know.
      fail(jobs.getFirst().name() + " and what is after it", fault(e));
    }
    return jobs.stream().filter(left::contains).toList();
  }

  private void inARow(FtpClient client, List<Job> jobs, Set<Job> left) throws FtpException {
    if (!Pipeline.suits(client, jobs.getFirst(), options.transfer())
        || !client.agreeOn(DataMode.BLOCK)) {
      return;
    }
    List<Job> different = new ArrayList<>();
    for (Job job : jobs) {
      Comparison.Result result = options.comparison().of(client, job);
      if (result.move()) {
        different.add(job);
      } else {
        Progress _ = begins(job);
        left.remove(job);
        ended(job, new Outcome.Skipped(result.why()));
      }
    }
    if (different.size() < 2 || ended() != null) {
      return;
    }
    if (!client.data().isKept()) {
      // The first makes the connection on which the others are moved.
      Job first = different.removeFirst();
      Outcome.Moved outcome = move(client, first, Progress.NONE);
      left.remove(first);
      wasMoved(first, outcome);
    }
    if (client.data().isKept()) {
      Pipeline.run(
          client,
          different,
          options.transfer(),
          (job, outcome) -> {
            left.remove(job);
            wasMoved(job, outcome);
          },
          nanos);
    }
  }

  private void wasMoved(Job job, Outcome.Moved outcome) {
    Progress progress = begins(job);
    progress.begin(0, job.size());
    progress.at(job.size());
    ended(job, outcome);
  }

  /// The next that are to be moved: several small ones in a row, or one. None when all were.
  private List<Job> next() {
    lock.lock();
    try {
      while (waiting.isEmpty() && !complete) {
        idle++;
        try {
          changed.await();
        } finally {
          idle--;
        }
      }
      List<Job> row = new ArrayList<>();
      // Others are to have something to do, too.
      int most = Math.clamp(waiting.size() / sessions.most(), 1, ROW);
      while (!waiting.isEmpty()
          && row.size() < most
          && (row.isEmpty() || goTogether(row.getFirst(), waiting.getFirst()))) {
        Job job = waiting.removeFirst();
        small -= Download.isSmall(job.size()) ? 1 : 0;
        row.add(job);
      }
      changed.signalAll();
      return row;
    } catch (InterruptedException _) {
      return List.of();
    } finally {
      lock.unlock();
    }
  }

  private boolean goTogether(Job one, Job other) {
    return !options.rehearsal()
        && one.getClass() == other.getClass()
        && Pipeline.takes(one, options.transfer())
        && Pipeline.takes(other, options.transfer());
  }

  private @Nullable FtpException ended() {
    lock.lock();
    try {
      return ended;
    } finally {
      lock.unlock();
    }
  }

  private Progress begins(Job job) {
    lock.lock();
    try {
      return watcher.begins(job);
    } finally {
      lock.unlock();
    }
  }

  private Outcome moved(Job job, Progress progress) throws FtpException {
    Furthest furthest = new Furthest(progress);
    return sessions.run(client -> moved(client, job, furthest), furthest::position);
  }

  private Outcome moved(FtpClient client, Job job, Progress progress) throws FtpException {
    Comparison.Result result = options.comparison().of(client, job);
    if (!result.move()) {
      return new Outcome.Skipped(result.why());
    }
    if (options.rehearsal()) {
      return new Outcome.Planned(result.why());
    }
    return move(client, job, progress);
  }

  private Outcome.Moved move(FtpClient client, Job job, Progress progress) throws FtpException {
    long began = nanos.getAsLong();
    Receipt receipt =
        switch (job) {
          case Job.Fetch fetch ->
              Download.run(client, sessions, fetch, options.transfer(), progress);
          case Job.Send send ->
              Upload.run(client, send.local(), send.remote(), options.transfer(), progress);
        };
    return new Outcome.Moved(receipt, Duration.ofNanos(nanos.getAsLong() - began));
  }

  private void ended(Job job, Outcome outcome) {
    lock.lock();
    try {
      switch (outcome) {
        case Outcome.Moved(Receipt receipt, _) -> {
          moved++;
          bytes += receipt.moved();
        }
        case Outcome.Skipped _ -> skipped++;
        case Outcome.Planned _ -> planned++;
        case Outcome.Failed(FtpException problem) -> {
          failed++;
          first = first == null ? problem : first;
          if (ended == null && endsAll(problem)) {
            ended = problem;
          }
        }
      }
      watcher.ended(job, outcome);
    } finally {
      lock.unlock();
    }
  }

  /// Whether it is the server that is at fault, and the next file would fare no better.
  private static boolean endsAll(FtpException problem) {
    return switch (problem) {
      case FtpException.Unreachable _,
          FtpException.Full _,
          FtpException.LoginRefused _,
          FtpException.Untrusted _,
          FtpException.Cancelled _ ->
          true;
      default -> false;
    };
  }

  /// Knows how far a file has got, over all tries.
  private static final class Furthest implements Progress {
    private final Progress progress;
    private long position;

    Furthest(Progress progress) {
      this.progress = progress;
    }

    long position() {
      return position;
    }

    @Override
    public void begin(long from, long total) {
      progress.begin(from, total);
    }

    @Override
    public void at(long now) {
      position = Math.max(position, now);
      progress.at(now);
    }

    @Override
    public void verifying() {
      progress.verifying();
    }

    @Override
    public void startedOver(String why) {
      progress.startedOver(why);
    }
  }
}
