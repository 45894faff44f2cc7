package wharf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import wharf.protocol.Transport;

/// A [Foreman] at work, and its workers if it has some. A thread hears what they say. Closing it
/// ends them all, and only them.
final class ForemanProcess implements Service {
  /// For a start, an end, and whatever is waited for meanwhile.
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /// What it and its workers have said, but for what is counted.
  final List<String> log = new CopyOnWriteArrayList<>();

  /// Every worker that it has told of, those included that are no more.
  final List<ProcessHandle> everyWorker = new CopyOnWriteArrayList<>();

  private final Order order;
  private final Process process;
  private final Tally tally = new Tally();
  private final List<InetSocketAddress> addresses = new CopyOnWriteArrayList<>();
  private final AtomicReference<Held> held = new AtomicReference<>(new Held(0, 0, 0));
  private final AtomicInteger timesHeld = new AtomicInteger();

  /// Done when everybody who could say something has ended.
  private final CompletableFuture<Void> silence = new CompletableFuture<>();

  private ForemanProcess(Order order, Process process) {
    this.order = order;
    this.process = process;
    Thread.ofPlatform().daemon().start(this::hear);
  }

  /// Starts one, and returns when it serves or has said why it cannot.
  static ForemanProcess start(Order order) throws IOException {
    return start(order, System.getProperty("java.class.path"));
  }

  /// The same with other places for its classes.
  static ForemanProcess start(Order order, String classPath) throws IOException {
    ForemanProcess started =
        new ForemanProcess(
            order, Foreman.java(classPath, "lead", order).redirectErrorStream(true).start());
    try {
      started.await(
          "its start",
          () -> started.has("serving") || started.has("failed: ") || started.silence.isDone());
      return started;
    } catch (AssertionError | InterruptedException e) {
      started.end();
      throw new IOException("it does not start: " + started.log, e);
    }
  }

  private void hear() {
    try (BufferedReader said = process.inputReader(UTF_8)) {
      String line;
      while ((line = said.readLine()) != null) {
        String[] words = line.split(" ", 2);
        switch (words[0]) {
          case "begun" -> tally.begins();
          case "ended" -> tally.ends();
          case "beginning" -> {
            tally.restart();
            everyWorker.clear();
          }
          case "worker" -> {
            if (words[1].matches("\\d+")) {
              ProcessHandle.of(Long.parseLong(words[1])).ifPresent(everyWorker::add);
            } else {
              log.add(line);
            }
          }
          case "held" -> {
            held.set(Held.of(words[1]));
            timesHeld.incrementAndGet();
          }
          case "at" -> {
            String[] place = words[1].split(" ", -1);
            addresses.add(
                new InetSocketAddress(InetAddress.ofLiteral(place[0]), Integer.parseInt(place[1])));
          }
          default -> log.add(line);
        }
      }
    } catch (IOException e) {
      log.add("not heard any more: " + e);
    } finally {
      silence.complete(null);
    }
  }

  /// Whether a line with such a beginning has been said.
  boolean has(String beginning) {
    return log.stream().anyMatch(line -> line.startsWith(beginning));
  }

  /// Whether such words have been said, anywhere.
  boolean says(String part) {
    return log.stream().anyMatch(line -> line.contains(part));
  }

  void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s; %s", what, log).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  /// The first process, the only one if there are no workers.
  ProcessHandle parent() {
    return process.toHandle();
  }

  /// Those that are there now, dead ones included that nobody has buried.
  List<ProcessHandle> workers() {
    return process.children().toList();
  }

  /// What the first process holds, from now on.
  Held held() throws InterruptedException {
    // The next may have been counted before now.
    int enough = timesHeld.get() + 2;
    await("what it holds", () -> timesHeld.get() >= enough);
    return held.get();
  }

  /// All threads of the first process, as the system counts them.
  long threads() {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
          .filter(line -> line.startsWith("Threads:"))
          .mapToLong(line -> Long.parseLong(line.substring("Threads:".length()).strip()))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return addresses.getFirst().getPort();
  }

  @Override
  public List<InetSocketAddress> addresses() {
    return List.copyOf(addresses);
  }

  @Override
  public SocketAddress at(Transport over) {
    return Host.at(over, order.at(), addresses);
  }

  @Override
  public Tally tally() {
    return tally;
  }

  @Override
  public int processes() {
    return Math.max(1, order.workers());
  }

  /// Asks it to stop, and waits until it and all who write to its log have ended.
  @Override
  public boolean stop() throws Exception {
    boolean _ = parent().destroy();
    ended();
    assertThat(log).as("what is left of it").contains("left []");
    assertThat(everyWorker).as("its workers").noneMatch(ProcessHandle::isAlive);
    return log.contains("in peace: true");
  }

  /// Waits until it has ended, and everybody who writes to its log.
  void ended() throws Exception {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("%s", log).isTrue();
    await("a worker outlives its parent", silence::isDone);
  }

  private void end() {
    List<ProcessHandle> workers = workers();
    process.destroyForcibly().onExit().join();
    workers.forEach(ProcessHandle::destroyForcibly);
    silence.join();
  }

  @Override
  public void close() throws IOException {
    end();
    for (Endpoint endpoint : order.at()) {
      if (endpoint instanceof Endpoint.Unix unix) {
        Files.deleteIfExists(unix.file());
      }
    }
    assertThat(log).as("faults of its own").noneMatch(line -> line.startsWith("SEVERE"));
  }
}
