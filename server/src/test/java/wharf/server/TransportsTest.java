package wharf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import wharf.protocol.Echo;
import wharf.protocol.Effect;
import wharf.protocol.Event;
import wharf.protocol.Protocol;
import wharf.protocol.Session;
import wharf.protocol.Transport;

/// The square model x transport: the same behaviour under every model, over every transport it
/// means something for. [ServerTest] has what goes over TCP alone, [ProcessesTest] what only
/// processes can suffer.
///
/// Nothing here is decided by how fast something was: what is waited for comes, or the test fails
/// long after it should have.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TransportsTest {
  private static final Duration LONG = Duration.ofSeconds(90);

  /// More than the kernel's buffers of both ends take, in pieces of [#MEBIBYTE].
  private static final int HUGE_PIECES = 64;

  private static final int MEBIBYTE = 1 << 20;

  /// What select(2) can wait on, as it is usually built.
  private static final int SELECT_LIMIT = 1024;

  /// Sessions that select has room for in a process that has little else open.
  private static final int SELECT_IDLE = 950;

  private static final int IDLE = 1500;

  /// The most bytes a datagram over IPv4 may have: 65,535 with its own header and that of IP.
  private static final int LARGEST_DATAGRAM = 65_507;

  private static final InetAddress IPV6 = InetAddress.ofLiteral("::1");

  /// Sessions of these protocols: of one that waits long, of one that does not, and of [Parrot].
  private static final String ECHO = "echo 600000";

  private static final String IMPATIENT = "echo 50";

  private static final String PARROT = "parrot";

  /// Two workers, which share each socket.
  @RegisterExtension static final Host.Elsewhere PROCESSES = Host.Elsewhere.processes("virtual", 2);

  @TempDir Path directory;

  private final Watched echo = new Watched(new Echo(Duration.ofMinutes(10)));
  private ErrorLog log = new ErrorLog();

  /// Tells those who would go on for ever that it is enough.
  private final AtomicBoolean stopped = new AtomicBoolean();

  /// Every model that runs in this process.
  static Stream<ServerModel> every() {
    return ServerModel.all().stream();
  }

  /// Every model there is.
  static Stream<Host> hosts() {
    return Stream.concat(every().map(Host.Here::new), Stream.of(PROCESSES));
  }

  /// Every model over both kinds of stream.
  static Stream<Arguments> streams() {
    return hosts().flatMap(TransportsTest::overStreams);
  }

  /// Those that serve more than one client at a time.
  static Stream<Arguments> sharing() {
    return hosts().filter(TransportsTest::isSharing).flatMap(TransportsTest::overStreams);
  }

  /// The same, each in a process of its own.
  static Stream<Arguments> sharingElsewhere() {
    return Stream.concat(every().map(Host.Elsewhere::of), Stream.of(PROCESSES))
        .filter(TransportsTest::isSharing)
        .flatMap(TransportsTest::overStreams);
  }

  /// Every model that runs in this process, over both kinds of stream.
  static Stream<Arguments> streamsHere() {
    return every().flatMap(TransportsTest::overStreams);
  }

  private static Stream<Arguments> overStreams(Object host) {
    return Stream.of(Transport.TCP, Transport.UNIX).map(over -> arguments(host, over));
  }

  private static boolean isSharing(Host host) {
    return !host.toString().equals(new Iterative().name());
  }

  /// Every model over both versions of IP.
  static Stream<Arguments> addresses() {
    return hosts()
        .flatMap(host -> Stream.of(Client.HERE, IPV6).map(address -> arguments(host, address)));
  }

  @BeforeEach
  void listen() {
    log.close();
    log = new ErrorLog();
  }

  @AfterEach
  void noServerHadAFaultOfItsOwn() {
    stopped.set(true);
    log.close();
    assertThat(log.errors()).extracting(one -> one.getMessage()).isEmpty();
  }

  private Path file() {
    return directory.resolve("s");
  }

  private Server.Options options(ServerModel model, Transport over) {
    Endpoint endpoint = Host.endpoint(over, file());
    return Server.Options.at(List.of(endpoint)).with(model).withSessions(10_000, 10_000);
  }

  /// A server that the test may stop.
  private Service start(Host host, String protocol, Transport over) throws IOException {
    return host.start(protocol, List.of(Host.endpoint(over, file())));
  }

  /// A server that may be met by other tests, too.
  private Service borrow(Host host, String protocol, Transport over) throws IOException {
    return host.borrow(protocol, over, file());
  }

  private Server start(Protocol protocol, ServerModel model, Transport over) throws IOException {
    return Server.start(protocol, options(model, over));
  }

  private SocketAddress address(Server server) {
    return server.addresses().isEmpty()
        ? UnixDomainSocketAddress.of(file())
        : server.addresses().getFirst();
  }

  private Peer peer(Server server) throws IOException {
    return new Peer(address(server));
  }

  private static <T> CompletableFuture<T> meanwhile(Callable<T> work) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return work.call();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        // Of the platform: one that never waits would keep a carrier from the server's own.
        task -> Thread.ofPlatform().daemon().start(task));
  }

  /// Does `work` at once for each number below `count`, and waits for all of it.
  private static void atOnce(int count, Numbered work) throws Exception {
    List<Future<Boolean>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        int number = i;
        all.add(
            threads.submit(
                () -> {
                  work.run(number);
                  return true;
                }));
      }
      for (Future<Boolean> one : all) {
        assertThat(one.get()).isTrue();
      }
    }
  }

  @FunctionalInterface
  private interface Numbered {
    void run(int number) throws Exception;
  }

  private static CompletableFuture<Boolean> writesHuge(Peer peer) {
    byte[] piece = Parrot.content(MEBIBYTE);
    return meanwhile(
        () -> {
          for (int i = 0; i < HUGE_PIECES; i++) {
            peer.writes(piece);
          }
          return true;
        });
  }

  // Streams.

  @ParameterizedTest
  @MethodSource("streams")
  void echoes(Host host, Transport over) throws Exception {
    try (Service service = borrow(host, ECHO, over)) {
      for (int client = 1; client <= 2; client++) {
        try (Peer peer = service.peer(over)) {
          peer.isEchoed((byte) client);
          peer.isEchoed(Parrot.content(4097));
          byte[] big = Parrot.content(MEBIBYTE);
          Future<Boolean> writing =
              meanwhile(
                  () -> {
                    peer.writes(big);
                    return true;
                  });
          assertThat(peer.reads(big.length)).isEqualTo(big);
          assertThat(writing.get()).isTrue();
        }
        service.tally().awaitEnded(1, LONG);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("streams")
  void byteByByte(Host host, Transport over) throws Exception {
    try (Service service = borrow(host, PARROT, over);
        Peer peer = service.peer(over)) {
      peer.hears("hello");
      for (byte one : "echo ü\nlater b\n".getBytes(UTF_8)) {
        peer.writes(one);
      }
      peer.hears("ü");
      peer.hears("done b");
    }
    try (Service service = borrow(host, ECHO, over);
        Peer peer = service.peer(over)) {
      for (int i = 0; i < 200; i++) {
        peer.isEchoed((byte) i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sharing")
  void manyClients(Host host, Transport over) throws Exception {
    try (Service service = borrow(host, ECHO, over)) {
      atOnce(
          100,
          number -> {
            byte[] mine = ("" + (char) ('!' + number)).repeat(2000).getBytes(UTF_8);
            try (Peer peer = service.peer(over)) {
              for (int round = 0; round < 20; round++) {
                peer.isEchoed(mine);
              }
            }
          });
      service.tally().awaitEnded(100, LONG);
    }
  }

  /// Everything a session may ask for that a Unix-domain socket has; what it has not is refused.
  @ParameterizedTest
  @MethodSource("sharing")
  void aDialogue(Host host, Transport over) throws Exception {
    try (Service service = borrow(host, PARROT, over);
        Peer peer = service.peer(over);
        Peer other = service.peer(over)) {
      peer.hears("hello");
      other.hears("hello");
      peer.says("task io\nlater a\necho b");
      peer.hears("failed weather");
      peer.hears("done a");
      peer.hears("b");
      if (over == Transport.UNIX) {
        peer.says("listen\nget 10");
        assertThat(peer.line()).startsWith("failed a client over a Unix-domain socket");
        peer.hears("ended PEER_FAILED 0 0");
      }
      other.says("flood 500\nquit");
      String line = "x".repeat(999);
      for (int i = 0; i < 500; i++) {
        other.hears(line);
      }
      other.hears("bye");
      other.hearsTheEnd();
      peer.says("arm 20");
      peer.hears("expired");
      peer.hearsTheEnd();
    }
  }

  /// Who does not read its echo is not read from; all others are.
  @ParameterizedTest
  @MethodSource("sharing")
  void aSlowReaderHoldsUpNobody(Host host, Transport over) throws Exception {
    try (Service service = borrow(host, ECHO, over);
        Peer slow = service.peer(over)) {
      Future<Boolean> writing = writesHuge(slow);
      // Of several one is served by whoever serves the slow one.
      atOnce(
          6,
          number -> {
            try (Peer fast = service.peer(over)) {
              for (int i = 0; i < 100; i++) {
                fast.isEchoed(Parrot.content(1000 + number + i));
              }
            }
          });
      assertThat(writing.isDone()).as("all is taken of who reads nothing").isFalse();
      byte[] piece = Parrot.content(MEBIBYTE);
      for (int i = 0; i < HUGE_PIECES; i++) {
        assertThat(slow.reads(MEBIBYTE)).isEqualTo(piece);
      }
      assertThat(writing.get()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("streams")
  void whoEndsItsHalfHearsTheAnswers(Host host, Transport over) throws Exception {
    try (Service service = borrow(host, ECHO, over);
        Peer peer = service.peer(over)) {
      byte[] content = Parrot.content(50_000);
      peer.writes(content);
      peer.channel.shutdownOutput();
      assertThat(peer.all()).isEqualTo(content);
      service.tally().awaitEnded(1, LONG);
    }
  }

  @ParameterizedTest
  @MethodSource("streams")
  void whoVanishesIsGone(Host host, Transport over) throws Exception {
    try (Service service = start(host, ECHO, over)) {
      Peer silent = service.peer(over);
      service.tally().awaitBegun(1, LONG);
      silent.vanishes();
      service.tally().awaitEnded(1, LONG);

      Peer deaf = service.peer(over);
      deaf.writes(Parrot.content(1000));
      service.tally().awaitBegun(1, LONG);
      deaf.vanishes();
      service.tally().awaitEnded(1, LONG);

      Peer flooding = service.peer(over);
      CompletableFuture<Boolean> writing = writesHuge(flooding);
      assertThat(flooding.reads(MEBIBYTE)).hasSize(MEBIBYTE);
      flooding.vanishes();
      assertThatThrownBy(writing::get).as("what it still writes").isNotNull();
      service.tally().awaitEnded(1, LONG);

      assertThat(service.stop()).as("nobody is left").isTrue();
      assertThat(service.tally().open).hasValue(0);
    }
  }

  @ParameterizedTest
  @MethodSource("streams")
  void whoSaysNothingIsSentAway(Host host, Transport over) throws Exception {
    try (Service service = borrow(host, IMPATIENT, over);
        Peer first = service.peer(over);
        Peer second = service.peer(over)) {
      first.hearsTheEnd();
      first.vanishes();
      second.hearsTheEnd();
      second.vanishes();
      service.tally().awaitEnded(2, LONG);
    }
  }

  /// Some talk without a pause, some come and go: the stop ends them all, and nobody comes after.
  @ParameterizedTest
  @MethodSource("sharing")
  void stopUnderLoad(Host host, Transport over) throws Exception {
    List<Future<Boolean>> clients = new ArrayList<>();
    try (Service service = start(host, ECHO, over)) {
      SocketAddress at = service.at(over);
      for (int i = 0; i < 20; i++) {
        clients.add(meanwhile(() -> talks(at)));
        clients.add(meanwhile(() -> comesAndGoes(at)));
      }
      service.tally().awaitBegun(100, LONG);
      assertThat(service.stop()).as("in peace").isTrue();
      assertThat(service.tally().open).as("sessions that were not told of their end").hasValue(0);
      stopped.set(true);
      assertThatThrownBy(() -> new Peer(at).close())
          .as("a client that comes after")
          .isInstanceOf(IOException.class);
      for (Future<Boolean> client : clients) {
        assertThat(client.get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  /// Also who is accepted in the very moment of the stop is told of the end before that returns.
  @ParameterizedTest
  @MethodSource("streamsHere")
  void whoComesInTheLastMomentIsNotForgotten(ServerModel model, Transport over) throws Exception {
    for (int i = 0; i < 20; i++) {
      Watched watched = new Watched(new Echo(LONG));
      stopped.set(false);
      Server server = start(watched, model, over);
      SocketAddress at = address(server);
      Future<Boolean> one = meanwhile(() -> comesAndGoes(at));
      Future<Boolean> other = meanwhile(() -> comesAndGoes(at));
      watched.awaitBegun(3, LONG);
      server.stop(LONG);
      stopped.set(true);
      assertThat(watched.open).as("sessions that were not told of their end").hasValue(0);
      assertThat(one.get()).isTrue();
      assertThat(other.get()).isTrue();
    }
  }

  private static boolean talks(SocketAddress to) {
    byte[] word = Parrot.content(500);
    try (Peer peer = new Peer(to)) {
      do {
        peer.writes(word);
      } while (peer.reads(word.length).length == word.length);
    } catch (IOException e) {
      // Broken off in the middle of a word: it ends as one that hears the end.
      return true;
    }
    return true;
  }

  private boolean comesAndGoes(SocketAddress to) {
    while (!stopped.get()) {
      try (Peer peer = new Peer(to)) {
        peer.writes((byte) 1);
        peer.reads(1);
      } catch (IOException e) {
        // It came when the server went.
        return true;
      }
    }
    return true;
  }

  /// In a process of its own, which then has more descriptors open than select(2) has bits for.
  /// With select itself there are as many idle ones as fit, and who comes when it is full is told
  /// so.
  @ParameterizedTest
  @MethodSource("sharingElsewhere")
  void aFewAmongManyIdle(Host host, Transport over) throws Exception {
    boolean select = host.toString().equals("select");
    int active = 20;
    List<Peer> idlers = new ArrayList<>();
    try (Service service = start(host, PARROT, over)) {
      int idle = select ? SELECT_IDLE : IDLE * service.processes();
      var system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      assertThat(system.getMaxFileDescriptorCount())
          .as("descriptors that a process may open; raise the limit: ulimit -Hn")
          .isGreaterThan(idle + 500);
      for (int i = 0; i < idle; i++) {
        Peer idler = service.peer(over);
        idlers.add(idler);
        idler.hears("hello");
      }
      assertThat(idlers)
          .as("some process has more than select could")
          .anyMatch(idler -> select || Held.of(task(idler, "held")).descriptors() > SELECT_LIMIT);
      atOnce(
          active,
          number -> {
            for (int round = 0; round < 20; round++) {
              try (Peer peer = service.peer(over)) {
                peer.hears("hello");
                String mine = number + " in " + round;
                peer.says("echo " + mine);
                peer.hears(mine);
                assertThat(task(peer, "later " + mine)).isEqualTo(mine);
              }
            }
          });
      if (select) {
        fillsUp(service, over, idlers);
      }
      for (Peer idler : idlers) {
        idler.says("echo still here");
        idler.hears("still here");
      }
      assertThat(service.stop()).isTrue();
      for (Peer idler : idlers) {
        idler.hears("stopping");
        idler.hearsTheEnd();
      }
    } finally {
      for (Peer idler : idlers) {
        idler.close();
      }
    }
  }

  /// What is answered to a task.
  private static String task(Peer peer, String task) {
    try {
      peer.says(task);
      String answer = peer.line();
      assertThat(answer).startsWith("done ");
      return answer.substring("done ".length());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void fillsUp(Service service, Transport over, List<Peer> inside)
      throws IOException {
    String answer = "hello";
    while (answer.equals("hello")) {
      assertThat(inside).hasSizeLessThan(SELECT_LIMIT);
      Peer next = service.peer(over);
      inside.add(next);
      answer = next.line();
    }
    assertThat(answer).isEqualTo("TOO_MANY_SESSIONS");
    try (Peer refused = inside.removeLast()) {
      refused.hearsTheEnd();
    }
  }

  // Unix-domain sockets.

  static Stream<ServerModel> sharingModels() {
    return every().filter(model -> !(model instanceof Iterative));
  }

  /// As over TCP: who cannot be accepted waits, who is inside is served.
  @ParameterizedTest
  @MethodSource("sharingModels")
  void exhaustionIsWeatherHereToo(ServerModel model) throws Exception {
    try (ParrotProcess process =
        new ParrotProcess(directory, 90, model.name(), file().toString())) {
      process.awaitPort();
      process.outlivesExhaustion(UnixDomainSocketAddress.of(file()), LONG);
      assertThat(file()).doesNotExist();
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void theFileIsItsOwnersAloneAndGoesWithTheServer(ServerModel model) throws Exception {
    Server server = start(echo, model, Transport.UNIX);
    assertThat(mode()).isEqualTo("rw-------");
    assertThat(directory).as("no other file is left").isDirectoryNotContaining("glob:**/.*");
    assertThat(server.addresses()).isEmpty();
    server.close();
    assertThat(file()).doesNotExist();
  }

  private String mode() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file()));
  }

  private Server.Options unix(String mode) {
    Endpoint.Unix at = new Endpoint.Unix(file(), PosixFilePermissions.fromString(mode), null);
    return Server.Options.at(List.of(at));
  }

  @Test
  void theFileHasTheModeAskedFor() throws Exception {
    Server server = Server.start(echo, unix("rw-rw----"));
    assertThat(mode()).isEqualTo("rw-rw----");
    server.close();
    try (Server open = Server.start(echo, unix("rw-rw-rw-"));
        Peer peer = peer(open)) {
      assertThat(mode()).isEqualTo("rw-rw-rw-");
      peer.isEchoed((byte) 1);
    }
  }

  @Test
  void theOwnerIsWhoeverIsAskedFor() throws Exception {
    String me = Files.getOwner(directory).getName();
    Endpoint.Unix mine = new Endpoint.Unix(file(), Endpoint.Unix.OWNER_ONLY, me);
    try (Server server = Server.start(echo, Server.Options.at(List.of(mine)));
        Peer peer = peer(server)) {
      assertThat(Files.getOwner(file()).getName()).isEqualTo(me);
      peer.isEchoed((byte) 1);
    }
    Endpoint.Unix nobodys =
        new Endpoint.Unix(file(), Endpoint.Unix.OWNER_ONLY, "there-is-nobody-of-this-name");
    assertThatThrownBy(() -> Server.start(echo, Server.Options.at(List.of(nobodys))).close())
        .isInstanceOf(Server.CannotListen.class)
        .hasMessage(
            "cannot listen at " + file() + ": there is no user 'there-is-nobody-of-this-name'");
    assertThat(directory).as("what is left").isEmptyDirectory();
  }

  @Test
  void whereAnotherListensNobodyElseDoes() throws Exception {
    try (Server server = start(echo, new Virtual(), Transport.UNIX)) {
      assertThatThrownBy(() -> start(echo, new Virtual(), Transport.UNIX).close())
          .isInstanceOf(Server.CannotListen.class)
          .hasMessage("cannot listen at " + file() + ": another program listens there");
      try (Peer peer = peer(server)) {
        peer.isEchoed((byte) 1);
      }
    }
  }

  @Test
  void aFileThatIsNoSocketIsLeftAlone() throws Exception {
    Files.writeString(file(), "mine");
    assertThatThrownBy(() -> start(echo, new Virtual(), Transport.UNIX).close())
        .isInstanceOf(Server.CannotListen.class)
        .hasMessage("cannot listen at " + file() + ": it is not a socket");
    assertThat(file()).hasContent("mine");
  }

  /// The next server need not wait for the sessions of the last, and keeps its file when they end.
  @ParameterizedTest
  @MethodSource("sharingModels")
  void theFileIsTheNextServersWhileTheLastSessionsEnd(ServerModel model) throws Exception {
    Parrot parrot = new Parrot();
    try (Server last = start(parrot, model, Transport.UNIX);
        Peer busy = peer(last);
        Peer idle = peer(last)) {
      busy.hears("hello");
      idle.hears("hello");
      busy.says("block");
      Future<Boolean> stop = meanwhile(() -> last.stop(LONG));
      idle.hears("stopping");
      assertThat(file()).doesNotExist();
      try (Server next = start(echo, model, Transport.UNIX)) {
        parrot.gate.countDown();
        busy.channel.close();
        assertThat(stop.get()).isTrue();
        try (Peer peer = peer(next)) {
          peer.isEchoed((byte) 1);
        }
      }
    }
    assertThat(file()).doesNotExist();
  }

  /// All clients of this machine are one address, which so is none.
  @ParameterizedTest
  @MethodSource("sharingModels")
  void onlyTheLimitOfAllApplies(ServerModel model) throws Exception {
    Server.Options options = options(model, Transport.UNIX).withSessions(5, 1);
    List<Peer> peers = new ArrayList<>();
    try (Server server = Server.start(new Parrot(), options)) {
      for (int i = 0; i < 5; i++) {
        Peer peer = peer(server);
        peers.add(peer);
        peer.hears("hello");
      }
      try (Peer sixth = peer(server)) {
        sixth.hears("TOO_MANY_SESSIONS");
        sixth.hearsTheEnd();
      }
    } finally {
      for (Peer peer : peers) {
        peer.close();
      }
    }
  }

  // Both versions of IP.

  @ParameterizedTest
  @MethodSource("addresses")
  void overBothVersionsOfIp(Host host, InetAddress address) throws Exception {
    assumeReachable(address);
    InetSocketAddress any = new InetSocketAddress(address, 0);
    List<Endpoint> both = List.of(new Endpoint.Tcp(any), new Endpoint.Udp(any));
    try (Service service = host.start(ECHO, both);
        Peer peer = service.peer(Transport.TCP);
        DatagramSocket client = client(address)) {
      assertThat(service.addresses()).hasSize(2).allMatch(at -> at.getAddress().equals(address));
      peer.isEchoed(Parrot.content(1000));
      byte[] datagram = Parrot.content(1400);
      assertThat(answer(client, service.at(Transport.UDP), datagram)).isEqualTo(datagram);
    }
  }

  private static void assumeReachable(InetAddress address) {
    try (DatagramSocket socket = new DatagramSocket(0, address)) {
      assumeThat(socket.isBound()).isTrue();
    } catch (SocketException e) {
      assumeThat(e).as("%s is an address of this machine", address).isNull();
    }
  }

  // Datagrams.

  private static DatagramSocket client(InetAddress address) throws IOException {
    DatagramSocket client = new DatagramSocket(0, address);
    client.setSoTimeout((int) LONG.toMillis());
    return client;
  }

  private static byte[] heard(DatagramSocket client) throws IOException {
    DatagramPacket answer = new DatagramPacket(new byte[1 << 16], 1 << 16);
    client.receive(answer);
    return Arrays.copyOf(answer.getData(), answer.getLength());
  }

  private static byte[] answer(DatagramSocket client, SocketAddress to, byte... datagram)
      throws IOException {
    client.send(new DatagramPacket(datagram, datagram.length, to));
    return heard(client);
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void datagramsComeBackWhole(Host host) throws Exception {
    for (String protocol : List.of(ECHO, PARROT)) {
      try (Service service = start(host, protocol, Transport.UDP);
          DatagramSocket client = client(Client.HERE)) {
        for (int size : new int[] {0, 1, 1400, LARGEST_DATAGRAM, 0, 2}) {
          byte[] datagram = Parrot.content(size);
          assertThat(answer(client, service.at(Transport.UDP), datagram)).isEqualTo(datagram);
        }
        InetSocketAddress at = service.addresses().getFirst();
        assertThat(service.stop()).isTrue();
        service.tally().awaitEnded(service.processes(), LONG);
        new DatagramSocket(at).close();
      }
    }
  }

  private static final byte[] FLEETING = new byte[9];

  @ParameterizedTest
  @MethodSource("hosts")
  void manySenders(Host host) throws Exception {
    try (Service service = start(host, ECHO, Transport.UDP)) {
      for (int i = 0; i < 20; i++) {
        // Gone before it can be answered: what comes of that is nobody else's concern.
        try (DatagramSocket fleeting = client(Client.HERE)) {
          fleeting.send(new DatagramPacket(FLEETING, FLEETING.length, service.at(Transport.UDP)));
        }
      }
      atOnce(
          50,
          number -> {
            try (DatagramSocket client = client(Client.HERE)) {
              for (int round = 0; round < 20; round++) {
                byte[] mine = {(byte) number, (byte) round};
                byte[] heard = answer(client, service.at(Transport.UDP), mine);
                while (heard.length == FLEETING.length) {
                  // The port of one that is gone may be given again, before its answer comes.
                  heard = heard(client);
                }
                assertThat(heard).isEqualTo(mine);
              }
            }
          });
      service.tally().awaitBegun(service.processes(), LONG);
      assertThat(service.tally().open).as("one session for all").hasValue(service.processes());
      assertThat(service.stop()).isTrue();
      assertThat(service.tally().open).hasValue(0);
    }
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void stopUnderDatagrams(Host host) throws Exception {
    List<Future<Boolean>> senders = new ArrayList<>();
    try (Service service = start(host, ECHO, Transport.UDP)) {
      SocketAddress at = service.at(Transport.UDP);
      try (DatagramSocket client = client(Client.HERE)) {
        assertThat(answer(client, at, (byte) 1)).hasSize(1);
      }
      for (int i = 0; i < 4; i++) {
        senders.add(
            meanwhile(
                () -> {
                  try (DatagramSocket client = client(Client.HERE)) {
                    while (!stopped.get()) {
                      client.send(new DatagramPacket(new byte[1000], 1000, at));
                    }
                    return true;
                  }
                }));
      }
      assertThat(service.stop()).isTrue();
      stopped.set(true);
      for (Future<Boolean> sender : senders) {
        assertThat(sender.get()).isTrue();
      }
      service.tally().awaitEnded(service.processes(), LONG);
    }
  }

  /// Sends what it is asked to: "size N" a datagram of N bytes to who asks, "shout PORT" a word to
  /// all of this machine's network; and tells what could not be sent.
  private static final class Caller implements Protocol {
    @Override
    public Set<Transport> transports() {
      return Set.of(Transport.UDP);
    }

    @Override
    public byte[] refusal(Refusal why) {
      return new byte[0];
    }

    @Override
    public Session open() {
      return new Call();
    }
  }

  private static final class Call implements Session {
    private static final InetAddress EVERYBODY = InetAddress.ofLiteral("127.255.255.255");

    private InetSocketAddress asking = new InetSocketAddress(0);

    @Override
    public List<Effect> on(Event event) {
      return switch (event) {
        case Event.Datagram(InetSocketAddress sender, ByteBuffer bytes, _) -> {
          asking = sender;
          String[] words = UTF_8.decode(bytes).toString().split(" ", -1);
          int number = Integer.parseInt(words[1]);
          yield List.of(
              words[0].equals("size")
                  ? new Effect.SendTo(ByteBuffer.allocate(number), sender)
                  : new Effect.SendTo(
                      UTF_8.encode("to all"), new InetSocketAddress(EVERYBODY, number)));
        }
        case Event.Failed(Effect.SendTo _, IOException _) ->
            List.of(new Effect.SendTo(UTF_8.encode("failed"), asking));
        case Event.Stopping _ -> List.of(new Effect.Close());
        default -> List.of();
      };
    }
  }

  private static String asked(DatagramSocket client, Server server, String what)
      throws IOException {
    return new String(answer(client, server.addresses().getFirst(), what.getBytes(UTF_8)), UTF_8);
  }

  @ParameterizedTest
  @MethodSource("every")
  void whatIsTooLongToSendFails(ServerModel model) throws Exception {
    Watched caller = new Watched(new Caller());
    try (Server server = start(caller, model, Transport.UDP);
        DatagramSocket client = client(Client.HERE)) {
      assertThat(asked(client, server, "size " + LARGEST_DATAGRAM)).hasSize(LARGEST_DATAGRAM);
      assertThat(caller.failures).isEmpty();
      assertThat(asked(client, server, "size " + (LARGEST_DATAGRAM + 1))).isEqualTo("failed");
      assertThat(asked(client, server, "size 1000000")).isEqualTo("failed");
      // More than may ever wait to be sent.
      assertThat(asked(client, server, "size 5000000")).isEqualTo("failed");
      assertThat(caller.failures).hasSize(3);
      assertThat(asked(client, server, "size 7")).hasSize(7);
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void shoutingIsAllowedOrNot(ServerModel model) throws Exception {
    Server.Options options = options(model, Transport.UDP);
    Server.Options loud = options.with(SocketSettings.USUAL.withBroadcast(true));
    Watched caller = new Watched(new Caller());
    try (DatagramChannel everybody = DatagramChannel.open(StandardProtocolFamily.INET)) {
      everybody.bind(new InetSocketAddress(0));
      DatagramSocket hearer = everybody.socket();
      hearer.setSoTimeout((int) LONG.toMillis());
      String shout = "shout " + hearer.getLocalPort();
      try (Server server = Server.start(caller, options);
          DatagramSocket client = client(Client.HERE)) {
        assertThat(asked(client, server, shout)).isEqualTo("failed");
        assertThat(caller.failures.remove()).hasMessageContaining("ermission");
      }
      try (Server server = Server.start(caller, loud);
          DatagramSocket client = client(Client.HERE)) {
        byte[] ask = shout.getBytes(UTF_8);
        client.send(new DatagramPacket(ask, ask.length, address(server)));
        assertThat(new String(heard(hearer), UTF_8)).isEqualTo("to all");
        assertThat(caller.failures).isEmpty();
      }
    }
  }

  /// All endpoints of one server are served, whatever they are.
  @ParameterizedTest
  @MethodSource("hosts")
  void allTransportsAtOnce(Host host) throws Exception {
    InetSocketAddress any = new InetSocketAddress(Client.HERE, 0);
    List<Endpoint> all =
        List.of(new Endpoint.Tcp(any), new Endpoint.Udp(any), new Endpoint.Unix(file()));
    try (Service service = host.start(ECHO, all);
        Peer overTcp = service.peer(Transport.TCP);
        Peer overUnix = service.peer(Transport.UNIX);
        DatagramSocket client = client(Client.HERE)) {
      overTcp.isEchoed((byte) 1);
      overUnix.isEchoed((byte) 2);
      assertThat(answer(client, service.at(Transport.UDP), (byte) 3)).containsExactly(3);
      assertThat(service.addresses().stream().map(InetSocketAddress::getPort).distinct())
          .hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"UDP", "UNIX"})
  void aProtocolIsNotSpokenOverWhatItDoesNotKnow(Transport over) {
    Protocol onlyTcp =
        new Protocol() {
          @Override
          public Session open() {
            throw new AssertionError("nobody can have come");
          }

          @Override
          public byte[] refusal(Refusal why) {
            throw new AssertionError("nobody can have come");
          }
        };
    assertThatThrownBy(() -> start(onlyTcp, new Virtual(), over).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not spoken over " + over);
    assertThat(directory).isEmptyDirectory();
  }
}
