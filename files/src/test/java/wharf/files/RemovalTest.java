package wharf.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static wharf.files.Served.path;
import static wharf.files.Served.write;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.files.FileProblem.Kind;

class RemovalTest {
  @TempDir Path base;
  private Served served;

  @BeforeEach
  void open() throws Exception {
    served = new Served(base);
  }

  @AfterEach
  void close() throws Exception {
    served.outsideIsUntouched();
    served.close();
  }

  private long remove(String path) throws FileProblem {
    return served.tree.removeTree(path(path), () -> true);
  }

  private boolean isThere(String path) {
    return Files.exists(served.root.resolve(path), LinkOption.NOFOLLOW_LINKS);
  }

  /// Asks `then` from when "d" has disappeared.
  private BooleanSupplier onceHidden(BooleanSupplier then) {
    return () -> isThere("d") || then.getAsBoolean();
  }

  private void keepPart(String path) throws IOException {
    try (var upload = served.fresh(path)) {
      write(upload, "half");
    }
  }

  @Test
  void removesADirectoryWithAllInIt() throws Exception {
    served.put("d/f", "x");
    served.put("d/e/\u0007", "x");
    Files.createDirectories(served.root.resolve("d/empty/inner"));
    served.put("kept/f", "x");
    served.link("d/e/out", served.outside.toString());
    served.link("d/e/secret", served.outside.resolve("secret").toString());
    served.link("d/e/beside", "../../kept");
    served.link("d/nothing", "nowhere");
    TreeTest.pipe(served.root.resolve("d/pipe"));
    keepPart("/d/e/part");
    assertThat(remove("/d")).as("d, its 5, and the 5 below").isEqualTo(11);
    assertThat(served.onDisk("kept/f")).isEqualTo("x");
    served.tree.removeTree(path("/kept"), () -> true);
    assertThat(served.root).isEmptyDirectory();
  }

  @Test
  void removesAnEmptyDirectoryAndOneByAWayThroughLinks() throws Exception {
    Files.createDirectories(served.root.resolve("d/e"));
    served.put("d/e/f", "x");
    served.link("l", "d");
    assertThat(remove("/l/e")).isEqualTo(2);
    assertThat(remove("/d")).isEqualTo(1);
    assertThat(isThere("l")).isTrue();
  }

  @Test
  void saysWhatCannotBeRemoved() throws Exception {
    served.put("d/f", "x");
    served.link("l", "d");
    served.link("out", served.outside.toString());
    served.fails(Kind.DENIED, () -> remove("/"));
    served.fails(Kind.NOT_FOUND, () -> remove("/x"));
    served.fails(Kind.NOT_A_DIRECTORY, () -> remove("/d/f"));
    served.fails(Kind.NOT_A_DIRECTORY, () -> remove("/l"));
    served.fails(Kind.NOT_A_DIRECTORY, () -> remove("/out"));
    served.fails(Kind.OUTSIDE, () -> remove("/out/x"));
    assertThat(served.read("/l/f")).isEqualTo("x");
  }

  @Test
  void whereAnUploadIsRunningNothingIsRemoved() throws Exception {
    served.put("d/a/f", "x");
    served.put("d/b/f", "x");
    try (var upload = served.fresh("/d/b/new")) {
      write(upload, "y");
      assertThatThrownBy(() -> remove("/d"))
          .isInstanceOf(FileProblem.class)
          .hasMessage("/d/b is being uploaded into");
      upload.publish();
    }
    assertThat(served.names("/d")).containsExactly("a", "b");
    assertThat(served.names("/d/b")).containsExactly("f", "new");
    assertThat(remove("/d")).isEqualTo(6);
  }

  @Test
  void whereSomethingIsBeingCopiedToNothingIsRemoved() throws Exception {
    served.put("from/f", "x");
    served.put("d/e/x", "");
    Files.delete(served.root.resolve("d/e/x"));
    var asked = new AtomicInteger();
    served.tree.copy(
        path("/from"),
        path("/d/e/copy"),
        "ann",
        () -> {
          asked.incrementAndGet();
          served.fails(Kind.BUSY, () -> remove("/d"));
          served.fails(Kind.BUSY, () -> served.tree.removeDirectory(path("/d/e")));
          return true;
        });
    assertThat(asked).hasPositiveValue();
    assertThat(served.read("/d/e/copy/f")).isEqualTo("x");
  }

  @Test
  void itDisappearsAtOnce() throws Exception {
    for (int i = 0; i < 5; i++) {
      served.put("d/" + i, "x");
    }
    var seen = new AtomicInteger();
    served.tree.removeTree(
        path("/d"),
        onceHidden(
            () -> {
              try {
                assertThat(served.names("/")).isEmpty();
                served.fails(Kind.NOT_FOUND, () -> served.tree.stat(path("/d/1")));
                seen.incrementAndGet();
                return true;
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }));
    assertThat(seen.get()).isEqualTo(6);
  }

  @Test
  void brokenOffWhileItIsLookedThroughNothingIsRemoved() throws Exception {
    served.put("d/f", "x");
    assertThatThrownBy(() -> served.tree.removeTree(path("/d"), () -> false))
        .hasMessage("/d was not removed: that was broken off");
    assertThat(served.read("/d/f")).isEqualTo("x");
    assertThat(served.staged("")).isEmpty();
  }

  @Test
  void brokenOffLaterTheRestAppearsAgain() throws Exception {
    for (int i = 0; i < 5; i++) {
      served.put("d/" + i, "x");
    }
    var asked = new AtomicInteger();
    served.fails(
        Kind.BROKEN_OFF,
        () -> served.tree.removeTree(path("/d"), onceHidden(() -> asked.incrementAndGet() <= 3)));
    assertThat(served.names("/d")).as("asked for d, and two of its files").hasSize(3);
    assertThat(served.staged("")).isEmpty();
    assertThatThrownBy(
            () ->
                served.tree.removeTree(
                    path("/d"),
                    onceHidden(
                        () -> {
                          throw new IllegalStateException();
                        })))
        .isInstanceOf(IllegalStateException.class);
    assertThat(served.names("/d")).hasSize(3);
  }

  @Test
  void theRestReplacesNothing() throws Exception {
    served.put("d/f", "x");
    served.fails(
        Kind.BROKEN_OFF,
        () ->
            served.tree.removeTree(
                path("/d"),
                onceHidden(
                    () -> {
                      try {
                        served.put("d", "another by now");
                        return false;
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    })));
    assertThat(served.onDisk("d")).isEqualTo("another by now");
    assertThat(served.staged("")).hasSize(1);
    isForgottenAfterAWeek();
  }

  /// The one thing that is hidden in the root.
  private void isForgottenAfterAWeek() throws IOException {
    Path hidden = served.root.resolve(served.staged("").getFirst());
    Files.setLastModifiedTime(hidden, FileTime.from(served.now));
    served.now = served.now.plus(Duration.ofDays(7)).minusSeconds(1);
    served.names("/");
    assertThat(served.staged("")).hasSize(1);
    served.now = served.now.plusSeconds(2);
    served.names("/");
    assertThat(served.staged("")).isEmpty();
  }

  @Test
  void aLinkPlantedMeanwhileIsNotFollowed() throws Exception {
    served.put("d/e/f", "x");
    var planted = new AtomicBoolean();
    served.tree.removeTree(
        path("/d"),
        onceHidden(
            () -> {
              try (var hidden = Files.newDirectoryStream(served.root, ".wharf-dir-*")) {
                Path tree = hidden.iterator().next().resolve("tree");
                if (planted.compareAndSet(false, true)) {
                  Files.move(tree.resolve("e"), served.root.resolve("parked"));
                  Files.createSymbolicLink(tree.resolve("e"), served.outside);
                }
                return true;
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }));
    assertThat(planted).isTrue();
    assertThat(served.onDisk("parked/f")).isEqualTo("x");
    assertThat(served.names("/")).containsExactly("parked");
  }

  @Test
  void aDirectorySwappedMeanwhileIsPutBack() throws Exception {
    served.put("d/f", "x");
    served.put("other/g", "y");
    served.fails(
        Kind.BUSY,
        () ->
            served.tree.removeTree(
                path("/d"),
                () -> {
                  try {
                    // Asked while "d" is looked through.
                    Files.move(served.root.resolve("d"), served.root.resolve("parked"));
                    Files.move(served.root.resolve("other"), served.root.resolve("d"));
                    return true;
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }));
    assertThat(served.onDisk("d/g")).isEqualTo("y");
    assertThat(served.onDisk("parked/f")).isEqualTo("x");
    assertThat(served.staged("")).isEmpty();
  }

  /// It is told so, rather than that its file is stored.
  @Test
  void anUploadThatIsBegunMeanwhileFails() throws Exception {
    served.put("d/a/f", "x");
    served.put("d/b/f", "x");
    String first;
    try (var entries = Files.newDirectoryStream(served.root.resolve("d"))) {
      first = entries.iterator().next().getFileName().toString();
    }
    var asked = new AtomicInteger();
    var uploads = new ArrayList<Upload>();
    served.tree.removeTree(
        path("/d"),
        () -> {
          // The first directory and its file have been looked at, the second is next.
          if (asked.incrementAndGet() == 3) {
            try {
              uploads.add(served.fresh("/d/" + first + "/new"));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
          return true;
        });
    try (Upload upload = uploads.getFirst()) {
      write(upload, "y");
      served.fails(Kind.NOT_FOUND, upload::publish);
    }
    assertThat(served.root).isEmptyDirectory();
  }

  @Test
  void whatIsTooDeepStays() throws Exception {
    Path deepest = served.root.resolve("d" + "/x".repeat(VirtualPath.MAX_DEPTH));
    Files.createDirectories(deepest);
    served.fails(Kind.DENIED, () -> remove("/d"));
    assertThat(deepest).isDirectory();
    Files.delete(deepest);
    assertThat(remove("/d")).isEqualTo(VirtualPath.MAX_DEPTH);
  }

  @Test
  void whatCannotBeRemovedAppearsAgain() throws Exception {
    Path mounted = Files.createDirectories(served.root.resolve("d/e/mnt"));
    assumeTrue(
        TreeTest.run("mount", "-t", "tmpfs", "tmpfs", mounted.toString()),
        "only root can mount a file system");
    try {
      assertThatThrownBy(() -> remove("/d"))
          .isInstanceOf(FileProblem.class)
          .hasMessage("/d/e/mnt is in use");
      assertThat(served.names("/d/e")).containsExactly("mnt");
      assertThat(served.staged("")).isEmpty();
    } finally {
      TreeTest.run("umount", mounted.toString());
    }
  }

  // What killed processes leave.

  @ParameterizedTest
  @ValueSource(strings = {"remove", "copy"})
  void whatAnotherProcessIsDoingIsLeftAloneAndWhatItLeftIsForgotten(String what) throws Exception {
    served.put("in/d/e/f", "x");
    served.put("in/d/e/g", "x");
    Process process = start(what);
    try {
      assertThat(process.getInputStream().read()).isEqualTo('!');
      List<String> hidden = served.staged("in");
      assertThat(hidden).hasSize(1);
      Files.setLastModifiedTime(
          served.root.resolve("in").resolve(hidden.getFirst()),
          FileTime.from(served.now.minus(Duration.ofDays(30))));
      served.names("/in");
      assertThat(served.staged("in")).as("old, but in use").hasSize(1);
      served.fails(Kind.BUSY, () -> remove("/in"));
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(served.names("/in")).isEqualTo(what.equals("copy") ? List.of("d") : List.of());
    assertThat(served.staged("in")).as("and the first to list it removes it").isEmpty();
  }

  @Test
  void aDirectoryIsRemovedWithWhatAKilledProcessLeftInIt() throws Exception {
    served.put("in/d/e/f", "x");
    Process process = start("remove");
    try {
      assertThat(process.getInputStream().read()).isEqualTo('!');
      served.fails(Kind.BUSY, () -> served.tree.removeDirectory(path("/in")));
    } finally {
      process.destroyForcibly().waitFor();
    }
    served.tree.removeDirectory(path("/in"));
    assertThat(served.root).isEmptyDirectory();
  }

  private Process start(String what) throws Exception {
    var java = ProcessHandle.current().info().command();
    assumeTrue(java.isPresent(), "the java command is not known");
    return new ProcessBuilder(
            java.get(),
            "-cp",
            System.getProperty("java.class.path"),
            Stuck.class.getName(),
            served.root.toString(),
            what)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /// Removes or copies "/in/d", and stops in the middle until killed.
  static final class Stuck {
    private Stuck() {}

    static void main(String[] args) throws Exception {
      Path in = Path.of(args[0]).resolve("in");
      try (var tree = Tree.open(Path.of(args[0]), InstantSource.system())) {
        BooleanSupplier untilHidden =
            () -> {
              try (var hidden = Files.newDirectoryStream(in, ".wharf-dir-*")) {
                if (hidden.iterator().hasNext()) {
                  System.out.print('!');
                  System.out.flush();
                  return System.in.read() < 0;
                }
                return true;
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            };
        if (args[1].equals("copy")) {
          tree.copy(path("/in/d"), path("/in/c"), "ann", untilHidden);
        } else {
          tree.removeTree(path("/in/d"), untilHidden);
        }
      }
    }
  }

  /// A listing is not to wait for a whole tree.
  @Test
  void whatIsLeftIsRemovedBitByBit() throws Exception {
    Path tree = Files.createDirectories(served.root.resolve(".wharf-dir-0/tree/e"));
    for (int i = 0; i < 1500; i++) {
      Files.createFile(tree.resolve("f" + i));
    }
    Files.createDirectory(served.root.resolve(".wharf-dir-0/.wharf-dir-1"));
    Files.createFile(served.root.resolve(".wharf-dir-0/.wharf-lock.part"));
    Files.setLastModifiedTime(
        served.root.resolve(".wharf-dir-0"), FileTime.from(served.now.minus(Duration.ofDays(8))));
    served.names("/");
    try (var entries = Files.list(tree)) {
      assertThat(entries.count()).isBetween(500L, 510L);
    }
    served.names("/");
    assertThat(served.root).isEmptyDirectory();
  }
}
