package wharf.app;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import wharf.files.Durability;
import wharf.files.FileProblem;
import wharf.files.Quota;
import wharf.files.Tree;
import wharf.ftp.client.Printable;
import wharf.ftp.server.Advertised;
import wharf.ftp.server.FtpService;
import wharf.ftp.server.Rates;
import wharf.net.TlsIdentity;
import wharf.server.Endpoint;
import wharf.server.Processes;
import wharf.server.Server;
import wharf.server.Worker;
import wharf.users.Account;
import wharf.users.Accounts;
import wharf.users.Bans;
import wharf.users.Right;

/// `wharf serve DIR`.
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description = {
      "Puts a folder on the network over FTP.",
      "Everybody may read it, unless --user or --accounts says who may; nobody may write to it,"
          + " unless --writable says so.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf serve .",
      "  wharf serve ~/inbox --writable",
      "  wharf serve . --model processes --workers 4 --each nio",
      "  wharf serve /srv/files --user alice --password-file secret --writable --port 21",
      "  wharf serve /srv/files --tls require --ftps-port 990 --cert fullchain.pem --key key.pem",
      "  wharf serve --config /etc/wharf/wharf.toml",
    })
final class Serve implements Callable<Integer> {
  /// How long a worker waits for what there is to learn.
  private static final Duration LEARNING = Duration.ofSeconds(10);

  /// A day, in seconds.
  private static final int LONGEST_GRACE = 86_400;

  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private SocketSetup sockets = new SocketSetup();

  @Parameters(
      arity = "0..1",
      paramLabel = "DIR",
      description = "The folder to serve; may stand in --config FILE instead.")
  private @Nullable Path folder;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "What FILE says holds, where no option says otherwise: docs/operating.md. See 'wharf help"
              + " config'.")
  private @Nullable Path configFile;

  @Mixin private ListenOptions listen = new ListenOptions();
  @Mixin private AccountOptions users = new AccountOptions();
  @Mixin private TlsOptions security = new TlsOptions();
  @Mixin private ModelOptions models = new ModelOptions();
  @Mixin private QuotaOptions quota = new QuotaOptions();
  @Mixin private RateOptions rates = new RateOptions();
  @Mixin private MetricsOptions metrics = new MetricsOptions();
  @Mixin private LogOptions logging = new LogOptions();
  @Mixin private EntranceOptions entrance = new EntranceOptions();
  @Mixin private Masquerade masquerade = new Masquerade();

  @Option(
      names = "--idle",
      paramLabel = "SECONDS",
      description = "Close a session after so long without a command (default: ${DEFAULT-VALUE}).",
      defaultValue = "300")
  private int idle;

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      description =
          "When it is stopped, let running transfers go on for so long (default:"
              + " ${DEFAULT-VALUE}).",
      defaultValue = "10")
  private int grace = 10;

  @Option(
      names = "--control",
      paramLabel = "FILE",
      description =
          "Listen for 'wharf ctl' at this Unix-domain socket, which is made, for you alone"
              + " (default: one among the files of this user, which 'wharf ctl' finds).")
  private @Nullable Path control;

  @Option(
      names = "--sync",
      paramLabel = "WHEN",
      description =
          "Wait until an upload is on the disk before saying that it is stored: always, or never,"
              + " which is quicker, but what clients were told is stored may be lost or damaged"
              + " when the power fails (default: always).")
  private Durability sync = Durability.ALWAYS;

  @Option(
      names = "--compress",
      description =
          "Tell clients that transfers may be compressed (MODE Z): some then compress all, which"
              + " pays on a slow network. Who asks for it untold is served, too.")
  private boolean compress;

  @Option(
      names = {"-q", "--quiet"},
      description = "Do not log what clients do.")
  private boolean quiet;

  /// What workers are told, once it is known.
  private Handover.@Nullable Place handover;

  /// What `--config` says.
  private Config config = Config.none();

  /// Who may not come because log-ins have failed; of this process alone.
  private Bans bans = Bans.none();

  /// The TLS there is, once it is known.
  private TlsOptions.@Nullable Ready tls;

  @Override
  public Integer call() throws Exception {
    Main program = Objects.requireNonNull(main);
    if (models.worker() && !Handover.isIn(System.getenv())) {
      throw usage("--worker is for 'wharf serve --model processes' to say, not for you");
    }
    Handover known = models.worker() ? Handover.taken(System.getenv()) : null;
    configure(program.around(), known);
    try {
      return serve(program, known);
    } catch (ParameterException problem) {
      throw config.explained(problem, Objects.requireNonNull(spec));
    }
  }

  /// Takes the configuration; a worker that which its server has read.
  private void configure(Surroundings around, @Nullable Handover known)
      throws Config.Wrong, IOException {
    if (configFile != null) {
      config =
          known == null
              ? Config.read(configFile, around.folder())
              : Config.of(configFile, around.folder(), known.configuration())
                  .taking(Config.of(configFile, around.folder(), known.latest()));
      config.into(Objects.requireNonNull(spec));
    }
  }

  /// What it would do, without doing it; tells all that is wrong, as far as that can be known
  /// without opening anything.
  Plan check() throws Exception {
    Main program = Objects.requireNonNull(main);
    configure(program.around(), null);
    try {
      Plan plan = plan(null, null);
      security.checkFiles(program);
      Quota _ = quota.quota();
      return plan;
    } catch (ParameterException problem) {
      throw config.explained(problem, spec());
    }
  }

  /// The value of every key of a configuration, and where it is from.
  List<String> shown() throws Exception {
    Plan _ = check();
    return config.shown(Objects.requireNonNull(spec));
  }

  /// The account of this name, that of people without one among them.
  Optional<Account> known(String name) throws IOException, Failure {
    return users.logIns(Objects.requireNonNull(main).around().folder(), config).account(name);
  }

  /// What a server is made of, as far as it is said by options and configuration.
  record Plan(
      Path folder,
      Server.Options server,
      LogIns logIns,
      FtpService.Patience patience,
      Bans.Policy bans,
      Rates.Settings rates,
      Advertised advertised,
      boolean compress) {}

  /// The value of every key, by its path, as it is shown.
  Map<String, String> values() {
    return config.values(spec());
  }

  /// The text of the configuration.
  String configuration() {
    return config.text();
  }

  /// @param known who may log in, and all else that this process was handed as a worker
  private Plan plan(Endpoint.@Nullable Inherited given, @Nullable Handover known)
      throws IOException, Failure {
    Server.Options server = options(given);
    if (folder == null) {
      throw usage(
          configFile == null
              ? "Missing required parameter: 'DIR'"
              : "say which folder to serve: folder = ... in " + configFile + ", or DIR");
    }
    return new Plan(
        folder,
        server,
        known == null
            ? users.logIns(Objects.requireNonNull(main).around().folder(), config)
            : new LogIns(known.known(), known.anonymous(), null, List.of()),
        patience(),
        bansPolicy(),
        rates.settings(),
        masquerade.advertised(),
        compress);
  }

  /// The options, as they have come to be.
  CommandSpec spec() {
    return Objects.requireNonNull(spec);
  }

  private Integer serve(Main program, @Nullable Handover known)
      throws Failure, IOException, InterruptedException {
    Surroundings around = program.around();
    Endpoint.@Nullable Inherited given = listen.given(models.worker());
    if (given != null && Activation.isTheClients(2)) {
      program.hush();
    }
    Plan plan = plan(given, known);
    Server.Options options = plan.server();
    Log.toStandardError(program.err(), quiet, models.worker());
    Path root = around.folder().resolve(plan.folder());
    boolean outputIsOurs = !models.processes() && (given == null || !Activation.isTheClients(1));
    LogSettings logSettings = logging.settings(outputIsOurs);
    LogIns who = plan.logIns();
    // Closed last: what happens while the server stops is logged, too.
    try (Logs logs = Logs.open(logSettings, around, program::note);
        QuotaOptions _ = quota;
        MetricsOptions _ = metrics;
        Tree tree = Tree.open(root, InstantSource.system(), sync, quota(around));
        Handover.Place place =
            models.processes() && !models.worker()
                ? new Handover(who.known(), who.anonymous(), config.text(), config.text())
                    .lay(around.state())
                : null;
        AccountRoots roots =
            new AccountRoots(
                tree,
                root,
                InstantSource.system(),
                sync,
                models.worker() ? Handover.counts(System.getenv()) : null)) {
      handover = place;
      if (models.worker()) {
        metrics.join(System.getenv());
      } else {
        metrics.open(models.processes(), around.state());
      }
      if (!models.worker() || TlsOptions.hasTls(System.getenv())) {
        tls = security.ready(program);
      }
      FtpService service =
          new FtpService(
              tree,
              new Accounts(who.known(), who.anonymous(), new PasswordForms()),
              Instant::now,
              plan.patience(),
              tls == null ? FtpService.Tls.OFF : tls.when());
      service = service.with(new Rates(rates.settings())).with(masquerade.advertised());
      service = service.with(roots).with(bans);
      if (compress) {
        service = service.offeringCompression();
      }
      if (tls != null) {
        options = options.with(tls.settings());
      }
      if (logs.any() || metrics.wanted()) {
        options = options.with(metrics.after(logs));
      }
      if (logs.haveCommands() || metrics.wanted()) {
        service = service.tellingCommands();
      }
      if (given != null && !service.transports().contains(given.transport())) {
        throw usage("FTP is spoken over TCP, and the socket handed over is " + given.transport());
      }
      if (models.worker()) {
        work(service, options, root);
      } else if (given != null && given.socket() instanceof SocketChannel client) {
        serveOne(client, service, options);
      } else {
        Current current = new Current(service);
        try (Supervision supervision = Supervision.of(System.getenv());
            Server server = Server.start(current, options)) {
          Reload reload = new Reload(program, this, who, current, place, logs, supervision);
          CountDownLatch drained = new CountDownLatch(1);
          Desk desk =
              desk(
                  server,
                  root,
                  reload,
                  null,
                  () -> {
                    drain(server);
                    drained.countDown();
                  });
          metrics.ask(desk);
          if (configFile != null) {
            boolean _ = Signals.on("HUP", () -> reloadUnasked(desk));
          }
          try (ControlSocket _ = control(desk, around)) {
            if (given == null || !Activation.isTheClients(1)) {
              PrintStream out = logSettings.takesStandardOutput() ? program.err() : around.out();
              banner(out, root, server.addresses(), who);
            }
            supervision.ready(server, "serving " + root + ", " + models.summary());
            program.mayTake(grace());
            Serving.awaitStop(server, around, grace(), supervision, drained);
          }
        }
      }
      return ExitCode.OK.number();
    } catch (FileProblem problem) {
      return cannotServe(root, problem);
    } catch (Server.CannotListen problem) {
      return Serving.cannot(problem, program);
    } catch (Processes.CannotStart problem) {
      program.note(String.valueOf(problem.getMessage()));
      return ExitCode.FAILED.number();
    }
  }

  private Desk desk(
      Server server,
      Path root,
      @Nullable Callable<List<String>> reload,
      @Nullable Runnable retire,
      Runnable drain) {
    return new Desk(
        root.toAbsolutePath().normalize().toString(),
        models.summary(),
        System.nanoTime(),
        server,
        bans,
        reload,
        retire,
        drain,
        handover == null ? null : handover.workers(),
        metrics.counted());
  }

  /// Takes no more clients. Of worker processes each is told by itself, for what they have been
  /// given to end in is bounded.
  private void drain(Server server) {
    if (models.processes()) {
      server.retire();
    } else {
      server.drain();
    }
  }

  private ControlSocket control(Desk desk, Surroundings around) throws IOException {
    return control == null
        ? ControlSocket.usual(around.state(), desk)
        : ControlSocket.at(around.folder().resolve(control), desk);
  }

  private void reloadUnasked(Desk desk) {
    String problem = desk.answer(new Control.Request("reload")).problem();
    if (problem != null) {
      problem.lines().forEach(line -> Objects.requireNonNull(main).note(Printable.of(line)));
    }
  }

  /// Has a worker that starts later than others know what they were told meanwhile. The first ones
  /// ask nobody: their server listens for orders when they are ready.
  private void learn(Desk desk) throws InterruptedException {
    Surroundings around = Objects.requireNonNull(main).around();
    long parent = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(0L);
    Path first =
        control == null
            ? ControlCaller.socketIn(ControlCaller.folder(around.state()), parent)
            : around.folder().resolve(control);
    try {
      desk.learn(ControlCaller.ask(first, new Control.Request("bans"), LEARNING));
      desk.learn(ControlCaller.ask(first, new Control.Request("status"), LEARNING));
    } catch (IOException e) {
      System.getLogger("wharf.app").log(Level.DEBUG, "nobody tells of bans", e);
    }
  }

  /// Serves as a worker process.
  private void work(FtpService service, Server.Options options, Path root)
      throws IOException, InterruptedException {
    PrintStream parent = Objects.requireNonNull(main).around().out();
    try (Worker worker = Worker.start(service, options, parent, Serving.ofWorker(grace()))) {
      Desk desk = desk(worker.server(), root, null, worker::retire, worker::drain);
      try (ControlSocket _ = ControlSocket.ofWorker(Handover.socket(System.getenv()), desk)) {
        learn(desk);
        if (Handover.isOutdated(System.getenv())) {
          worker.retire();
        }
        worker.await();
      }
    }
  }

  private Quota quota(Surroundings around) throws IOException {
    if (models.worker()) {
      return quota.joining(System.getenv());
    }
    return models.processes() ? quota.sharing(around.state()) : quota.quota();
  }

  /// Serves one client, as inetd's `nowait` has it. What it is told goes over its connection only:
  /// the standard output may be that connection, too.
  private void serveOne(SocketChannel client, FtpService service, Server.Options options)
      throws IOException, InterruptedException {
    try (Server server = Server.serve(service, options, client)) {
      boolean gone = false;
      while (!gone) {
        try {
          gone = server.awaitSessions(Duration.ofDays(1));
        } catch (InterruptedException stop) {
          server.stop(grace());
          gone = true;
        }
      }
    }
  }

  /// A worker, which is also told who may log in, and how.
  private ProcessBuilder worker(boolean secure) {
    ProcessBuilder worker = models.anotherWorker();
    Objects.requireNonNull(handover).tell(worker.environment());
    TlsOptions.tell(worker.environment(), tls, secure);
    quota.tell(worker.environment());
    metrics.tell(worker.environment());
    Supervision.keepFrom(worker.environment());
    return worker;
  }

  private Duration grace() {
    return Duration.ofSeconds(grace);
  }

  private FtpService.Patience patience() {
    Integer longest = config.said(Key.LIMITS_TRANSFER);
    return FtpService.Patience.USUAL
        .withIdle(Duration.ofSeconds(idle))
        .withLogin(Duration.ofSeconds(config.get(Key.LIMITS_LOGIN)))
        .withStall(Duration.ofSeconds(config.get(Key.LIMITS_STALL)))
        .withTransfer(longest == null ? null : Duration.ofSeconds(longest));
  }

  private Bans.Policy bansPolicy() {
    try {
      return new Bans.Policy(
          config.get(Key.BANS_FAILURES),
          Duration.ofSeconds(config.get(Key.BANS_WITHIN)),
          Duration.ofSeconds(config.get(Key.BANS_FIRST)),
          Duration.ofSeconds(config.get(Key.BANS_LONGEST)),
          Duration.ofSeconds(config.get(Key.BANS_FORGIVEN)),
          config.get(Key.BANS_NEVER));
    } catch (IllegalArgumentException e) {
      throw usage("bans: the longest is not shorter than the first");
    }
  }

  private Server.Options options(Endpoint.@Nullable Inherited given) {
    if (grace < 0 || grace > LONGEST_GRACE) {
      throw usage("--grace is 0 to " + LONGEST_GRACE + " seconds, not " + grace);
    }
    if (idle < 1) {
      throw usage("--idle is at least 1 second, not " + idle);
    }
    security.check(given != null && !models.worker());
    metrics.check(given != null && given.socket() instanceof SocketChannel);
    bans = new Bans(bansPolicy(), InstantSource.system());
    Server.Options options =
        Server.Options.at(given == null ? listen.endpoints(security.ftpsPort()) : List.of(given))
            .with(listen.ports())
            .with(sockets.settings());
    return models.under(entrance.of(options, bans), this::worker);
  }

  private void banner(PrintStream out, Path root, List<InetSocketAddress> listening, LogIns who)
      throws IOException {
    String user = users.user();
    boolean named = !who.sources().isEmpty();
    out.println(
        "Serving "
            + root.toRealPath()
            + " over FTP"
            + (isRequired() ? ", under TLS only" : "")
            + (who.haveWriters() ? "." : ", for reading only."));
    // Those for TLS from the first byte come last.
    int plain = security.ftpsPort().isPresent() ? listening.size() / 2 : listening.size();
    for (int i = 0; i < listening.size(); i++) {
      InetSocketAddress at = listening.get(i);
      for (String address : reachable(at)) {
        String scheme = i < plain ? "  ftp://" : "  ftps://";
        out.println(scheme + address + ":" + at.getPort() + "/");
      }
    }
    if (tls != null) {
      for (TlsIdentity host : tls.shown().hosts()) {
        out.println(
            "Certificate: %sSHA-256 fingerprint %s"
                .formatted(tls.shown().selfSigned() ? "self-signed, " : "", host.fingerprint()));
      }
      tls.shown().complaints(Instant.now()).forEach(Objects.requireNonNull(main)::note);
    }
    if (who.anonymous() != null) {
      out.println("Everybody may " + may(who.anonymous()) + ".");
    }
    if (who.oneTimePassword() != null) {
      out.println(
          "To write, log in as "
              + AccountOptions.ONE_TIME_USER
              + " with the password "
              + who.oneTimePassword());
    } else if (named) {
      String files =
          String.join(" and ", who.sources().stream().filter(it -> !it.equals(user)).toList());
      out.println(
          "Accounts: "
              + (user != null ? user : "")
              + (user != null && files.length() > 0 ? " and " : "")
              + (files.length() > 0 ? "those of " + files : ""));
    }
    if ((who.oneTimePassword() != null || named) && !isRequired()) {
      out.println(
          tls == null
              ? "FTP does not encrypt: passwords can be read on the way."
              : "Passwords of clients that do not ask for TLS can be read on the way; --tls require"
                  + " refuses them.");
    }
    metrics.tell(out);
    masquerade.tell(out, Objects.requireNonNull(main)::note, listening, listen.passivePorts());
    long started = ManagementFactory.getRuntimeMXBean().getStartTime();
    out.println(
        "Ready ("
            + models.summary()
            + ", "
            + (System.currentTimeMillis() - started)
            + " ms). Ctrl-C stops it.");
    out.flush();
  }

  private static String may(Account account) {
    return account.equals(Account.reader(account.name()))
        ? "read"
        : Right.words(account.rules().somewhere());
  }

  private boolean isRequired() {
    return tls != null && tls.when() == FtpService.Tls.REQUIRED;
  }

  /// The addresses that `at` can be reached by: itself, or, if it stands for all, every one of this
  /// machine.
  private static List<String> reachable(InetSocketAddress at) throws SocketException {
    if (!at.getAddress().isAnyLocalAddress()) {
      return List.of(Serving.host(at.getAddress()));
    }
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        // An address of the link alone means nothing without the interface, which no URL can say.
        .filter(address -> !address.isLinkLocalAddress())
        .sorted(
            Comparator.comparing((InetAddress a) -> !a.isLoopbackAddress())
                .thenComparing(a -> a instanceof Inet6Address))
        .map(Serving::host)
        .distinct()
        .toList();
  }

  private int cannotServe(Path root, FileProblem problem) {
    String why =
        switch (problem.kind()) {
          case NOT_FOUND -> "there is no folder " + root;
          case NOT_A_DIRECTORY -> root + " is not a folder";
          case DENIED -> "the folder " + root + " may not be read by you";
          default -> "cannot serve " + root + ": " + problem.getMessage();
        };
    Objects.requireNonNull(main).note(why);
    return switch (problem.kind()) {
      case NOT_FOUND, NOT_A_DIRECTORY -> ExitCode.NOT_FOUND.number();
      case DENIED -> ExitCode.NOT_PERMITTED.number();
      default -> ExitCode.LOCAL_DISK.number();
    };
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
