package wharf.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import wharf.protocol.Echo;
import wharf.protocol.Protocol;
import wharf.protocol.Transport;

/// Programs that [ProcessesTest] runs: a parent whose workers talk [Parrot], and the worker. They
/// are processes because the hand-over takes the standard input away from the parent, and that of a
/// process that runs tests is in use.
///
/// ```
///   parent WORKERS MODEL CONNECTIONS [FILE]      of parrots, over TCP
///   parent-udp WORKERS MODEL CONNECTIONS         of echoes
///   worker MODEL CONNECTIONS
/// ```
///
/// The parent says "port N", and at the end, which SIGTERM brings about, what it still holds that
/// it did not hold before: "left []". With FILE only the first WORKERS workers are good; each one
/// after them adds the time to FILE and dies.
final class Foreman {
  static final Duration GRACE = Duration.ofSeconds(20);

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
    try {
      if (words[0].equals("worker")) {
        work(words[1], Integer.parseInt(words[2]), out);
      } else {
        lead(words, out);
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

  private static void work(String model, int connections, PrintStream out) throws Exception {
    var socket = Endpoint.Inherited.of(System.inheritedChannel());
    out.println("a line that is none of the protocol's");
    Server.Options options =
        Server.Options.at(List.of(socket))
            .with(ServerModel.named(model).orElseThrow())
            .withConnections(connections);
    Worker.serve(protocol(socket.transport() == Transport.UDP), options, out, GRACE);
  }

  private static void lead(String[] words, PrintStream out) throws Exception {
    int workers = Integer.parseInt(words[1]);
    AtomicInteger started = new AtomicInteger();
    Processes model =
        Processes.of(
            () ->
                words.length > 4 && started.getAndIncrement() >= workers
                    ? new ProcessBuilder("sh", "-c", "date +%s%N >> \"$0\"; exit 3", words[4])
                    : java("worker", words[2], words[3]),
            workers);
    boolean udp = words[0].equals("parent-udp");
    InetSocketAddress at = new InetSocketAddress(Client.HERE, 0);
    Endpoint any = udp ? new Endpoint.Udp(at) : new Endpoint.Tcp(at);
    // What is made once and stays: native calls, the threads of processes, the log.
    Processes one = Processes.of(() -> java("worker", words[2], "-1"), 1);
    Server.start(protocol(udp), Server.Options.at(List.of(any)).with(one)).close();
    Set<String> before = held();
    try (Server server = Server.start(protocol(udp), Server.Options.at(List.of(any)).with(model))) {
      out.println("port " + server.addresses().getFirst().getPort());
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException stop) {
        out.println("in peace: " + server.stop(GRACE.plusSeconds(5)));
      }
    }
    Set<String> left = held();
    left.removeAll(before);
    out.println("left " + left);
  }

  private static Protocol protocol(boolean udp) {
    return udp ? new Echo(Duration.ofMinutes(5)) : new Parrot();
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
  static ProcessBuilder java(String... words) {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1"));
    line.addAll(List.of("-cp", System.getProperty("java.class.path"), Foreman.class.getName()));
    line.addAll(List.of(words));
    return new ProcessBuilder(line);
  }
}
