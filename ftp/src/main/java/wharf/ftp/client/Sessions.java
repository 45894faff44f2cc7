package wharf.ftp.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Sessions with one server, lent to tasks that may run at the same time:
///
/// ```
/// try (Sessions sessions = Sessions.with(Site.at("ftp.example.org"), 4)) {
///   List<Entry> found = sessions.run(client -> client.list("pub"));
/// }
/// ```
///
/// A session is made when a task wants one and none is idle, up to the most; then tasks wait, the
/// first to come first. The first of all is made alone: who is refused there, as with a wrong
/// password, is refused once, and not asked for again.
///
/// ```
///            none idle, fewer than the most        given back, still usable
///   (not there) -------> connecting --------> lent <----------------------> idle
///        ^                    |                 | spent           NOOP, if  |
///        +--------------------+-----------------+---------- it was silent --+
///           refused, and others there are: so many are the most, for a while
/// ```
///
/// A server that has as many sessions as it takes is no failure while one of ours works: then there
/// are fewer. What fails for a reason that may pass is tried again, as [Retries] has it; but
/// nothing is until the server was once reached, since a name that is wrong stays wrong. (A server
/// that is full was reached.)
///
/// A task leaves its session in the folder that it found it in. One that holds a session and wants
/// another must not wait for it ([#spare]), or all might wait for each other.
///
/// For any number of threads. To interrupt one ends what it waits for with
/// [FtpException.Cancelled].
public final class Sessions implements AutoCloseable {
  /// How long a session may be idle until it is asked whether it is still there: as long as the
  /// least patient routers and servers around remember who is silent.
  private static final Duration FRESH = Duration.ofSeconds(10);

  /// How long a server that takes no more is believed.
  private static final Duration FULL_FOR = Duration.ofSeconds(60);

  /// What needs a session.
  ///
  /// @param <T> what it comes to
  @FunctionalInterface
  public interface Task<T> {
    /// Runs, also for a second time when it failed the first.
    T over(FtpClient client) throws FtpException;
  }

  /// Makes a session.
  @FunctionalInterface
  public interface Connector {
    FtpClient connect() throws FtpException;

    /// Ends a session that is not needed any more, or is of no more use.
    default void disconnect(FtpClient client) {
      client.close();
    }
  }

  /// Told, by the threads that it happens to, what goes on; must not wait.
  public interface Listener {
    /// For who does not want to know.
    Listener NONE = new Listener() {};

    /// Something failed for a reason that may pass and is tried again after a pause.
    ///
    /// @param attempt 1 for the first that is made again
    /// @param most how many are made
    default void again(FtpException problem, Duration pause, int attempt, int most) {}

    /// The server takes no more than so many sessions.
    default void fewer(int sessions, FtpException problem) {}
  }

  /// Waits.
  @FunctionalInterface
  interface Sleeper {
    void sleep(Duration time) throws InterruptedException;
  }

  /// Time and chance, which tests have their own of.
  record Means(Sleeper sleeper, LongSupplier nanos, Supplier<RandomGenerator> random) {
    static Means real() {
      return new Means(Thread::sleep, System::nanoTime, ThreadLocalRandom::current);
    }
  }

  private final Connector connector;
  private final int most;
  private final Retries retries;
  private final Listener listener;
  private final Means means;

  // Fair, so that the one that lists what is to be done is not starved by those that do it.
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition changed = lock.newCondition();
  // All below are guarded by the lock.
  private final Deque<Idle> idle = new ArrayDeque<>();

  /// Connecting, lent or idle.
  private int open;

  /// Lent or idle.
  private int working;

  private int limit;
  private long limitedAt;
  private boolean reached;
  private @Nullable FtpException refused;
  private long failures;
  private @Nullable FtpException lastFailure;
  private boolean closed;

  Sessions(Connector connector, int most, Retries retries, Listener listener, Means means) {
    if (most < 1) {
      throw new IllegalArgumentException("at most " + most + " sessions: too few");
    }
    this.connector = connector;
    this.most = most;
    this.limit = most;
    this.retries = retries;
    this.listener = listener;
    this.means = means;
  }

  /// Up to `most` sessions with a server.
  public static Sessions with(Site site, int most) {
    return with(site, most, Retries.usual(), Listener.NONE);
  }

  /// The same with other patience, and watched. What one has found out about the server all know.
  public static Sessions with(Site site, int most, Retries retries, Listener listener) {
    Traits traits = new Traits();
    return with(() -> FtpClient.connect(site, traits), most, retries, listener);
  }

  /// Up to `most` sessions, made in another way.
  public static Sessions with(Connector connector, int most, Retries retries, Listener listener) {
    return new Sessions(connector, most, retries, listener, Means.real());
  }

  /// How many there may be at once.
  public int most() {
    return most;
  }

  /// Runs a task, and runs it again when it failed for a reason that may pass.
  public <T> T run(Task<T> task) throws FtpException {
    return run(task, () -> 0);
  }

  /// As [#run(Task)]. When a failed run has got further than those before it, the tries are counted
  /// anew: over a line that breaks each hour, a day's transfer ends all the same.
  ///
  /// @param advance how far the task has got
  public <T> T run(Task<T> task, LongSupplier advance) throws FtpException {
    int attempt = 0;
    long furthest = advance.getAsLong();
    while (true) {
      try (Lent lent = borrow()) {
        return lent.run(task);
      } catch (FtpException e) {
        long now = advance.getAsLong();
        if (now > furthest) {
          furthest = now;
          attempt = 0;
        }
        if (attempt == retries.most() || !mayPass(e)) {
          throw e;
        }
        attempt++;
        pause(e, attempt);
      }
    }
  }

  private boolean mayPass(FtpException problem) {
    lock.lock();
    try {
      return problem.mayPass() && (reached || problem instanceof FtpException.Full) && !closed;
    } finally {
      lock.unlock();
    }
  }

  private void pause(FtpException problem, int attempt) throws FtpException {
    Duration pause = retries.pause(attempt, means.random().get());
    listener.again(problem, pause, attempt, retries.most());
    try {
      means.sleeper().sleep(pause);
    } catch (InterruptedException _) {
      throw interrupted();
    }
  }

  /// A session, when there is one; waits for that. The caller gives it back by closing, and deals
  /// with what fails itself.
  public Lent borrow() throws FtpException {
    return Objects.requireNonNull(take(true));
  }

  /// A session if one is idle, or one more can be made now; for who has one and could use another.
  public Optional<Lent> spare() throws FtpException {
    return Optional.ofNullable(take(false));
  }

  private @Nullable Lent take(boolean wait) throws FtpException {
    while (true) {
      switch (place(wait)) {
        case Idle found -> {
          if (answers(found)) {
            return new Lent(found.client());
          }
        }
        case Place.Free _ -> {
          Lent made = connected();
          if (made != null) {
            return made;
          }
        }
        case Place.None _ -> {
          return null;
        }
      }
    }
  }

  private Place place(boolean wait) throws FtpException {
    lock.lock();
    try {
      long before = failures;
      while (true) {
        if (closed) {
          throw new IllegalStateException("the sessions are closed");
        }
        if (refused != null) {
          throw refused.again();
        }
        if (!reached && failures != before && lastFailure != null) {
          // It was waited for the first session, and that could not be made.
          throw lastFailure.again();
        }
        Idle last = idle.pollLast();
        if (last != null) {
          return last;
        }
        if (limit < most && means.nanos().getAsLong() - limitedAt > FULL_FOR.toNanos()) {
          limit = most;
        }
        if (open < limit && (reached || open == 0)) {
          open++;
          return new Place.Free();
        }
        if (!wait) {
          return new Place.None();
        }
        changed.await();
      }
    } catch (InterruptedException _) {
      throw interrupted();
    } finally {
      lock.unlock();
    }
  }

  /// A new session, or null when there are others to wait for instead.
  private @Nullable Lent connected() throws FtpException {
    FtpClient client;
    try {
      client = connector.connect();
    } catch (FtpException e) {
      int left = notConnected(e);
      if (left == 0) {
        throw e;
      }
      listener.fewer(left, e);
      return null;
    } catch (RuntimeException | Error e) {
      int _ = notConnected(null);
      throw e;
    }
    lock.lock();
    try {
      reached = true;
      working++;
      // Who waits for the first may make their own.
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return new Lent(client);
  }

  /// How many sessions there are to go on with; 0 when it cannot be gone on.
  private int notConnected(@Nullable FtpException problem) {
    lock.lock();
    try {
      open--;
      changed.signalAll();
      if (problem == null || problem instanceof FtpException.Cancelled) {
        return 0;
      }
      failures++;
      lastFailure = problem;
      boolean login = problem instanceof FtpException.LoginRefused;
      if (working > 0 && (login || problem.mayPass())) {
        // The log-in was good for one that works: whatever they say, servers that refuse another
        // have enough.
        limit = Math.max(1, open);
        limitedAt = means.nanos().getAsLong();
        return limit;
      }
      if (login || problem instanceof FtpException.Untrusted) {
        refused = problem;
      }
      return 0;
    } finally {
      lock.unlock();
    }
  }

  private boolean answers(Idle found) throws FtpException {
    boolean fresh = means.nanos().getAsLong() - found.since() <= FRESH.toNanos();
    try {
      if (found.doubtful() || !fresh) {
        found.client().noop();
      }
      return true;
    } catch (FtpException e) {
      gone(found.client());
      if (e instanceof FtpException.Cancelled) {
        throw e;
      }
      return false;
    } catch (RuntimeException | Error e) {
      gone(found.client());
      throw e;
    }
  }

  private void gone(FtpClient client) {
    lock.lock();
    try {
      open--;
      working--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    connector.disconnect(client);
  }

  private void giveBack(FtpClient client, boolean doubtful) {
    lock.lock();
    try {
      if (!closed && client.usable()) {
        idle.addLast(new Idle(client, means.nanos().getAsLong(), doubtful));
        changed.signalAll();
        return;
      }
    } finally {
      lock.unlock();
    }
    gone(client);
  }

  private static FtpException interrupted() {
    // As after every other wait that was ended so.
    Thread.currentThread().interrupt();
    return new FtpException.Cancelled();
  }

  /// Ends the sessions that are idle, and each that is lent when it is given back.
  @Override
  public void close() {
    Deque<Idle> left;
    lock.lock();
    try {
      closed = true;
      left = new ArrayDeque<>(idle);
      idle.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    left.forEach(one -> gone(one.client()));
  }

  /// A session for whoever borrowed it, until it is closed, which gives it back. For one thread.
  public final class Lent implements AutoCloseable {
    private final FtpClient client;
    private boolean doubtful;
    private boolean returned;

    private Lent(FtpClient client) {
      this.client = client;
    }

    /// The session. Not to be closed; it is when it is given back spent.
    public FtpClient client() {
      return client;
    }

    <T> T run(Task<T> task) throws FtpException {
      doubtful = true;
      T result = task.over(client);
      doubtful = false;
      return result;
    }

    @Override
    public void close() {
      if (!returned) {
        returned = true;
        giveBack(client, doubtful);
      }
    }
  }

  /// Where a session may come from.
  private sealed interface Place {
    /// One may be made.
    record Free() implements Place {}

    /// Nowhere now.
    record None() implements Place {}
  }

  private record Idle(FtpClient client, long since, boolean doubtful) implements Place {}
}
