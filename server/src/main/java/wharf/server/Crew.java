package wharf.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import wharf.net.SharedListener;
import wharf.net.StandardInput;

/// The workers of [Processes], from the first start to the last end. A thread stays with each
/// worker: it starts it, hears it, waits for its end, and starts the next.
final class Crew implements ServerModel.Running {
  /// How long a worker may take until it is ready, on a machine that is busy with something else.
  static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Processes.Launch launch;
  private final Context context;
  private final Sockets sockets;

  /// What the standard input is between two starts: at its end. Would it stay a listener, the port
  /// would stay taken for as long as this process lives.
  private final Pipe.SourceChannel nothing;

  /// Guards what follows, and the standard input.
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition changed = lock.newCondition();
  private final Set<Process> alive = new HashSet<>();
  private final Set<Thread> keepers = new HashSet<>();
  private boolean stopping;

  /// Where there is to be a worker. Its back-off is of the thread that stays with the latest.
  ///
  /// @param manned done when it has had a worker that was ready, or could not have one
  private record Place(SelectableChannel socket, BackOff backOff, CompletableFuture<Void> manned) {
    Place(SelectableChannel socket) {
      this(socket, new BackOff(), new CompletableFuture<>());
    }
  }

  /// What became of a worker.
  ///
  /// @param relieved whether it has let its last client in, and so has a successor
  /// @param end what to tell of it
  /// @param inOrder whether it ended by itself and without a complaint
  private record Life(boolean relieved, String end, boolean inOrder) {}

  private Crew(Processes.Launch launch, Context context, Sockets sockets) throws IOException {
    this.launch = launch;
    this.context = context;
    this.sockets = sockets;
    Pipe pipe = Pipe.open();
    nothing = pipe.source();
    pipe.sink().close();
  }

  /// Starts `workers` for each socket, and returns when all are ready.
  ///
  /// @throws Processes.CannotStart also when one does not become ready within [#START_LIMIT]
  static Crew start(Processes.Launch launch, int workers, Context context, Sockets sockets)
      throws IOException {
    Crew crew = new Crew(launch, context, sockets);
    List<Place> places = new ArrayList<>();
    Stream.concat(sockets.listeners().stream(), sockets.datagrams().stream())
        .forEach(
            socket -> {
              for (int i = 0; i < workers; i++) {
                places.add(new Place(socket));
              }
            });
    places.forEach(crew::man);
    try {
      places.forEach(place -> place.manned().join());
      return crew;
    } catch (CompletionException e) {
      crew.giveUp();
      if (e.getCause() instanceof IOException problem) {
        throw new Processes.CannotStart(String.valueOf(problem.getMessage()), problem);
      }
      throw e;
    }
  }

  private void giveUp() {
    stopAccepting();
    closeSessions();
    try {
      end();
    } catch (InterruptedException e) {
      // They end all the same; only nobody waits for it.
      Thread.currentThread().interrupt();
    }
  }

  /// Sees to it that there is a worker at `place`, with a thread of its own.
  private void man(Place place) {
    lock.lock();
    try {
      if (!stopping) {
        keepers.removeIf(keeper -> !keeper.isAlive());
        keepers.add(Thread.ofPlatform().name("keeper").daemon().start(() -> keep(place)));
      }
    } finally {
      lock.unlock();
    }
  }

  private void keep(Place place) {
    try {
      boolean wanted = true;
      while (wanted) {
        long began = context.nanoTime().getAsLong();
        Life life = attend(place);
        Duration lived = Duration.ofNanos(context.nanoTime().getAsLong() - began);
        wanted = life.relieved() ? bury(life) : mayReplace(place, life, lived);
      }
    } catch (InterruptedException e) {
      // Nobody does.
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error fault) {
      context.log().log(Level.ERROR, "a worker is lost by a fault of the server", fault);
      place.manned().completeExceptionally(fault);
    }
  }

  /// @return false: it has been replaced already
  private boolean bury(Life life) {
    lock.lock();
    try {
      if (!stopping && !life.inOrder()) {
        context.log().log(Level.WARNING, "{0}, with the last of its clients", life.end());
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /// Waits for as long as is wise before a worker is replaced that has died.
  ///
  /// @return whether it is to be
  private boolean mayReplace(Place place, Life life, Duration lived) throws InterruptedException {
    lock.lock();
    try {
      if (place.manned().completeExceptionally(new IOException(life.end() + ", not yet ready"))
          || stopping) {
        return false;
      }
      Duration pause = place.backOff().after(lived);
      context.log().log(
          Level.WARNING,
          "{0}; another takes its place {1}",
          life.end(),
          pause.isZero() ? "at once" : "in " + pause.toMillis() + " ms");
      long left = pause.toNanos();
      while (left > 0 && !stopping) {
        left = changed.awaitNanos(left);
      }
      return !stopping;
    } finally {
      lock.unlock();
    }
  }

  /// Starts a worker and stays with it to its end.
  private Life attend(Place place) throws InterruptedException {
    Process worker;
    try {
      worker = start(place.socket());
    } catch (IOException e) {
      return new Life(false, "a worker could not be started: " + e.getMessage(), false);
    }
    if (worker == null) {
      return new Life(false, "no worker is started any more", true);
    }
    boolean relieved = false;
    try {
      relieved = hear(worker, place);
    } finally {
      worker.waitFor();
      lock.lock();
      try {
        alive.remove(worker);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
    int status = worker.exitValue();
    // As shells do, Java adds 128 to the number of a signal.
    String signal = status > 128 ? " (signal " + (status - 128) + ")" : "";
    String end = "worker " + worker.pid() + " ended with status " + status + signal;
    return new Life(relieved, end, status == 0);
  }

  /// @return null when the server is to stop
  private @Nullable Process start(SelectableChannel socket)
      throws IOException, InterruptedException {
    lock.lock();
    try {
      while (alive.size() >= Processes.MOST_ALIVE && !stopping) {
        changed.await();
      }
      if (stopping) {
        return null;
      }
      StandardInput.become(socket);
      try {
        Process worker =
            launch
                .worker(isSecure(socket))
                .redirectInput(Redirect.INHERIT)
                .redirectOutput(Redirect.PIPE)
                .redirectError(Redirect.INHERIT)
                .start();
        alive.add(worker);
        return worker;
      } finally {
        StandardInput.become(nothing);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether connections to `socket` are under TLS from their first byte.
  private boolean isSecure(SelectableChannel socket) throws IOException {
    return socket instanceof ServerSocketChannel listener
        && context.isSecure(listener.getLocalAddress());
  }

  /// Hears a worker until it says no more.
  ///
  /// @return whether it has let its last client in
  private boolean hear(Process worker, Place place) {
    String pid = Long.toString(worker.pid());
    boolean relieved = false;
    CompletableFuture<Void> ready = new CompletableFuture<>();
    var _ =
        ready
            .orTimeout(START_LIMIT.toSeconds(), TimeUnit.SECONDS)
            .exceptionally(
                _ -> {
                  String limit = Long.toString(START_LIMIT.toSeconds());
                  context.log().log(
                      Level.WARNING, "worker {0} was not ready within {1} s: ended", pid, limit);
                  worker.destroyForcibly();
                  return null;
                });
    try (BufferedReader said = worker.inputReader(UTF_8)) {
      String line;
      while ((line = said.readLine()) != null) {
        switch (line) {
          case Processes.READY -> {
            ready.complete(null);
            place.manned().complete(null);
            endIfTooLate(worker);
          }
          case Processes.FULL -> {
            if (!relieved) {
              relieved = true;
              man(place);
            }
          }
          // What the JVM has to say goes to the standard output, too.
          default -> context.log().log(Level.INFO, "worker {0} says: {1}", pid, line);
        }
      }
    } catch (IOException e) {
      context.log().log(Level.DEBUG, "a worker is not heard any more", e);
    } finally {
      ready.complete(null);
    }
    return relieved;
  }

  /// Ends one that has become ready while the server stops: it was not yet there to be told.
  private void endIfTooLate(Process worker) {
    lock.lock();
    try {
      if (stopping) {
        worker.destroy();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void stopAccepting() {
    lock.lock();
    try {
      stopping = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    sockets.listeners().forEach(this::end);
    sockets.datagrams().forEach(context::close);
  }

  /// Turns away whoever comes, though the workers have the listener still. One that this process
  /// was started with is not this server's alone: who comes there is to wait for the next.
  private void end(ServerSocketChannel listener) {
    if (!context.inherited().contains(listener)) {
      try {
        SharedListener.end(listener);
      } catch (IOException e) {
        context.log().log(Level.DEBUG, "clients wait at a listener that is closed", e);
      }
    }
    context.close(listener);
  }

  @Override
  public void stopSessions() {
    forEachAlive(Process::destroy);
  }

  @Override
  public boolean awaitSessions(Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lock();
    try {
      while (!alive.isEmpty()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void closeSessions() {
    forEachAlive(Process::destroyForcibly);
  }

  /// A worker that has died is replaced, and one that hangs ends by the watchdog of nobody: what is
  /// seen here is that there are some.
  @Override
  public boolean responds(Duration atMost) throws InterruptedException {
    if (!lock.tryLock(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    try {
      return stopping || alive.stream().anyMatch(Process::isAlive);
    } finally {
      lock.unlock();
    }
  }

  private void forEachAlive(Consumer<Process> what) {
    lock.lock();
    try {
      alive.forEach(what);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void end() throws InterruptedException {
    List<Thread> toJoin;
    lock.lock();
    try {
      toJoin = List.copyOf(keepers);
    } finally {
      lock.unlock();
    }
    for (Thread keeper : toJoin) {
      keeper.join();
    }
    context.close(nothing);
  }
}
