package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import wharf.protocol.Echo;

/// What is asked of sockets, as the sockets that a server opens and accepts have it.
@Timeout(60)
class SocketSettingsTest {
  private static final InetSocketAddress ANY = new InetSocketAddress(Client.HERE, 0);

  @TempDir Path directory;

  private static Openings open(SocketSettings settings, Endpoint... endpoints) throws IOException {
    return Openings.open(List.of(endpoints), settings, false);
  }

  /// Whatever else listens at the other address: here so much that every tenth port is taken.
  @Test
  void aPortThatIsFreeAtEveryAddressIsFound() throws IOException {
    InetSocketAddress other = new InetSocketAddress(Client.ELSEWHERE, 0);
    List<ServerSocketChannel> taken = new ArrayList<>();
    try {
      for (int i = 0; i < 2_000; i++) {
        taken.add(ServerSocketChannel.open().bind(other, 1));
      }
      for (int i = 0; i < 100; i++) {
        try (Openings openings =
            open(SocketSettings.USUAL, new Endpoint.Tcp(ANY), new Endpoint.Tcp(other))) {
          assertThat(openings.addresses().getFirst().getPort())
              .isEqualTo(openings.addresses().getLast().getPort());
        }
      }
    } finally {
      for (ServerSocketChannel one : taken) {
        one.close();
      }
    }
  }

  @FunctionalInterface
  private interface Look {
    void at(SocketChannel accepted) throws IOException;
  }

  /// Accepts a connection as a server does.
  private static void accepted(SocketSettings settings, Look look) throws IOException {
    try (Openings openings = open(settings, new Endpoint.Tcp(ANY));
        Socket client = new Socket(Client.HERE, openings.addresses().getFirst().getPort());
        ExecutorService workers = Executors.newSingleThreadExecutor()) {
      assertThat(client.isConnected()).isTrue();
      Context context = Contexts.of(new Echo(Duration.ofMinutes(1)), settings, workers);
      ServerSocketChannel listener = openings.sockets().listeners().getFirst();
      var came = (Acceptor.Outcome.Came) new Acceptor(context).accept(listener);
      try (SocketChannel channel = came.channel()) {
        look.at(channel);
      }
    }
  }

  @Test
  void connectionsAreSetUpAsAsked() throws Exception {
    accepted(
        SocketSettings.USUAL,
        usual -> {
          assertThat(usual.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
          assertThat(usual.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
        });
    accepted(
        SocketSettings.USUAL.withNoDelay(false).withKeepAlive(false),
        plain -> {
          assertThat(plain.getOption(StandardSocketOptions.TCP_NODELAY)).isFalse();
          assertThat(plain.getOption(StandardSocketOptions.SO_KEEPALIVE)).isFalse();
        });
  }

  /// Linux gives twice what is asked, for its own book-keeping, and may tell of that (socket(7)).
  @Test
  void buffersAreAsLargeAsAsked() throws Exception {
    int receive = 20_000;
    int send = 30_000;
    accepted(
        SocketSettings.USUAL.withBuffers(receive, send),
        connection -> {
          assertThat(connection.getOption(StandardSocketOptions.SO_RCVBUF))
              .isBetween(receive, 2 * receive);
          assertThat(connection.getOption(StandardSocketOptions.SO_SNDBUF))
              .isBetween(send, 2 * send);
        });
    SocketSettings settings = SocketSettings.USUAL.withBuffers(receive, send).withBroadcast(true);
    try (Openings openings = open(settings, new Endpoint.Udp(ANY))) {
      DatagramChannel socket = openings.sockets().datagrams().getFirst();
      assertThat(socket.getOption(StandardSocketOptions.SO_RCVBUF)).isBetween(receive, 2 * receive);
      assertThat(socket.getOption(StandardSocketOptions.SO_SNDBUF)).isBetween(send, 2 * send);
      assertThat(socket.getOption(StandardSocketOptions.SO_BROADCAST)).isTrue();
    }
  }

  @Test
  void withReusePortTwoServersHaveOnePort() throws Exception {
    Echo echo = new Echo(Duration.ofMinutes(1));
    SocketSettings shared = SocketSettings.USUAL.withReusePort(true);
    try (Server first = Server.start(echo, Server.Options.at(ANY).with(shared))) {
      InetSocketAddress at = first.addresses().getFirst();
      try (Server second = Server.start(echo, Server.Options.at(at).with(shared))) {
        assertThat(second.addresses()).containsExactly(at);
        assertThat(first.stop(Duration.ofSeconds(30))).isTrue();
        try (Peer peer = new Peer(at)) {
          peer.isEchoed((byte) 1);
        }
      }
    }
    try (Server first = Server.start(echo, Server.Options.at(ANY))) {
      InetSocketAddress at = first.addresses().getFirst();
      assertThatThrownBy(() -> Server.start(echo, Server.Options.at(at)).close())
          .isInstanceOf(Server.CannotListen.class)
          .hasMessageContaining("port " + at.getPort());
    }
  }

  /// Linux lets one more wait than the backlog says.
  @Test
  @EnabledOnOs(OS.LINUX)
  void noMoreWaitThanTheBacklogSays() throws Exception {
    Path file = directory.resolve("s");
    List<SocketChannel> waiting = new ArrayList<>();
    try (Openings openings = open(SocketSettings.USUAL.withBacklog(3), new Endpoint.Unix(file))) {
      assertThat(openings.sockets().listeners()).hasSize(1);
      for (int i = 0; i < 4; i++) {
        waiting.add(connecting(file));
        assertThat(waiting.getLast().isConnected()).as("client %s", i).isTrue();
      }
      assertThatThrownBy(() -> waiting.add(connecting(file)))
          .as("one too many")
          .isInstanceOf(SocketException.class);
    } finally {
      for (SocketChannel one : waiting) {
        one.close();
      }
    }
    List<Socket> clients = new ArrayList<>();
    try (Openings openings = open(SocketSettings.USUAL.withBacklog(1), new Endpoint.Tcp(ANY));
        Socket tooMany = new Socket()) {
      InetSocketAddress at = openings.addresses().getFirst();
      for (int i = 0; i < 2; i++) {
        clients.add(new Socket(at.getAddress(), at.getPort()));
      }
      // Nothing answers it: the kernel drops what it has no room for.
      assertThatThrownBy(() -> tooMany.connect(at, 300)).isInstanceOf(SocketTimeoutException.class);
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  private static SocketChannel connecting(Path to) throws IOException {
    SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
    client.configureBlocking(false);
    try {
      boolean _ = client.connect(UnixDomainSocketAddress.of(to));
      return client;
    } catch (IOException e) {
      client.close();
      throw e;
    }
  }
}
