package wharf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A parent and its workers, as the processes they are: see [Foreman].
@Timeout(180)
class ProcessesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private final List<String> log = new CopyOnWriteArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private @Nullable Process started;
  private @Nullable Thread reader;
  private int port;

  @AfterEach
  void tidyUp() throws Exception {
    for (Client client : clients) {
      client.close();
    }
    if (started != null && reader != null) {
      List<ProcessHandle> workers = started.children().toList();
      started.destroyForcibly().onExit().join();
      workers.forEach(ProcessHandle::destroyForcibly);
      reader.join();
    }
  }

  private Process parent() {
    return Objects.requireNonNull(started);
  }

  private void start(int workers, String model, int connections, String... file) throws Exception {
    start("parent", workers, model, connections, file);
  }

  private void start(String kind, int workers, String model, int connections, String... file)
      throws Exception {
    List<String> words = new ArrayList<>(List.of(kind, Integer.toString(workers), model));
    words.add(Integer.toString(connections));
    words.addAll(List.of(file));
    Process parent = Foreman.java(words.toArray(String[]::new)).redirectErrorStream(true).start();
    started = parent;
    BufferedReader said = parent.inputReader(UTF_8);
    reader = Thread.ofPlatform().daemon().start(() -> said.lines().forEach(log::add));
    await("its port", () -> logged("port ") || logged("failed: ") || !parent.isAlive());
    log.stream()
        .filter(line -> line.startsWith("port "))
        .forEach(line -> port = Integer.parseInt(line.substring(5)));
  }

  private boolean logged(String beginning) {
    return log.stream().anyMatch(line -> line.startsWith(beginning));
  }

  /// Asks the parent to stop, and waits until it and all who write to its log have ended.
  private void stop() throws Exception {
    parent().toHandle().destroy();
    ended();
  }

  private void ended() throws Exception {
    assertThat(parent().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("%s", log).isTrue();
    assertThat(Objects.requireNonNull(reader).join(PATIENCE))
        .as("a worker outlives its parent: %s", log)
        .isTrue();
  }

  private void assertLeftInOrder() {
    assertThat(log).contains("in peace: true", "left []");
    assertThatThrownBy(() -> new Client(port)).isInstanceOf(ConnectException.class);
  }

  private Client client() throws IOException {
    Client client = new Client(port);
    clients.add(client);
    client.hears("hello");
    return client;
  }

  private static long pid(Client client) throws IOException {
    client.says("pid");
    String line = client.line();
    if (!line.startsWith("pid ")) {
      throw new IOException("no answer but '" + line + "'");
    }
    return Long.parseLong(line.substring(4));
  }

  /// A client and the worker that serves it.
  private record Served(Client client, long pid) {}

  /// Clients of so many workers, who stay.
  private List<Served> clientsOf(int workers) throws IOException {
    List<Served> each = new ArrayList<>();
    for (int i = 0; i < 1000 && each.size() < workers; i++) {
      Client client = client();
      long pid = pid(client);
      if (each.stream().noneMatch(other -> other.pid() == pid)) {
        each.add(new Served(client, pid));
      }
    }
    assertThat(each).hasSize(workers);
    return each;
  }

  private void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s; %s", what, log).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  private static void kill(long pid) {
    assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "nio"})
  void aWorkerThatIsKilledCostsItsOwnSessionsOnly(String model) throws Exception {
    start(2, model, -1);
    List<Served> staying = clientsOf(2);
    Served victim = staying.getFirst();
    Served survivor = staying.getLast();
    Set<Long> seen = ConcurrentHashMap.newKeySet();
    AtomicInteger lost = new AtomicInteger();
    AtomicInteger served = new AtomicInteger();
    List<Thread> load = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      load.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    // Until the third has come: who connects meanwhile is served by the other.
                    while (seen.size() < 3 && !Thread.currentThread().isInterrupted()) {
                      try (Client client = new Client(port)) {
                        client.hears("hello");
                        seen.add(pid(client));
                        served.incrementAndGet();
                      } catch (IOException | AssertionError broken) {
                        lost.incrementAndGet();
                      }
                    }
                  }));
    }
    try {
      await("the load", () -> seen.size() == 2);
      kill(victim.pid());
      await("a third worker", () -> seen.size() == 3);
    } finally {
      load.forEach(Thread::interrupt);
      for (Thread thread : load) {
        thread.join();
      }
    }
    assertThat(lost.get()).as("those it had in hand; served: " + served).isLessThanOrEqualTo(4);
    assertThatThrownBy(() -> pid(victim.client())).isInstanceOf(IOException.class);
    assertThat(pid(survivor.client())).isEqualTo(survivor.pid());
    assertThat(log)
        .filteredOn(line -> line.contains("ended with status 137 (signal 9)"))
        .as("told once")
        .hasSize(1)
        .allMatch(line -> line.contains("worker " + victim.pid() + " "));
    stop();
    assertLeftInOrder();
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "nio"})
  void aRunningTransferEndsWhole(String model) throws Exception {
    start(2, model, -1);
    List<Client> both = clientsOf(2).stream().map(Served::client).toList();
    byte[] content = Parrot.content(30_000_000);
    int dataPort = both.getFirst().listens();
    both.getFirst().says("get " + content.length);
    try (Client data = new Client(dataPort)) {
      byte[] begin = data.some(1000);
      parent().toHandle().destroy();
      both.getLast().hears("stopping");
      both.getLast().hearsTheEnd();
      assertThat(begin).isEqualTo(Arrays.copyOf(content, 1000));
      assertThat(data.all()).isEqualTo(Arrays.copyOfRange(content, 1000, content.length));
    }
    both.getFirst().hears("ended SENT " + content.length + " 0");
    both.getFirst().hearsTheEnd();
    ended();
    assertLeftInOrder();
  }

  @Test
  void aProcessForEachClient() throws Exception {
    start(2, "virtual", 1);
    Set<Long> pids = new HashSet<>();
    for (int i = 0; i < 6; i++) {
      assertThat(pids.add(pid(client()))).as("a process of its own").isTrue();
    }
    for (Client client : clients) {
      client.says("quit");
      client.hears("bye");
      client.hearsTheEnd();
    }
    for (long pid : pids) {
      await("its end", () -> ProcessHandle.of(pid).isEmpty());
    }
    assertThat(log).noneMatch(line -> line.contains("takes its place"));
    stop();
    assertLeftInOrder();
  }

  @Test
  void aWorkerThatCannotLiveIsTriedMoreAndMoreSeldom() throws Exception {
    Path starts = directory.resolve("starts");
    start(1, "virtual", -1, starts.toString());
    kill(clientsOf(1).getFirst().pid());
    await("four starts", () -> times(starts).size() >= 4);
    List<Long> times = times(starts);
    assertThat(Duration.ofNanos(times.get(3) - times.get(0)))
        .as("200, 400 and 800 ms between them")
        .isGreaterThan(Duration.ofMillis(1300));
    assertThat(log).anyMatch(line -> line.contains("ended with status 3; another takes its place"));
    stop();
    assertLeftInOrder();
  }

  private static List<Long> times(Path file) {
    try {
      return Files.readAllLines(file).stream().map(Long::valueOf).toList();
    } catch (IOException notYet) {
      return List.of();
    }
  }

  @Test
  void aWorkerThatCannotStartIsToldOf() throws Exception {
    start(1, "no such model", -1);
    ended();
    assertThat(log)
        .anyMatch(line -> line.matches("failed: worker \\d+ ended with status 1, not yet ready"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "nio"})
  void datagramsAreForWhicheverWorkerIsThere(String model) throws Exception {
    start("parent-udp", 2, model, -1);
    try (DatagramSocket socket = new DatagramSocket(0, Client.HERE)) {
      socket.setSoTimeout(5000);
      assertEchoed(socket, "both");
      List<ProcessHandle> workers = parent().children().toList();
      kill(workers.getFirst().pid());
      workers.getFirst().onExit().join();
      assertEchoed(socket, "the other");
    }
    stop();
    assertThat(log).contains("in peace: true", "left []");
  }

  private void assertEchoed(DatagramSocket socket, String text) throws IOException {
    byte[] sent = text.getBytes(UTF_8);
    for (int i = 0; i < 20; i++) {
      socket.send(new DatagramPacket(sent, sent.length, Client.HERE, port));
      DatagramPacket came = new DatagramPacket(new byte[100], 100);
      socket.receive(came);
      assertThat(new String(came.getData(), 0, came.getLength(), UTF_8)).isEqualTo(text);
    }
  }

  @Test
  void noWorkerOutlivesAParentThatWasKilled() throws Exception {
    start(2, "virtual", -1);
    Client client = client();
    parent().toHandle().destroyForcibly();
    client.hears("stopping");
    client.hearsTheEnd();
    ended();
    assertThatThrownBy(() -> new Client(port))
        .isInstanceOfAny(ConnectException.class, SocketTimeoutException.class);
  }

  @Test
  void thereIsALimit() {
    Processes.Launch none = () -> new ProcessBuilder("false");
    for (int workers : new int[] {-1, 0, Processes.MOST_ALIVE + 1}) {
      assertThatThrownBy(() -> Processes.of(none, workers))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 to 64 workers, not " + workers);
    }
  }
}
