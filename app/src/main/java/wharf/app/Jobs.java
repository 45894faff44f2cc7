package wharf.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import wharf.ftp.client.FtpException;

/// The commands of a shell that run in the background, each with sessions of its own.
final class Jobs {
  /// How long a job that is told to stop may take to leave things in order, while somebody waits.
  private static final long STOPPING_SECONDS = 5;

  /// As many lines of jobs as fit on a terminal, and more than servers have sessions for.
  private static final int LIMIT = 20;

  /// A command in the background.
  private record Job(
      int number, String line, JobScreen screen, Thread thread, CompletableFuture<Integer> code) {
    String told() {
      int ended = code.getNow(-1);
      String how =
          ended < 0
              ? "running"
              : ended == 0
                  ? "done"
                  : ended == ExitCode.INTERRUPTED.number() ? "stopped" : "failed (" + ended + ")";
      return "[%d] %s: %s".formatted(number, how, line);
    }
  }

  private final Map<Integer, Job> jobs = new TreeMap<>();
  private int last;
  private volatile Runnable whenOneEnds = () -> {};

  /// Has `action` called, by a job's thread, whenever a job has ended.
  void whenOneEnds(Runnable action) {
    whenOneEnds = action;
  }

  /// Starts one.
  ///
  /// @param line as it was typed, without secrets
  /// @param screen what it writes to
  /// @param work ends with its exit code
  /// @return what is said of it
  synchronized String start(String line, JobScreen screen, IntSupplier work) throws FtpException {
    if (running() >= LIMIT) {
      throw new FtpException.Refused(
          "%d jobs run already; wait for one, or kill one".formatted(LIMIT), 0);
    }
    int number = jobs.isEmpty() ? 1 : last + 1;
    last = number;
    CompletableFuture<Integer> code = new CompletableFuture<>();
    Thread thread =
        Thread.ofPlatform()
            .name("job " + number)
            .daemon()
            .unstarted(
                () -> {
                  int ended = ExitCode.FAILED.number();
                  try {
                    ended = work.getAsInt();
                  } finally {
                    code.complete(ended);
                    whenOneEnds.run();
                  }
                });
    jobs.put(number, new Job(number, line, screen, thread, code));
    thread.start();
    return "[%d] %s".formatted(number, line);
  }

  /// How many run.
  synchronized int running() {
    return (int) jobs.values().stream().filter(job -> !job.code().isDone()).count();
  }

  /// Tells of each how far it is.
  synchronized void list(Consumer<String> lines) {
    for (Job job : jobs.values()) {
      lines.accept(job.told());
      String drawn = job.screen().drawn();
      if (!job.code().isDone() && !drawn.isEmpty()) {
        lines.accept("    " + drawn);
      }
    }
  }

  /// Tells of those that have ended since, once, and what they have said.
  void tellEnded(Consumer<String> lines) {
    // Told without the lock: who is told may hold others.
    takeEnded().forEach(lines);
  }

  private synchronized List<String> takeEnded() {
    List<String> told = new ArrayList<>();
    for (Job job : List.copyOf(jobs.values())) {
      if (job.code().isDone()) {
        jobs.remove(job.number());
        told.add(job.told());
        job.screen().lines().forEach(line -> told.add("    " + line.replaceFirst("^wharf: ", "")));
      }
    }
    return told;
  }

  /// Waits until a job has ended, or all have.
  ///
  /// @param number 0 for all
  /// @return the exit code of the first that failed, 0 if all went well
  int await(int number) throws FtpException {
    int first = 0;
    for (Job job : chosen(number)) {
      try {
        int code = job.code().get();
        first = first == 0 ? code : first;
      } catch (InterruptedException _) {
        // Only the waiting is over.
        Thread.currentThread().interrupt();
        throw new FtpException.Cancelled();
      } catch (ExecutionException e) {
        throw new CompletionException(e);
      }
    }
    return first;
  }

  /// Has a job stop, or all. What it has moved is kept.
  ///
  /// @param number 0 for all
  void stop(int number) throws FtpException {
    List<Job> stopping = chosen(number);
    stopping.forEach(job -> job.thread().interrupt());
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOPPING_SECONDS);
    for (Job job : stopping) {
      try {
        Integer _ = job.code().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (TimeoutException | ExecutionException _) {
        // It is left alone; with the program it ends in any case.
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private synchronized List<Job> chosen(int number) throws FtpException {
    if (number == 0) {
      return new ArrayList<>(jobs.values());
    }
    Job job = jobs.get(number);
    if (job == null) {
      throw new FtpException.NotFound("there is no job %d; 'jobs' lists them".formatted(number));
    }
    return List.of(job);
  }
}
