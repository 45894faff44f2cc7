package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import wharf.app.interop.Kill.Cut;
import wharf.app.interop.Kill.Fate;
import wharf.app.interop.Kill.Holds;
import wharf.app.interop.Kill.Mode;
import wharf.app.interop.Kill.Protection;
import wharf.app.interop.Kill.Way;
import wharf.files.VirtualPath;
import wharf.ftp.server.FtpService;
import wharf.server.ServerModel;

/// Every way in which an upload can be cut off, done, and compared with what is promised; and
/// `docs/kill-matrix.md`, which says what came of it.
///
/// Each cell has a folder of its own, with the old file in it. Uploads wait for each other where
/// they share what befalls them: one server is killed with all that it receives at that time.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(240)
final class KillMatrixTest {
  /// When a client is silent: so long that no client stalls by mistake.
  private static final Duration STALL = Duration.ofSeconds(4);

  private static final FtpService.Patience IMPATIENT =
      new FtpService.Patience(
          Duration.ofSeconds(60), Duration.ofSeconds(300), Duration.ofSeconds(30), STALL);

  /// An upload that took so long, in nanoseconds, is on probation for as long as any.
  private static final long ON_ITS_WAY = Duration.ofMillis(800).toNanos();

  /// How many cells are at work at the same time: most of them wait.
  private static final int AT_ONCE = 24;

  /// Why, as the log has it: which of them it is where a client dies, depends on what is noticed
  /// first.
  private static final List<String> REASONS =
      List.of(
          "the client is gone",
          "Connection reset",
          "the connection ended without close_notify",
          "the data ended before the file did",
          "it was broken off",
          "nothing moved for " + STALL.toSeconds() + " s",
          "is too large for this store",
          "does not fit: disk full");

  private static final String FILE = "f";

  @TempDir(factory = UnderTarget.class)
  static Path folder;

  private final Map<Kill, Fate> found = new LinkedHashMap<>();
  private final Map<String, List<Fate>> foundUnder = new LinkedHashMap<>();
  private final Map<String, Fate> foundAlone = new LinkedHashMap<>();

  // The cells.

  @Test
  @Order(1)
  void clientsVanish() throws Exception {
    List<Kill> kills =
        Stream.of(Way.SILENCE, Way.FIN, Way.RST, Way.ABOR)
            .flatMap(way -> every(way, Cut.values()))
            .toList();
    try (Harbour harbour = harbour("clients", ServerModel.all().getFirst())) {
      Berth berth = berth(harbour);
      long held = held(berth);
      found.putAll(atOnce(kills, kill -> endsItself(kill, berth, true)));
      Harbour.await("the sessions end", () -> held(berth) <= held);
    }
  }

  @Test
  @Order(2)
  void theServerIsKilled() throws Exception {
    Path root = Files.createDirectories(folder.resolve("killed/root"));
    Program server = serve(root);
    try {
      for (Cut cut : Cut.values()) {
        List<Kill> kills = every(Way.KILLED, Cut.values()).filter(k -> k.cut() == cut).toList();
        Program doomed = server;
        Berth before = berth(doomed, root);
        Map<Kill, Doomed> clients = atOnce(kills, kill -> comesTo(kill, before));
        try (Doomed witness = witness(before)) {
          for (Kill kill : kills) {
            seesOnlyTheOld(witness, kill, before);
          }
        }
        doomed.kill();
        for (Doomed client : clients.values()) {
          assertThat(client.hearsNothingMore()).isTrue();
          client.close();
        }
        for (Kill kill : kills) {
          assertThat(before.told(kill)).as("%s", kill).isEmpty();
        }
        server = serve(root);
        Berth after = berth(server, root);
        long held = held(after);
        found.putAll(
            atOnce(
                kills,
                kill -> {
                  try (Doomed witness = witness(after)) {
                    assertThat(witness.sees(kill.folder())).containsExactly(FILE);
                  }
                  Fate fate = new Fate(holds(kill, after), kept(kill, after), List.of(), "");
                  assertThat(fate).as("%s", kill).isEqualTo(kill.expected());
                  goesOn(kill, fate, after);
                  return fate;
                }));
        Harbour.await("the sessions end", () -> held(after) <= held);
      }
    } finally {
      server.close();
    }
  }

  /// Here it is a matter of luck which of them were published already, and told to be.
  @Test
  @Order(2)
  void theServerIsKilledWhileItPublishes() throws Exception {
    Path root = Files.createDirectories(folder.resolve("publishing/root"));
    List<Kill> kills = every(Way.KILLED, Cut.ALL).toList();
    try (Program doomed = serve(root)) {
      Berth before = berth(doomed, root);
      Map<Kill, Doomed> clients = atOnce(kills, kill -> begins(kill, before));
      Map<Kill, Boolean> told =
          atOnce(
              kills,
              kill -> {
                try (Doomed client = Objects.requireNonNull(clients.get(kill))) {
                  sendsAll(kill, client);
                  boolean complete = client.hears() == 226;
                  doomed.kill();
                  return complete;
                } catch (IOException killed) {
                  return false;
                }
              });
      assertThat(told).as("told to be complete").containsValue(true);
      try (Program server = serve(root)) {
        Berth after = berth(server, root);
        atOnce(
            kills,
            kill -> {
              Holds name = holds(kill, after);
              assertThat(name).as("%s", kill).isIn(Holds.OLD, Holds.NEW);
              assertThat(told.get(kill)).as("%s", kill).isIn(name == Holds.NEW, false);
              goesOn(kill, new Fate(name, kept(kill, after), List.of(), ""), after);
              return kill;
            });
      }
    }
  }

  @Test
  @Order(3)
  void theDiskIsFull() throws Exception {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/prlimit")),
        "prlimit, of util-linux, sets how large a file may become");
    Path root = Files.createDirectories(folder.resolve("full/root"));
    try (Program server = serve(root)) {
      Berth berth = berth(server, root);
      long held = held(berth);
      for (Cut cut : Cut.values()) {
        List<Kill> kills = every(Way.FULL, Cut.values()).filter(k -> k.cut() == cut).toList();
        Map<Kill, Doomed> clients = atOnce(kills, kill -> begins(kill, berth));
        limit(server, Integer.toString(cut.of(Kill.CONTENT.length)));
        found.putAll(
            atOnce(
                kills,
                kill -> {
                  try (Doomed client = Objects.requireNonNull(clients.get(kill));
                      Doomed witness = witness(berth)) {
                    sendsAll(kill, client);
                    int reply = client.hears();
                    client.says("NOOP", 200);
                    client.leaves();
                    assertThat(witness.sees(kill.folder())).containsExactly(FILE);
                    Fate fate = fate(kill, berth, List.of(reply));
                    assertThat(fate).as("%s", kill).isEqualTo(kill.expected());
                    return fate;
                  }
                }));
        limit(server, "unlimited");
        atOnce(
            kills,
            kill -> {
              goesOn(kill, Objects.requireNonNull(found.get(kill)), berth);
              return kill;
            });
        Harbour.await("the sessions end", () -> held(berth) <= held);
      }
    }
  }

  /// A file system without room says so in other words than a limit does, and to the page, not to
  /// the byte.
  @Test
  @Order(4)
  void theFileSystemIsFull() throws Exception {
    Path own = Files.createDirectory(folder.resolve("small"));
    Path root = Files.createDirectory(own.resolve("root"));
    boolean mounted = ran("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", root.toString());
    assumeTrue(mounted, "only root can mount a small file system");
    try (Harbour harbour = Harbour.open(own, ServerModel.all().getFirst(), IMPATIENT)) {
      Berth berth = berth(harbour);
      for (Kill kill : every(Way.FULL, Cut.MIDDLE).toList()) {
        try (Doomed client = begins(kill, berth)) {
          Path filler = root.resolve("filler");
          Files.write(
              filler, new byte[(int) Files.getFileStore(root).getUsableSpace() - (64 << 10)]);
          sendsAll(kill, client);
          client.hears(552);
          client.leaves();
          Harbour.await("it is told", () -> !berth.told(kill).isEmpty());
          assertThat(berth.told(kill))
              .singleElement()
              .asString()
              .contains("does not fit: disk full");
          Files.delete(filler);
        }
        goesOn(kill, new Fate(holds(kill, berth), kept(kill, berth), List.of(), ""), berth);
        clear(root.resolve(kill.folder()));
      }
    } finally {
      assertThat(ran("umount", root.toString())).isTrue();
    }
  }

  /// How large a file of the server's may become, as `ulimit -f` has it, but to the byte.
  private static void limit(Program server, String bytes) throws Exception {
    assertThat(ran("prlimit", "--pid", "" + server.pid(), "--fsize=" + bytes + ":")).isTrue();
  }

  private static boolean ran(String... words) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() == 0;
  }

  private static void sendsAll(Kill kill, Doomed client) {
    try {
      byte[] wire = kill.mode().wire(Kill.CONTENT);
      client.sends(wire, wire.length);
      client.ends();
    } catch (IOException refused) {
      // The reply tells why.
    }
  }

  // What is not a part of the matrix, but next to it.

  @Test
  @Order(5)
  void everyModelTellsTheSame() throws Exception {
    List<Kill> kills =
        Stream.of(Way.FIN, Way.RST, Way.ABOR, Way.SILENCE)
            .flatMap(way -> every(way, Cut.MIDDLE))
            .filter(kill -> kill.mode() == Mode.STREAM && kill.protection() != Protection.TLS12)
            .toList();
    for (ServerModel model : ServerModel.all()) {
      boolean sharing = !model.name().equals("iterative");
      try (Harbour harbour = harbour(model.name(), model)) {
        Berth berth = berth(harbour);
        foundUnder.put(
            model.name(),
            sharing
                ? List.copyOf(atOnce(kills, kill -> endsItself(kill, berth, true)).values())
                : oneByOne(kills, kill -> endsItself(kill, berth, false)));
      }
    }
  }

  /// The client drops the data connection by a FIN in the middle, and stays. Of plain bytes in a
  /// stream that is how the protocol says that the file is whole: but not if its size was
  /// announced.
  @Test
  @Order(6)
  void onlyTheDataConnectionEnds() throws Exception {
    try (Harbour harbour = harbour("alone", ServerModel.all().getFirst())) {
      Berth berth = berth(harbour);
      for (Kill kill : every(Way.FIN, Cut.MIDDLE).toList()) {
        for (boolean announced : new boolean[] {false, true}) {
          Path file = berth.root().resolve(kill.folder()).resolve(FILE);
          prepare(kill, berth);
          boolean stream = kill.mode() == Mode.STREAM;
          boolean proves = kill.protection() == Protection.PLAIN && stream && !announced;
          try (Doomed client = Doomed.comes(berth.at(), kill.protection(), kill.mode())) {
            if (announced) {
              client.says("ALLO " + Kill.CONTENT.length, 200);
            }
            client.begins(kill.folder() + "/" + FILE);
            client.sends(kill.mode().wire(Kill.CONTENT), kill.bytes());
            awaitArrival(kill, client, berth);
            client.dropsData();
            int reply = client.hears();
            client.leaves();
            Holds name = Holds.of(Files.readAllBytes(file));
            boolean tooShort = kill.protection() == Protection.PLAIN && stream && announced;
            assertThat(name)
                .as("%s %s", kill, announced)
                .isEqualTo(proves ? Holds.A_PART : Holds.OLD);
            assertThat(reply).isEqualTo(proves ? 226 : tooShort ? 451 : 426);
            Fate fate = new Fate(name, kept(kill, berth), List.of(reply), "");
            assertThat(fate.kept()).isEqualTo(proves ? 0 : kill.content());
            if (kill.protection() == Protection.PLAIN) {
              foundAlone.put(
                  "MODE %s%s".formatted(kill.mode().letter, announced ? " after ALLO" : ""), fate);
            }
            clear(berth.root().resolve(kill.folder()));
          }
        }
      }
    }
  }

  @Test
  @Order(7)
  void theDocumentSaysWhatWasFound() throws IOException {
    int cells = Way.values().length * (int) every(Way.FIN, Cut.values()).count();
    assumeTrue(found.size() == cells, "not every cell was run, see the other tests");
    Path document = Path.of("..", "docs", "kill-matrix.md");
    String now = Files.readString(document);
    String wanted = new KillTable(found, foundUnder, foundAlone).into(now);
    if (Boolean.getBoolean("wharf.docs.write")) {
      Files.writeString(document, wanted);
    } else {
      assertThat(now)
          .as("docs/kill-matrix.md; it is written anew with -Dwharf.docs.write=true")
          .isEqualTo(wanted);
    }
  }

  // What befalls an upload.

  /// A server that uploads are sent to.
  ///
  /// @param pid of its process
  private record Berth(InetSocketAddress at, Path root, Supplier<List<String>> log, String pid) {
    /// What is told of a kill's upload.
    List<String> told(Kill kill) {
      String what = "STOR /" + kill.folder() + "/" + FILE + ": ";
      return log.get().stream().filter(line -> line.contains(what)).toList();
    }
  }

  private Harbour harbour(String name, ServerModel model) throws IOException {
    return Harbour.open(Files.createDirectory(folder.resolve(name)), model, IMPATIENT);
  }

  private static Berth berth(Harbour harbour) {
    return new Berth(harbour.site().at(), harbour.root, () -> harbour.log(_ -> true), "self");
  }

  private static Program serve(Path root) throws IOException {
    Path password = Files.writeString(root.resolveSibling("password"), Site.PASSWORD + "\n");
    return Program.serveLoggingToPipe(
        root, Program.NATIVE, "--writable", "--user=" + Site.USER, "--password-file=" + password);
  }

  private static Berth berth(Program server, Path root) {
    return new Berth(
        server.site(root.resolveSibling("scratch")).at(),
        root,
        server::log,
        Long.toString(server.pid()));
  }

  private static Stream<Kill> every(Way way, Cut... cuts) {
    return Arrays.stream(Mode.values())
        .flatMap(
            mode ->
                Arrays.stream(cuts)
                    .flatMap(
                        cut ->
                            Arrays.stream(Protection.values())
                                .map(protection -> new Kill(way, protection, mode, cut))));
  }

  /// Begins an upload, and brings it to where it is cut off.
  private static Doomed comesTo(Kill kill, Berth berth) throws IOException {
    Doomed client = begins(kill, berth);
    client.sends(kill.mode().wire(Kill.CONTENT), kill.bytes());
    awaitArrival(kill, client, berth);
    return client;
  }

  private static Doomed begins(Kill kill, Berth berth) throws IOException {
    prepare(kill, berth);
    Doomed client = Doomed.comes(berth.at(), kill.protection(), kill.mode());
    client.begins(kill.folder() + "/" + FILE);
    return client;
  }

  private static void prepare(Kill kill, Berth berth) throws IOException {
    Path own = Files.createDirectory(berth.root().resolve(kill.folder()));
    Files.write(own.resolve(FILE), Kill.OLD);
  }

  private static void awaitArrival(Kill kill, Doomed client, Berth berth) {
    Harbour.await(
        kill + " has arrived", () -> partLength(kill, berth) == kill.content() && client.isRead());
  }

  /// Of every way in which a client can end.
  ///
  /// @param sharing whether the server has time for another client meanwhile
  private static Fate endsItself(Kill kill, Berth berth, boolean sharing) throws IOException {
    long since = System.nanoTime();
    List<Integer> replies = new ArrayList<>();
    try (Doomed client = comesTo(kill, berth);
        Doomed beside = sharing ? witness(berth) : null) {
      if (beside != null) {
        seesOnlyTheOld(beside, kill, berth);
      }
      if (kill.way() == Way.FIN) {
        Harbour.await("it goes on for long enough", () -> System.nanoTime() - since > ON_ITS_WAY);
      }
      switch (kill.way()) {
        case FIN, RST -> client.vanishes(kill.way() == Way.RST);
        case ABOR -> {
          client.aborts();
          replies.add(client.hears());
          replies.add(client.hears());
        }
        case SILENCE -> replies.add(client.hears());
        case KILLED, FULL -> throw new AssertionError(kill);
      }
      if (!replies.isEmpty()) {
        client.says("NOOP", 200);
        client.leaves();
      }
      Fate fate = fate(kill, berth, replies);
      if (beside != null) {
        assertThat(beside.sees(kill.folder())).containsExactly(FILE);
        beside.leaves();
      }
      assertThat(fate).as("%s", kill).isEqualTo(kill.expected());
      goesOn(kill, fate, berth);
      return fate;
    }
  }

  /// What has become of it, once the log tells.
  private static Fate fate(Kill kill, Berth berth, List<Integer> replies) throws IOException {
    Harbour.await(kill + " is noticed", () -> !berth.told(kill).isEmpty());
    assertThat(berth.told(kill)).hasSize(1);
    String told = berth.told(kill).getFirst();
    Fate expected = kill.expected();
    boolean withAReason = expected.name() == Holds.NEW || REASONS.stream().anyMatch(told::contains);
    boolean asExpected =
        told.contains(expected.log())
            && withAReason
            && told.contains(Kill.CUT_OFF) == (expected.name() == Holds.OLD)
            && told.contains(expected.kept() + " bytes are kept") == (expected.kept() > 0);
    return new Fate(
        holds(kill, berth), kept(kill, berth), replies, asExpected ? expected.log() : told);
  }

  private static Holds holds(Kill kill, Berth berth) throws IOException {
    return Holds.of(Files.readAllBytes(berth.root().resolve(kill.folder()).resolve(FILE)));
  }

  private static List<Path> parts(Kill kill, Berth berth) {
    try (Stream<Path> entries = Files.list(berth.root().resolve(kill.folder()))) {
      return entries
          .filter(e -> e.getFileName().toString().startsWith(VirtualPath.RESERVED_PREFIX))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// How long the only part is; -1 when there is none.
  private static long partLength(Kill kill, Berth berth) {
    List<Path> parts = parts(kill, berth);
    return parts.size() == 1 ? parts.getFirst().toFile().length() : -1;
  }

  private static int kept(Kill kill, Berth berth) {
    return Math.toIntExact(Math.max(0, partLength(kill, berth)));
  }

  private static Doomed witness(Berth berth) throws IOException {
    return Doomed.comes(berth.at(), Protection.PLAIN, Mode.STREAM);
  }

  private static void seesOnlyTheOld(Doomed witness, Kill kill, Berth berth) throws IOException {
    assertThat(witness.sees(kill.folder())).containsExactly(FILE);
    assertThat(holds(kill, berth)).isEqualTo(Holds.OLD);
  }

  /// Makes sure that the same account can go on: with what was kept, or else from the beginning.
  private static void goesOn(Kill kill, Fate fate, Berth berth) throws IOException {
    String path = kill.folder() + "/" + FILE;
    try (Doomed again = Doomed.comes(berth.at(), kill.protection(), kill.mode())) {
      int size =
          fate.kept() > 0
              ? fate.kept()
              : fate.name() == Holds.NEW ? Kill.CONTENT.length : Kill.OLD.length;
      assertThat(again.says("SIZE " + path, 213)).as("%s", kill).isEqualTo("" + size);
      if (fate.name() != Holds.NEW) {
        if (fate.kept() > 0) {
          again.says("REST " + fate.kept(), 350);
        }
        byte[] rest = Arrays.copyOfRange(Kill.CONTENT, fate.kept(), Kill.CONTENT.length);
        assertThat(again.uploads(path, rest)).as("%s resumed", kill).isEqualTo(226);
      }
      again.leaves();
    }
    assertThat(holds(kill, berth)).as("%s resumed", kill).isEqualTo(Holds.NEW);
    assertThat(parts(kill, berth)).as("%s", kill).isEmpty();
  }

  /// How many sockets and files of its folder the server holds.
  private static long held(Berth berth) {
    try (Stream<Path> open = Files.list(Path.of("/proc", berth.pid(), "fd"))) {
      return open.filter(descriptor -> isOf(berth, descriptor)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOf(Berth berth, Path descriptor) {
    try {
      String of = Files.readSymbolicLink(descriptor).toString();
      return of.startsWith("socket:") || of.startsWith(berth.root().toString());
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }

  private static void clear(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(one);
      }
    }
  }

  // Many at once.

  private interface Of<T> {
    T run(Kill kill) throws Exception;
  }

  private static <T> Map<Kill, T> atOnce(List<Kill> kills, Of<T> of) throws Exception {
    Map<Kill, Future<T>> running = new LinkedHashMap<>();
    Map<Kill, T> results = new LinkedHashMap<>();
    AssertionError failed = new AssertionError("cells that are not as promised");
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Kill kill : kills) {
        Callable<T> cell = () -> of.run(kill);
        running.put(kill, threads.submit(cell));
      }
      for (Map.Entry<Kill, Future<T>> one : running.entrySet()) {
        try {
          results.put(one.getKey(), one.getValue().get());
        } catch (ExecutionException e) {
          failed.addSuppressed(new AssertionError(one.getKey().toString(), e.getCause()));
        }
      }
    }
    if (failed.getSuppressed().length > 0) {
      throw failed;
    }
    return results;
  }

  private static <T> List<T> oneByOne(List<Kill> kills, Of<T> of) throws Exception {
    List<T> results = new ArrayList<>();
    for (Kill kill : kills) {
      results.add(of.run(kill));
    }
    return results;
  }
}
