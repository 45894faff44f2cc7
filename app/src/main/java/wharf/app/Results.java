package wharf.app;

import java.io.PrintStream;
import java.io.Serial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import wharf.ftp.client.FtpException;

/// What a verb has found or done, printed as it comes, and what of it failed:
///
/// ```
/// TEXT    a line each
/// OBJECT  {"schema":1,"verb":"ls","results":[{...},...],"failures":[{...}],"exit":6}
/// LINES   {"event":"begin","schema":1,"verb":"ls"}
///         {"event":"result",...}
///         {"event":"failed","name":"pub/x","error":"not-found","message":"..."}
///         {"event":"end","exit":6}
/// ```
///
/// A failure is told on standard error in any form, when it happens. For one thread.
final class Results {
  /// How long somebody may have to wait for what is known.
  private static final long PATIENCE_NANOS = Duration.ofMillis(100).toNanos();

  private final PrintStream out;
  private final JsonOptions.Form form;
  private final ToIntFunction<Exception> tell;
  private final List<String> failures = new ArrayList<>();
  private long done;
  private int failed;
  private int code;
  private long shownAt = System.nanoTime();

  /// What is done.
  interface Work {
    void run(Results results) throws FtpException;
  }

  /// Nobody reads what is printed any more, as after `| head`: then there is nothing to go on for.
  private static final class Unread extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;
  }

  /// @param verb what was asked for
  /// @param tell tells a problem, and gives its exit code
  Results(PrintStream out, JsonOptions.Form form, String verb, ToIntFunction<Exception> tell) {
    this.out = out;
    this.form = form;
    this.tell = tell;
    String head = "\"schema\":%d,\"verb\":%s".formatted(Report.SCHEMA, Json.string(verb));
    switch (form) {
      case TEXT -> {}
      case OBJECT -> out.print("{" + head + ",\"results\":[");
      case LINES -> out.println("{\"event\":\"begin\"," + head + "}");
    }
  }

  /// Whether it is programs that read it.
  boolean forPrograms() {
    return form != JsonOptions.Form.TEXT;
  }

  /// One result.
  ///
  /// @param text for people, on one line
  /// @param fields for programs
  void add(Supplier<String> text, Supplier<Json.Fields> fields) {
    switch (form) {
      case TEXT -> out.println(text.get());
      case OBJECT -> out.print((done > 0 ? ",\n" : "\n") + fields.get());
      case LINES -> out.println(event("result", fields.get()));
    }
    added();
  }

  private void added() {
    done++;
    long now = System.nanoTime();
    if (now - shownAt > PATIENCE_NANOS) {
      shownAt = now;
      if (out.checkError()) {
        throw new Unread();
      }
    }
  }

  /// One result that ends as it says itself, not with a line.
  void addEnded(String text, Supplier<Json.Fields> fields) {
    if (form == JsonOptions.Form.TEXT) {
      out.print(text);
      added();
    } else {
      add(() -> text, fields);
    }
  }

  /// Something was done, of which there is nothing to print for people.
  void addQuietly(Supplier<Json.Fields> fields) {
    if (form == JsonOptions.Form.TEXT) {
      done++;
    } else {
      add(() -> "", fields);
    }
  }

  /// Something could not be found or done, and the rest goes on.
  ///
  /// @param what the path, or the word of the command line
  /// @throws FtpException.Cancelled when that is the problem: then nothing goes on
  void failed(String what, FtpException problem) throws FtpException.Cancelled {
    if (problem instanceof FtpException.Cancelled cancelled) {
      throw cancelled;
    }
    int with = tell.applyAsInt(problem);
    code = failed == 0 || code == with ? with : ExitCode.FAILED.number();
    failed++;
    String fields = "\"name\":%s,%s".formatted(Json.string(what), Report.told(problem));
    switch (form) {
      case TEXT -> {}
      case OBJECT -> failures.add("{" + fields + "}");
      case LINES -> out.println("{\"event\":\"failed\"," + fields + "}");
    }
  }

  private static String event(String name, Json.Fields fields) {
    return "{\"event\":" + Json.string(name) + "," + fields.toString().substring(1);
  }

  /// Has something done, and ends what is printed; once.
  ///
  /// @return the exit code: 0 when nothing failed; when nothing else came about, and all failed for
  ///   one reason, that reason's; else 1
  int of(Work work) {
    FtpException problem = null;
    try {
      work.run(this);
    } catch (FtpException e) {
      problem = e;
    } catch (Unread _) {
      // Told below.
    }
    int exit = end(problem);
    if (exit == ExitCode.OK.number() && out.checkError()) {
      return tell.applyAsInt(new FtpException.LocalDisk("cannot write to standard output", null));
    }
    return exit;
  }

  /// @param problem what ended it before all was done, null if nothing did
  private int end(@Nullable FtpException problem) {
    int exit = failed == 0 || done == 0 ? code : ExitCode.FAILED.number();
    String ended = "";
    if (problem != null) {
      exit = tell.applyAsInt(problem);
      ended = Report.told(problem) + ",";
    }
    String last = ended + "\"exit\":" + exit + "}";
    switch (form) {
      case TEXT -> {}
      case OBJECT ->
          out.println(
              "%s],\"failures\":[%s],%s"
                  .formatted(done > 0 ? "\n" : "", String.join(",\n", failures), last));
      case LINES -> out.println("{\"event\":\"end\"," + last);
    }
    out.flush();
    return exit;
  }
}
