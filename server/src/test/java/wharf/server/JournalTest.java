package wharf.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import wharf.protocol.Echo;
import wharf.protocol.Happening;
import wharf.protocol.Protocol.Refusal;
import wharf.protocol.Transport;

/// What a server tells a journal.
@Timeout(60)
class JournalTest {
  private final ConcurrentLinkedQueue<Journal.Entry> told = new ConcurrentLinkedQueue<>();

  static Stream<ServerModel> models() {
    return ServerModel.all().stream();
  }

  private static Server.Options options(ServerModel model) {
    return Server.Options.at(new InetSocketAddress(Client.HERE, 0)).with(model);
  }

  private static void greet(Server server) throws IOException {
    try (Socket client = new Socket()) {
      client.connect(server.addresses().getFirst());
      client.getOutputStream().write("x".getBytes(US_ASCII));
      assertThat(client.getInputStream().read()).isEqualTo('x');
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void everySessionBeginsAndEndsOnce(ServerModel model) throws Exception {
    try (Server server =
        Server.start(new Echo(Duration.ofMinutes(1)), options(model).with(told::add))) {
      greet(server);
      greet(server);
      server.stop(Duration.ofMinutes(1));
    }
    assertThat(told).hasSize(4);
    List<String> sessions = told.stream().map(Journal.Entry::session).distinct().toList();
    assertThat(sessions).hasSize(2);
    for (String session : sessions) {
      List<Journal.Entry> of =
          told.stream().filter(entry -> entry.session().equals(session)).toList();
      assertThat(of.getFirst().happening()).isEqualTo(new Happening.Begun());
      assertThat(of.getLast().happening())
          .matches(
              end ->
                  end instanceof Happening.Ended(Duration took, boolean fault)
                      && took.isPositive()
                      && !fault);
      assertThat(of.getFirst().connection()).isEqualTo(of.getLast().connection());
      Journal.Connection connection = of.getFirst().connection();
      assertThat(connection.transport()).isEqualTo(Transport.TCP);
      assertThat(connection.peer())
          .isInstanceOfSatisfying(
              InetSocketAddress.class, at -> assertThat(at.getAddress()).isEqualTo(Client.HERE));
      assertThat(connection.secure()).isFalse();
    }
  }

  @Test
  void whoIsTurnedAwayIsTold() throws Exception {
    ServerModel model = ServerModel.all().getFirst();
    try (Server server =
            Server.start(
                new Echo(Duration.ofMinutes(1)),
                options(model).withSessions(1, 1).with(told::add));
        Socket first = new Socket();
        Socket second = new Socket()) {
      first.connect(server.addresses().getFirst());
      first.getOutputStream().write('x');
      assertThat(first.getInputStream().read()).isEqualTo('x');
      second.connect(server.addresses().getFirst());
      assertThat(second.getInputStream().read()).isEqualTo(-1);
      assertThat(told)
          .last()
          .extracting(Journal.Entry::happening)
          .isEqualTo(new Happening.TurnedAway(Refusal.TOO_MANY_SESSIONS));
    }
  }

  /// A journal that falls over costs no session anything.
  @Test
  void aFaultOfTheJournal() throws Exception {
    try (ErrorLog log = new ErrorLog();
        Server server =
            Server.start(
                new Echo(Duration.ofMinutes(1)),
                options(ServerModel.all().getFirst())
                    .with(
                        (Journal)
                            _ -> {
                              throw new IllegalStateException("the journal");
                            }))) {
      greet(server);
      assertThat(log.errors()).isNotEmpty();
    }
  }
}
