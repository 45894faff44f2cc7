package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import wharf.files.Tree;
import wharf.files.VirtualPath;
import wharf.ftp.server.FtpService;
import wharf.server.Endpoint;
import wharf.server.Processes;
import wharf.server.Server;
import wharf.server.ServerModel;
import wharf.server.TlsSettings;
import wharf.server.TlsSettings.Binding;
import wharf.users.Account;
import wharf.users.Accounts;
import wharf.users.PasswordHash;
import wharf.users.Secret;

/// A server over a folder of its own, with one account that may do everything, and its log.
final class Harbour implements AutoCloseable {
  /// For what happens within a moment, on a machine that is busy with something else.
  static final Duration SOON = Duration.ofSeconds(30);

  private static final Logger LOG = Logger.getLogger("wharf.server");

  /// What is served.
  final Path root;

  /// A folder that is not.
  final Path outside;

  private final List<InetSocketAddress> addresses;
  private final Closeable server;
  private final Told told;

  private Harbour(
      Path root, Path outside, List<InetSocketAddress> addresses, Closeable server, Told told) {
    this.root = root;
    this.outside = outside;
    this.addresses = addresses;
    this.server = server;
    this.told = told;
  }

  /// What a server has logged so far.
  private interface Told {
    List<String> lines();

    List<String> faults();
  }

  /// Serves `folder/root`, or under `processes` a folder that is as empty, at both loopback
  /// addresses, IPv4 and IPv6.
  static Harbour open(Path folder, ServerModel model) throws IOException {
    return open(folder, model, FtpService.Tls.OFF, Binding.AUTO);
  }

  /// The same with MODE Z in FEAT.
  static Harbour compressing(Path folder, ServerModel model) throws IOException {
    return model instanceof Processes
        ? Shared.running(true).harbour()
        : here(folder, model, FtpService.Tls.OFF, Binding.AUTO, FtpService.Patience.USUAL, true);
  }

  /// The same under TLS, and at two more ports that it begins with; under `processes` without
  /// those.
  static Harbour open(Path folder, ServerModel model, FtpService.Tls tls, Binding binding)
      throws IOException {
    return model instanceof Processes
        ? Shared.running(false).harbour()
        : here(folder, model, tls, binding, FtpService.Patience.USUAL, false);
  }

  /// With TLS for those who ask for it, in this process, by another patience.
  static Harbour open(Path folder, ServerModel model, FtpService.Patience patience)
      throws IOException {
    return here(folder, model, FtpService.Tls.ALLOWED, Binding.AUTO, patience, false);
  }

  private static Harbour here(
      Path folder,
      ServerModel model,
      FtpService.Tls tls,
      Binding binding,
      FtpService.Patience patience,
      boolean compress)
      throws IOException {
    Path root = Files.createDirectories(folder.resolve("root"));
    Path outside = Files.createDirectories(folder.resolve("outside"));
    Tree tree = Tree.open(root, InstantSource.system());
    Accounts accounts =
        new Accounts(
            List.of(new Accounts.Known(Account.writer(Site.USER), Site.PASSWORD)),
            true,
            new PlainText());
    Notes notes = new Notes();
    LOG.addHandler(notes);
    LOG.setUseParentHandlers(false);
    List<Endpoint> endpoints = new ArrayList<>(endpoints(false));
    if (tls != FtpService.Tls.OFF) {
      endpoints.addAll(endpoints(true));
    }
    Server.Options options = Server.Options.at(endpoints).with(model);
    if (tls != FtpService.Tls.OFF) {
      SSLContext context = Certificate.only().identity().serverContext(List.of());
      options = options.with(TlsSettings.of(() -> context).with(binding));
    }
    FtpService service = new FtpService(tree, accounts, Instant::now, patience, tls);
    Server server = Server.start(compress ? service.offeringCompression() : service, options);
    return new Harbour(
        root,
        outside,
        server.addresses(),
        () -> {
          server.close();
          tree.close();
          LOG.removeHandler(notes);
          LOG.setUseParentHandlers(true);
        },
        notes);
  }

  private static List<Endpoint> endpoints(boolean secure) {
    return Stream.of("127.0.0.1", "::1")
        .map(
            here ->
                (Endpoint)
                    new Endpoint.Tcp(new InetSocketAddress(InetAddress.ofLiteral(here), 0), secure))
        .toList();
  }

  /// Worker processes inherit their listener as their standard input, and that of this process is
  /// not free: so the program is run, with as many workers as show that there is more than one. It
  /// goes on for the next who asks: to start it takes longer than most tests.
  private static final class Shared {
    private static final Map<Boolean, Shared> RUNNING = new HashMap<>();

    final Path root;
    final Path outside;
    final Program program;

    /// The sockets of its workers while nobody is there.
    private final long atRest;

    private Shared(Path root, Path outside, Program program) throws IOException {
      this.root = root;
      this.outside = outside;
      this.program = program;
      atRest = sockets();
    }

    static synchronized Shared running(boolean compress) throws IOException {
      Shared running = RUNNING.get(compress);
      if (running == null) {
        Path folder = UnderTarget.make();
        Path root = Files.createDirectory(folder.resolve("root"));
        Path password = Files.writeString(folder.resolve("password"), Site.PASSWORD + "\n");
        Program program =
            Program.serve(
                root,
                Program.NATIVE,
                "--bind=::1",
                "--model=" + Processes.NAME,
                "--workers=2",
                "--writable",
                "--anonymous",
                "--cert=" + Certificate.only().whole(),
                "--key=" + Certificate.only().whole(),
                "--user=" + Site.USER,
                "--password-file=" + password,
                compress ? "--compress" : "--quiet=false");
        Files.delete(password);
        Path outside = Files.createDirectory(folder.resolve("outside"));
        running = new Shared(root, outside, program);
        RUNNING.put(compress, running);
        Runtime.getRuntime().addShutdownHook(new Thread(program::close));
      }
      return running;
    }

    Harbour harbour() {
      int before = program.log().size();
      int port = program.site(outside).at().getPort();
      return new Harbour(
          root,
          outside,
          List.of(
              new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port),
              new InetSocketAddress(InetAddress.ofLiteral("::1"), port)),
          this::clear,
          new Told() {
            @Override
            public List<String> lines() {
              List<String> all = program.log();
              return all.subList(before, all.size());
            }

            @Override
            public List<String> faults() {
              return lines().stream().filter(line -> line.contains(" problem: ")).toList();
            }
          });
    }

    /// Makes it as if nobody had come, once everybody has gone.
    private void clear() throws IOException {
      await("the sessions end", () -> sockets() <= atRest);
      for (Path folder : List.of(root, outside)) {
        try (Stream<Path> all = Files.walk(folder)) {
          for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
            if (!one.equals(folder)) {
              Files.delete(one);
            }
          }
        }
      }
    }

    private long sockets() {
      return program.children().stream().mapToLong(Shared::sockets).sum();
    }

    private static long sockets(ProcessHandle worker) {
      try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(worker.pid()), "fd"))) {
        return open.filter(Shared::isSocket).count();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static boolean isSocket(Path descriptor) {
      try {
        return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
      } catch (IOException closedMeanwhile) {
        return false;
      }
    }
  }

  Site site() {
    return new Site(addresses.getFirst(), false, outside);
  }

  Site siteOverIpv6() {
    return new Site(addresses.get(1), false, outside);
  }

  /// For a client that is to come under TLS, or not.
  Site site(Security security) {
    return new Site(addresses.get(security.isImplicit() ? 2 : 0), false, security, outside);
  }

  Site siteOverIpv6(Security security) {
    return new Site(addresses.get(security.isImplicit() ? 3 : 1), false, security, outside);
  }

  /// What the server has logged that `wanted` holds for.
  List<String> log(Predicate<String> wanted) {
    return told.lines().stream().filter(wanted).toList();
  }

  /// The parts of unfinished uploads.
  List<Path> parts() {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .filter(e -> e.getFileName().toString().startsWith(VirtualPath.RESERVED_PREFIX))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// How long the only part of an unfinished upload is; -1 when there is none.
  long partLength() {
    try {
      List<Path> parts = parts();
      return parts.isEmpty() ? -1 : Files.size(parts.getFirst());
    } catch (IOException e) {
      // It was published between the two calls.
      return -1;
    }
  }

  /// Waits until `condition` holds, for [#SOON].
  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + SOON.toSeconds() + " s: " + what);
      }
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
    }
  }

  /// Ends the server, and makes sure that no session fell over.
  @Override
  public void close() throws IOException {
    server.close();
    assertThat(told.faults()).isEmpty();
  }

  /// No secret is at stake.
  private static final class PlainText implements PasswordHash {
    @Override
    public String of(Secret password) {
      return password.text();
    }

    @Override
    public boolean matches(Secret password, String hash) {
      return password.text().equals(hash);
    }
  }

  /// The log in memory.
  private static final class Notes extends Handler implements Told {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final SimpleFormatter format = new SimpleFormatter();

    @Override
    public List<String> lines() {
      return lines;
    }

    @Override
    public List<String> faults() {
      return faults;
    }

    @Override
    public void publish(LogRecord record) {
      String line = format.formatMessage(record);
      lines.add(line);
      if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
        faults.add(line + (record.getThrown() == null ? "" : ": " + record.getThrown()));
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
