package wharf.app;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Which logs are kept for programs, as the command line says it.
final class LogOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = "--log-json",
      paramLabel = "FILE",
      description =
          "Add a line of JSON to FILE for each session, log-in, command, change and transfer; - is"
              + " standard output. See docs/logs.md.")
  private @Nullable Path json;

  @Option(
      names = "--xferlog",
      paramLabel = "FILE",
      description = "Add a line to FILE for each file that was transferred, as xferlog(5) has it.")
  private @Nullable Path xferlog;

  /// What was said.
  ///
  /// @param outputIsOurs whether standard output is this program's to write to
  LogSettings settings(boolean outputIsOurs) {
    LogSettings settings = new LogSettings(json, xferlog);
    if (settings.takesStandardOutput() && !outputIsOurs) {
      throw new ParameterException(
          Objects.requireNonNull(verb).commandLine(),
          "--log-json: standard output leads to a client, or to a parent process: name a file");
    }
    return settings;
  }
}
