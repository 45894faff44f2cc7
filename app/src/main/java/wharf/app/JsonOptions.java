package wharf.app;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// How what a verb has found or done is printed: for people, or for programs (docs/client.md).
final class JsonOptions {
  /// The forms there are.
  enum Form {
    TEXT,
    /// One object, in the end whole.
    OBJECT,
    /// An object on a line of its own for each result, as it comes.
    LINES
  }

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print one JSON object with all results.")
  private boolean object;

  @Option(
      names = "--json-lines",
      description = "Print a JSON object for each result, on a line of its own, as it comes.")
  private boolean lines;

  Form form() {
    if (object && lines && spec != null) {
      throw new ParameterException(
          spec.commandLine(), "--json and --json-lines exclude each other: leave out one");
    }
    return object ? Form.OBJECT : lines ? Form.LINES : Form.TEXT;
  }
}
