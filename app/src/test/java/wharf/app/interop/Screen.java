package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// A program at a terminal that nobody sees: tmux draws it, and is asked what a person would see.
///
/// Whatever is waited for is looked for again and again, with a deadline.
final class Screen implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// How often a person would look.
  private static final Duration GLANCE = Duration.ofMillis(50);

  /// Runs the program, and notes how it has ended: tmux may not notice that. Ctrl-C is the
  /// program's.
  private static final String RUN = "trap : INT; env \"$@\"; echo $? >\"$0\"; exec sleep 600";

  private final String socket;
  private final Path end;

  private Screen(String socket, Path end) {
    this.socket = socket;
    this.end = end;
  }

  /// Runs a program at a terminal of 80 columns and 24 rows.
  ///
  /// @param environment variables that it gets besides
  static Screen of(Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    assumeTrue(Command.isInstalled("tmux"), "tmux is not installed");
    String name = "wharf-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    Screen screen = new Screen(name, folder.toAbsolutePath().resolve(name));
    List<String> words =
        new ArrayList<>(List.of("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24"));
    words.addAll(List.of("sh", "-c", RUN, screen.end.toString()));
    environment.forEach((variable, value) -> words.add(variable + "=" + value));
    words.addAll(command);
    String _ = screen.tmux(folder.toFile(), words);
    return screen;
  }

  private String tmux(String... words) throws IOException {
    return tmux(null, List.of(words));
  }

  private String tmux(@org.jspecify.annotations.Nullable File folder, List<String> words)
      throws IOException {
    List<String> all = new ArrayList<>(List.of("tmux", "-L", socket));
    all.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
    if (folder != null) {
      builder.directory(folder);
    }
    builder.environment().keySet().removeAll(List.of("TMUX", "NO_COLOR", "COLUMNS", "LINES"));
    builder.environment().put("LC_ALL", "C.UTF-8");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    int code =
        process.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join().exitValue();
    if (code != 0) {
      throw new IOException("%s ended with %d: %s".formatted(all, code, said));
    }
    return said;
  }

  /// Types text.
  void type(String text) throws IOException {
    String _ = tmux("send-keys", "-l", "--", text);
  }

  /// Types a line.
  void enter(String line) throws IOException {
    type(line);
    press("Enter");
  }

  /// Presses keys that have names: `Tab`, `Up`, `C-c`.
  void press(String... keys) throws IOException {
    List<String> words = new ArrayList<>(List.of("send-keys"));
    words.addAll(List.of(keys));
    String _ = tmux(null, words);
  }

  void resize(int columns, int rows) throws IOException {
    String _ = tmux("resize-window", "-x", Integer.toString(columns), "-y", Integer.toString(rows));
  }

  /// What is seen now, without the spaces at the ends of lines.
  String shown() throws IOException {
    return tmux("capture-pane", "-p");
  }

  /// The same, and what has scrolled away, with the sequences that set colours.
  String written() throws IOException {
    return tmux("capture-pane", "-p", "-e", "-S", "-");
  }

  /// Waits until this can be read.
  ///
  /// @return all that is seen then
  String await(String text) throws IOException {
    return await("there is \"" + text + "\"", shown -> shown.contains(text));
  }

  /// Waits until what is seen is as it should be.
  ///
  /// @return it
  String await(String what, Predicate<String> wanted) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String shown = shown();
    while (!wanted.test(shown)) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within %s: %s, but%n%s".formatted(PATIENCE, what, shown));
      }
      LockSupport.parkNanos(GLANCE.toNanos());
      shown = shown();
    }
    return shown;
  }

  /// Waits for the program's end.
  ///
  /// @return its exit code
  int awaitEnd() throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!hasEnded()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("it has not ended: " + shown());
      }
      LockSupport.parkNanos(GLANCE.toNanos());
    }
    return Integer.parseInt(Files.readString(end).strip());
  }

  private boolean hasEnded() throws IOException {
    return Files.exists(end) && Files.readString(end).endsWith("\n");
  }

  /// Ends the program with its terminal.
  @Override
  public void close() throws IOException {
    String _ = tmux("kill-server");
  }
}
