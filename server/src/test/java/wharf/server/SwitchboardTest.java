package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Ports and seats in the clear; what TLS tells apart is in [TlsTest].
@Timeout(60)
class SwitchboardTest {
  private static final InetAddress HERE = Client.HERE;
  private static final InetAddress ELSEWHERE = Client.ELSEWHERE;

  private final Random random = new Random();
  private final AtomicLong skipped = new AtomicLong();
  private final Semaphore woken = new Semaphore(0);
  private final List<Switchboard> boards = new ArrayList<>();

  @AfterEach
  void close() {
    boards.forEach(Switchboard::close);
  }

  private Switchboard board(int low, int high) {
    Switchboard board =
        new Switchboard(
            new PortRange(low, high),
            Entrance.OPEN,
            random,
            () -> System.nanoTime() + skipped.get(),
            System.getLogger("wharf.server"));
    boards.add(board);
    return board;
  }

  private Switchboard.Seat ask(Switchboard board, InetAddress client) throws IOException {
    return board.ask(HERE, client, null, woken::release);
  }

  private static int port(Switchboard.Seat seat) {
    InetSocketAddress at = seat.at();
    assertThat(at).as("it has a port").isNotNull();
    return at == null ? 0 : at.getPort();
  }

  private Switchboard.Arrived arrival(Switchboard.Seat seat) throws InterruptedException {
    Switchboard.Arrived what;
    while ((what = seat.take()) == null) {
      assertThat(woken.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }
    return what;
  }

  private void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      assertThat(woken.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static SocketChannel from(InetAddress client, int port) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.bind(new InetSocketAddress(client, 0));
    channel.connect(new InetSocketAddress(HERE, port));
    return channel;
  }

  /// The first of `count` ports in a row that are free: others may take them meanwhile, so a test
  /// says what it needs free, and tries again elsewhere.
  static int free(int count, Random random) throws IOException {
    while (true) {
      int low = random.nextInt(20_000, 30_000);
      List<ServerSocketChannel> all = new ArrayList<>();
      try {
        for (int i = 0; i < count; i++) {
          ServerSocketChannel one = ServerSocketChannel.open();
          all.add(one);
          one.bind(new InetSocketAddress(HERE, low + i));
        }
        return low;
      } catch (BindException e) {
        // Somebody has one of them: try others.
      } finally {
        for (ServerSocketChannel one : all) {
          one.close();
        }
      }
    }
  }

  @Test
  void eachHasItsOwnPortAsLongAsThereAreAny() throws Exception {
    int low = free(5, random);
    Switchboard board = board(low, low + 4);
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      ports.add(port(ask(board, HERE)));
    }
    assertThat(ports).hasSize(5).allMatch(port -> port >= low && port <= low + 4);
    Switchboard.Seat late = ask(board, HERE);
    assertThat(late.at()).as("one of the same address cannot share").isNull();
    assertThat(ports).contains(port(ask(board, ELSEWHERE)));
  }

  /// A port that is given back is free for whoever waits.
  @Test
  void whoWaitsHasTheNext() throws Exception {
    int only = free(1, random);
    Switchboard board = board(only, only);
    Switchboard.Seat first = ask(board, HERE);
    Switchboard.Seat second = ask(board, HERE);
    Switchboard.Seat third = ask(board, HERE);
    assertThat(second.at()).isNull();
    first.close();
    assertThat(port(second)).isEqualTo(only);
    assertThat(third.at()).isNull();
    SocketChannel client = from(HERE, only);
    arrival(second);
    assertThat(port(third)).as("it is free as soon as the connection is there").isEqualTo(only);
    client.close();
  }

  @Test
  void addressesTellApart() throws Exception {
    int only = free(1, random);
    Switchboard board = board(only, only);
    Switchboard.Seat one = ask(board, HERE);
    Switchboard.Seat other = ask(board, ELSEWHERE);
    // Nobody's comes first: once those who are expected have come, the port is closed.
    try (SocketChannel nobodys = from(InetAddress.ofLiteral("127.0.0.3"), only);
        SocketChannel second = from(ELSEWHERE, only);
        SocketChannel first = from(HERE, only)) {
      assertThat(arrival(one).channel().getRemoteAddress()).isEqualTo(first.getLocalAddress());
      assertThat(arrival(other).channel().getRemoteAddress()).isEqualTo(second.getLocalAddress());
      assertThat(nobodys.socket().getInputStream().read()).as("closed at once").isEqualTo(-1);
    }
  }

  @Test
  void aPortThatNobodyUsesIsGivenBack() throws Exception {
    int only = free(1, random);
    Switchboard board = board(only, only);
    Switchboard.Seat idle = ask(board, HERE);
    Switchboard.Seat second = ask(board, HERE);
    skipped.addAndGet(Switchboard.UNUSED.toNanos());
    await(() -> second.at() != null);
    assertThatThrownBy(() -> idle.use(false)).hasMessageContaining("given back");
    second.use(false);
    skipped.addAndGet(2 * Switchboard.UNUSED.toNanos());
    Switchboard.Seat third = ask(board, HERE);
    third.close();
    assertThat(third.at()).as("one with a transfer keeps it").isNull();
  }

  @Test
  void notTheSamePortAgain() throws Exception {
    int low = free(8, random);
    Switchboard board = board(low, low + 7);
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      Switchboard.Seat seat = ask(board, HERE);
      ports.add(port(seat));
      seat.close();
    }
    assertThat(ports).hasSizeGreaterThan(2);
  }

  @Test
  void whatAnotherProgramHasIsLeftAlone() throws Exception {
    int low = free(2, random);
    try (ServerSocket _ = new ServerSocket(low, 1, HERE)) {
      Switchboard board = board(low, low + 1);
      Switchboard.Seat seat = ask(board, HERE);
      assertThat(port(seat)).isEqualTo(low + 1);
      assertThat(ask(board, HERE).at()).isNull();
    }
  }

  @Test
  void nothingIsLeftOpen() throws Exception {
    int only = free(1, random);
    Switchboard board = board(only, only);
    Switchboard.Seat seat = ask(board, HERE);
    Switchboard.Seat unused = ask(board, ELSEWHERE);
    SocketChannel client = from(ELSEWHERE, only);
    Switchboard.Arrived arrived = arrival(unused);
    arrived.channel().close();
    seat.close();
    board.close();
    assertThatThrownBy(() -> ask(board, HERE)).hasMessageContaining("stopped");
    try (ServerSocket again = new ServerSocket()) {
      again.setReuseAddress(true);
      again.bind(new InetSocketAddress(HERE, only));
    }
    client.close();
  }
}
