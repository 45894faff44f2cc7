package wharf.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static wharf.files.Served.path;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wharf.files.FileProblem.Kind;

class TreeTest {
  @TempDir Path base;
  Served served;

  @BeforeEach
  void open() throws Exception {
    served = new Served(base);
  }

  @AfterEach
  void close() throws Exception {
    served.close();
  }

  @Test
  void opensOnlyAFolderThatIsThere() throws Exception {
    served.fails(Kind.NOT_FOUND, () -> Tree.open(base.resolve("missing"), InstantSource.system()));
    Path file = Files.writeString(base.resolve("file"), "");
    served.fails(Kind.NOT_A_DIRECTORY, () -> Tree.open(file, InstantSource.system()));
  }

  @Test
  void tellsFacts() throws Exception {
    served.put("a/b", "hello");
    Files.setPosixFilePermissions(
        served.root.resolve("a/b"), PosixFilePermissions.fromString("rw-r-x--x"));
    var facts = served.tree.stat(path("/a/b"));
    assertThat(facts.directory()).isFalse();
    assertThat(facts.size()).isEqualTo(5);
    assertThat(facts.mode()).isEqualTo(0651);
    assertThat(facts.key()).matches("[0-9a-f]+-[0-9]+");
    assertThat(facts.modified())
        .isEqualTo(Files.getLastModifiedTime(served.root.resolve("a/b")).toInstant());
    assertThat(served.tree.stat(path("/a")).directory()).isTrue();
    assertThat(served.tree.stat(VirtualPath.ROOT).directory()).isTrue();
    served.fails(Kind.NOT_FOUND, () -> served.tree.stat(path("/x")));
    served.fails(Kind.NOT_FOUND, () -> served.tree.stat(path("/x/y")));
    served.fails(Kind.NOT_A_DIRECTORY, () -> served.tree.stat(path("/a/b/c")));
  }

  @Test
  void opensFilesToRead() throws Exception {
    served.put("a", "hello");
    try (var file = served.tree.open(path("/a"))) {
      assertThat(file.size()).isEqualTo(5);
      Files.delete(served.root.resolve("a"));
      assertThat(file.channel().size()).isEqualTo(5);
    }
    served.fails(Kind.IS_A_DIRECTORY, () -> served.tree.open(VirtualPath.ROOT));
    served.fails(Kind.NOT_FOUND, () -> served.tree.open(path("/a")));
  }

  @Test
  void makesDirectories() throws Exception {
    served.tree.makeDirectory(path("/a"));
    served.tree.makeDirectory(path("/a/b"));
    assertThat(served.root.resolve("a/b")).isDirectory().isEmptyDirectory();
    Path ordinary = Files.createDirectory(base.resolve("ordinary"));
    assertThat(Files.getPosixFilePermissions(served.root.resolve("a")))
        .isEqualTo(Files.getPosixFilePermissions(ordinary));
    served.put("f", "");
    served.link("l", "nowhere");
    for (String taken : new String[] {"/a", "/", "/f", "/l"}) {
      served.fails(Kind.EXISTS, () -> served.tree.makeDirectory(path(taken)));
    }
    served.fails(Kind.NOT_FOUND, () -> served.tree.makeDirectory(path("/x/y")));
    served.fails(Kind.NOT_A_DIRECTORY, () -> served.tree.makeDirectory(path("/f/y")));
    assertThat(served.staged("")).isEmpty();
    assertThat(served.staged("a")).isEmpty();
  }

  @Test
  void aNewDirectoryInheritsItsGroupFromItsParent() throws Exception {
    Path parent = Files.createDirectory(served.root.resolve("shared"));
    assumeTrue(run("chgrp", "12345", parent.toString()), "only root gives any group");
    assumeTrue(run("chmod", "g+s", parent.toString()), "chmod is not here");
    served.tree.makeDirectory(path("/shared/d"));
    assertThat(Files.getAttribute(parent.resolve("d"), "unix:gid")).isEqualTo(12345);
  }

  /// They share a tree, or only the disk, as worker processes do. A directory that replaced the one
  /// made before would take the place of what has been opened there.
  @Test
  void ofManyWhoMakeTheSameDirectoryOneDoes() throws Exception {
    Files.createDirectory(served.root.resolve("in"));
    try (Tree other = Tree.open(served.root, InstantSource.system());
        var executor = Executors.newFixedThreadPool(8)) {
      for (int round = 0; round < 200; round++) {
        VirtualPath path = path("/in/d" + round);
        var start = new CyclicBarrier(8);
        var made =
            executor.invokeAll(
                IntStream.range(0, 8)
                    .<Callable<Boolean>>mapToObj(
                        i ->
                            () -> {
                              start.await();
                              return makes(i % 2 == 0 ? served.tree : other, path);
                            })
                    .toList());
        List<Boolean> won = new ArrayList<>();
        for (var one : made) {
          won.add(one.get());
        }
        assertThat(won).containsOnlyOnce(true);
      }
    }
  }

  private static boolean makes(Tree tree, VirtualPath path) {
    try {
      tree.makeDirectory(path);
      return true;
    } catch (FileProblem e) {
      assertThat(e.kind()).isEqualTo(Kind.EXISTS);
      return false;
    }
  }

  @Test
  void removesEmptyDirectories() throws Exception {
    served.put("a/f", "");
    served.fails(Kind.NOT_EMPTY, () -> served.tree.removeDirectory(path("/a")));
    served.fails(Kind.NOT_A_DIRECTORY, () -> served.tree.removeDirectory(path("/a/f")));
    served.fails(Kind.DENIED, () -> served.tree.removeDirectory(VirtualPath.ROOT));
    served.tree.deleteFile(path("/a/f"));
    served.tree.removeDirectory(path("/a"));
    assertThat(served.root).isEmptyDirectory();
    served.fails(Kind.NOT_FOUND, () -> served.tree.removeDirectory(path("/a")));
  }

  @Test
  void deletesFilesOnly() throws Exception {
    served.put("a/f", "");
    served.fails(Kind.IS_A_DIRECTORY, () -> served.tree.deleteFile(path("/a")));
    served.fails(Kind.IS_A_DIRECTORY, () -> served.tree.deleteFile(VirtualPath.ROOT));
    served.fails(Kind.NOT_FOUND, () -> served.tree.deleteFile(path("/g")));
    served.tree.deleteFile(path("/a/f"));
    assertThat(served.root.resolve("a")).isEmptyDirectory();
  }

  @Test
  void renames() throws Exception {
    served.put("a", "new");
    served.put("b", "old");
    served.put("d/f", "");
    Files.createDirectory(served.root.resolve("empty"));
    served.tree.rename(path("/a"), path("/b"));
    assertThat(served.onDisk("b")).isEqualTo("new");
    assertThat(served.root.resolve("a")).doesNotExist();
    served.tree.rename(path("/b"), path("/d/b"));
    served.tree.rename(path("/d"), path("/e"));
    assertThat(served.names("/e")).containsExactly("b", "f");
    served.tree.rename(path("/e"), path("/e"));

    served.fails(Kind.EXISTS, () -> served.tree.rename(path("/e/b"), path("/empty")));
    served.fails(Kind.EXISTS, () -> served.tree.rename(path("/e"), path("/empty")));
    served.fails(Kind.EXISTS, () -> served.tree.rename(path("/empty"), path("/e/b")));
    served.fails(Kind.DENIED, () -> served.tree.rename(path("/e"), path("/e/x")));
    served.fails(Kind.DENIED, () -> served.tree.rename(VirtualPath.ROOT, path("/x")));
    served.fails(Kind.DENIED, () -> served.tree.rename(path("/e"), VirtualPath.ROOT));
    served.fails(Kind.NOT_FOUND, () -> served.tree.rename(path("/x"), path("/y")));
    served.fails(Kind.NOT_FOUND, () -> served.tree.rename(path("/e"), path("/x/y")));
    served.link("loop", "e");
    served.fails(Kind.DENIED, () -> served.tree.rename(path("/e"), path("/loop/x")));
  }

  @Test
  void setsTimes() throws Exception {
    served.put("d/f", "x");
    var time = Instant.parse("2001-02-03T04:05:06.789Z");
    for (String path : new String[] {"/d/f", "/d", "/"}) {
      served.tree.setModified(path(path), time);
      assertThat(served.tree.stat(path(path)).modified()).isEqualTo(time);
    }
    served.fails(Kind.NOT_FOUND, () -> served.tree.setModified(path("/x"), time));
  }

  @Test
  void setsModes() throws Exception {
    served.put("d/f", "x");
    served.link("l", "d/f");
    served.tree.setMode(path("/d/f"), 0751);
    assertThat(mode("d/f")).isEqualTo("rwxr-x--x");
    served.tree.setMode(path("/l"), 0400);
    assertThat(mode("d/f")).isEqualTo("r--------");
    served.tree.setMode(path("/d/f"), 0777);
    served.tree.setMode(path("/d"), 0550);
    assertThat(mode("d")).isEqualTo("r-xr-x---");
    served.tree.setMode(path("/d"), 0700);
    served.tree.setMode(VirtualPath.ROOT, 0755);
    assertThat(served.tree.stat(VirtualPath.ROOT).mode()).isEqualTo(0755);
    assertThat(served.onDisk("d/f")).isEqualTo("x");
  }

  private String mode(String path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(served.root.resolve(path)));
  }

  @Test
  void setsNoModeThatLendsAnIdentityOrLocksTheServerOut() throws Exception {
    served.put("d/f", "x");
    Files.setPosixFilePermissions(
        served.root.resolve("d/f"), PosixFilePermissions.fromString("rw-r--r--"));
    for (int mode : new int[] {04755, 02755, 01777, 010644, -1, 0, 0377, 0200}) {
      served.fails(Kind.DENIED, () -> served.tree.setMode(path("/d/f"), mode));
    }
    assertThat(mode("d/f")).isEqualTo("rw-r--r--");
    for (int mode : new int[] {0, 0400, 0100, 0677, 0377}) {
      served.fails(Kind.DENIED, () -> served.tree.setMode(path("/d"), mode));
      served.fails(Kind.DENIED, () -> served.tree.setMode(VirtualPath.ROOT, mode));
    }
    assertThat(served.read("/d/f")).isEqualTo("x");
    assertThatThrownBy(() -> served.tree.setMode(path("/d"), 0))
        .hasMessage("/d cannot get mode 0: the server itself could not use it any more");
    pipe(served.root.resolve("pipe"));
    served.fails(Kind.DENIED, () -> served.tree.setMode(path("/pipe"), 0644));
    served.fails(Kind.NOT_FOUND, () -> served.tree.setMode(path("/x"), 0644));
  }

  @Test
  void makesLinks() throws Exception {
    served.put("a/b/f", "x");
    served.put("c/g", "y");
    served.tree.makeLink(path("/l"), path("/a/b/f"));
    served.tree.makeLink(path("/a/b/up"), path("/c/g"));
    served.tree.makeLink(path("/a/b/beside"), path("/a/b/f"));
    served.tree.makeLink(path("/a/b/here"), path("/a/b"));
    served.tree.makeLink(path("/a/b/top"), VirtualPath.ROOT);
    served.tree.makeLink(path("/toLink"), path("/l"));
    assertThat(says("l")).isEqualTo("a/b/f");
    assertThat(says("a/b/up")).isEqualTo("../../c/g");
    assertThat(says("a/b/beside")).isEqualTo("f");
    assertThat(says("a/b/here")).isEqualTo(".");
    assertThat(says("a/b/top")).isEqualTo("../..");
    assertThat(says("toLink")).as("a link is linked to, not followed").isEqualTo("l");
    assertThat(served.read("/l")).isEqualTo("x");
    assertThat(served.read("/a/b/up")).isEqualTo("y");
    assertThat(served.read("/a/b/here/top/toLink")).isEqualTo("x");
    // What is on the way is free of links, for the system as for us.
    served.tree.makeLink(path("/a/b/top/c/back"), path("/a/b/here/f"));
    assertThat(says("c/back")).isEqualTo("../a/b/f");
    Files.move(served.root, base.resolve("moved"));
    assertThat(base.resolve("moved/a/b/up")).hasContent("y");
    Files.move(base.resolve("moved"), served.root);
    assertThat(served.staged("")).isEmpty();
    assertThat(served.staged("a/b")).isEmpty();
  }

  private String says(String link) throws Exception {
    return Files.readSymbolicLink(served.root.resolve(link)).toString();
  }

  @Test
  void makesNoLinkToNothingNorOutsideNorOverAnything() throws Exception {
    served.put("f", "x");
    served.put("d/g", "");
    served.link("out", served.outside.toString());
    served.link("nothing", "nowhere");
    pipe(served.root.resolve("pipe"));
    served.fails(Kind.NOT_FOUND, () -> served.tree.makeLink(path("/l"), path("/x")));
    served.fails(Kind.NOT_FOUND, () -> served.tree.makeLink(path("/l"), path("/nothing")));
    served.fails(Kind.NOT_FOUND, () -> served.tree.makeLink(path("/x/l"), path("/f")));
    served.fails(Kind.NOT_FOUND, () -> served.tree.makeLink(path("/l"), path("/l")));
    served.fails(Kind.NOT_A_DIRECTORY, () -> served.tree.makeLink(path("/f/l"), path("/f")));
    served.fails(Kind.OUTSIDE, () -> served.tree.makeLink(path("/l"), path("/out")));
    served.fails(Kind.OUTSIDE, () -> served.tree.makeLink(path("/l"), path("/out/secret")));
    served.fails(Kind.OUTSIDE, () -> served.tree.makeLink(path("/out/l"), path("/f")));
    served.fails(Kind.DENIED, () -> served.tree.makeLink(path("/l"), path("/pipe")));
    for (String taken : List.of("/f", "/d", "/out", "/nothing", "/pipe", "/")) {
      served.fails(Kind.EXISTS, () -> served.tree.makeLink(path(taken), path("/d/g")));
    }
    assertThat(served.onDisk("f")).isEqualTo("x");
    assertThat(served.root.resolve("l")).doesNotExist();
    assertThat(served.staged("")).isEmpty();
    served.outsideIsUntouched();
  }

  @Test
  void aLinkTakesTheNameOfNoFileThatIsPublishedMeanwhile() throws Exception {
    served.put("target", "");
    try (var executor = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 200; i++) {
        VirtualPath name = path("/n" + i);
        var upload = served.fresh(name.toString());
        Served.write(upload, "stored");
        Callable<Void> publish =
            () -> {
              upload.publish();
              return null;
            };
        Callable<Void> link =
            () -> {
              try {
                served.tree.makeLink(name, path("/target"));
              } catch (FileProblem e) {
                assertThat(e.kind()).isEqualTo(Kind.EXISTS);
              }
              return null;
            };
        for (var done : executor.invokeAll(List.of(publish, link))) {
          done.get();
        }
        assertThat(served.read(name.toString())).isEqualTo("stored");
      }
    }
  }

  @Test
  void knowsSpace() throws Exception {
    assertThat(served.tree.usableSpace()).isPositive();
  }

  @Test
  void saysDeniedWhenTheSystemDoes() throws Exception {
    Files.createDirectory(served.root.resolve("closed"));
    served.put("readonly/f", "");
    Files.setPosixFilePermissions(
        served.root.resolve("closed"), PosixFilePermissions.fromString("---------"));
    Files.setPosixFilePermissions(
        served.root.resolve("readonly"), PosixFilePermissions.fromString("r-xr-xr-x"));
    var java = ProcessHandle.current().info().command();
    assumeTrue(java.isPresent(), "the java command is not known");
    var command = new ArrayList<String>();
    if (Files.isWritable(served.root.resolve("readonly"))) {
      // Permissions do not bind an administrator; they do one without capabilities.
      command.addAll(List.of("setpriv", "--inh-caps=-all", "--bounding-set=-all"));
    }
    command.addAll(
        List.of(
            java.get(),
            "-cp",
            System.getProperty("java.class.path"),
            WithoutPermission.class.getName(),
            served.root.toString()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(served.staged("")).isEmpty();
    assertThat(served.onDisk("readonly/f")).isEmpty();
    assertThat(output.lines()).hasSize(9).containsOnly("DENIED");
    Files.setPosixFilePermissions(
        served.root.resolve("closed"), PosixFilePermissions.fromString("rwx------"));
    Files.setPosixFilePermissions(
        served.root.resolve("readonly"), PosixFilePermissions.fromString("rwx------"));
  }

  static final class WithoutPermission {
    private WithoutPermission() {}

    static void main(String[] args) throws Exception {
      try (var tree = Tree.open(Path.of(args[0]), InstantSource.system())) {
        tell(() -> tree.list(path("/closed")).close());
        tell(() -> tree.stat(path("/closed/x")));
        tell(() -> tree.deleteFile(path("/readonly/f")));
        tell(() -> tree.makeDirectory(path("/readonly/d")));
        tell(() -> tree.makeLink(path("/readonly/l"), path("/readonly/f")));
        tell(() -> tree.copy(path("/readonly/f"), path("/readonly/g"), "ann", () -> true));
        tell(() -> tree.copy(path("/closed"), path("/copy"), "ann", () -> true));
        tell(() -> tree.removeTree(path("/readonly"), () -> true));
        tell(() -> tree.upload(path("/readonly/f"), "ann", new Start.Fresh()).close());
      }
    }

    private interface Call {
      void run() throws FileProblem;
    }

    private static void tell(Call call) {
      try {
        call.run();
        System.out.println("allowed");
      } catch (FileProblem problem) {
        System.out.println(problem.kind());
      }
    }
  }

  @Test
  void neverTouchesSpecialFiles() throws Exception {
    pipe(served.root.resolve("pipe"));
    served.put("f", "");
    served.fails(Kind.DENIED, () -> served.tree.stat(path("/pipe")));
    served.fails(Kind.DENIED, () -> served.tree.open(path("/pipe")));
    served.fails(Kind.DENIED, () -> served.fresh("/pipe"));
    served.fails(Kind.DENIED, () -> served.tree.deleteFile(path("/pipe")));
    served.fails(Kind.DENIED, () -> served.tree.rename(path("/f"), path("/pipe")));
    served.fails(Kind.DENIED, () -> served.tree.setModified(path("/pipe"), Instant.EPOCH));
    served.fails(Kind.NOT_A_DIRECTORY, () -> served.tree.stat(path("/pipe/x")));
    served.link("to-pipe", "pipe");
    served.fails(Kind.DENIED, () -> served.tree.open(path("/to-pipe")));
    assertThat(served.names("/")).containsExactly("f");
  }

  static void pipe(Path path) throws Exception {
    assumeTrue(run("mkfifo", path.toString()), "mkfifo is not here");
  }

  static boolean run(String... command) throws Exception {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }
}
