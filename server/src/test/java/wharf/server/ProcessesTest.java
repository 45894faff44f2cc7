package wharf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
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
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.protocol.Transport;

/// A parent and its workers, as the processes they are: see [Foreman]. What they do as every model
/// does is in [TransportsTest].
@Timeout(180)
class ProcessesTest {
  private static final Endpoint TCP = Host.endpoint(Transport.TCP, Path.of(""));

  @TempDir private Path directory;

  private final List<Client> clients = new ArrayList<>();
  private @Nullable ForemanProcess started;

  @AfterEach
  void tidyUp() throws Exception {
    for (Client client : clients) {
      client.close();
    }
    if (started != null) {
      started.close();
    }
  }

  private ForemanProcess parent() {
    return Objects.requireNonNull(started);
  }

  private static Order parrots(int workers, String model) {
    return Order.of("parrot", model, List.of(TCP)).withWorkers(workers);
  }

  private void start(Order order) throws IOException {
    started = ForemanProcess.start(order);
  }

  private int port() {
    return parent().port();
  }

  /// Asks the parent to stop: nothing is left, nor anybody there.
  private void stop() throws Exception {
    assertThat(parent().stop()).as("in peace").isTrue();
    assertThatThrownBy(() -> new Client(port())).isInstanceOf(ConnectException.class);
  }

  private Client client() throws IOException {
    Client client = new Client(port());
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

  private static void kill(long pid) {
    assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "nio"})
  void aWorkerThatIsKilledCostsItsOwnSessionsOnly(String model) throws Exception {
    start(parrots(2, model));
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
                      try (Client client = new Client(port())) {
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
      parent().await("the load", () -> seen.size() == 2);
      kill(victim.pid());
      parent().await("a third worker", () -> seen.size() == 3);
    } finally {
      load.forEach(Thread::interrupt);
      for (Thread thread : load) {
        thread.join();
      }
    }
    assertThat(lost.get()).as("those it had in hand; served: " + served).isLessThanOrEqualTo(4);
    assertThatThrownBy(() -> pid(victim.client())).isInstanceOf(IOException.class);
    assertThat(pid(survivor.client())).isEqualTo(survivor.pid());
    assertThat(parent().log)
        .filteredOn(line -> line.contains("ended with status 137 (signal 9)"))
        .as("told once")
        .hasSize(1)
        .allMatch(line -> line.contains("worker " + victim.pid() + " "));
    stop();
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "nio"})
  void aRunningTransferEndsWhole(String model) throws Exception {
    start(parrots(2, model));
    List<Client> both = clientsOf(2).stream().map(Served::client).toList();
    byte[] content = Parrot.content(30_000_000);
    int dataPort = both.getFirst().listens();
    both.getFirst().says("get " + content.length);
    try (Client data = new Client(dataPort)) {
      byte[] begin = data.some(1000);
      parent().parent().destroy();
      both.getLast().hears("stopping");
      both.getLast().hearsTheEnd();
      assertThat(begin).isEqualTo(Arrays.copyOf(content, 1000));
      assertThat(data.all()).isEqualTo(Arrays.copyOfRange(content, 1000, content.length));
    }
    both.getFirst().hears("ended SENT " + content.length + " 0");
    both.getFirst().hearsTheEnd();
    parent().ended();
    assertThat(parent().log).contains("in peace: true", "left []");
  }

  @Test
  void aProcessForEachClient() throws Exception {
    start(parrots(2, "virtual").withConnections(1));
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
      parent().await("its end", () -> ProcessHandle.of(pid).isEmpty());
    }
    assertThat(parent().log).noneMatch(line -> line.contains("takes its place"));
    stop();
  }

  @Test
  void aWorkerThatCannotLiveIsTriedMoreAndMoreSeldom() throws Exception {
    Path starts = directory.resolve("starts");
    start(parrots(1, "virtual").withDiary(starts));
    kill(clientsOf(1).getFirst().pid());
    parent().await("four starts", () -> times(starts).size() >= 4);
    List<Long> times = times(starts);
    assertThat(Duration.ofNanos(times.get(3) - times.get(0)))
        .as("200, 400 and 800 ms between them")
        .isGreaterThan(Duration.ofMillis(1300));
    assertThat(parent().log)
        .anyMatch(line -> line.contains("ended with status 3; another takes its place"));
    stop();
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
    start(parrots(1, "no such model"));
    parent().ended();
    assertThat(parent().log)
        .anyMatch(line -> line.matches("failed: worker \\d+ ended with status 1, not yet ready"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "nio"})
  void datagramsAreForWhicheverWorkerIsThere(String model) throws Exception {
    Endpoint udp = Host.endpoint(Transport.UDP, directory);
    start(Order.of("echo 300000", model, List.of(udp)).withWorkers(2));
    try (DatagramSocket socket = new DatagramSocket(0, Client.HERE)) {
      socket.setSoTimeout(5000);
      assertEchoed(socket, "both");
      List<ProcessHandle> workers = parent().workers();
      kill(workers.getFirst().pid());
      workers.getFirst().onExit().join();
      assertEchoed(socket, "the other");
    }
    assertThat(parent().stop()).as("in peace").isTrue();
  }

  private void assertEchoed(DatagramSocket socket, String text) throws IOException {
    byte[] sent = text.getBytes(UTF_8);
    for (int i = 0; i < 20; i++) {
      socket.send(new DatagramPacket(sent, sent.length, Client.HERE, port()));
      DatagramPacket came = new DatagramPacket(new byte[100], 100);
      socket.receive(came);
      assertThat(new String(came.getData(), 0, came.getLength(), UTF_8)).isEqualTo(text);
    }
  }

  @Test
  void noWorkerOutlivesAParentThatWasKilled() throws Exception {
    start(parrots(2, "virtual"));
    Client client = client();
    parent().parent().destroyForcibly();
    client.hears("stopping");
    client.hearsTheEnd();
    parent().ended();
    // What a dying process has open is closed one by one: its log before where it listens.
    parent().await("somebody still accepts clients", this::isRefused);
  }

  private boolean isRefused() {
    try (Client _ = new Client(port())) {
      return false;
    } catch (IOException _) {
      return true;
    }
  }

  @Test
  void thereIsALimit() {
    Processes.Launch none = _ -> new ProcessBuilder("false");
    for (int workers : new int[] {-1, 0, Processes.MOST_ALIVE + 1}) {
      assertThatThrownBy(() -> Processes.of(none, workers))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 to 64 workers, not " + workers);
    }
  }

  /// Descriptors run out in both workers: who cannot be accepted waits, who is inside is served,
  /// and nobody dies of it.
  @ParameterizedTest
  @ValueSource(strings = {"virtual", "nio"})
  void exhaustionIsWeatherInEveryWorker(String model) throws Exception {
    long began = System.nanoTime();
    String jars = ParrotProcess.jars(directory);
    started = ForemanProcess.start(parrots(2, model).withDescriptors(90), jars);
    List<ProcessHandle> workers = parent().workers();
    List<Served> inside = clientsOf(2);
    for (int i = 0; i < 300; i++) {
      clients.add(new Client(port()));
    }
    parent().await("that both have no more", () -> complaints() >= 2);
    for (Served one : inside) {
      assertThat(pid(one.client())).isEqualTo(one.pid());
    }
    for (Client client : clients) {
      client.breaksOff();
    }
    clients.clear();
    Client last = client();
    last.says("later b");
    last.hears("done b");
    assertThat(parent().workers()).as("nobody has died").isEqualTo(workers);
    assertThat(complaints())
        .as("of two workers, once a minute")
        .isLessThanOrEqualTo(2 * (1 + (System.nanoTime() - began) / Acceptor.QUIET));
    stop();
  }

  private long complaints() {
    return parent().log.stream()
        .filter(line -> line.contains("cannot accept clients for now"))
        .count();
  }
}
