package wharf.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import wharf.protocol.Protocol;

/// Programs that [ForemanProcess] runs: a server in a process of its own, be it a parent of workers
/// or not, and the worker. Parents are processes because the hand-over takes the standard input
/// away, and that of a process that runs tests is in use; others, so that the descriptors of the
/// server are not those of its clients.
///
/// ```
///   lead ORDER       what it serves: see [Order]
///   worker ORDER
/// ```
///
/// What they say, to the standard output and error, which are the same:
///
/// ```
///   beginning               nothing of what was said before is of the server
///   at ADDRESS PORT         for each endpoint on an IP network
///   serving                 clients can come
///   worker PID              one that has been started
///   begun, ended            each session, in whichever process
///   held NUMBERS            what the first process holds, see [Held], again and again
///   in peace: true          at the end, which SIGTERM brings about
///   left []                 then: what it holds for good that it did not hold before
/// ```
final class Foreman {
  static final Duration GRACE = Duration.ofSeconds(20);

  /// How often it is told what is held.
  private static final Duration TELL = Duration.ofMillis(500);

  /// More sessions than any test has.
  private static final int MANY = 20_000;

  private Foreman() {}

  public static void main(String[] words) throws Exception {
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    CountDownLatch over = new CountDownLatch(1);
    Thread main = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  main.interrupt();
                  awaitQuietly(over);
                }));
    Order order = Order.of(Arrays.asList(words).subList(1, words.length));
    try {
      if (words[0].equals("worker")) {
        work(order, out);
      } else {
        lead(order, out);
      }
    } catch (IOException e) {
      out.println("failed: " + e.getMessage());
    } finally {
      over.countDown();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      boolean _ = latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Says to the standard error what its sessions are told: a worker's standard output is its
  /// parent's.
  private static final class Told extends Watched {
    private final FileOutputStream error = new FileOutputStream(FileDescriptor.err);

    Told(Protocol inner) {
      super(inner);
    }

    @Override
    void begins() {
      say("begun");
    }

    @Override
    void ends() {
      say("ended");
    }

    /// In one piece, whoever else is writing.
    void say(String line) {
      try {
        error.write((line + "\n").getBytes(UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void work(Order order, PrintStream out) throws Exception {
    var socket = Endpoint.Inherited.of(System.inheritedChannel());
    out.println("a line that is none of the protocol's");
    Told protocol = new Told(Order.spoken(order.protocol()));
    protocol.say("worker " + ProcessHandle.current().pid());
    Server.Options options =
        Server.Options.at(List.of(socket))
            .with(ServerModel.named(order.model()).orElseThrow())
            .withSessions(MANY, MANY)
            .withConnections(order.connections());
    Worker.serve(protocol, options, out, GRACE);
  }

  private static void lead(Order order, PrintStream out) throws Exception {
    tellWhatIsHeld(out);
    Told protocol = new Told(Order.spoken(order.protocol()));
    // What is made once and stays: native calls, the threads of processes, the log.
    Server.start(protocol, options(order, model(order, 1))).close();
    Set<String> before = held();
    out.println("beginning");
    try (Server server = Server.start(protocol, options(order, model(order, order.workers())))) {
      for (InetSocketAddress at : server.addresses()) {
        out.println("at " + at.getAddress().getHostAddress() + " " + at.getPort());
      }
      out.println("serving");
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException stop) {
        out.println("in peace: " + server.stop(GRACE.plusSeconds(5)));
      }
    }
    out.println("left " + left(before));
  }

  /// What stays. A pool says that it has ended when its threads are about to, and not yet gone.
  private static Set<String> left(Set<String> before) throws Exception {
    long deadline = System.nanoTime() + GRACE.toNanos();
    while (true) {
      Set<String> left = held();
      left.removeAll(before);
      if (left.isEmpty() || System.nanoTime() > deadline) {
        return left;
      }
      Thread.sleep(5);
    }
  }

  private static void tellWhatIsHeld(PrintStream out) {
    Thread.ofPlatform()
        .daemon()
        .name("teller")
        .start(
            () -> {
              try {
                while (true) {
                  out.println("held " + Held.now().numbers());
                  Thread.sleep(TELL);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } catch (InterruptedException e) {
                // Nobody does.
                Thread.currentThread().interrupt();
              }
            });
  }

  private static Server.Options options(Order order, ServerModel model) {
    return Server.Options.at(order.at())
        .with(model)
        .withSessions(MANY, MANY)
        .withConnections(model instanceof Processes ? -1 : order.connections());
  }

  private static ServerModel model(Order order, int workers) {
    if (order.workers() == 0) {
      return ServerModel.named(order.model()).orElseThrow();
    }
    AtomicInteger started = new AtomicInteger();
    return Processes.of(
        _ ->
            !order.diary().isEmpty() && started.getAndIncrement() >= workers
                ? new ProcessBuilder("sh", "-c", "date +%s%N >> \"$0\"; exit 3", order.diary())
                : worker(order),
        workers);
  }

  private static ProcessBuilder worker(Order order) {
    ProcessBuilder worker =
        java(System.getProperty("java.class.path"), "worker", order.at(List.of()));
    if (order.descriptors() > 0) {
      String limit = "ulimit -n " + order.descriptors() + " && exec \"$0\" \"$@\"";
      worker.command().addAll(0, List.of("/bin/sh", "-c", limit));
    }
    return worker;
  }

  /// Threads, but those of the JVM's own that come and go, and descriptors.
  private static Set<String> held() throws IOException {
    Set<String> held =
        Thread.getAllStackTraces().keySet().stream()
            .map(Thread::getName)
            .filter(name -> !name.startsWith("process reaper") && !name.startsWith("ForkJoin"))
            .filter(name -> !name.startsWith("Thread-") && !name.contains("Delay"))
            .filter(name -> !name.startsWith("SIG"))
            .collect(Collectors.toCollection(TreeSet::new));
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
        // The standard input is at its end, each time through another pipe.
        if (Files.isSymbolicLink(descriptor) && !descriptor.endsWith("0")) {
          String target = Files.readSymbolicLink(descriptor).toString();
          // Each pipe and socket has a number of its own: those that are new are left over.
          if (target.matches("(socket|pipe):.*") || target.contains("eventpoll")) {
            held.add(target);
          }
        }
      }
    }
    return held;
  }

  /// This class as a program.
  ///
  /// @param does "lead" or "worker"
  static ProcessBuilder java(String classPath, String does, Order order) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1"));
    line.addAll(List.of("-cp", classPath, Foreman.class.getName(), does));
    line.addAll(order.words());
    return new ProcessBuilder(line);
  }
}
