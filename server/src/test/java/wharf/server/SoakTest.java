package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients come, transfer and go, in every way there is, again and again: afterwards nothing is
/// left of them.
///
/// `-Dwharf.soak.cycles=100000` for a long run.
@Tag("soak")
@Timeout(value = 1, unit = TimeUnit.HOURS)
@EnabledOnOs(OS.LINUX)
class SoakTest {
  private static final int CYCLES = Integer.getInteger("wharf.soak.cycles", 2000);
  private static final int WARM_UP = 300;
  private static final int CLIENTS = 4;
  private static final int SIZE = 20_000;
  private static final Duration LONG = Duration.ofMinutes(2);

  /// Pollers that a server keeps for later, and the descriptors of each.
  private static final int KEPT_DESCRIPTORS = 64 * 3;

  /// The JVM's own, which come and go: those that compile, and one for each worker that ends.
  private static final int SYSTEM_THREADS = 8;

  /// Buffers that a server keeps for later.
  private static final long KEPT_MEMORY = 16L * Pump.SCRATCH;

  /// The ways in which a cycle ends.
  private enum Way {
    QUIT,
    DOWNLOAD,
    UPLOAD,
    /// The client breaks off in the middle of a transfer.
    CUT_OFF,
    /// Only the data connection is broken off.
    DATA_CUT_OFF,
    /// Nobody comes to the data connection.
    NOBODY,
    /// The client breaks off between commands.
    RESET,
    /// The client is sent away for saying nothing.
    TIMED_OUT
  }

  static Stream<ServerModel> every() {
    return ServerModel.all().stream();
  }

  /// What is held when no more than `limit` is, or after a long wait for that.
  private static Held settled(Held limit) throws Exception {
    long until = System.nanoTime() + LONG.toNanos();
    Held held;
    do {
      Thread.sleep(50);
      held = Held.now();
    } while (!held.isWithin(limit) && System.nanoTime() < until);
    return held;
  }

  @ParameterizedTest
  @MethodSource("every")
  void nothingIsLeft(ServerModel model) throws Exception {
    try (ErrorLog log = new ErrorLog()) {
      // A whole life, so that what is loaded once is loaded.
      try (Server server = start(new Parrot(), model)) {
        cycle(port(server), WARM_UP);
      }
      Held before = settled(new Held(0, 0, 0).plus(Long.MAX_VALUE, 0, Long.MAX_VALUE));
      Parrot parrot = new Parrot();
      Held warm;
      Held serving;
      long began;
      long took;
      try (Server server = start(parrot, model)) {
        cycle(port(server), WARM_UP);
        assertThat(server.awaitSessions(LONG)).isTrue();
        warm = Held.now();
        parrot.heard.clear();
        began = System.nanoTime();
        cycle(port(server), CYCLES);
        assertThat(server.awaitSessions(LONG)).as("every session ends").isTrue();
        took = System.nanoTime() - began;
        assertThat(parrot.heard.stream().filter("over"::equals)).hasSize(CYCLES);
        parrot.heard.clear();
        Held limit = warm.plus(KEPT_DESCRIPTORS, 0, KEPT_MEMORY);
        serving = settled(limit);
        assertThat(serving.isWithin(limit)).as("%s, warm: %s", serving, warm).isTrue();
      }
      Held limit = before.plus(0, 0, KEPT_MEMORY);
      Held after = settled(limit);
      System.out.printf(
          "%s: %d cycles in %d s; before %s; warm %s; serving %s; after %s%n",
          model, CYCLES, TimeUnit.NANOSECONDS.toSeconds(took), before, warm, serving, after);
      assertThat(after.isWithin(limit)).as("%s, before: %s", after, before).isTrue();
      assertThat(log.errors()).isEmpty();
    }
  }

  /// The same of worker processes: of the parent, and of each worker.
  @ParameterizedTest
  @ValueSource(strings = {"virtual", "nio"})
  void nothingIsLeftInAnyProcess(String model) throws Exception {
    try (ForemanProcess parent = ForemanProcess.start(parrots(model))) {
      cycle(parent.port(), WARM_UP);
      parent.tally().settle(WARM_UP, LONG);
      Map<Long, Held> warm = settled(parent, Map.of());
      Held warmParent = parent.held();
      long warmThreads = parent.threads();
      long began = System.nanoTime();
      cycle(parent.port(), CYCLES);
      parent.tally().awaitEnded(CYCLES, LONG);
      long took = System.nanoTime() - began;
      Map<Long, Held> limits = new HashMap<>();
      warm.forEach((pid, held) -> limits.put(pid, held.plus(KEPT_DESCRIPTORS, 0, KEPT_MEMORY)));
      Map<Long, Held> serving = settled(parent, limits);
      assertThat(serving.keySet()).as("the same workers").isEqualTo(warm.keySet());
      Held servingParent = settled(parent, warmParent);
      System.out.printf(
          "processes of %s: %d cycles in %d s; parent warm %s, %d in all; serving %s, %d in all; "
              + "workers warm %s; serving %s%n",
          model,
          CYCLES,
          TimeUnit.NANOSECONDS.toSeconds(took),
          warmParent,
          warmThreads,
          servingParent,
          parent.threads(),
          warm.values(),
          serving.values());
      serving.forEach(
          (pid, held) ->
              assertThat(held.isWithin(Objects.requireNonNull(limits.get(pid))))
                  .as("%s, warm: %s", held, warm.get(pid))
                  .isTrue());
      assertWithin(parent, servingParent, warmParent, warmThreads);
      assertLeavesInPeace(parent);
    }
  }

  /// Workers that come and go all the time leave nothing in their parent, nor themselves.
  @Test
  void nothingIsLeftOfWorkersThatWereReplaced() throws Exception {
    int each = Math.max(100, CYCLES / 200);
    try (ForemanProcess parent = ForemanProcess.start(parrots("virtual").withConnections(each))) {
      cycle(parent.port(), WARM_UP);
      parent.tally().settle(WARM_UP, LONG);
      awaitTwo(parent);
      Held warm = parent.held();
      long warmThreads = parent.threads();
      cycle(parent.port(), CYCLES);
      parent.tally().awaitEnded(CYCLES, LONG);
      awaitTwo(parent);
      Held serving = settled(parent, warm);
      System.out.printf(
          "processes of %d clients each: %d cycles, %d workers; parent warm %s, %d in all; "
              + "serving %s, %d in all%n",
          each, CYCLES, parent.everyWorker.size(), warm, warmThreads, serving, parent.threads());
      assertThat(parent.everyWorker).hasSizeGreaterThanOrEqualTo((WARM_UP + CYCLES) / each);
      assertWithin(parent, serving, warm, warmThreads);
      assertThat(parent.everyWorker.stream().filter(ProcessHandle::isAlive).toList())
          .as("workers, dead ones that nobody has buried included")
          .hasSameElementsAs(parent.workers());
      assertThat(parent.log).as("of each that ends").noneMatch(line -> line.contains("ended with"));
      assertLeavesInPeace(parent);
    }
  }

  private static Order parrots(String model) {
    Endpoint any = new Endpoint.Tcp(new InetSocketAddress(Client.HERE, 0));
    return Order.of("parrot", model, List.of(any)).withWorkers(2);
  }

  private static void awaitTwo(ForemanProcess parent) throws InterruptedException {
    parent.await("those that were replaced end", () -> parent.workers().size() == 2);
  }

  private static void assertWithin(ForemanProcess parent, Held held, Held warm, long warmThreads) {
    assertThat(held.isWithin(warm)).as("%s, warm: %s", held, warm).isTrue();
    assertThat(parent.threads()).isLessThanOrEqualTo(warmThreads + SYSTEM_THREADS);
  }

  private static void assertLeavesInPeace(ForemanProcess parent) throws Exception {
    assertThat(parent.stop()).as("every session ends").isTrue();
    assertThat(parent.everyWorker).noneMatch(ProcessHandle::isAlive);
    assertThat(parent.parent().isAlive()).isFalse();
  }

  /// What the parent holds when it is no more than `limit`, or after a long wait for that.
  private static Held settled(ForemanProcess parent, Held limit) throws InterruptedException {
    long until = System.nanoTime() + LONG.toNanos();
    Held held;
    do {
      held = parent.held();
    } while (!held.isWithin(limit) && System.nanoTime() < until);
    return held;
  }

  /// What each worker holds, by its process, when it is no more than `limits`, or after a long wait
  /// for that. It says so itself to somebody who is then its only client.
  private static Map<Long, Held> settled(ForemanProcess parent, Map<Long, Held> limits)
      throws Exception {
    long until = System.nanoTime() + LONG.toNanos();
    Map<Long, Held> found;
    do {
      found = asked(parent);
    } while (!found.entrySet().stream()
            .allMatch(
                one -> one.getValue().isWithin(limits.getOrDefault(one.getKey(), one.getValue())))
        && System.nanoTime() < until);
    return found;
  }

  private static Map<Long, Held> asked(ForemanProcess parent) throws Exception {
    Map<Long, Held> found = new HashMap<>();
    int asked = 0;
    while (found.size() < parent.processes() && asked < 1000) {
      asked++;
      Client client = new Client(parent.port());
      try {
        client.hears("hello");
        client.says("pid", "held");
        long pid = Long.parseLong(client.line().substring("pid ".length()));
        found.put(pid, Held.of(client.line().substring("done ".length())));
      } finally {
        client.breaksOff();
      }
      parent.tally().awaitEnded(1, LONG);
    }
    assertThat(found).as("workers that are met").hasSize(parent.processes());
    return found;
  }

  private static Server start(Parrot parrot, ServerModel model) throws IOException {
    return Server.start(
        parrot, Server.Options.at(new InetSocketAddress(Client.HERE, 0)).with(model));
  }

  private static int port(Server server) {
    return server.addresses().getFirst().getPort();
  }

  private static void cycle(int port, int count) throws Exception {
    AtomicInteger next = new AtomicInteger();
    List<Future<Boolean>> clients = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(
            threads.submit(
                () -> {
                  int number;
                  while ((number = next.getAndIncrement()) < count) {
                    one(number, port);
                  }
                  return true;
                }));
      }
      for (Future<Boolean> client : clients) {
        assertThat(client.get()).isTrue();
      }
    }
  }

  /// One client, from its beginning to its end. It ends in a reset once it has heard the end, and
  /// comes from many addresses in turn: a port that is remembered (TIME_WAIT) is not missed.
  private static void one(int number, int port) throws IOException {
    byte[] here = {127, 0, (byte) (1 + number / 8 % 100), 1};
    InetAddress from = InetAddress.getByAddress(here);
    Client client = new Client(from, port);
    try {
      client.hears("hello");
      Way way = Way.values()[number % Way.values().length];
      switch (way) {
        case QUIT -> {
          client.says("echo a", "later b");
          client.hears("a");
          client.hears("done b");
          quits(client);
        }
        case DOWNLOAD -> {
          int at = client.listens();
          client.says("get " + SIZE);
          Client data = new Client(from, at);
          assertThat(data.all()).hasSize(SIZE);
          data.breaksOff();
          client.hears("ended SENT " + SIZE + " 0");
          quits(client);
        }
        case UPLOAD -> {
          int at = client.listens();
          client.says("put");
          try (Client data = new Client(from, at)) {
            data.socket.getOutputStream().write(new byte[SIZE]);
            data.socket.shutdownOutput();
            assertThat(client.line()).startsWith("ended FIN " + SIZE);
          }
          quits(client);
        }
        case CUT_OFF -> {
          int at = client.listens();
          client.says("get 100000000");
          Client data = new Client(from, at);
          data.some(1000);
          client.breaksOff();
          data.breaksOff();
        }
        case DATA_CUT_OFF -> {
          int at = client.listens();
          client.says("get 100000000");
          Client data = new Client(from, at);
          data.some(1000);
          data.breaksOff();
          assertThat(client.line()).startsWith("ended RESET ");
          quits(client);
        }
        case NOBODY -> {
          client.says("limits 1 60000");
          client.listens();
          client.says("get 10");
          client.hears("ended PEER_FAILED 0 0");
          quits(client);
        }
        case RESET -> {
          client.says("echo a");
          client.hears("a");
        }
        case TIMED_OUT -> {
          client.says("arm 1");
          client.hears("expired");
          client.hearsTheEnd();
        }
      }
    } finally {
      if (!client.socket.isClosed()) {
        client.breaksOff();
      }
    }
  }

  private static void quits(Client client) throws IOException {
    client.says("quit");
    client.hears("bye");
    client.hearsTheEnd();
  }
}
