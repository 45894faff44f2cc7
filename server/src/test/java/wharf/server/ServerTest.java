package wharf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import wharf.protocol.Protocol.Refusal;

/// One behaviour, every model: a real server on this machine, with the smallest of protocols.
///
/// Nothing here is decided by how fast something was: what is waited for comes, or the test fails
/// long after it should have.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ServerTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  /// More than the kernel's buffers of both ends take.
  private static final int HUGE = 64 << 20;

  @TempDir Path directory;

  private final Logger logger = Logger.getLogger("wharf.server");
  private final ConcurrentLinkedQueue<LogRecord> logged = new ConcurrentLinkedQueue<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord record) {
          logged.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };
  private Parrot parrot = new Parrot();

  static Stream<ServerModel> every() {
    return ServerModel.all().stream();
  }

  /// Those that serve more than one client at a time.
  static Stream<ServerModel> models() {
    return every().filter(model -> !(model instanceof Iterative));
  }

  @BeforeEach
  void listen() {
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
  }

  @AfterEach
  void unlisten() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
  }

  private static Server.Options options(ServerModel model) {
    return Server.Options.at(new InetSocketAddress(Client.HERE, 0)).with(model);
  }

  private Server start(ServerModel model) throws IOException {
    return Server.start(parrot, options(model));
  }

  private List<LogRecord> errors() {
    return logged.stream().filter(one -> one.getLevel().equals(Level.SEVERE)).toList();
  }

  private void awaitHeard(String what) throws InterruptedException {
    String next;
    do {
      next = parrot.heard.poll(LONG.toSeconds(), TimeUnit.SECONDS);
      assertThat(next).as("waiting for: %s", what).isNotNull();
    } while (!what.equals(next));
  }

  /// Less than what 40,000 bytes take at 100,000 a second but for the first portion, in
  /// nanoseconds.
  private static final long MANY_PORTIONS = 340_000_000;

  @ParameterizedTest
  @MethodSource("models")
  void aDialogue(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server);
        Client other = Client.of(server)) {
      client.says("echo a");
      client.hears("a");
      other.says("echo b", "echo c", "later d", "echo e");
      for (String answer : List.of("b", "c", "done d", "e")) {
        other.hears(answer);
      }
      for (byte b : "echo ü\n".getBytes(UTF_8)) {
        client.socket.getOutputStream().write(b);
      }
      client.hears("ü");
      String big = "x".repeat(100_000);
      client.says("echo " + big);
      client.hears(big);
      client.says("quit");
      client.hears("bye");
      client.hearsTheEnd();
      other.says("echo still here");
      other.hears("still here");
    }
    assertThat(errors()).isEmpty();
  }

  /// The textbook's first server: the next one waits at the door, and is not forgotten.
  @Test
  void oneAfterTheOther() throws Exception {
    try (Server server = start(new Iterative());
        Client first = Client.of(server);
        Client second = new Client(server.addresses().getFirst().getPort())) {
      second.says("echo mine");
      first.says("echo a");
      first.hears("a");
      assertThat(second.waiting()).as("what the second has heard, in bytes").isZero();
      first.says("quit");
      first.hears("bye");
      first.socket.close();
      second.hears("hello");
      second.hears("mine");
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void aClientThatEndsItsHalfHearsTheAnswers(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("echo a", "echo b");
      client.socket.shutdownOutput();
      client.hears("a");
      client.hears("b");
      client.hearsTheEnd();
      awaitHeard("gone");
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void aClientThatBreaksOffIsGone(ServerModel model) throws Exception {
    try (Server server = start(model)) {
      Client client = Client.of(server);
      client.breaksOff();
      awaitHeard("gone");
      assertThat(server.stop(LONG)).isTrue();
    }
    assertThat(errors()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("every")
  void timePasses(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("arm 600000", "arm 20", "echo armed");
      client.hears("armed");
      client.hears("expired");
      client.hearsTheEnd();
    }
  }

  /// Who does not read fills its own buffers, not the server's.
  @ParameterizedTest
  @MethodSource("models")
  void floodsWaitForTheReader(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server);
        Client other = Client.of(server)) {
      int lines = HUGE / 1000;
      client.says("flood " + lines, "echo end");
      for (int i = 0; i < 100; i++) {
        other.says("echo " + i);
        other.hears("" + i);
      }
      assertThat(parrot.flooded.get()).isLessThan(lines / 2);
      String line = "x".repeat(999);
      for (int i = 0; i < lines; i++) {
        client.hears(line);
      }
      client.hears("end");
    }
  }

  /// The same without drains: then it is not listened to any more.
  @ParameterizedTest
  @MethodSource("every")
  void whoDoesNotReadIsNotListenedTo(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      String big = "x".repeat(500_000);
      int count = HUGE / big.length();
      Future<?> writer =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int i = 0; i < count; i++) {
                    client.says("echo " + big);
                  }
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      for (int i = 0; i < count; i++) {
        client.hears(big);
      }
      writer.get();
    }
  }

  /// Closing with unread input would reset the connection, and lose what was said last.
  @ParameterizedTest
  @MethodSource("every")
  void theLastWordIsHeard(ServerModel model) throws Exception {
    try (Server server = start(model)) {
      for (int i = 0; i < 20; i++) {
        try (Client client = Client.of(server)) {
          client.says("echo " + "x".repeat(10_000), "quit", "y".repeat(200_000));
          client.hears("x".repeat(10_000));
          client.hears("bye");
          client.hearsTheEnd();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void beyondTheLimitsNobodyIsLetIn(ServerModel model) throws Exception {
    try (Server server = Server.start(parrot, options(model).withSessions(3, 2));
        Client first = Client.of(server);
        Client second = Client.of(server)) {
      int port = server.addresses().getFirst().getPort();
      try (Client third = new Client(port)) {
        third.hears("TOO_MANY_FROM_ADDRESS");
        third.hearsTheEnd();
      }
      try (Client third = new Client(Client.ELSEWHERE, port);
          Client fourth = new Client(Client.ELSEWHERE, port)) {
        third.hears("hello");
        fourth.hears("TOO_MANY_SESSIONS");
        fourth.hearsTheEnd();
        second.says("quit");
        second.hears("bye");
        second.hearsTheEnd();
      }
      first.says("echo a");
      first.hears("a");
      // A place is free as soon as a session has ended, which is soon after its client knows.
      String answer;
      long until = System.nanoTime() + LONG.toNanos();
      do {
        try (Client next = new Client(port)) {
          answer = next.line();
        }
      } while (!answer.equals("hello") && System.nanoTime() < until);
      assertThat(answer).isEqualTo("hello");
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void theGuardTurnsAwayByAddress(ServerModel model) throws Exception {
    Entrance guarded =
        new Entrance(from -> from.equals(Client.ELSEWHERE) ? Refusal.NOT_FROM_ADDRESS : null);
    try (Server server = Server.start(parrot, options(model).with(guarded));
        Client denied = new Client(Client.ELSEWHERE, server.addresses().getFirst().getPort());
        Client client = Client.of(server)) {
      denied.hears("NOT_FROM_ADDRESS");
      denied.hearsTheEnd();
      client.says("echo a");
      client.hears("a");
    }
    assertThat(errors()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("every")
  void passiveBothWays(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      for (int size : new int[] {0, 1, 5_000_000}) {
        byte[] content = Parrot.content(size);
        int port = client.listens();
        client.says("get " + size);
        try (Client data = new Client(port)) {
          assertThat(data.all()).isEqualTo(content);
        }
        client.hears("ended SENT " + size + " 0");
        port = client.listens();
        try (Client data = new Client(port)) {
          // The connection may be there before it is asked for.
          client.says("put");
          data.socket.getOutputStream().write(content);
        }
        client.hears("ended FIN " + size + " " + Parrot.crc(content));
      }
    }
    assertThat(errors()).isEmpty();
  }

  /// A transfer that is throttled takes its time, which is no stall; the client is heard meanwhile,
  /// and may break it off.
  @ParameterizedTest
  @MethodSource("every")
  void aThrottledTransferTakesItsTime(ServerModel model) throws Exception {
    byte[] content = Parrot.content(40_000);
    try (Server server = start(model);
        Client client = Client.of(server)) {
      // Portions of 5,000 bytes, 50 ms apart, and less patience than there are portions.
      client.says("limits 5000 150 100000");
      int port = client.listens();
      long begun = System.nanoTime();
      client.says("get 40000");
      try (Client data = new Client(port)) {
        assertThat(data.some(1)).hasSize(1);
        client.says("echo meanwhile");
        client.hears("meanwhile");
        assertThat(data.all()).hasSize(39_999);
      }
      client.hears("ended SENT 40000 0");
      assertThat(System.nanoTime() - begun).isGreaterThan(MANY_PORTIONS);

      port = client.listens();
      begun = System.nanoTime();
      try (Client data = new Client(port)) {
        client.says("put");
        data.socket.getOutputStream().write(content);
      }
      client.hears("ended FIN 40000 " + Parrot.crc(content));
      assertThat(System.nanoTime() - begun).isGreaterThan(MANY_PORTIONS);

      client.says("limits 5000 150 1");
      port = client.listens();
      client.says("get 40000");
      try (Client data = new Client(port)) {
        assertThat(data.some(1)).hasSize(1);
        client.says("abort");
        assertThat(client.line()).startsWith("ended ABORTED 64 ");
      }
    }
    assertThat(errors()).isEmpty();
  }

  /// Turns that come late have the next one due at once: that it goes on is not forgotten.
  @ParameterizedTest
  @MethodSource("every")
  void aFastThrottleHoldsNothingUp(ServerModel model) throws Exception {
    int size = 48 << 20;
    byte[] content = Parrot.content(size);
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("limits 60000 60000 1000000000");
      int port = client.listens();
      client.says("get " + size);
      try (Client data = new Client(port)) {
        assertThat(data.all()).isEqualTo(content);
      }
      client.hears("ended SENT " + size + " 0");
      port = client.listens();
      try (Client data = new Client(port)) {
        client.says("put");
        data.socket.getOutputStream().write(content);
      }
      client.hears("ended FIN " + size + " " + Parrot.crc(content));
    }
    assertThat(errors()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("every")
  void activeBothWays(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server);
        ServerSocket listener = new ServerSocket(0, 1, Client.HERE)) {
      for (int size : new int[] {0, 1, 5_000_000}) {
        byte[] content = Parrot.content(size);
        client.says("dial " + listener.getLocalPort() + " get " + size);
        try (Socket data = listener.accept();
            InputStream input = data.getInputStream()) {
          assertThat(data.getInetAddress()).isEqualTo(Client.HERE);
          assertThat(input.readAllBytes()).isEqualTo(content);
        }
        client.hears("ended SENT " + size + " 0");
        client.says("dial " + listener.getLocalPort() + " put");
        try (Socket data = listener.accept()) {
          data.getOutputStream().write(content);
        }
        client.hears("ended FIN " + size + " " + Parrot.crc(content));
      }
      int nobody;
      try (ServerSocket gone = new ServerSocket(0, 1, Client.HERE)) {
        nobody = gone.getLocalPort();
      }
      client.says("dial " + nobody + " get 10");
      client.hears("ended PEER_FAILED 0 0");
    }
    assertThat(errors()).isEmpty();
  }

  /// A listener that no transfer used is closed, whatever came instead.
  @ParameterizedTest
  @MethodSource("every")
  void noPortIsLost(ServerModel model) throws Exception {
    int only;
    try (ServerSocket free = new ServerSocket(0, 1, Client.HERE)) {
      only = free.getLocalPort();
    }
    try (Server server = Server.start(parrot, options(model).with(new PortRange(only, only)));
        ServerSocket listener = new ServerSocket(0, 1, Client.HERE)) {
      for (int i = 0; i < 3; i++) {
        try (Client client = Client.of(server)) {
          assertThat(client.listens()).isEqualTo(only);
          assertThat(client.listens()).as("the one before is closed").isEqualTo(only);
          client.says("dial " + listener.getLocalPort() + " get 1");
          listener.accept().close();
          assertThat(client.line()).startsWith("ended ");
          assertThat(client.listens()).as("another way was taken").isEqualTo(only);
          client.says("quit");
          client.hears("bye");
          client.hearsTheEnd();
        }
      }
    }
  }

  /// Sessions of several addresses are at one port at once; the second of one address waits.
  @ParameterizedTest
  @MethodSource("models")
  void fewPortsAreShared(ServerModel model) throws Exception {
    int only = SwitchboardTest.free(1, new Random());
    try (Server server = Server.start(parrot, options(model).with(new PortRange(only, only)));
        Client one = Client.of(server);
        Client second = Client.of(server);
        Client other = new Client(Client.ELSEWHERE, server.addresses().getFirst().getPort())) {
      other.hears("hello");
      assertThat(one.listens()).isEqualTo(only);
      assertThat(other.listens()).isEqualTo(only);
      second.says("listen");
      other.says("get 7");
      one.says("echo still here");
      one.hears("still here");
      try (Client data = new Client(only)) {
        second.hears("port " + only);
        one.says("get 1000");
        assertThat(data.all()).isEqualTo(Parrot.content(1000));
        one.hears("ended SENT 1000 0");
      }
      try (Client data = new Client(Client.ELSEWHERE, only)) {
        assertThat(data.all()).isEqualTo(Parrot.content(7));
        other.hears("ended SENT 7 0");
      }
      second.says("put");
      try (Client data = new Client(only)) {
        data.socket.getOutputStream().write(Parrot.content(10));
      }
      second.hears("ended FIN 10 " + Parrot.crc(Parrot.content(10)));
      assertThat(one.listens()).isEqualTo(only);
      one.says("get 5", "abort");
      one.hears("ended ABORTED 0 0");
      assertThat(second.listens()).isEqualTo(only);
    }
    try (ServerSocket free = new ServerSocket()) {
      free.setReuseAddress(true);
      free.bind(new InetSocketAddress(Client.HERE, only));
    }
    assertThat(errors()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("every")
  void abortBreaksOff(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      int port = client.listens();
      client.says("get " + HUGE);
      try (Client data = new Client(port)) {
        assertThat(data.some(1000)).isEqualTo(Parrot.content(1000));
        client.says("echo meanwhile", "abort");
        client.hears("meanwhile");
        assertThat(client.line()).startsWith("ended ABORTED ");
        assertThatThrownBy(data::all).as("no end in order").isInstanceOf(SocketException.class);
      }
      awaitHeard("source closed");
      client.says("abort", "echo a");
      client.hears("a");

      int unused = client.listens();
      client.says("put", "abort");
      client.hears("ended ABORTED 0 0");
      assertThatThrownBy(() -> new Client(unused).close()).isInstanceOf(ConnectException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void aDataConnectionThatBreaksOff(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      int port = client.listens();
      client.says("put");
      Client data = new Client(port);
      data.socket.getOutputStream().write(new byte[1000]);
      data.breaksOff();
      assertThat(client.line()).startsWith("ended RESET ");
      port = client.listens();
      client.says("get " + HUGE);
      Client other = new Client(port);
      other.some(1000);
      other.breaksOff();
      assertThat(client.line()).startsWith("ended RESET ");
    }
    assertThat(errors()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("every")
  void nobodyComesAndNothingMoves(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("limits 20 600000");
      client.listens();
      client.says("get 10");
      client.hears("ended PEER_FAILED 0 0");
      client.says("limits 600000 20");
      int port = client.listens();
      client.says("put");
      try (Client data = new Client(port)) {
        client.hears("ended TIMED_OUT 0 0");
        assertThatThrownBy(data::all).isInstanceOf(SocketException.class);
      }
      port = client.listens();
      client.says("get " + HUGE);
      try (Client data = new Client(port)) {
        assertThat(client.line()).startsWith("ended TIMED_OUT ");
        assertThatThrownBy(data::all).isInstanceOf(SocketException.class);
      }
    }
  }

  /// Nor does a loop do nothing any more but look at it.
  @ParameterizedTest
  @MethodSource("every")
  void patienceThatEndsDuringATransferIsOfNoConsequence(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      int port = client.listens();
      client.says("arm 100", "put");
      try (Client data = new Client(port)) {
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < 300_000_000) {
          data.socket.getOutputStream().write(1);
        }
      }
      assertThat(client.line()).startsWith("ended FIN ");
      client.hears("expired");
    }
  }

  /// Also one that moves, and one that awaits its turn.
  @ParameterizedTest
  @MethodSource("every")
  void noTransferLastsLongerThanItMay(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("longest 50");
      int port = client.listens();
      client.says("put");
      try (Client data = new Client(port)) {
        assertThatThrownBy(
                () -> {
                  while (true) {
                    data.socket.getOutputStream().write(1);
                  }
                })
            .isInstanceOf(SocketException.class);
        assertThat(client.line()).startsWith("ended TOO_LONG ");
      }
      client.says("limits 600000 600000 1000", "longest 50");
      port = client.listens();
      client.says("get " + HUGE);
      try (Client data = new Client(port)) {
        assertThatThrownBy(data::all).isInstanceOf(SocketException.class);
        assertThat(client.line()).startsWith("ended TOO_LONG ");
      }
      client.says("longest 600000", "limits 600000 600000");
      port = client.listens();
      client.says("get 10");
      try (Client data = new Client(port)) {
        assertThat(data.all()).hasSize(10);
        client.hears("ended SENT 10 0");
      }
    }
  }

  /// A compressed stream says its end itself: who then neither ends the connection nor says more
  /// has sent all of it.
  @ParameterizedTest
  @MethodSource("every")
  void whatHasSaidItsEndIsWholeWhenNothingMoves(ServerModel model) throws Exception {
    byte[] content = Parrot.content(100_000);
    Deflater deflater = new Deflater();
    deflater.setInput(content);
    deflater.finish();
    byte[] stream = new byte[content.length + 100];
    int length = deflater.deflate(stream);
    deflater.end();
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("mode z", "limits 600000 500");
      int port = client.listens();
      client.says("put");
      try (Client data = new Client(port)) {
        data.socket.getOutputStream().write(stream, 0, length);
        client.hears("ended BLOCK_EOF " + content.length + " " + Parrot.crc(content));
      }
      port = client.listens();
      client.says("put");
      try (Client data = new Client(port)) {
        data.socket.getOutputStream().write(stream, 0, length - 1);
        client.hears("ended TIMED_OUT " + content.length + " " + Parrot.crc(content));
      }
    }
  }

  /// RFC 2577 section 5: whoever finds the port must not get the data.
  @ParameterizedTest
  @MethodSource("every")
  void aStrangerIsTurnedAway(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      for (boolean early : new boolean[] {true, false}) {
        int port = client.listens();
        if (!early) {
          client.says("get 1000");
        }
        try (Client stranger = new Client(Client.ELSEWHERE, port)) {
          if (early) {
            client.says("get 1000");
          }
          assertThat(stranger.all()).isEmpty();
        }
        try (Client data = new Client(port)) {
          assertThat(data.all()).isEqualTo(Parrot.content(1000));
        }
        client.hears("ended SENT 1000 0");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void stopLetsATransferEnd(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client resting = Client.of(server);
        Client client = Client.of(server)) {
      int port = client.listens();
      client.says("get " + HUGE);
      try (Client data = new Client(port)) {
        byte[] begin = data.some(1000);
        Future<Boolean> stop = CompletableFuture.supplyAsync(() -> stop(server, LONG));
        resting.hears("stopping");
        resting.hearsTheEnd();
        client.says("echo still talking");
        client.hears("still talking");
        assertThat(begin).isEqualTo(Parrot.content(1000));
        assertThat(data.all()).hasSize(HUGE - 1000);
        client.hears("ended SENT " + HUGE + " 0");
        client.hearsTheEnd();
        assertThat(stop.get()).as("in peace").isTrue();
      }
      assertRefused(server);
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void stopEndsWhatDoesNotEnd(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      int port = client.listens();
      client.says("get " + HUGE);
      try (Client data = new Client(port)) {
        data.some(1000);
        assertThat(stop(server, Duration.ofMillis(10))).isFalse();
        assertThatThrownBy(data::all).isInstanceOf(SocketException.class);
      }
      assertThat(parrot.heard).contains("ended ABORTED", "source closed");
      assertRefused(server);
      assertThat(stop(server, LONG)).as("again").isTrue();
    }
  }

  /// A session that does not take the hint is told that it is over, so that it can let go of what
  /// it holds.
  @ParameterizedTest
  @MethodSource("models")
  void aStubbornSessionIsToldTheEnd(ServerModel model) throws Exception {
    parrot = new Parrot(true);
    try (Server server = start(model);
        Client client = Client.of(server);
        Client flooded = Client.of(server)) {
      flooded.says("flood " + HUGE / 1000);
      assertThat(flooded.some(1000)).hasSize(1000);
      client.says("echo a");
      client.hears("a");
      stop(server, Duration.ZERO);
      awaitHeard("gone");
      awaitHeard("gone");
    }
    assertThat(errors()).isEmpty();
  }

  private static boolean stop(Server server, Duration grace) {
    try {
      return server.stop(grace);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void assertRefused(Server server) {
    int port = server.addresses().getFirst().getPort();
    try (Client client = new Client(port)) {
      // Where nobody listens, a client that was given that very port for its own meets itself.
      assertThat(client.socket.getLocalPort()).as("somebody listens").isEqualTo(port);
    } catch (IOException e) {
      assertThat(e).isInstanceOf(ConnectException.class);
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void nothingListensAfterAStop(ServerModel model) throws Exception {
    for (int i = 0; i < 50; i++) {
      Server server = start(model);
      if (i % 2 == 0) {
        Client.of(server).close();
      }
      server.close();
      assertRefused(server);
    }
  }

  /// A fault is logged once and ends its session only.
  @ParameterizedTest
  @MethodSource("models")
  void aSessionThatThrows(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client other = Client.of(server)) {
      for (int i = 1; i <= 3; i++) {
        try (Client client = Client.of(server)) {
          client.says("throw");
          assertEnds(client);
        }
        other.says("echo " + i);
        other.hears("" + i);
        assertThat(errors()).hasSize(i);
      }
      assertThat(errors().getLast().getThrown()).hasMessage("a fault of the session");
      assertThat(stop(server, LONG)).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void aSessionThatThrowsInATransfer(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      int port = client.listens();
      client.says("get " + HUGE);
      try (Client data = new Client(port)) {
        data.some(1000);
        client.says("throw");
        assertEnds(client);
        assertThatThrownBy(data::all).isInstanceOf(SocketException.class);
      }
      awaitHeard("source closed");
      assertThat(errors()).hasSize(1);
      assertThat(stop(server, LONG)).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void aSessionThatCannotBeOpened(ServerModel model) throws Exception {
    try (Server server = Server.start(parrot, options(model).withSessions(2, 2))) {
      int port = server.addresses().getFirst().getPort();
      try (Client other = Client.of(server)) {
        for (int i = 1; i <= 5; i++) {
          parrot.broken.set(1);
          // Its place may be free only a moment after its client knows.
          long until = System.nanoTime() + LONG.toNanos();
          while (parrot.broken.get() > 0 && System.nanoTime() < until) {
            try (Client client = new Client(port)) {
              assertEnds(client);
            }
          }
          other.says("echo " + i);
          other.hears("" + i);
        }
      }
      assertThat(errors()).hasSize(5);
      assertThat(stop(server, LONG)).as("everybody has left").isTrue();
    }
  }

  private static void assertEnds(Client client) throws IOException {
    try {
      client.all();
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void tasksThatFail(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("task io");
      client.hears("failed weather");
      assertThat(errors()).isEmpty();
      int faults = 0;
      for (String how : List.of("runtime", "error", "checked")) {
        client.says("task " + how, "echo a");
        client.hears("failed an internal fault, see the server's log");
        client.hears("a");
        assertThat(errors()).as(how).hasSize(++faults);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void aSourceOrSinkThatThrows(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server);
        Client other = Client.of(server)) {
      int port = client.listens();
      client.says("bad get");
      assertThatThrownBy(
              () -> {
                // It may be broken off before the connection has come about here.
                try (Client data = new Client(port)) {
                  data.all();
                }
              })
          .isInstanceOf(SocketException.class);
      client.hears("ended STORE_FAILED 0 0");
      awaitHeard("source closed");
      int another = client.listens();
      client.says("bad put");
      try (Client data = new Client(another)) {
        data.socket.getOutputStream().write(1);
        client.hears("ended STORE_FAILED 1 0");
      }
      other.says("echo a");
      other.hears("a");
      assertThat(errors()).hasSize(2);
    }
  }

  /// However many long ones there are, others' short ones have their turn.
  @ParameterizedTest
  @MethodSource("models")
  void lengthyTasksHoldUpNobodysShortOnes(ServerModel model) throws Exception {
    List<Client> reading = new ArrayList<>();
    try (Server server = start(model);
        Client other = Client.of(server)) {
      for (int i = 0; i < 100; i++) {
        Client one = Client.of(server);
        reading.add(one);
        one.says("lengthy");
      }
      for (int i = 0; i < 20; i++) {
        other.says("later " + i);
        other.hears("done " + i);
      }
      parrot.gate.countDown();
      for (Client one : reading) {
        one.hears("done lengthy");
      }
    } finally {
      for (Client one : reading) {
        one.close();
      }
    }
  }

  /// While a lengthy task runs the client is heard, as far as the session allows, and what it said
  /// is not lost.
  @ParameterizedTest
  @MethodSource("every")
  void aClientIsHeardBesideALengthyTask(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("attentive");
      client.hears("attending");
      String mine = "x".repeat(60_000);
      client.says("echo " + mine);
      int heard = 0;
      while (heard < Parrot.AHEAD) {
        heard += ahead(parrot.heard.poll(LONG.toSeconds(), TimeUnit.SECONDS));
      }
      parrot.gate.countDown();
      client.hears("done attentive");
      client.hears(mine);
      for (String more : parrot.heard) {
        heard += ahead(more);
      }
      assertThat(heard).as("but for the last read").isLessThan(Parrot.AHEAD + 4096);
    }
  }

  private static int ahead(@Nullable String heard) {
    String[] words = Objects.requireNonNull(heard, "nothing was heard").split(" ", -1);
    assertThat(words[0]).isEqualTo("ahead");
    return Integer.parseInt(words[1]);
  }

  /// That a client is gone is heard while a lengthy task runs, and the session ends with the task.
  @ParameterizedTest
  @MethodSource("models")
  void aClientThatGoesIsMissedBesideALengthyTask(ServerModel model) throws Exception {
    try (Server server = start(model)) {
      for (boolean inOrder : new boolean[] {true, false}) {
        try (Client client = Client.of(server)) {
          client.says("attentive");
          client.hears("attending");
          client.says("echo a");
          awaitHeard("ahead 7");
          if (!inOrder) {
            client.breaksOff();
          }
        }
        awaitHeard("gone");
      }
      assertThat(parrot.heard).as("before their tasks are done").isEmpty();
      parrot.gate.countDown();
      awaitHeard("over");
      awaitHeard("over");
    }
  }

  /// Whatever ends the session, its task is waited for, and nobody else is held up.
  @ParameterizedTest
  @MethodSource("every")
  void aServerThatStopsIsToldBesideALengthyTask(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server);
        var stopper = Executors.newSingleThreadExecutor()) {
      client.says("attentive");
      client.hears("attending");
      client.says("echo a");
      awaitHeard("ahead 7");
      Future<Boolean> stopped = stopper.submit(() -> server.stop(LONG));
      awaitHeard("stopping");
      client.hears("stopping");
      client.socket.close();
      parrot.gate.countDown();
      awaitHeard("over");
      assertThat(stopped.get(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  /// While a task runs nothing is received, others are served, and what came meanwhile is heard
  /// afterwards as it was sent.
  @ParameterizedTest
  @MethodSource("models")
  void manyPipelineBehindTasks(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client blocked = Client.of(server);
        var threads = Executors.newFixedThreadPool(16)) {
      blocked.says("block");
      blocked.says("echo after");
      List<Callable<Boolean>> clients = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        String mine = ("" + (char) ('a' + i)).repeat(400);
        clients.add(
            () -> {
              try (Client client = Client.of(server)) {
                for (int j = 0; j < 100; j++) {
                  client.says("later " + j);
                  client.says("echo " + mine);
                  client.hears("done " + j);
                  client.hears(mine);
                }
                return true;
              }
            });
      }
      for (Future<Boolean> one : threads.invokeAll(clients)) {
        assertThat(one.get()).isTrue();
      }
      parrot.gate.countDown();
      blocked.hears("done waiting");
      blocked.hears("after");
    }
    assertThat(errors()).isEmpty();
  }

  /// Wherever the stop meets the session (waiting, about to hear of the task, at it), the client is
  /// told why it has to go.
  @ParameterizedTest
  @MethodSource("every")
  void stopWhileATaskRuns(ServerModel model) throws Exception {
    for (int i = 0; i < 20; i++) {
      parrot = new Parrot();
      try (Server server = start(model);
          Client client = Client.of(server)) {
        client.says("block");
        Future<Boolean> stop = CompletableFuture.supplyAsync(() -> stop(server, LONG));
        try {
          awaitRefused(server);
        } finally {
          parrot.gate.countDown();
        }
        String line = client.line();
        assertThat(line.equals("done waiting") ? client.line() : line).isEqualTo("stopping");
        client.socket.close();
        assertThat(stop.get()).isTrue();
      }
    }
  }

  private static void awaitRefused(Server server) throws IOException {
    int port = server.addresses().getFirst().getPort();
    while (true) {
      try {
        new Client(port).close();
      } catch (ConnectException e) {
        return;
      } catch (SocketException e) {
        // Reset: it came at the moment when the listener went. So try once more.
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void manyAtOnce(ServerModel model) throws Exception {
    int count = 150;
    List<Client> clients = new ArrayList<>();
    try (Server server = start(model)) {
      for (int i = 0; i < count; i++) {
        clients.add(Client.of(server));
      }
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < count; i++) {
          clients.get(i).says("echo " + i);
        }
        for (int i = 0; i < count; i++) {
          clients.get(i).hears("" + i);
        }
      }
      assertThat(stop(server, LONG)).isTrue();
      for (Client client : clients) {
        client.hears("stopping");
      }
    } finally {
      for (Client client : clients) {
        client.close();
      }
    }
  }

  /// Who has a descriptor that `select` has no bit for is told so; those inside are served, and so
  /// is who comes when there is room again.
  @Test
  void selectHasRoomForSoMany() throws Exception {
    List<Client> inside = new ArrayList<>();
    Server.Options options = options(Loops.onSelect(512).times(1)).withSessions(1000, 1000);
    try (Server server = Server.start(parrot, options)) {
      int port = server.addresses().getFirst().getPort();
      String answer = "hello";
      while (answer.equals("hello") && inside.size() < 512) {
        Client next = new Client(port);
        inside.add(next);
        answer = next.line();
      }
      Client turnedAway = inside.removeLast();
      assertThat(answer).isEqualTo("TOO_MANY_SESSIONS");
      turnedAway.hearsTheEnd();
      turnedAway.close();
      for (Client one : inside) {
        one.says("echo a");
        one.hears("a");
      }
      // A data connection needs a descriptor, too. The numbers that have become free meanwhile are
      // taken by something else.
      List<ServerSocket> others = new ArrayList<>();
      try {
        for (int i = 0; i < 20; i++) {
          others.add(new ServerSocket(0, 1, Client.HERE));
        }
        Client last = inside.getLast();
        last.listens();
        last.says("get 1000");
        last.hears("ended PEER_FAILED 0 0");
        last.says("echo still here");
        last.hears("still here");
      } finally {
        for (ServerSocket other : others) {
          other.close();
        }
      }
      for (int i = 0; i < 10; i++) {
        inside.removeFirst().close();
      }
      do {
        try (Client next = new Client(port)) {
          answer = next.line();
        }
      } while (!answer.equals("hello"));
      assertThat(errors()).isEmpty();
    } finally {
      for (Client client : inside) {
        client.close();
      }
    }
  }

  /// Descriptors run out: those who cannot be accepted wait, those inside are served, and
  /// afterwards all is as before.
  @ParameterizedTest
  @MethodSource("models")
  void exhaustionIsWeather(ServerModel model) throws Exception {
    try (ParrotProcess process = new ParrotProcess(directory, 90, model.name())) {
      int port = process.awaitPort();
      process.outlivesExhaustion(new InetSocketAddress(Client.HERE, port), LONG);
    }
  }
}
