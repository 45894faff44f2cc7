package wharf.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static wharf.files.Served.path;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.files.FileProblem.Kind;

class ConfinementTest {
  @TempDir Path base;
  Served served;

  @BeforeEach
  void open() throws Exception {
    served = new Served(base);
    served.put("d/e/f", "inside");
  }

  @AfterEach
  void close() throws Exception {
    served.outsideIsUntouched();
    served.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"d/e", "./d/./e/", "d/../d/e", "d/e/../../d/e/.", "ABSOLUTE"})
  void followsLinksThatStayInside(String target) throws Exception {
    served.link("l", target.equals("ABSOLUTE") ? served.root.resolve("d/e").toString() : target);
    assertThat(served.read("/l/f")).isEqualTo("inside");
    assertThat(served.tree.stat(path("/l")).directory()).isTrue();
    assertThat(served.names("/l")).containsExactly("f");
    assertThat(served.names("/")).containsExactly("d", "l");
  }

  @Test
  void followsLinksToLinksAndUpFromWhereTheyAre() throws Exception {
    served.link("d/e/up", "../g");
    served.link("d/g", "e/f");
    served.link("x", "d/e/up");
    assertThat(served.read("/x")).isEqualTo("inside");
    served.link("root", ".");
    assertThat(served.read("/root/root/d/e/f")).isEqualTo("inside");
    served.link("abs-root", served.root.toString());
    assertThat(served.read("/abs-root/d/e/f")).isEqualTo("inside");
    // ".." after a link means the parent of where the link leads, as for the system.
    served.link("deep", "d/e");
    served.link("sideways", "deep/../e/f");
    assertThat(served.read("/sideways")).isEqualTo("inside");
  }

  @Test
  void takesTheRootAsGivenForTheRootInLinks() throws Exception {
    Path alias = Files.createSymbolicLink(base.resolve("alias"), served.root);
    served.link("l", alias.resolve("d").toString());
    try (var tree = Tree.open(alias, () -> served.now)) {
      assertThat(tree.stat(path("/l/e/f")).size()).isEqualTo(6);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../outside", "/etc", "/", "..", "d/../../outside", "../root/d", "ABSOLUTE"})
  void refusesLinksThatLeadOutside(String target) throws Exception {
    served.link("l", target.equals("ABSOLUTE") ? served.outside.toString() : target);
    served.put("f", "x");
    served.fails(Kind.OUTSIDE, () -> served.tree.stat(path("/l")));
    served.fails(Kind.OUTSIDE, () -> served.tree.list(path("/l")));
    served.fails(Kind.OUTSIDE, () -> served.tree.stat(path("/l/secret")));
    served.fails(Kind.OUTSIDE, () -> served.tree.open(path("/l/secret")));
    served.fails(Kind.OUTSIDE, () -> served.tree.deleteFile(path("/l/secret")));
    served.fails(Kind.OUTSIDE, () -> served.tree.rename(path("/l/secret"), path("/mine")));
    served.fails(Kind.OUTSIDE, () -> served.tree.rename(path("/f"), path("/l/secret")));
    served.fails(Kind.OUTSIDE, () -> served.tree.makeDirectory(path("/l/x")));
    served.fails(Kind.OUTSIDE, () -> served.tree.removeDirectory(path("/l/x")));
    served.fails(Kind.OUTSIDE, () -> served.tree.removeTree(path("/l/x"), () -> true));
    served.fails(Kind.OUTSIDE, () -> served.tree.setModified(path("/l/secret"), Instant.EPOCH));
    served.fails(Kind.OUTSIDE, () -> served.tree.setModified(path("/l"), Instant.EPOCH));
    served.fails(Kind.OUTSIDE, () -> served.tree.setMode(path("/l/secret"), 0600));
    served.fails(Kind.OUTSIDE, () -> served.tree.setMode(path("/l"), 0700));
    served.fails(Kind.OUTSIDE, () -> served.fresh("/l/secret"));
    served.fails(Kind.OUTSIDE, () -> served.fresh("/l"));
    served.fails(Kind.OUTSIDE, () -> served.tree.resumable(path("/l/secret"), "ann"));
    assertThat(served.names("/")).containsExactly("d", "f");
  }

  @Test
  void refusesALinkToAFileOutside() throws Exception {
    served.link("l", served.outside.resolve("secret").toString());
    served.fails(Kind.OUTSIDE, () -> served.tree.open(path("/l")));
    served.fails(Kind.OUTSIDE, () -> served.append("/l"));
  }

  @Test
  void refusesLinksToNothingAndInCircles() throws Exception {
    served.link("nothing", "missing");
    served.link("self", "self");
    served.link("one", "two");
    served.link("two", "one");
    served.link("grows", "grows/grows");
    for (String name : List.of("/nothing", "/self", "/one", "/grows", "/self/x", "/nothing/x")) {
      served.fails(Kind.NOT_FOUND, () -> served.tree.stat(path(name)));
      served.fails(Kind.NOT_FOUND, () -> served.fresh(name));
    }
    assertThat(served.names("/")).containsExactly("d");
  }

  @Test
  void fortyLinksAreEnough() throws Exception {
    served.link("l0", "d/e/f");
    for (int i = 1; i <= 40; i++) {
      served.link("l" + i, "l" + (i - 1));
    }
    assertThat(served.read("/l39")).isEqualTo("inside");
    served.fails(Kind.NOT_FOUND, () -> served.read("/l40"));
  }

  @Test
  void linksLeadToNoReservedName() throws Exception {
    try (var upload = served.fresh("/x")) {
      Served.write(upload, "half");
      served.link("peek", served.staged("").getFirst());
      served.fails(Kind.NOT_FOUND, () -> served.tree.open(path("/peek")));
      upload.discard();
    }
  }

  @Test
  void aLinkItselfIsDeletedAndRenamed() throws Exception {
    served.link("out", served.outside.toString());
    served.link("file", "d/e/f");
    served.fails(Kind.NOT_A_DIRECTORY, () -> served.tree.removeDirectory(path("/out")));
    served.tree.rename(path("/out"), path("/out2"));
    assertThat(served.root.resolve("out2")).isSymbolicLink();
    served.tree.deleteFile(path("/out2"));
    served.tree.deleteFile(path("/file"));
    assertThat(served.onDisk("d/e/f")).isEqualTo("inside");
    assertThat(served.names("/")).containsExactly("d");
  }

  @Test
  void anUploadToALinkReplacesWhatItLeadsTo() throws Exception {
    served.link("l", "d/e/f");
    try (var upload = served.fresh("/l")) {
      Served.write(upload, "new");
      upload.publish();
    }
    assertThat(served.root.resolve("l")).isSymbolicLink();
    assertThat(served.onDisk("d/e/f")).isEqualTo("new");
  }

  @Test
  void staysInADirectoryThatIsMovedWhileInUse() throws Exception {
    try (var upload = served.fresh("/d/e/new")) {
      Served.write(upload, "x");
      Files.move(served.root.resolve("d/e"), served.root.resolve("moved"));
      Files.createSymbolicLink(served.root.resolve("d/e"), served.outside);
      upload.publish();
    }
    assertThat(served.onDisk("moved/new")).isEqualTo("x");
  }

  /// What the race below only sometimes meets: the walk saw a directory, the open meets another
  /// thing.
  @Test
  void entersNothingButTheDirectoryOfThatName() throws Exception {
    served.link("out", served.outside.toString());
    served.link("in", "d");
    served.link("to-secret", served.outside.resolve("secret").toString());
    served.put("file", "");
    TreeTest.pipe(served.root.resolve("pipe"));
    try (var confinement = Confinement.open(served.root)) {
      var root = confinement.root();
      for (String name : List.of("out", "in", "file", "pipe", "missing", "to-secret")) {
        assertThatThrownBy(() -> Confinement.enter(root, Path.of(name), VirtualPath.ROOT))
            .as(name)
            .isInstanceOf(IOException.class);
      }
      Confinement.enter(root, Path.of("d"), VirtualPath.ROOT).close();
      for (var option : List.of(StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        assertThatThrownBy(() -> Confinement.openFile(root, Path.of("to-secret"), option))
            .isInstanceOf(IOException.class)
            .satisfies(
                e ->
                    assertThat(FileProblem.of((IOException) e, VirtualPath.ROOT).kind())
                        .isEqualTo(Kind.BUSY));
      }
    }
  }

  /// Someone swaps a directory and a file with links to the outside, and the directory with a file,
  /// as fast as they can, while others use them.
  @Test
  void nobodyWinsTheRaceOut() throws Exception {
    var outsidePermissions = PosixFilePermissions.fromString("r-xr-xr-x");
    var secretPermissions = PosixFilePermissions.fromString("r--r--r--");
    Files.setPosixFilePermissions(served.outside.resolve("secret"), secretPermissions);
    Files.setPosixFilePermissions(served.outside, outsidePermissions);
    served.put("door/secret", "inside");
    served.put("note", "inside");
    served.put("file", "");
    served.link("door-lure", served.outside.toString());
    served.link("note-lure", served.outside.resolve("secret").toString());
    var running = new AtomicBoolean(true);
    try (var executor = Executors.newFixedThreadPool(4)) {
      Future<?> swapper =
          executor.submit(
              () -> {
                while (running.get()) {
                  swap("door", "door-lure");
                  swap("door", "file");
                  swap("note", "note-lure");
                }
                return null;
              });
      try {
        var count = new AtomicInteger();
        Callable<Void> attack =
            () -> {
              for (int i = 0; i < 600; i++) {
                attack(count.incrementAndGet());
              }
              return null;
            };
        for (Future<?> attacker : executor.invokeAll(List.of(attack, attack))) {
          attacker.get();
        }
      } finally {
        running.set(false);
      }
      swapper.get();
    }
    assertThat(Files.getLastModifiedTime(served.outside.resolve("secret")).toInstant())
        .isAfter(Instant.EPOCH);
    assertThat(Files.getPosixFilePermissions(served.outside.resolve("secret")))
        .isEqualTo(secretPermissions);
    assertThat(Files.getPosixFilePermissions(served.outside)).isEqualTo(outsidePermissions);
    Files.setPosixFilePermissions(served.outside, PosixFilePermissions.fromString("rwx------"));
    assertThat(succeeded.get()).as("attempts that met the directory").isPositive();
    assertThat(failed.get()).as("attempts that met something else").isPositive();
  }

  /// Puts `lure` where `name` is for a moment, and back.
  private void swap(String name, String lure) throws Exception {
    Path parked = served.root.resolve("parked");
    Path place = served.root.resolve(name);
    Files.move(place, parked);
    Files.move(served.root.resolve(lure), place);
    Files.move(place, served.root.resolve(lure));
    Files.move(parked, place);
  }

  private void attack(int n) throws Exception {
    attempt(() -> assertThat(served.tree.stat(path("/door/secret")).size()).isEqualTo(6));
    attempt(() -> assertThat(served.read("/door/secret")).isEqualTo("inside"));
    attempt(() -> assertThat(served.read("/note")).isEqualTo("inside"));
    attempt(() -> served.names("/door"));
    attempt(() -> served.tree.makeDirectory(path("/door/made" + n)));
    attempt(() -> served.tree.removeDirectory(path("/door/made" + n)));
    attempt(
        () -> {
          try (var upload = served.fresh("/door/up" + n)) {
            Served.write(upload, "x");
            if (n % 50 == 0) {
              upload.publish();
            } else {
              upload.discard();
            }
          }
        });
    attempt(
        () -> {
          try (var upload = served.append("/note")) {
            upload.discard();
          }
        });
    attempt(() -> served.tree.rename(path("/door/up" + n), path("/door/secret" + n)));
    attempt(() -> served.tree.deleteFile(path("/door/secret" + n)));
    attempt(() -> served.tree.setModified(path("/door/secret"), Instant.EPOCH));
    attempt(() -> served.tree.setMode(path("/door/secret"), 0600));
    attempt(() -> served.tree.setMode(path("/door"), 0700));
    attempt(() -> served.tree.makeLink(path("/door/link" + n), path("/door/secret")));
    attempt(() -> served.tree.deleteFile(path("/door/link" + n)));
    if (n % 10 == 0) {
      attackTrees(n);
    }
    attempt(() -> served.tree.setModified(path("/note"), Instant.EPOCH));
  }

  private void attackTrees(int n) throws Exception {
    String copy = "/copy" + n;
    attempt(() -> served.tree.copy(path("/door"), path(copy), "ann", () -> true));
    attempt(() -> assertThat(served.read(copy + "/secret")).isEqualTo("inside"));
    attempt(() -> served.tree.copy(path("/note"), path(copy + "/note"), "ann", () -> true));
    attempt(() -> assertThat(served.read(copy + "/note")).isEqualTo("inside"));
    attempt(() -> served.tree.copy(path(copy), path("/door/copy" + n), "ann", () -> true));
    attempt(() -> served.tree.removeTree(path("/door/copy" + n), () -> true));
    attempt(() -> served.tree.removeTree(path(copy), () -> true));
  }

  private final AtomicInteger succeeded = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  private interface Attempt {
    void run() throws Exception;
  }

  private void attempt(Attempt attempt) throws Exception {
    try {
      attempt.run();
      succeeded.incrementAndGet();
    } catch (FileProblem e) {
      failed.incrementAndGet();
      assertThat(e.kind())
          .as(e.getMessage())
          .isIn(Kind.NOT_FOUND, Kind.NOT_A_DIRECTORY, Kind.OUTSIDE, Kind.BUSY);
    }
  }
}
