package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `wharf serve` as a process of its own, run from the classes that are being tested.
final class Program implements AutoCloseable {
  private static final Pattern URL = Pattern.compile("ftp://127\\.0\\.0\\.1:(\\d+)/");

  private final Process process;
  private final Path state;
  private final Supplier<List<String>> log;

  /// What it said before it was ready.
  final List<String> banner;

  private Program(Process process, Path state, Supplier<List<String>> log, List<String> banner) {
    this.process = process;
    this.state = state;
    this.log = log;
    this.banner = banner;
  }

  /// The hash of "password", for accounts in a configuration: from the test suite of argon2, and
  /// quick to check.
  static final String HASH =
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

  /// What the manifest of the jar allows.
  static final List<String> NATIVE =
      List.of(
          "--enable-native-access=ALL-UNNAMED", "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");

  /// The command line that runs it.
  static List<String> command(List<String> ofJvm, String... arguments) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(ofJvm);
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), "wharf.app.Main"));
    words.addAll(List.of(arguments));
    return words;
  }

  /// Starts it, and waits until it is ready.
  static Program serve(Path folder, List<String> ofJvm, String... options) throws IOException {
    Path log = Files.createTempFile(folder.getParent(), "serve", ".log");
    ProcessBuilder builder = serving(folder, ofJvm, options).redirectError(log.toFile());
    return started(builder.start(), stateOf(folder), () -> lines(log));
  }

  /// The same with a log that is no file: a server that may write no more than so much to files
  /// still tells of it. [#log()] lags behind.
  static Program serveLoggingToPipe(Path folder, List<String> ofJvm, String... options)
      throws IOException {
    Process process = serving(folder, ofJvm, options).start();
    List<String> lines = new CopyOnWriteArrayList<>();
    Thread.startVirtualThread(
        () -> {
          try (BufferedReader said = process.errorReader(UTF_8)) {
            said.lines().forEach(lines::add);
          } catch (IOException | UncheckedIOException e) {
            lines.add("the log cannot be read: " + e);
          }
        });
    return started(process, stateOf(folder), () -> List.copyOf(lines));
  }

  private static ProcessBuilder serving(Path folder, List<String> ofJvm, String... options) {
    List<String> words =
        command(ofJvm, "serve", folder.toString(), "--port", "0", "--bind", "127.0.0.1");
    words.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(words);
    keepState(builder, stateOf(folder));
    return builder;
  }

  private static Path stateOf(Path folder) {
    return Objects.requireNonNull(folder.getParent());
  }

  private static Program started(Process process, Path state, Supplier<List<String>> log)
      throws IOException {
    CompletableFuture<Void> deadline =
        CompletableFuture.runAsync(
            process::destroyForcibly, CompletableFuture.delayedExecutor(60, TimeUnit.SECONDS));
    List<String> banner = new ArrayList<>();
    BufferedReader said = process.inputReader(UTF_8);
    do {
      String line = said.readLine();
      if (line == null) {
        throw new IOException("it did not start: " + banner + log.get());
      }
      banner.add(line);
    } while (!banner.getLast().startsWith("Ready"));
    deadline.cancel(false);
    return new Program(process, state, log, banner);
  }

  /// Has a program keep what it keeps in `folder`, and not where its user's own is.
  static void keepState(ProcessBuilder program, Path folder) {
    program.environment().put("XDG_STATE_HOME", folder.toAbsolutePath().toString());
  }

  /// What it has said on standard error so far.
  List<String> log() {
    return log.get();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Where it listens.
  Site site(Path scratch) {
    for (String line : banner) {
      Matcher url = URL.matcher(line);
      if (url.find()) {
        InetAddress address = InetAddress.ofLiteral("127.0.0.1");
        int port = Integer.parseInt(url.group(1));
        return new Site(new InetSocketAddress(address, port), false, scratch);
      }
    }
    throw new AssertionError("no address in " + banner);
  }

  /// What stands in the banner after `text`.
  String told(String text) {
    return banner.stream()
        .filter(line -> line.contains(text))
        .map(line -> line.substring(line.indexOf(text) + text.length()).strip())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no '" + text + "' in " + banner));
  }

  /// Runs `wharf ctl` for it, to its end.
  ///
  /// @return what it wrote to standard output
  /// @throws IOException with what it wrote to standard error, if it ends with another code
  String ctl(int code, String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of("ctl"));
    all.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command(NATIVE, all.toArray(String[]::new)));
    keepState(builder, state);
    Path errors = Files.createTempFile(state, "ctl", ".err");
    Process asking = builder.redirectError(errors.toFile()).start();
    String said = new String(asking.getInputStream().readAllBytes(), UTF_8);
    int ended = asking.onExit().orTimeout(60, TimeUnit.SECONDS).join().exitValue();
    if (ended != code) {
      throw new IOException(
          "wharf %s ended with %d: %s%s"
              .formatted(String.join(" ", all), ended, Files.readString(errors), said));
    }
    return said;
  }

  /// The same of one that does what it is told.
  String ctl(String... words) throws IOException {
    return ctl(0, words);
  }

  /// Where it listens for `wharf ctl`.
  Path controlSocket() {
    return state.resolve("wharf").resolve("ctl").resolve(Long.toString(process.pid()));
  }

  /// Waits until it has ended.
  ///
  /// @return its exit code
  int awaitEnd() {
    return process.onExit().orTimeout(60, TimeUnit.SECONDS).join().exitValue();
  }

  /// What the system knows it by.
  long pid() {
    return process.pid();
  }

  /// The processes that it has started.
  List<ProcessHandle> children() {
    return process.children().toList();
  }

  /// Ends it as SIGKILL does.
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /// Asks it to stop, as a service manager does, and waits until it has.
  ///
  /// @return its exit code
  int stop() {
    process.destroy();
    return awaitEnd();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
