package wharf.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Protocol;

/// A protocol on the network, under a model. Safe for use by many threads; the caller closes it.
public final class Server implements AutoCloseable {
  /// How long sessions that were closed may take to settle their transfers.
  static final Duration SETTLING = Duration.ofSeconds(10);

  /// How long a task may go on whose session was ended by force.
  private static final Duration LAST_TASK = Duration.ofSeconds(1);

  private final ServerModel.Running running;
  private final Openings openings;
  private final ExecutorService workers;
  private final ExecutorService lengthy;
  private final @Nullable Switchboard switchboard;
  private final Context context;
  private volatile boolean retired;
  private boolean stopped;

  /// What a server is made of.
  ///
  /// @param listen where clients may come to
  /// @param passivePorts where their data connections may come to
  /// @param sockets what is asked of the system's sockets
  /// @param sessions the most at once
  /// @param sessionsPerAddress the most at once from one address
  /// @param entrance who may connect at all
  /// @param connections how many clients are let in, all told; then no more are accepted. -1 for
  ///   any number
  /// @param tls how connections are put under TLS; null where no session may ask for it
  /// @param journal what is told of all that happens; null for none
  public record Options(
      List<Endpoint> listen,
      ServerModel model,
      PortRange passivePorts,
      SocketSettings sockets,
      int sessions,
      int sessionsPerAddress,
      Entrance entrance,
      int connections,
      @Nullable TlsSettings tls,
      @Nullable Journal journal) {
    public Options {
      listen = List.copyOf(listen);
      if (listen.isEmpty()) {
        throw new IllegalArgumentException("no address to listen at");
      }
      if (sessions < 1 || sessionsPerAddress < 1 || connections == 0 || connections < -1) {
        throw new IllegalArgumentException("a server that lets nobody in");
      }
    }

    /// Generous: a server that turns a guest away without need is as bad as one that falls over.
    /// Ten thousand sessions take about 100 MB; 200 from one address is a class room behind one
    /// router.
    public static Options at(List<? extends Endpoint> listen) {
      return new Options(
          List.copyOf(listen),
          ServerModel.all().getFirst(),
          PortRange.ANY,
          SocketSettings.USUAL,
          10_000,
          200,
          Entrance.OPEN,
          -1,
          null,
          null);
    }

    /// The same for addresses over TCP.
    public static Options at(InetSocketAddress... listen) {
      return at(Stream.of(listen).map(Endpoint.Tcp::new).toList());
    }

    /// The same under another model.
    public Options with(ServerModel other) {
      return changed(all -> all.model = other);
    }

    /// The same with another range of ports for data connections.
    public Options with(PortRange ports) {
      return changed(all -> all.passivePorts = ports);
    }

    /// The same with other sockets.
    public Options with(SocketSettings other) {
      return changed(all -> all.sockets = other);
    }

    /// The same with other limits of sessions.
    public Options withSessions(int inAll, int perAddress) {
      return changed(
          all -> {
            all.sessions = inAll;
            all.sessionsPerAddress = perAddress;
          });
    }

    /// The same with another entrance.
    public Options with(Entrance other) {
      return changed(all -> all.entrance = other);
    }

    /// The same for so many clients, one after the other or at once, and then no more.
    public Options withConnections(int number) {
      return changed(all -> all.connections = number);
    }

    /// The same with TLS.
    public Options with(TlsSettings other) {
      return changed(all -> all.tls = other);
    }

    /// The same with a journal.
    public Options with(Journal other) {
      return changed(all -> all.journal = other);
    }

    private Options changed(Consumer<Draft> change) {
      Draft draft = new Draft(this);
      change.accept(draft);
      return draft.options();
    }

    /// The same, to be changed.
    private static final class Draft {
      private final List<Endpoint> listen;
      private ServerModel model;
      private PortRange passivePorts;
      private SocketSettings sockets;
      private int sessions;
      private int sessionsPerAddress;
      private Entrance entrance;
      private int connections;
      private @Nullable TlsSettings tls;
      private @Nullable Journal journal;

      Draft(Options of) {
        listen = of.listen;
        model = of.model;
        passivePorts = of.passivePorts;
        sockets = of.sockets;
        sessions = of.sessions;
        sessionsPerAddress = of.sessionsPerAddress;
        entrance = of.entrance;
        connections = of.connections;
        tls = of.tls;
        journal = of.journal;
      }

      Options options() {
        return new Options(
            listen,
            model,
            passivePorts,
            sockets,
            sessions,
            sessionsPerAddress,
            entrance,
            connections,
            tls,
            journal);
      }
    }
  }

  private Server(
      ServerModel.Running running,
      Openings openings,
      ExecutorService workers,
      ExecutorService lengthy,
      @Nullable Switchboard switchboard,
      Context context) {
    this.running = running;
    this.openings = openings;
    this.workers = workers;
    this.lengthy = lengthy;
    this.switchboard = switchboard;
    this.context = context;
  }

  /// Listens, and serves from when it returns.
  ///
  /// @throws CannotListen when an address cannot be listened at; nothing is left open
  /// @throws IllegalArgumentException when the protocol is not spoken over what is to be listened
  ///   at
  public static Server start(Protocol protocol, Options options) throws IOException {
    return start(protocol, options, () -> {});
  }

  /// The same.
  ///
  /// @param whenDone told when the last client was let in, of those [Options#connections] allows;
  ///   by the thread that lets it in
  public static Server start(Protocol protocol, Options options, Runnable whenDone)
      throws IOException {
    for (Endpoint endpoint : options.listen()) {
      if (!protocol.transports().contains(endpoint.transport())) {
        throw new IllegalArgumentException(
            protocol.getClass().getSimpleName() + " is not spoken over " + endpoint.transport());
      }
    }
    SecureRandom random = new SecureRandom();
    boolean handedOver = options.model() instanceof Processes;
    Openings openings = Openings.open(options.listen(), options.sockets(), handedOver);
    return start(
        protocol,
        options,
        whenDone,
        openings,
        random,
        context -> {
          ServerModel.Running running = options.model().start(context, openings.sockets());
          // Also so that the log is ready before it is needed most: a log that has to be loaded
          // first cannot tell of a lack of descriptors.
          context.log().log(
              Level.INFO, "listening at {0}, model {1}", openings.summary(), options.model());
          return running;
        });
  }

  /// Serves one client that is connected already, and no other, on a thread of its own:
  /// [#awaitSessions] tells when it has gone. Of the options, neither where to listen nor the model
  /// means anything.
  ///
  /// @param client the server's from here on
  public static Server serve(Protocol protocol, Options options, SocketChannel client)
      throws IOException {
    SecureRandom random = new SecureRandom();
    return start(
        protocol,
        options,
        () -> {},
        Openings.open(List.of(), options.sockets(), false),
        random,
        context -> SessionThreads.alone(context, client));
  }

  private interface Beginning {
    ServerModel.Running begin(Context context) throws IOException;
  }

  private static Server start(
      Protocol protocol,
      Options options,
      Runnable whenDone,
      Openings openings,
      SecureRandom random,
      Beginning beginning)
      throws IOException {
    // The first line of a log reads the time zones from a file. Were that first line the one about
    // having no descriptor left, it would fail, and all after it.
    TimeZone.getDefault();
    int atOnce = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    ExecutorService workers = pool(atOnce, "worker-");
    ExecutorService lengthy = pool(atOnce, "lengthy-");
    System.Logger log = System.getLogger("wharf.server");
    Switchboard switchboard =
        options.passivePorts().equals(PortRange.ANY)
            ? null
            : new Switchboard(
                options.passivePorts(), options.entrance(), random, System::nanoTime, log);
    try {
      Context context =
          new Context(
              protocol,
              new Door(options.sessions(), options.sessionsPerAddress(), options.entrance()),
              options.entrance(),
              switchboard,
              options.sockets(),
              openings.inherited(),
              options.tls(),
              openings.tlsPorts(),
              options.connections(),
              whenDone,
              workers,
              lengthy,
              System::nanoTime,
              random,
              log,
              new Roster(random),
              new Scribe(options.journal(), InstantSource.system(), log));
      return new Server(beginning.begin(context), openings, workers, lengthy, switchboard, context);
    } catch (IOException | RuntimeException e) {
      workers.shutdown();
      lengthy.shutdown();
      openings.close();
      throw e;
    }
  }

  /// Thrown when an address cannot be listened at: it is taken, not this machine's, or not allowed.
  public static final class CannotListen extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Endpoint endpoint;

    CannotListen(Endpoint endpoint, IOException cause) {
      super("cannot listen at " + name(endpoint) + ": " + cause.getMessage(), cause);
      this.endpoint = endpoint;
    }

    private static String name(Endpoint endpoint) {
      return switch (endpoint) {
        case Endpoint.Tcp(InetSocketAddress at, _) -> name(at);
        case Endpoint.Udp(InetSocketAddress at) -> name(at) + " for UDP";
        case Endpoint.Unix unix -> unix.file().toString();
        case Endpoint.Inherited _ -> "the socket this process was started with";
      };
    }

    private static String name(InetSocketAddress at) {
      return "port " + at.getPort() + " of " + at.getAddress().getHostAddress();
    }

    /// Where.
    public Endpoint endpoint() {
      return endpoint;
    }
  }

  /// Where it listens on IP networks, in the order asked for, with the ports that were given.
  public List<InetSocketAddress> addresses() {
    return openings.addresses();
  }

  /// The sessions that run in this process, the oldest first: what they do, and how far their
  /// transfers have come.
  public List<SessionSummary> sessions() {
    return context.roster().list(context.nanoTime().getAsLong());
  }

  /// Ends a session now, its transfer with it. Does not wait for that.
  ///
  /// @param session as [SessionSummary#session] has it
  /// @return whether there was one of that name in this process
  public boolean end(String session) {
    return context.roster().end(session);
  }

  /// Whether it takes no more clients.
  public boolean isRetired() {
    return retired;
  }

  /// Takes no more clients; sessions go on. Does not wait. Later calls do nothing.
  public synchronized void retire() {
    if (!retired) {
      retired = true;
      openings.removeFiles();
      running.stopAccepting();
    }
  }

  /// Takes no more clients, and has each session end when its transfer has: [#awaitSessions] tells
  /// when all have. Does not wait.
  public synchronized void drain() {
    retire();
    running.stopSessions();
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
    drain();
    boolean inPeace = running.awaitSessions(grace);
    if (!inPeace) {
      running.closeSessions();
      running.awaitSessions(SETTLING);
    }
    try {
      running.end();
    } finally {
      if (switchboard != null) {
        switchboard.close();
      }
      workers.shutdown();
      // Their tasks are done, as the sessions are that asked for them; so they end at once.
      lengthy.shutdown();
      boolean _ = workers.awaitTermination(LAST_TASK.toMillis(), TimeUnit.MILLISECONDS);
      boolean _ = lengthy.awaitTermination(LAST_TASK.toMillis(), TimeUnit.MILLISECONDS);
    }
    return inPeace;
  }

  private static ExecutorService pool(int atOnce, String name) {
    return Executors.newFixedThreadPool(
        atOnce, Thread.ofPlatform().name(name, 1).daemon().factory());
  }

  /// Whether it works: whether what carries its sessions is alive and gets its turn. For whoever
  /// restarts what hangs.
  ///
  /// @return false if that did not show within `atMost`
  public boolean responds(Duration atMost) throws InterruptedException {
    return running.responds(atMost);
  }

  /// Waits until no session runs: of a server that has stopped accepting, the end.
  ///
  /// @return whether that came true within `atMost`
  public boolean awaitSessions(Duration atMost) throws InterruptedException {
    return running.awaitSessions(atMost);
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
