package wharf.net;

import static java.nio.channels.SelectionKey.OP_ACCEPT;
import static java.nio.channels.SelectionKey.OP_CONNECT;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What every poller does, and, said where it is so, what only some do.
@Timeout(30)
@ParameterizedClass
@EnumSource
class PollersTest {
  /// Longer than any test may take.
  private static final Duration LONG = Duration.ofDays(100_000);

  /// Long enough for what is ready to be found, where nothing should be.
  private static final Duration SHORT = Duration.ofMillis(30);

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  enum Kind {
    NIO {
      @Override
      Poller open() throws IOException {
        return new NioPoller();
      }
    },
    SELECT {
      @Override
      Poller open() throws IOException {
        return SelectPoller.open();
      }
    },
    SELECT_LIFTED {
      @Override
      Poller open() throws IOException {
        return SelectPoller.open(20_000);
      }
    },
    POLL {
      @Override
      Poller open() throws IOException {
        return PollPoller.open();
      }
    },
    EPOLL_LEVEL {
      @Override
      Poller open() throws IOException {
        return EpollPoller.level();
      }
    },
    EPOLL_EDGE {
      @Override
      Poller open() throws IOException {
        return EpollPoller.edge();
      }
    },
    BUSY {
      @Override
      Poller open() {
        return new BusyPoller();
      }
    };

    abstract Poller open() throws IOException;
  }

  record Report(SelectableChannel channel, int operations, Object owner) {}

  private final Kind kind;
  private final Poller poller;
  private final List<Closeable> opened = new ArrayList<>();

  PollersTest(Kind kind) throws IOException {
    // Not by asking whether native calls can be had: on Linux they must.
    assumeThat(kind == Kind.NIO || kind == Kind.BUSY || Files.exists(DESCRIPTORS))
        .as("%s is Linux's", kind)
        .isTrue();
    this.kind = kind;
    this.poller = kind.open();
  }

  @AfterEach
  void close() throws IOException {
    poller.close();
    for (Closeable each : opened) {
      each.close();
    }
  }

  // What is reported.

  @Test
  void whatCanBeReadIsReportedToItsOwner() throws IOException {
    Pair one = tcp();
    Pair other = tcp();
    poller.want(one.near, OP_READ, "one");
    poller.want(other.near, OP_READ, "other");
    one.say();
    assertThat(poll(LONG)).isEqualTo(onlyReady(one.near, OP_READ, "one", other.near, "other"));
    assertThat(one.heard()).isEqualTo(1);
  }

  @Test
  void whatCanBeWrittenIsReported() throws IOException {
    Pair pair = tcp();
    poller.want(pair.near, OP_WRITE, "owner");
    assertThat(poll(LONG)).containsExactly(new Report(pair.near, OP_WRITE, "owner"));
  }

  @Test
  void onlyTheOperationsThatAreReadyAreReported() throws IOException {
    Pair pair = tcp();
    poller.want(pair.near, OP_READ | OP_WRITE, "owner");
    assertThat(poll(LONG))
        .containsExactly(
            new Report(pair.near, kind == Kind.BUSY ? OP_READ | OP_WRITE : OP_WRITE, "owner"));
    pair.say();
    assertThat(poll(LONG)).containsExactly(new Report(pair.near, OP_READ | OP_WRITE, "owner"));
  }

  @Test
  void aClientThatComesIsReported() throws IOException {
    ServerSocketChannel listener = listener();
    poller.want(listener, OP_ACCEPT, "gate");
    SocketChannel client = keep(SocketChannel.open(listener.getLocalAddress()));
    assertThat(poll(LONG)).containsExactly(new Report(listener, OP_ACCEPT, "gate"));
    SocketChannel accepted = keep(listener.accept());
    assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
  }

  @Test
  void aConnectionThatIsMadeIsReported() throws IOException {
    ServerSocketChannel listener = listener();
    SocketChannel client = nonBlocking(SocketChannel.open());
    boolean atOnce = client.connect(listener.getLocalAddress());
    poller.want(client, OP_CONNECT, "dialler");
    while (!atOnce && !client.finishConnect()) {
      assertThat(poll(LONG)).containsExactly(new Report(client, OP_CONNECT, "dialler"));
    }
    assertThat(client.isConnected()).isTrue();
  }

  @Test
  void aConnectionThatIsRefusedIsReported() throws IOException {
    ServerSocketChannel listener = listener();
    SocketAddress nobody = listener.getLocalAddress();
    listener.close();
    SocketChannel client = nonBlocking(SocketChannel.open());
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(
            () -> {
              client.connect(nobody);
              poller.want(client, OP_CONNECT, "dialler");
              do {
                assertThat(poll(LONG)).containsExactly(new Report(client, OP_CONNECT, "dialler"));
              } while (!client.finishConnect());
            });
  }

  @Test
  void theEndOfThePeersOutputIsReported() throws IOException {
    Pair pair = tcp();
    poller.want(pair.near, OP_READ, "owner");
    pair.far.shutdownOutput();
    assertThat(poll(LONG)).containsExactly(new Report(pair.near, OP_READ, "owner"));
    assertThat(pair.heard()).isEqualTo(-1);
  }

  @Test
  void aResetIsReportedToWhoReads() throws IOException {
    Pair pair = tcp();
    poller.want(pair.near, OP_READ, "owner");
    pair.reset();
    assertThat(poll(LONG)).containsExactly(new Report(pair.near, OP_READ, "owner"));
    assertThatIOException().isThrownBy(pair::heard);
  }

  @Test
  void aResetIsReportedToWhoWaitsForRoom() throws IOException {
    Pair pair = tcp();
    ByteBuffer much = ByteBuffer.allocate(1 << 20);
    while (pair.near.write(much.clear()) > 0) {}
    poller.want(pair.near, OP_WRITE, "owner");
    assertThat(poll(Duration.ZERO)).isEqualTo(falseAlarm(pair.near, OP_WRITE, "owner"));
    pair.reset();
    assertThat(poll(LONG)).containsExactly(new Report(pair.near, OP_WRITE, "owner"));
    assertThatIOException().isThrownBy(() -> pair.near.write(much.clear()));
  }

  @Test
  void whatIsNotReadyIsNotReported() throws IOException {
    Pair pair = tcp();
    poller.want(pair.near, OP_READ, "owner");
    assertThat(poll(SHORT)).isEqualTo(falseAlarm(pair.near, OP_READ, "owner"));
  }

  @Test
  void whereNothingIsWantedNothingIsReportedAndNoTimeIsSpunAway() throws IOException {
    Pair silent = tcp();
    Pair broken = tcp();
    Pair changed = tcp();
    poller.want(silent.near, 0, "silent");
    poller.want(broken.near, 0, "broken");
    poller.want(changed.near, OP_READ, "changed");
    poller.want(changed.near, 0, "changed");
    silent.say();
    broken.reset();
    changed.reset();
    assertThat(waited(SHORT)).isEqualTo(SHORT);
    poller.want(silent.near, OP_READ, "heard");
    assertThat(poll(LONG)).containsExactly(new Report(silent.near, OP_READ, "heard"));
    poller.want(broken.near, OP_READ, "told");
    assertThat(poll(LONG)).contains(new Report(broken.near, OP_READ, "told"));
  }

  @Test
  void whatIsStillReadyIsReportedAgainUnlessEdgeTriggered() throws IOException {
    Pair pair = tcp();
    pair.say();
    poller.want(pair.near, OP_READ, "owner");
    Report report = new Report(pair.near, OP_READ, "owner");
    assertThat(poll(LONG)).containsExactly(report);
    poller.want(pair.near, OP_READ, "owner");
    if (kind == Kind.EPOLL_EDGE) {
      assertThat(poll(SHORT)).isEmpty();
      pair.say();
    }
    assertThat(poll(LONG)).containsExactly(report);
    assertThat(pair.heard()).isPositive();
    assertThat(poll(SHORT)).isEqualTo(falseAlarm(pair.near, OP_READ, "owner"));
  }

  @Test
  void againIsAReportInTheNextRoundAndOnlyThere() throws IOException {
    Pair pair = tcp();
    pair.say();
    poller.want(pair.near, OP_READ, "owner");
    Report report = new Report(pair.near, OP_READ, "owner");
    List<Report> reports = new ArrayList<>();
    poller.poll(
        LONG,
        (channel, operations, owner) -> {
          reports.add(new Report(channel, operations, owner));
          poller.again(channel);
          poller.again(channel);
        });
    assertThat(reports).containsExactly(report);
    assertThat(poll(LONG)).containsExactly(report);
    if (kind == Kind.EPOLL_EDGE) {
      assertThat(waited(SHORT)).isEqualTo(SHORT);
    }
  }

  @Test
  void againIsNothingForWhoeverWantsNothing() throws IOException {
    Pair silent = tcp();
    Pair forgotten = tcp();
    poller.want(silent.near, OP_READ, "silent");
    poller.want(forgotten.near, OP_READ, "forgotten");
    poller.again(silent.near);
    poller.again(forgotten.near);
    poller.want(silent.near, 0, "silent");
    poller.forget(forgotten.near);
    poller.again(silent.near);
    poller.again(forgotten.near);
    poller.again(tcp().near);
    assertThat(poll(SHORT)).isEmpty();
    assertThat(waited(SHORT)).isEqualTo(SHORT);
  }

  @Test
  void aChangedWantIsReportedAnew() throws IOException {
    Pair pair = tcp();
    pair.say();
    poller.want(pair.near, OP_READ, "owner");
    assertThat(poll(LONG)).containsExactly(new Report(pair.near, OP_READ, "owner"));
    poller.want(pair.near, OP_WRITE, "owner");
    assertThat(poll(LONG)).containsExactly(new Report(pair.near, OP_WRITE, "owner"));
    poller.want(pair.near, OP_READ, "owner");
    assertThat(poll(LONG)).containsExactly(new Report(pair.near, OP_READ, "owner"));
    poller.want(pair.near, 0, "owner");
    poller.want(pair.near, OP_READ, "owner");
    assertThat(poll(LONG)).containsExactly(new Report(pair.near, OP_READ, "owner"));
  }

  @Test
  void theLastOwnerIsTold() throws IOException {
    Pair pair = tcp();
    poller.want(pair.near, OP_READ, "first");
    poller.want(pair.near, OP_READ, "second");
    pair.say();
    assertThat(poll(LONG)).containsExactly(new Report(pair.near, OP_READ, "second"));
  }

  @Test
  void datagramsAreReported() throws IOException {
    DatagramChannel near = nonBlocking(DatagramChannel.open().bind(loopback()));
    DatagramChannel far = keep(DatagramChannel.open().bind(loopback()));
    poller.want(near, OP_READ, "owner");
    far.send(ByteBuffer.allocate(3), near.getLocalAddress());
    assertThat(poll(LONG)).containsExactly(new Report(near, OP_READ, "owner"));
    assertThat(near.receive(ByteBuffer.allocate(10))).isEqualTo(far.getLocalAddress());
    poller.want(near, OP_WRITE, "owner");
    assertThat(poll(LONG)).containsExactly(new Report(near, OP_WRITE, "owner"));
  }

  @Test
  void unixDomainSocketsAreReported(@TempDir Path folder) throws IOException {
    ServerSocketChannel listener =
        nonBlocking(ServerSocketChannel.open(StandardProtocolFamily.UNIX));
    listener.bind(UnixDomainSocketAddress.of(folder.resolve("socket")));
    poller.want(listener, OP_ACCEPT, "gate");
    SocketChannel far = keep(SocketChannel.open(listener.getLocalAddress()));
    assertThat(poll(LONG)).containsExactly(new Report(listener, OP_ACCEPT, "gate"));
    SocketChannel near = nonBlocking(listener.accept());
    poller.forget(listener);
    poller.want(near, OP_READ, "owner");
    far.write(ByteBuffer.allocate(1));
    assertThat(poll(LONG)).containsExactly(new Report(near, OP_READ, "owner"));
    far.close();
    assertThat(near.read(ByteBuffer.allocate(10))).isEqualTo(1);
    assertThat(poll(LONG)).containsExactly(new Report(near, OP_READ, "owner"));
    assertThat(near.read(ByteBuffer.allocate(10))).isEqualTo(-1);
  }

  @Test
  void eachOfManyIsReportedToItsOwner() throws IOException {
    int count = 500;
    ServerSocketChannel listener = listener();
    List<SocketChannel> nears = new ArrayList<>();
    // All of them first: select has room for small descriptors only.
    for (int i = 0; i < count; i++) {
      nears.add(nonBlocking(SocketChannel.open()));
    }
    List<Pair> pairs = new ArrayList<>();
    for (SocketChannel near : nears) {
      pairs.add(connect(near, listener));
    }
    for (Pair pair : pairs) {
      poller.want(pair.near, OP_READ, pair);
    }
    assertThat(allHeard(pairs, pairs)).hasSize(count);
    List<Pair> odd = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (i % 2 == 0) {
        poller.forget(pairs.get(i).near);
      } else {
        odd.add(pairs.get(i));
      }
    }
    assertThat(allHeard(pairs, odd)).isEqualTo(new HashSet<>(odd));
  }

  /// Has `said` say something, and answers who was reported by the time all of `expected` were
  /// heard.
  private Set<Object> allHeard(List<Pair> said, List<Pair> expected) throws IOException {
    for (Pair pair : said) {
      pair.say();
    }
    Set<Object> reported = new HashSet<>();
    Set<Pair> heard = new HashSet<>();
    while (!heard.containsAll(expected)) {
      for (Report report : poll(LONG)) {
        reported.add(report.owner);
        Pair pair = (Pair) report.owner;
        assertThat(report.channel).isSameAs(pair.near);
        if (pair.heard() > 0) {
          heard.add(pair);
        }
      }
    }
    return reported;
  }

  // What may change while it reports.

  @Test
  void oneThatIsForgottenDuringARoundIsNotReportedAnyMore() throws IOException {
    List<Pair> pairs = List.of(tcp(), tcp(), tcp());
    for (Pair pair : pairs) {
      pair.say();
      poller.want(pair.near, OP_READ, pair);
    }
    List<Object> told = new ArrayList<>();
    poller.poll(
        LONG,
        (_, _, owner) -> {
          told.add(owner);
          pairs.stream()
              .filter(pair -> !pair.equals(owner))
              .forEach(
                  pair -> {
                    poller.forget(pair.near);
                    quietly(pair.near::close);
                  });
        });
    assertThat(told).hasSize(1);
    assertThat(pairs.indexOf(told.getFirst())).isNotNegative();
  }

  @Test
  void whatIsUnwantedDuringARoundIsNotReportedAnyMore() throws IOException {
    Pair one = tcp();
    Pair other = tcp();
    for (Pair pair : List.of(one, other)) {
      pair.say();
      poller.want(pair.near, OP_READ, pair);
    }
    List<Object> told = new ArrayList<>();
    poller.poll(
        LONG,
        (_, _, owner) -> {
          told.add(owner);
          quietly(() -> poller.want((owner.equals(one) ? other : one).near, 0, "nobody"));
        });
    assertThat(told).hasSize(1);
    Pair silent = told.contains(one) ? other : one;
    poller.want(silent.near, OP_READ, "late");
    assertThat(poll(LONG)).contains(new Report(silent.near, OP_READ, "late"));
  }

  @Test
  void whatWasFoundForOneOperationIsNotReportedForAnother() throws IOException {
    Pair one = tcp();
    Pair other = tcp();
    for (Pair pair : List.of(one, other)) {
      pair.say();
      poller.want(pair.near, OP_READ, pair);
    }
    List<Report> reports = new ArrayList<>();
    poller.poll(
        LONG,
        (channel, operations, owner) -> {
          reports.add(new Report(channel, operations, owner));
          if (reports.size() == 1) {
            quietly(() -> poller.want((owner.equals(one) ? other : one).near, OP_WRITE, "writer"));
          }
        });
    assertThat(reports.getFirst().operations).isEqualTo(OP_READ);
    assertThat(reports.stream().skip(1).map(Report::operations)).doesNotContain(OP_READ);
    assertThat(poll(LONG).stream().map(Report::owner)).contains("writer");
  }

  @Test
  void oneThatIsForgottenAndWantedAgainHasANewOwner() throws IOException {
    Pair one = tcp();
    Pair other = tcp();
    for (Pair pair : List.of(one, other)) {
      pair.say();
      poller.want(pair.near, OP_READ, "old");
    }
    Set<Object> told = new HashSet<>();
    poller.poll(
        LONG,
        (_, _, owner) -> {
          told.add(owner);
          for (Pair pair : List.of(one, other)) {
            poller.forget(pair.near);
            quietly(() -> poller.want(pair.near, OP_READ, "new"));
          }
        });
    assertThat(told).contains("old");
    assertThat(poll(LONG))
        .containsExactlyInAnyOrder(
            new Report(one.near, OP_READ, "new"), new Report(other.near, OP_READ, "new"));
  }

  @Test
  void theNextUserOfADescriptorIsNotTakenForItsLast() throws IOException {
    Pair one = tcp();
    Pair other = tcp();
    for (Pair pair : List.of(one, other)) {
      pair.say();
      poller.want(pair.near, OP_READ, pair);
    }
    List<Object> told = new ArrayList<>();
    List<DatagramChannel> next = new ArrayList<>();
    poller.poll(
        LONG,
        (_, _, owner) -> {
          told.add(owner);
          Pair closed = owner.equals(one) ? other : one;
          if (next.isEmpty()) {
            quietly(
                () -> {
                  poller.forget(closed.near);
                  closed.near.close();
                  next.add(withDescriptorOf(closed.near));
                  poller.want(next.getFirst(), OP_READ, "next");
                });
          }
        });
    assertThat(told).hasSize(1).doesNotContain("next");
    quietly(() -> (told.contains(one) ? one : other).heard());
    DatagramChannel user = next.getFirst();
    assertThat(poll(SHORT).stream().filter(report -> report.channel.equals(user)).toList())
        .isEqualTo(falseAlarm(user, OP_READ, "next"));
    user.connect(user.bind(loopback()).getLocalAddress());
    user.write(ByteBuffer.allocate(1));
    assertThat(poll(LONG)).contains(new Report(user, OP_READ, "next"));
  }

  /// A channel that has the number which the closed one had. A selector keeps that until it selects
  /// again: then it is some other channel.
  private DatagramChannel withDescriptorOf(SelectableChannel closed) throws IOException {
    for (int i = 0; i < 100; i++) {
      DatagramChannel one = nonBlocking(DatagramChannel.open());
      if (kind == Kind.NIO || Native.descriptor(one) == Native.descriptor(closed)) {
        return one;
      }
    }
    throw new AssertionError("the number was not given out again");
  }

  @Test
  void anOwnersFaultLosesNoReport() throws IOException {
    Pair one = tcp();
    Pair other = tcp();
    for (Pair pair : List.of(one, other)) {
      pair.say();
      poller.want(pair.near, OP_READ, pair);
    }
    Set<Object> told = new HashSet<>();
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(
            () ->
                poller.poll(
                    LONG,
                    (_, _, owner) -> {
                      told.add(owner);
                      throw new IllegalStateException("a fault");
                    }));
    for (Report report : poll(LONG)) {
      told.add(report.owner);
    }
    assertThat(told).contains(one, other);
  }

  @Test
  void oneThatWasClosedWithoutBeingForgottenDisturbsNobody() throws IOException {
    Pair closed = tcp();
    Pair other = tcp();
    poller.want(closed.near, OP_READ, "closed");
    poller.want(other.near, OP_READ, "other");
    closed.say();
    closed.near.close();
    other.say();
    List<Report> reports = new ArrayList<>();
    while (reports.isEmpty()) {
      reports.addAll(poll(LONG));
    }
    assertThat(reports).containsExactly(new Report(other.near, OP_READ, "other"));
    poller.forget(closed.near);
    DatagramChannel next = kind == Kind.NIO ? null : withDescriptorOf(closed.near);
    if (next != null) {
      poller.want(next, OP_WRITE, "next");
      poller.forget(closed.near);
      assertThat(poll(LONG)).contains(new Report(next, OP_WRITE, "next"));
    }
  }

  // How long it waits.

  @Test
  void aWaitIsAsLongAsAskedFor() throws IOException {
    assertThat(waited(Duration.ofMillis(50))).isEqualTo(Duration.ofMillis(50));
    assertThat(waited(Duration.ofNanos(1))).isEqualTo(Duration.ofNanos(1));
    assertThat(waited(Duration.ZERO)).isZero();
    assertThat(poll(Duration.ofSeconds(-5))).isEmpty();
  }

  @Test
  void aWakeUpEndsTheNextWaitAndNoOther() throws IOException {
    poller.wakeup();
    poller.wakeup();
    assertThat(poll(LONG)).isEmpty();
    assertThat(waited(SHORT)).isEqualTo(SHORT);
  }

  @Test
  void aWakeUpEndsTheWaitOfAnotherThread() throws Exception {
    for (int i = 0; i < 50; i++) {
      CountDownLatch about = new CountDownLatch(1);
      FutureTask<List<Report>> wait =
          new FutureTask<>(
              () -> {
                about.countDown();
                return poll(LONG);
              });
      Thread thread = Thread.ofPlatform().start(wait);
      about.await();
      if (i % 2 == 0) {
        // Most likely within the wait, then; before it is as good.
        Thread.sleep(Duration.ofMillis(1));
      }
      poller.wakeup();
      assertThat(wait.get()).isEmpty();
      thread.join();
    }
  }

  @Test
  void aWakeUpOfSomeTaskIsNeverLost() throws Exception {
    int rounds = 20_000;
    AtomicInteger asked = new AtomicInteger();
    FutureTask<Void> asking =
        new FutureTask<>(
            () -> {
              for (int i = 1; i <= rounds; i++) {
                asked.set(i);
                poller.wakeup();
              }
              return null;
            });
    Thread thread = Thread.ofPlatform().start(asking);
    while (asked.get() < rounds) {
      poll(LONG);
    }
    asking.get();
    thread.join();
  }

  // What it refuses, and its end.

  @Test
  void aChannelThatCannotBeWaitedForIsRefused() throws IOException {
    SocketChannel blocking = keep(SocketChannel.open());
    assertThatExceptionOfType(IllegalBlockingModeException.class)
        .isThrownBy(() -> poller.want(blocking, OP_READ, "owner"));
    SocketChannel closed = nonBlocking(SocketChannel.open());
    closed.close();
    assertThatExceptionOfType(ClosedChannelException.class)
        .isThrownBy(() -> poller.want(closed, OP_READ, "owner"));
    ServerSocketChannel listener = listener();
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> poller.want(listener, OP_READ, "owner"));
    poller.forget(closed);
    poller.forget(listener);
    assertThat(poll(Duration.ZERO)).isEmpty();
  }

  @Test
  void theEndIsQuiet() throws IOException {
    Pair pair = tcp();
    poller.want(pair.near, OP_READ, "owner");
    poller.close();
    poller.close();
    poller.forget(pair.near);
    poller.wakeup();
    assertThatExceptionOfType(ClosedSelectorException.class)
        .isThrownBy(() -> poller.want(pair.near, OP_WRITE, "owner"));
    assertThatExceptionOfType(ClosedSelectorException.class).isThrownBy(() -> poll(Duration.ZERO));
  }

  @Test
  void aWakeUpAfterTheEndReachesNobodyElse() throws IOException {
    poller.close();
    try (Poller next = kind.open()) {
      poller.wakeup();
      long begin = System.nanoTime();
      next.poll(SHORT, (_, _, _) -> {});
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(almost(SHORT));
    }
  }

  @Test
  void wakeUpsMayComeWhileItEnds() throws IOException, InterruptedException, ExecutionException {
    CountDownLatch begun = new CountDownLatch(2);
    List<FutureTask<Void>> wakers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      FutureTask<Void> waker =
          new FutureTask<>(
              () -> {
                begun.countDown();
                for (int n = 0; n < 10_000; n++) {
                  poller.wakeup();
                }
                return null;
              });
      wakers.add(waker);
      Thread.ofPlatform().start(waker);
    }
    begun.await();
    poll(LONG);
    poller.close();
    for (FutureTask<Void> waker : wakers) {
      waker.get();
    }
  }

  @Test
  void closingReleasesTheDescriptors() throws IOException {
    assumeThat(DESCRIPTORS).exists();
    Pair pair = tcp();
    int pollers = 50;
    long before = descriptors();
    for (int i = 0; i < pollers; i++) {
      try (Poller each = kind.open()) {
        each.want(pair.near, OP_WRITE, "owner");
        each.poll(LONG, (_, _, _) -> {});
      }
    }
    // Others in this process may have opened something meanwhile, but not as many.
    assertThat(descriptors()).isLessThan(before + pollers / 2);
  }

  private static long descriptors() throws IOException {
    try (var names = Files.list(DESCRIPTORS)) {
      return names.count();
    }
  }

  // Means.

  private List<Report> poll(Duration atMost) throws IOException {
    List<Report> reports = new ArrayList<>();
    poller.poll(
        atMost,
        (channel, operations, owner) -> reports.add(new Report(channel, operations, owner)));
    return reports;
  }

  /// Polls in vain, and answers `atMost` when that took as long, or else how long it took.
  private Duration waited(Duration atMost) throws IOException {
    long begin = System.nanoTime();
    assertThat(poll(atMost)).isEmpty();
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    assertThat(took).isLessThan(atMost.plusSeconds(10));
    return took.compareTo(almost(atMost)) >= 0 ? atMost : took;
  }

  /// The system's clock and ours may differ by as much.
  private static Duration almost(Duration time) {
    return time.minusMillis(1);
  }

  /// What is reported though it is not ready: nothing, but for the poller that does not ask.
  private List<Report> falseAlarm(SelectableChannel channel, int operations, Object owner) {
    return kind == Kind.BUSY ? List.of(new Report(channel, operations, owner)) : List.of();
  }

  private List<Report> onlyReady(
      SelectableChannel ready,
      int operations,
      Object owner,
      SelectableChannel notReady,
      Object otherOwner) {
    List<Report> reports = new ArrayList<>(List.of(new Report(ready, operations, owner)));
    reports.addAll(falseAlarm(notReady, operations, otherOwner));
    return reports;
  }

  private interface Action {
    void run() throws IOException;
  }

  private static void quietly(Action action) {
    try {
      action.run();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /// A connection: the near end is polled, and the far end is the peer's.
  private record Pair(SocketChannel near, SocketChannel far) {
    void say() throws IOException {
      assertThat(far.write(ByteBuffer.allocate(1))).isEqualTo(1);
    }

    /// Reads all there is, a few bytes at least.
    int heard() throws IOException {
      return near.read(ByteBuffer.allocate(100));
    }

    void reset() throws IOException {
      far.setOption(StandardSocketOptions.SO_LINGER, 0);
      far.close();
    }
  }

  private Pair tcp() throws IOException {
    try (ServerSocketChannel listener = listener()) {
      return connect(nonBlocking(SocketChannel.open()), listener);
    }
  }

  private Pair connect(SocketChannel near, ServerSocketChannel listener) throws IOException {
    near.configureBlocking(true);
    near.connect(listener.getLocalAddress());
    near.configureBlocking(false);
    listener.configureBlocking(true);
    return new Pair(near, keep(listener.accept()));
  }

  private ServerSocketChannel listener() throws IOException {
    return nonBlocking(ServerSocketChannel.open().bind(loopback()));
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private <C extends SelectableChannel> C nonBlocking(C channel) throws IOException {
    keep(channel).configureBlocking(false);
    return channel;
  }

  private <C extends Closeable> C keep(C channel) {
    opened.add(channel);
    return channel;
  }
}
