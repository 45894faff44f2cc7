package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// A program to be run, with a deadline, away from its user's own settings.
///
/// The test is skipped, by the program's name, where there is no such program.
final class Command {
  /// For the slowest, 5 GiB on a busy machine; it only keeps a hung client from hanging the suite.
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Site site;
  private final List<String> words;
  private Path folder;
  private String input = "";

  private Command(Site site, List<String> words) {
    this.site = site;
    this.words = words;
    this.folder = site.scratch();
  }

  static Command of(Site site, List<String> words) {
    assumeTrue(isInstalled(words.getFirst()), words.getFirst() + " is not installed");
    return new Command(site, new ArrayList<>(words));
  }

  static Command of(Site site, String... words) {
    return of(site, List.of(words));
  }

  /// Adds arguments.
  Command with(String... more) {
    words.addAll(List.of(more));
    return this;
  }

  /// Runs in `where` instead of in the scratch folder.
  Command in(Path where) {
    folder = where;
    return this;
  }

  /// Gives it these lines on standard input.
  Command typing(List<String> lines) {
    input = String.join("\n", lines) + "\n";
    return this;
  }

  /// Runs it to its end, which must be a success.
  ///
  /// @return what it wrote to standard output
  String run() throws IOException {
    return run(in -> new String(in.readAllBytes(), UTF_8));
  }

  /// The same.
  ///
  /// @return the SHA-256 of what it wrote to standard output
  String digest() throws IOException {
    return run(Content::sha256);
  }

  private interface Reader {
    String read(InputStream output) throws IOException;
  }

  private String run(Reader reader) throws IOException {
    Path errors = Files.createTempFile(site.scratch(), "stderr", "");
    Process process = start(errors);
    // The reading below ends when the process does.
    CompletableFuture<Void> deadline =
        CompletableFuture.runAsync(
            process::destroyForcibly,
            CompletableFuture.delayedExecutor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    String output;
    int exit;
    try (OutputStream typed = process.getOutputStream()) {
      write(typed, input);
      output = reader.read(process.getInputStream());
      exit = process.onExit().join().exitValue();
    } finally {
      deadline.cancel(false);
      process.destroyForcibly();
    }
    if (exit != 0) {
      throw new IOException(
          "%s ended with %d: %s%n%s"
              .formatted(String.join(" ", words), exit, Files.readString(errors), output));
    }
    return output;
  }

  private static void write(OutputStream to, String text) throws IOException {
    try (to) {
      to.write(text.getBytes(UTF_8));
    } catch (IOException e) {
      if (!text.isEmpty()) {
        throw e;
      }
    }
  }

  /// Starts it, to be fed and killed.
  Running begin() throws IOException {
    Process process = start(Files.createTempFile(site.scratch(), "stderr", ""));
    return new Running() {
      @Override
      public OutputStream feed() {
        return process.getOutputStream();
      }

      @Override
      public void kill() {
        process.destroyForcibly().onExit().join();
      }
    };
  }

  private Process start(Path errors) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(words).directory(folder.toFile()).redirectError(errors.toFile());
    builder.environment().put("HOME", site.scratch().toAbsolutePath().toString());
    // A proxy that is set for this machine is not what is tested.
    builder.environment().keySet().removeIf(k -> k.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    return builder.start();
  }

  static boolean isInstalled(String program) {
    if (program.contains(File.separator)) {
      return true;
    }
    for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}
