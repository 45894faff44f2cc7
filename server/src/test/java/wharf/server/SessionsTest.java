package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a server knows of its sessions, and that one can be ended.
@Timeout(60)
class SessionsTest {
  private static final int HUGE = 24 << 20;

  private final Parrot parrot = new Parrot();

  static Stream<ServerModel> every() {
    return ServerModel.all().stream();
  }

  private Server start(ServerModel model) throws IOException {
    return Server.start(
        parrot, Server.Options.at(new InetSocketAddress(Client.HERE, 0)).with(model));
  }

  /// What another thread is told a moment later.
  private static List<SessionSummary> await(
      Server server, Predicate<List<SessionSummary>> condition) {
    List<SessionSummary> all = server.sessions();
    while (!condition.test(all)) {
      Thread.onSpinWait();
      all = server.sessions();
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("every")
  void whoIsThere(ServerModel model) throws Exception {
    try (Server server = start(model)) {
      assertThat(server.sessions()).isEmpty();
      try (Client client = Client.of(server)) {
        SessionSummary before = server.sessions().getFirst();
        assertThat(before.account()).isNull();
        assertThat(before.transfer()).isNull();
        assertThat(before.busy()).isFalse();
        assertThat(before.connection().peer()).isEqualTo(client.socket.getLocalSocketAddress());
        assertThat(before.age()).isGreaterThanOrEqualTo(Duration.ZERO);
        assertThat(before.silent()).isLessThanOrEqualTo(before.age());
        client.says("login ann");
        client.hears("noted");
        assertThat(server.sessions())
            .singleElement()
            .satisfies(
                one -> {
                  assertThat(one.account()).isEqualTo("ann");
                  assertThat(one.session()).isEqualTo(before.session());
                  assertThat(one.age()).isGreaterThan(before.age());
                });
      }
      await(server, List::isEmpty);
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void howFarATransferHasCome(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      int port = client.listens();
      client.says("tells " + HUGE);
      client.hears("noted");
      client.says("get " + HUGE);
      try (Client data = new Client(port)) {
        List<SessionSummary> now =
            await(
                server,
                all -> {
                  SessionSummary.Running runs = all.getFirst().transfer();
                  return runs != null && runs.bytes() > 0;
                });
        assertThat(now.getFirst().transfer())
            .satisfies(
                runs -> {
                  assertThat(runs.cargo()).isEqualTo(Parrot.CARGO);
                  assertThat(runs.size()).isEqualTo(HUGE);
                  // Nobody reads yet: what is on the way fits into the system's buffers.
                  assertThat(runs.bytes()).isLessThan(HUGE);
                  assertThat(runs.rate()).isPositive();
                });
        assertThat(data.all()).hasSize(HUGE);
      }
      client.hears("ended SENT " + HUGE + " 0");
      client.says("told");
      client.hears("noted");
      assertThat(server.sessions().getFirst().transfer()).isNull();
    }
  }

  @ParameterizedTest
  @MethodSource("every")
  void oneIsEnded(ServerModel model) throws Exception {
    try (Server server = start(model)) {
      assertThat(server.end("nobody")).isFalse();
      try (Client client = Client.of(server)) {
        int port = client.listens();
        client.says("get " + HUGE);
        try (Client data = new Client(port)) {
          assertThat(server.end(server.sessions().getFirst().session())).isTrue();
          await(server, List::isEmpty);
          assertThat(server.awaitSessions(Duration.ofMinutes(1))).isTrue();
          assertThat(data.waiting()).isLessThan(HUGE);
        }
      }
      // Whoever comes next is served.
      try (Client next = Client.of(server)) {
        next.says("echo here");
        next.hears("here");
      }
    }
  }

  /// Who works for a client is known to.
  @ParameterizedTest
  @MethodSource("every")
  void oneIsBusy(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      client.says("block");
      await(server, all -> all.getFirst().busy());
      parrot.gate.countDown();
      assertThat(client.line()).startsWith("done");
      await(server, all -> !all.getFirst().busy());
    }
  }

  /// No more are let in, and those who are there go on.
  @ParameterizedTest
  @MethodSource("every")
  void aRetiredServer(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      server.retire();
      server.retire();
      assertThat(server.isRetired()).isTrue();
      client.says("echo still");
      client.hears("still");
      assertThat(server.awaitSessions(Duration.ZERO)).isFalse();
      client.socket.close();
      assertThat(server.awaitSessions(Duration.ofMinutes(1))).isTrue();
    }
  }

  /// The same, and each goes when its transfer has ended.
  @ParameterizedTest
  @MethodSource("every")
  void aServerThatIsDrained(ServerModel model) throws Exception {
    try (Server server = start(model);
        Client client = Client.of(server)) {
      int port = client.listens();
      client.says("get " + HUGE);
      try (Client data = new Client(port)) {
        assertThat(data.socket.getInputStream().read()).as("it has begun").isNotNegative();
        server.drain();
        assertThat(data.all()).hasSize(HUGE - 1);
      }
      assertThat(server.awaitSessions(Duration.ofMinutes(1))).isTrue();
    }
  }
}
