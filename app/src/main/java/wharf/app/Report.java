package wharf.app;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Job;
import wharf.ftp.client.Outcome;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Progress;
import wharf.ftp.client.Receipt;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Summary;
import wharf.ftp.client.Watcher;

/// Tells what becomes of many files: in lines for people, on standard error, or in JSON for
/// programs, on standard output (docs/client.md). A rehearsal's plan is what was asked for, so it
/// goes to standard output in either case.
final class Report implements Watcher, Sessions.Listener {
  /// The version of what is said in JSON: raised when something has another meaning, not when there
  /// is more.
  static final int SCHEMA = 1;

  private final Main program;
  private final PrintStream out;
  private final String verb;
  private final MovingOptions how;
  private final boolean quiet;

  /// Whether each file has a line of its own: not those of trees, which may have very many.
  private final boolean each;

  /// How the files without a line were verified, and how many so.
  private final Map<String, Integer> verified = new TreeMap<>();

  private final ProgressLines lines;
  private final IdentityHashMap<Job, ProgressLines.One> active = new IdentityHashMap<>();

  /// Of `--json`, which tells all at the end.
  private final Map<String, List<String>> kept = new LinkedHashMap<>();

  private final List<Summary> summaries = new ArrayList<>();
  private FtpUrl server;
  private boolean mayGoOn;

  /// @param each whether each file that was moved has a line of its own
  /// @param server the first that is talked to
  Report(Main program, String verb, MovingOptions how, boolean quiet, boolean each, FtpUrl server) {
    Surroundings around = program.around();
    this.each = each;
    this.program = program;
    this.out = around.out();
    this.verb = verb;
    this.how = how;
    this.quiet = quiet || how.json() || how.jsonLines();
    this.lines =
        new ProgressLines(around.err(), how.manner(around, quiet), around.size(), System::nanoTime);
    this.server = server;
    if (how.jsonLines()) {
      printed("{\"event\":\"begin\",\"schema\":%d,\"verb\":%s}".formatted(SCHEMA, text(verb)));
    }
    for (String list : List.of("files", "folders", "deleted", "leftOut", "failures")) {
      kept.put(list, new ArrayList<>());
    }
  }

  /// From now on it is another that is talked to.
  synchronized void server(FtpUrl other) {
    server = other;
  }

  /// What the work with one server came to.
  synchronized void add(Summary summary) {
    summaries.add(summary);
  }

  @Override
  public synchronized void found(Job job) {
    lines.found(job.size());
  }

  @Override
  public void allFound() {
    lines.allFound();
  }

  @Override
  public synchronized Progress begins(Job job) {
    ProgressLines.One one = lines.begins(job.name(), job.size());
    active.put(job, one);
    return new Progress() {
      @Override
      public void begin(long from, long total) {
        one.begin(from, total);
      }

      @Override
      public void at(long position) {
        one.at(position);
      }

      @Override
      public void verifying() {
        one.verifying();
      }

      @Override
      public void startedOver(String why) {
        note(why);
      }
    };
  }

  @Override
  public synchronized void ended(Job job, Outcome outcome) {
    ProgressLines.One one = active.remove(job);
    if (one != null) {
      lines.ended(one, job.size());
    }
    switch (outcome) {
      case Outcome.Moved(Receipt receipt, Duration time) -> {
        if (each) {
          note(TransferNote.text(job.name(), receipt, time));
        } else {
          int _ = verified.merge(receipt.verification().text(), 1, Integer::sum);
        }
        file(
            job,
            ("\"outcome\":\"moved\",\"size\":%d,\"moved\":%d,\"seconds\":%s,\"verified\":%b,"
                    + "\"by\":%s")
                .formatted(
                    receipt.size(),
                    receipt.moved(),
                    // JSON numbers have a point whatever the locale.
                    Double.toString(Math.round(TransferNote.seconds(time) * 1000) / 1000.0),
                    receipt.verified(),
                    text(receipt.verification().method())));
      }
      case Outcome.Skipped(String why) -> {
        file(job, "\"outcome\":\"skipped\",\"why\":" + text(why));
      }
      case Outcome.Planned(String why) -> {
        plan("%s %s (%s)".formatted(job instanceof Job.Fetch ? "get" : "put", job.name(), why));
        file(job, "\"outcome\":\"planned\",\"why\":" + text(why));
      }
      case Outcome.Failed(FtpException problem) -> {
        mayGoOn |= TransferNote.mayContinue(problem);
        if (!(problem instanceof FtpException.Cancelled)) {
          problem(String.valueOf(problem.getMessage()));
        }
        file(job, "\"outcome\":\"failed\"," + told(problem));
      }
    }
  }

  private void file(Job job, String rest) {
    String from;
    String to;
    switch (job) {
      case Job.Fetch fetch -> {
        from = server.withPath(fetch.remote()).withoutPassword();
        to = fetch.local().toString();
      }
      case Job.Send send -> {
        from = send.local().toString();
        to = server.withPath(send.remote()).withoutPassword();
      }
    }
    said(
        "files",
        "file",
        "\"name\":%s,\"from\":%s,\"to\":%s,%s"
            .formatted(text(job.name()), text(from), text(to), rest));
  }

  @Override
  public synchronized void madeFolder(String name) {
    plan("mkdir " + name);
    said("folders", "folder", "\"name\":" + text(name));
  }

  @Override
  public synchronized void deleted(String name) {
    plan("delete " + name);
    if (!how.rehearsal()) {
      note("deleted " + name);
    }
    said("deleted", "deleted", "\"name\":" + text(name));
  }

  @Override
  public synchronized void leftOut(String name, String why) {
    note((name.isEmpty() ? "" : name + " is left out: ") + why);
    said("leftOut", "left-out", "\"name\":%s,\"why\":%s".formatted(text(name), text(why)));
  }

  @Override
  public synchronized void failed(String name, FtpException problem) {
    problem(String.valueOf(problem.getMessage()));
    said("failures", "failed", "\"name\":%s,%s".formatted(text(name), told(problem)));
  }

  @Override
  public synchronized void again(FtpException problem, Duration pause, int attempt, int most) {
    note(
        "%s; again in %s s, %d of %d"
            .formatted(
                problem.getMessage(),
                // A second is what most wait at first.
                Math.max(1, Math.round(pause.toMillis() / 1000.0)),
                attempt,
                most));
    if (how.jsonLines()) {
      printed(
          "{\"event\":\"retry\",%s,\"seconds\":%s,\"attempt\":%d,\"of\":%d}"
              .formatted(told(problem), pause.toMillis() / 1000.0, attempt, most));
    }
  }

  @Override
  public synchronized void fewer(int sessions, FtpException problem) {
    note(
        "the server takes no more than %d session%s now: it goes on with %s"
            .formatted(sessions, sessions == 1 ? "" : "s", sessions == 1 ? "it" : "these"));
    if (how.jsonLines()) {
      printed("{\"event\":\"fewer\",\"sessions\":%d,%s}".formatted(sessions, told(problem)));
    }
  }

  /// Whether the same command would go on where this has ended.
  synchronized boolean mayGoOn() {
    return mayGoOn;
  }

  /// What is done.
  interface Work {
    void run() throws FtpException;
  }

  /// Has something done, and tells what it came to; once.
  ///
  /// @return the exit code
  int of(Work work) {
    try {
      work.run();
      return end(null);
    } catch (FtpException e) {
      return end(e);
    }
  }

  /// @param problem what ended it before all was done, null if nothing did
  private synchronized int end(@Nullable FtpException problem) {
    lines.clear();
    long moved = 0;
    long bytes = 0;
    long skipped = 0;
    long planned = 0;
    long deleted = 0;
    long failed = 0;
    FtpException first = problem;
    for (Summary one : summaries) {
      moved += one.moved();
      bytes += one.bytes();
      skipped += one.skipped();
      planned += one.planned();
      deleted += one.deleted();
      failed += one.failed();
      first = first == null ? one.first() : first;
    }
    int code = ExitCode.OK.number();
    if (problem != null) {
      mayGoOn |= TransferNote.mayContinue(problem);
      code = program.failed(problem);
    } else if (first != null) {
      boolean alone = failed == 1 && moved + skipped + planned + deleted == 0;
      code = (alone ? ExitCode.of(first) : ExitCode.FAILED).number();
    }
    String counts =
        ("\"counts\":{\"moved\":%d,\"bytes\":%d,\"skipped\":%d,\"planned\":%d,\"deleted\":%d,"
                + "\"failed\":%d},\"exit\":%d")
            .formatted(moved, bytes, skipped, planned, deleted, failed, code);
    String ended = problem == null ? "" : told(problem) + ",";
    if (how.jsonLines()) {
      printed("{\"event\":\"end\",%s%s}".formatted(ended, counts));
    } else if (how.json()) {
      StringBuilder all =
          new StringBuilder("{\"schema\":%d,\"verb\":%s,".formatted(SCHEMA, text(verb)));
      kept.forEach(
          (list, things) ->
              all.append('"')
                  .append(list)
                  .append("\":[")
                  .append(String.join(",", things))
                  .append("],"));
      printed(all + ended + counts + "}");
    } else if (!verified.isEmpty()
        || moved + skipped + planned + failed > 1
        || (moved + failed == 0 && problem == null)) {
      note(sentence(moved, bytes, skipped, planned, deleted, failed));
    }
    out.flush();
    if (code == ExitCode.OK.number() && out.checkError()) {
      return program.failed(new FtpException.LocalDisk("cannot write to standard output", null));
    }
    return code;
  }

  private String sentence(
      long moved, long bytes, long skipped, long planned, long deleted, long failed) {
    List<String> parts = new ArrayList<>();
    if (planned > 0) {
      parts.add(files(planned) + " to be moved");
    }
    if (moved > 0) {
      parts.add("%s moved (%s)".formatted(files(moved), Amount.bytes(bytes)));
      verified.forEach(
          (text, count) ->
              parts.add(verified.size() == 1 ? text : "of %d %s".formatted(count, text)));
    }
    if (skipped > 0) {
      parts.add("%s already there, the same".formatted(skipped == 1 ? "1 is" : skipped + " are"));
    }
    if (deleted > 0) {
      parts.add(deleted + " deleted");
    }
    if (failed > 0) {
      parts.add(failed + " failed");
    }
    return parts.isEmpty() ? "nothing to move" : String.join(", ", parts);
  }

  private static String files(long count) {
    return count == 1 ? "1 file" : count + " files";
  }

  /// For who looks on.
  private void note(String text) {
    if (!quiet) {
      lines.around(() -> program.note(Printable.of(text)));
    }
  }

  private void problem(String text) {
    lines.around(() -> program.note(Printable.of(text)));
  }

  /// A line of a rehearsal.
  private void plan(String text) {
    if (how.rehearsal() && !how.json() && !how.jsonLines()) {
      lines.around(() -> out.println(Printable.of(text)));
    }
  }

  private void said(String list, String event, String fields) {
    if (how.jsonLines()) {
      printed("{\"event\":\"%s\",%s}".formatted(event, fields));
    } else if (how.json()) {
      kept.getOrDefault(list, new ArrayList<>()).add("{" + fields + "}");
    }
  }

  private void printed(String json) {
    lines.around(() -> out.println(json));
    if (how.jsonLines()) {
      // Whoever reads along wants it now.
      out.flush();
    }
  }

  static String told(FtpException problem) {
    return "\"error\":\"%s\",\"message\":%s"
        .formatted(ExitCode.of(problem).word(), text(String.valueOf(problem.getMessage())));
  }

  private static String text(String text) {
    return Json.string(text);
  }
}
