package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

  /// What this process holds.
  ///
  /// @param threads the platform's, but for the carriers of virtual threads and the JVM's own
  /// @param direct bytes of direct memory
  private record Held(long descriptors, long threads, long direct) {
    static Held now() throws IOException {
      long descriptors;
      try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
        // Without the one that is listed with.
        descriptors = open.count() - 1;
      }
      var threads = ManagementFactory.getThreadMXBean();
      long ours =
          Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
              .filter(Objects::nonNull)
              .map(ThreadInfo::getThreadName)
              .filter(name -> name.matches("(door|session|loop|worker)-.*"))
              .count();
      long direct =
          ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
              .filter(pool -> pool.getName().equals("direct"))
              .mapToLong(BufferPoolMXBean::getMemoryUsed)
              .sum();
      return new Held(descriptors, ours, direct);
    }

    boolean isWithin(Held limit) {
      return descriptors <= limit.descriptors && threads <= limit.threads && direct <= limit.direct;
    }

    Held plus(long moreDescriptors, long moreThreads, long moreDirect) {
      return new Held(descriptors + moreDescriptors, threads + moreThreads, direct + moreDirect);
    }

    @Override
    public String toString() {
      return descriptors + " descriptors, " + threads + " threads, " + direct / 1024 + " KiB";
    }
  }

  /// What is held when no more than `limit` is, or after a long wait for that.
  private static Held settled(Held limit) throws Exception {
    long until = System.nanoTime() + LONG.toNanos();
    Held held;
    do {
      System.gc();
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
        cycle(server, WARM_UP);
      }
      Held before = settled(new Held(0, 0, 0).plus(Long.MAX_VALUE, 0, Long.MAX_VALUE));
      Parrot parrot = new Parrot();
      Held warm;
      Held serving;
      long began;
      long took;
      try (Server server = start(parrot, model)) {
        cycle(server, WARM_UP);
        assertThat(server.awaitSessions(LONG)).isTrue();
        warm = Held.now();
        parrot.heard.clear();
        began = System.nanoTime();
        cycle(server, CYCLES);
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

  private static Server start(Parrot parrot, ServerModel model) throws IOException {
    return Server.start(
        parrot, Server.Options.at(new InetSocketAddress(Client.HERE, 0)).with(model));
  }

  private static void cycle(Server server, int count) throws Exception {
    int port = server.addresses().getFirst().getPort();
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
