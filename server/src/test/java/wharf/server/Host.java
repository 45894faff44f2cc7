package wharf.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import wharf.protocol.Transport;

/// Where servers under test run, and under which model: tests that judge a server from outside are
/// the same for all. Its name is that of the model.
sealed interface Host {
  Duration GRACE = Duration.ofSeconds(90);

  /// A server of the test's own.
  ///
  /// @param protocol see [Order]
  Service start(String protocol, List<Endpoint> at) throws IOException;

  /// A server at one endpoint that others may have used, and will: it cannot be stopped. All whom
  /// the test sends to it must be heard by it.
  ///
  /// @param file where a Unix-domain socket may be, unless there is one already
  Service borrow(String protocol, Transport over, Path file) throws IOException;

  /// An endpoint of this machine alone.
  ///
  /// @param file where a Unix-domain socket is
  static Endpoint endpoint(Transport over, Path file) {
    InetSocketAddress any = new InetSocketAddress(Client.HERE, 0);
    return switch (over) {
      case TCP -> new Endpoint.Tcp(any);
      case UDP -> new Endpoint.Udp(any);
      case UNIX -> new Endpoint.Unix(file);
    };
  }

  /// Where the last of these endpoints of that transport is met.
  ///
  /// @param addresses of those on IP networks
  static SocketAddress at(
      Transport over, List<Endpoint> endpoints, List<InetSocketAddress> addresses) {
    SocketAddress found = null;
    int next = 0;
    for (Endpoint endpoint : endpoints) {
      SocketAddress at =
          endpoint instanceof Endpoint.Unix unix
              ? UnixDomainSocketAddress.of(unix.file())
              : addresses.get(next++);
      if (endpoint.transport() == over) {
        found = at;
      }
    }
    if (found == null) {
      throw new IllegalArgumentException("it does not listen over " + over);
    }
    return found;
  }

  /// In the process of the tests.
  record Here(ServerModel model) implements Host {
    @Override
    public Service start(String protocol, List<Endpoint> at) throws IOException {
      Watched watched = new Watched(Order.spoken(protocol));
      Server.Options options = Server.Options.at(at).with(model).withSessions(10_000, 10_000);
      return new OfServer(Server.start(watched, options), at, watched);
    }

    @Override
    public Service borrow(String protocol, Transport over, Path file) throws IOException {
      return start(protocol, List.of(endpoint(over, file)));
    }

    @Override
    public String toString() {
      return model.name();
    }
  }

  /// A server of this process.
  record OfServer(Server server, List<Endpoint> endpoints, Tally tally) implements Service {
    @Override
    public List<InetSocketAddress> addresses() {
      return server.addresses();
    }

    @Override
    public SocketAddress at(Transport over) {
      return Host.at(over, endpoints, server.addresses());
    }

    @Override
    public int processes() {
      return 1;
    }

    @Override
    public boolean stop() throws InterruptedException {
      return server.stop(GRACE);
    }

    @Override
    public void close() {
      server.close();
    }
  }

  /// In a process of its own, with workers or without. A class of tests that borrows from it
  /// registers it as an extension: at the end of the class it ends what it has lent.
  final class Elsewhere implements Host, AfterAllCallback {
    private final Order order;
    private final Map<String, Lent> lent = new HashMap<>();

    /// @param directory of its Unix-domain socket: that of one test does not last
    private record Lent(ForemanProcess process, Path directory) {}

    private Elsewhere(String model, int workers) {
      order = Order.of("", model, List.of()).withWorkers(workers);
    }

    static Elsewhere of(ServerModel model) {
      return new Elsewhere(model.name(), 0);
    }

    /// @param workers at least one
    static Elsewhere processes(String model, int workers) {
      return new Elsewhere(model, workers);
    }

    @Override
    public ForemanProcess start(String protocol, List<Endpoint> at) throws IOException {
      return ForemanProcess.start(order.speaking(protocol).at(at));
    }

    @Override
    public Service borrow(String protocol, Transport over, Path file) throws IOException {
      String what = protocol + " over " + over;
      Lent one = lent.get(what);
      if (one == null) {
        Path directory = Files.createTempDirectory("wharf");
        List<Endpoint> at = List.of(endpoint(over, directory.resolve("s")));
        one = new Lent(start(protocol, at), directory);
        lent.put(what, one);
      }
      return new Borrowed(this, what, one.process(), new AtomicInteger());
    }

    private void end(String what) throws IOException {
      Lent one = lent.remove(what);
      if (one != null) {
        one.process().close();
        Files.delete(one.directory());
      }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
      for (String what : List.copyOf(lent.keySet())) {
        end(what);
      }
    }

    @Override
    public String toString() {
      return order.workers() > 0 ? Processes.NAME : order.model();
    }
  }

  /// One that goes back when it is closed: then nobody is left in it, or it is ended.
  ///
  /// @param came how many have been sent to it
  record Borrowed(Elsewhere lender, String what, ForemanProcess process, AtomicInteger came)
      implements Service {
    @Override
    public List<InetSocketAddress> addresses() {
      return process.addresses();
    }

    @Override
    public SocketAddress at(Transport over) {
      return process.at(over);
    }

    @Override
    public Peer peer(Transport over) throws IOException {
      Peer peer = process.peer(over);
      came.incrementAndGet();
      return peer;
    }

    @Override
    public Tally tally() {
      return process.tally();
    }

    @Override
    public int processes() {
      return process.processes();
    }

    @Override
    public boolean stop() {
      throw new IllegalStateException("others need it");
    }

    @Override
    public void close() throws IOException {
      boolean settled = false;
      try {
        process.tally().settle(came.get(), GRACE);
        settled = true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        if (!settled) {
          lender.end(what);
        }
      }
    }
  }
}
