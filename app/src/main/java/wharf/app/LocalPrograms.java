package wharf.app;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import wharf.ftp.client.FtpException;

/// The programs of this machine that the shell runs for its user: pager, editor, and those that are
/// named in a command. They have the terminal while they run.
final class LocalPrograms {
  private final UnaryOperator<@Nullable String> environment;
  private volatile int running;

  /// @param environment the value of a variable, null when there is none
  LocalPrograms(UnaryOperator<@Nullable String> environment) {
    this.environment = environment;
  }

  /// Whether one runs, whose business a Ctrl-C then is.
  boolean running() {
    return running > 0;
  }

  /// The user's pager; null when there is none.
  @Nullable String pager() {
    String named = variable("PAGER");
    if (named != null) {
      return named;
    }
    return installed("less") ? "less" : installed("more") ? "more" : null;
  }

  /// The user's editor, as a command that the name of the file is added to.
  String editor() {
    String visual = variable("VISUAL");
    String named = visual != null ? visual : variable("EDITOR");
    return named != null ? named : "vi";
  }

  /// What an interactive shell of the user's is.
  String shell() {
    String named = variable("SHELL");
    return named != null ? named : "/bin/sh";
  }

  private @Nullable String variable(String name) {
    String value = environment.apply(name);
    return value == null || value.isBlank() ? null : value;
  }

  private boolean installed(String program) {
    String path = variable("PATH");
    if (path == null) {
      return false;
    }
    for (String folder : path.split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /// Runs a program to its end, with the terminal.
  ///
  /// @param program as the user's shell understands it
  /// @param arguments added to it as they are
  /// @return its exit code
  int run(String program, List<String> arguments, Path folder) throws FtpException {
    Process process = start(program, arguments, folder, ProcessBuilder.Redirect.INHERIT);
    return end(process, program);
  }

  /// Starts one that is fed by us.
  Process feed(String program, Path folder) throws FtpException {
    return start(program, List.of(), folder, ProcessBuilder.Redirect.PIPE);
  }

  private Process start(
      String program, List<String> arguments, Path folder, ProcessBuilder.Redirect input)
      throws FtpException {
    List<String> words = new ArrayList<>(List.of("/bin/sh", "-c"));
    words.add(arguments.isEmpty() ? program : program + " \"$@\"");
    words.add("sh");
    words.addAll(arguments);
    try {
      Process process =
          new ProcessBuilder(words)
              .directory(folder.toAbsolutePath().toFile())
              .redirectInput(input)
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      synchronized (this) {
        running++;
      }
      return process;
    } catch (IOException e) {
      throw new FtpException.LocalDisk("cannot run %s: %s".formatted(program, e.getMessage()), e);
    }
  }

  /// Waits for its end: an interruption meanwhile was meant for it.
  ///
  /// @return its exit code
  int end(Process process, String program) throws FtpException {
    try {
      int code = process.onExit().join().exitValue();
      if (code == 127) {
        throw new FtpException.LocalDisk("there is no program " + program, null);
      }
      return code;
    } finally {
      synchronized (this) {
        running--;
      }
    }
  }
}
