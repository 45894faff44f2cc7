package wharf.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A server that was started for the measurement, and ends with it.
final class ServerProcess implements ServerUsage, AutoCloseable {
  private static final Pattern ADDRESS =
      Pattern.compile("\\b(?:ftp|echo)://127\\.0\\.0\\.1:(\\d{1,5})\\b");
  private static final Pattern PSS = Pattern.compile("^Pss: +(\\d+) kB$");
  private static final Duration START = Duration.ofSeconds(30);

  /// How long it may take to end when asked to; its clients have gone.
  private static final Duration END = Duration.ofSeconds(3);

  private final Process process;
  private final InetSocketAddress address;
  private final Path log;

  private ServerProcess(Process process, InetSocketAddress address, Path log) {
    this.process = process;
    this.address = address;
    this.log = log;
  }

  /// Starts it, and waits until it has said where it listens.
  ///
  /// @param command all its words, the program first
  /// @param log where its standard error goes
  static ServerProcess start(List<String> command, Path log)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    CompletableFuture<Optional<Integer>> port = new CompletableFuture<>();
    // Goes on reading to the end: a server that cannot write would stand still.
    Thread.ofVirtual().start(() -> read(process, port));
    try {
      Optional<Integer> said = port.get(START.toSeconds(), TimeUnit.SECONDS);
      if (said.isEmpty()) {
        boolean ended = process.waitFor(END.toSeconds(), TimeUnit.SECONDS);
        throw new IOException(
            "the server did not start"
                + (ended ? ", exit code " + process.exitValue() : "")
                + lastWords(log));
      }
      InetAddress here = InetAddress.ofLiteral("127.0.0.1");
      return new ServerProcess(process, new InetSocketAddress(here, said.get()), log);
    } catch (IOException | InterruptedException e) {
      end(process);
      throw e;
    } catch (ExecutionException | TimeoutException e) {
      end(process);
      throw new IOException(
          "the server did not say within "
              + START.toSeconds()
              + " s where it listens"
              + lastWords(log),
          e);
    }
  }

  private static void read(Process process, CompletableFuture<Optional<Integer>> port) {
    try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        Matcher address = ADDRESS.matcher(line);
        if (address.find()) {
          port.complete(Optional.of(Integer.parseInt(address.group(1))));
        }
      }
      port.complete(Optional.empty());
    } catch (IOException e) {
      port.completeExceptionally(e);
    }
  }

  InetSocketAddress address() {
    return address;
  }

  /// What became of it, to be added to a problem that its clients had; "" when it is well. Waits a
  /// moment: a process that ends closes its connections first.
  String fate() throws InterruptedException {
    return process.waitFor(1, TimeUnit.SECONDS)
        ? "; the server had ended, exit code " + process.exitValue() + lastWords(log)
        : "";
  }

  private static String lastWords(Path log) {
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .filter(line -> !line.isBlank())
          .reduce((_, later) -> later)
          .map(last -> ": " + last.strip())
          .orElse("");
    } catch (IOException | UncheckedIOException e) {
      return "";
    }
  }

  @Override
  public OptionalDouble cpuSeconds() {
    double seconds = 0;
    for (ProcessHandle one : family()) {
      Optional<Duration> cpu = one.info().totalCpuDuration();
      if (cpu.isEmpty()) {
        return OptionalDouble.empty();
      }
      seconds += cpu.get().toNanos() / 1e9;
    }
    return OptionalDouble.of(seconds);
  }

  @Override
  public OptionalDouble memory() {
    double bytes = 0;
    for (ProcessHandle one : family()) {
      OptionalDouble share = memory(Path.of("/proc", Long.toString(one.pid()), "smaps_rollup"));
      if (share.isEmpty()) {
        return share;
      }
      bytes += share.getAsDouble();
    }
    return OptionalDouble.of(bytes);
  }

  private static OptionalDouble memory(Path rollup) {
    try {
      return Files.readAllLines(rollup).stream()
          .map(PSS::matcher)
          .filter(Matcher::matches)
          .mapToDouble(pss -> Double.parseDouble(pss.group(1)) * 1024)
          .findFirst();
    } catch (IOException e) {
      return OptionalDouble.empty();
    }
  }

  private List<ProcessHandle> family() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
  }

  /// Ends it, and what it has started.
  @Override
  public void close() {
    end(process);
  }

  private static void end(Process process) {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    boolean interrupted = false;
    try {
      process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    process.destroyForcibly();
    children.forEach(ProcessHandle::destroyForcibly);
    // It is gone in a moment, and its folder can be deleted then.
    process.onExit().join();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
