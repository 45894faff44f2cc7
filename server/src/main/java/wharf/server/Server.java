package wharf.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import wharf.protocol.Protocol;

/// A protocol on the network, under a model. Safe for use by many threads; the caller closes it.
public final class Server implements AutoCloseable {
  /// Clients that may wait to be accepted; the kernel lowers it to its own limit
  /// (`net.core.somaxconn`).
  private static final int BACKLOG = 1024;

  /// How long sessions that were closed may take to settle their transfers.
  private static final Duration SETTLING = Duration.ofSeconds(10);

  private final ServerModel.Running running;
  private final Door door;
  private final ExecutorService workers;
  private final List<InetSocketAddress> addresses;
  private boolean stopped;

  /// What a server is made of.
  ///
  /// @param listen where clients may come to; port 0 lets the system choose
  /// @param passivePorts where their data connections may come to
  /// @param sessions the most at once
  /// @param sessionsPerAddress the most at once from one address
  public record Options(
      List<InetSocketAddress> listen,
      ServerModel model,
      PortRange passivePorts,
      int sessions,
      int sessionsPerAddress) {
    public Options {
      listen = List.copyOf(listen);
      if (listen.isEmpty()) {
        throw new IllegalArgumentException("no address to listen at");
      }
    }

    /// Generous: a server that turns a guest away without need is as bad as one that falls over.
    /// Ten thousand sessions take about 100 MB; 200 from one address is a class room behind one
    /// router.
    public static Options at(InetSocketAddress... listen) {
      return new Options(List.of(listen), ServerModel.all().getFirst(), PortRange.ANY, 10_000, 200);
    }

    /// The same under another model.
    public Options with(ServerModel other) {
      return new Options(listen, other, passivePorts, sessions, sessionsPerAddress);
    }

    /// The same with another range of ports for data connections.
    public Options with(PortRange ports) {
      return new Options(listen, model, ports, sessions, sessionsPerAddress);
    }

    /// The same with other limits of sessions.
    public Options withSessions(int inAll, int perAddress) {
      return new Options(listen, model, passivePorts, inAll, perAddress);
    }
  }

  private Server(
      ServerModel.Running running,
      Door door,
      ExecutorService workers,
      List<InetSocketAddress> addresses) {
    this.running = running;
    this.door = door;
    this.workers = workers;
    this.addresses = addresses;
  }

  /// Listens, and serves from when it returns.
  ///
  /// @throws CannotListen when an address cannot be listened at; nothing is left open
  public static Server start(Protocol protocol, Options options) throws IOException {
    // The first line of a log reads the time zones from a file. Were that first line the one about
    // having no descriptor left, it would fail, and all after it.
    TimeZone.getDefault();
    List<ServerSocketChannel> listeners = new ArrayList<>();
    ExecutorService workers =
        Executors.newFixedThreadPool(
            Math.max(4, 2 * Runtime.getRuntime().availableProcessors()),
            Thread.ofPlatform().name("worker-", 1).daemon().factory());
    try {
      List<InetSocketAddress> addresses = new ArrayList<>();
      for (InetSocketAddress at : options.listen()) {
        ServerSocketChannel listener = listen(at, addresses);
        listeners.add(listener);
        addresses.add((InetSocketAddress) listener.getLocalAddress());
      }
      Door door = new Door(options.sessions(), options.sessionsPerAddress());
      Context context =
          new Context(
              protocol,
              door,
              options.passivePorts(),
              workers,
              System::nanoTime,
              new SecureRandom(),
              System.getLogger("wharf.server"));
      ServerModel.Running running = options.model().start(context, listeners);
      // Also so that the log is ready before it is needed most: a log that has to be loaded first
      // cannot tell of a lack of descriptors.
      context.log().log(
          Level.INFO,
          "listening at port {0}, model {1}",
          Integer.toString(addresses.getFirst().getPort()),
          options.model());
      return new Server(running, door, workers, List.copyOf(addresses));
    } catch (IOException | RuntimeException e) {
      workers.shutdown();
      for (ServerSocketChannel listener : listeners) {
        listener.close();
      }
      throw e;
    }
  }

  /// Where a port was left to the system, every address gets the one that the first got: one port
  /// to tell people.
  private static ServerSocketChannel listen(InetSocketAddress at, List<InetSocketAddress> before)
      throws IOException {
    int port = at.getPort() == 0 && !before.isEmpty() ? before.getFirst().getPort() : at.getPort();
    InetSocketAddress address = new InetSocketAddress(at.getAddress(), port);
    ServerSocketChannel listener = ServerSocketChannel.open();
    try {
      listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      return listener.bind(address, BACKLOG);
    } catch (IOException e) {
      listener.close();
      throw new CannotListen(address, e);
    } catch (RuntimeException e) {
      listener.close();
      throw e;
    }
  }

  /// Thrown when an address cannot be listened at: it is taken, not this machine's, or not allowed.
  public static final class CannotListen extends IOException {
    private static final long serialVersionUID = 1;

    private final transient InetSocketAddress address;

    CannotListen(InetSocketAddress address, IOException cause) {
      super(
          "cannot listen at port "
              + address.getPort()
              + " of "
              + address.getAddress().getHostAddress()
              + ": "
              + cause.getMessage(),
          cause);
      this.address = address;
    }

    /// Which address.
    public InetSocketAddress address() {
      return address;
    }
  }

  /// Where it listens, in the order asked for, with the ports that were given.
  public List<InetSocketAddress> addresses() {
    return addresses;
  }

  /// Stops: takes no more clients, lets running transfers finish for at most `grace`, then ends
  /// what is left. Returns when all sessions have ended. Later calls do nothing.
  ///
  /// @return whether every session ended by itself
  public synchronized boolean stop(Duration grace) throws InterruptedException {
    if (stopped) {
      return true;
    }
    stopped = true;
    running.stopAccepting();
    running.stopSessions();
    boolean inPeace = door.awaitEmpty(grace);
    if (!inPeace) {
      running.closeSessions();
      door.awaitEmpty(SETTLING);
    }
    try {
      running.end();
    } finally {
      workers.shutdown();
    }
    return inPeace;
  }

  /// Stops without grace.
  @Override
  public void close() {
    try {
      stop(Duration.ZERO);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
