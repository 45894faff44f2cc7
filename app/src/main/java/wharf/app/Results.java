package wharf.app;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import wharf.ftp.client.FtpException;

/// What a verb has found or done, printed as it comes, and what of it failed:
///
/// ```
/// TEXT    a line each
/// OBJECT  {"schema":"wharf/ls/1","results":[{...},...],"failed":[{...}]}
/// LINES   {"schema":"wharf/ls/1",...}
///         {"schema":"wharf/ls/1","failed":"pub/x","error":"...","code":6}
/// ```
///
/// A failure is told on standard error in any form, when it happens. For one thread.
final class Results {
  private final PrintStream out;
  private final JsonOptions.Form form;
  private final String schema;
  private final ToIntFunction<Exception> tell;
  private final List<String> failures = new ArrayList<>();
  private long done;
  private int failed;
  private int code;

  /// @param schema `wharf/ls/1`
  /// @param tell tells a problem, and gives its exit code
  Results(PrintStream out, JsonOptions.Form form, String schema, ToIntFunction<Exception> tell) {
    this.out = out;
    this.form = form;
    this.schema = schema;
    this.tell = tell;
    if (form == JsonOptions.Form.OBJECT) {
      out.print("{\"schema\":" + Json.string(schema) + ",\"results\":[");
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
      case LINES -> out.println(withSchema(fields.get()));
    }
    done++;
  }

  /// One result that ends as it says itself, not with a line.
  void addEnded(String text, Supplier<Json.Fields> fields) {
    if (form == JsonOptions.Form.TEXT) {
      out.print(text);
      done++;
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
    Json.Fields fields =
        new Json.Fields()
            .add("failed", what)
            .add("error", String.valueOf(problem.getMessage()))
            .add("code", with);
    switch (form) {
      case TEXT -> {}
      case OBJECT -> failures.add(fields.toString());
      case LINES -> out.println(withSchema(fields));
    }
  }

  private String withSchema(Json.Fields fields) {
    return "{\"schema\":" + Json.string(schema) + "," + fields.toString().substring(1);
  }

  /// 0 when nothing failed; when nothing else came about, and all failed for one reason, that
  /// reason's; else 1.
  int code() {
    return failed == 0 || done == 0 ? code : ExitCode.FAILED.number();
  }

  /// Ends what is printed, once.
  void end() {
    if (form == JsonOptions.Form.OBJECT) {
      out.println(
          (done > 0 ? "\n]" : "]")
              + (failures.isEmpty() ? "" : ",\"failed\":[\n" + String.join(",\n", failures) + "\n]")
              + "}");
    }
    out.flush();
  }
}
