package wharf.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static wharf.files.Served.path;
import static wharf.files.Served.write;

import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wharf.files.FileProblem.Kind;

class UploadTest {
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

  private void keepPart(String path, String content) throws Exception {
    try (var upload = served.fresh(path)) {
      write(upload, content);
    }
  }

  @Test
  void appearsWholeOrNotAtAll() throws Exception {
    served.put("f", "old");
    try (var upload = served.fresh("/f");
        var other = served.fresh("/g")) {
      write(upload, "new ");
      write(upload, "content");
      write(other, "x");
      assertThat(upload.position()).isEqualTo(11);
      assertThat(served.read("/f")).isEqualTo("old");
      assertThat(served.names("/")).containsExactly("f");
      served.fails(Kind.NOT_FOUND, () -> served.tree.stat(path("/g")));
      upload.sync();
      upload.publish();
      upload.publish();
      upload.suspend();
      upload.discard();
      assertThat(served.onDisk("f")).isEqualTo("new content");
      other.publish();
    }
    assertThat(served.names("/")).containsExactly("f", "g");
    assertThat(served.staged("")).isEmpty();
  }

  @Test
  void anEmptyFileIsAFile() throws Exception {
    try (var upload = served.fresh("/empty")) {
      upload.publish();
    }
    assertThat(served.root.resolve("empty")).isEmptyFile();
  }

  @Test
  void readersKeepTheFileTheyOpened() throws Exception {
    served.put("f", "old");
    try (var reader = served.tree.open(path("/f"))) {
      try (var upload = served.fresh("/f")) {
        write(upload, "newer");
        upload.publish();
      }
      var bytes = ByteBuffer.allocate(10);
      assertThat(reader.channel().read(bytes)).isEqualTo(3);
    }
  }

  @Test
  void keepsPermissionsOfWhatItReplaces() throws Exception {
    served.put("f", "old");
    var permissions = PosixFilePermissions.fromString("rwxr-xrwx");
    Files.setPosixFilePermissions(served.root.resolve("f"), permissions);
    for (String path : new String[] {"/f", "/new"}) {
      try (var upload = served.fresh(path)) {
        write(upload, "new");
        upload.publish();
      }
    }
    assertThat(Files.getPosixFilePermissions(served.root.resolve("f"))).isEqualTo(permissions);
    served.put("ordinary", "");
    assertThat(Files.getPosixFilePermissions(served.root.resolve("new")))
        .isEqualTo(Files.getPosixFilePermissions(served.root.resolve("ordinary")));
  }

  @Test
  void isRefusedWhereNoFileCanBe() throws Exception {
    served.put("d/f", "");
    served.fails(Kind.IS_A_DIRECTORY, () -> served.fresh("/d"));
    served.fails(Kind.IS_A_DIRECTORY, () -> served.fresh("/"));
    served.fails(Kind.NOT_FOUND, () -> served.fresh("/x/y"));
    served.fails(Kind.NOT_A_DIRECTORY, () -> served.fresh("/d/f/g"));
  }

  @Test
  void aDirectoryPutInItsPlaceStopsPublishing() throws Exception {
    try (var upload = served.fresh("/f")) {
      write(upload, "x");
      served.tree.makeDirectory(path("/f"));
      served.fails(Kind.IS_A_DIRECTORY, upload::publish);
      served.tree.removeDirectory(path("/f"));
      upload.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("x");
  }

  @Test
  void canBeContinuedAfterARestart() throws Exception {
    keepPart("/f", "0123456789");
    served.reopen();
    assertThat(served.tree.resumable(path("/f"), "ann")).hasValue(10);
    assertThat(served.tree.resumable(path("/f"), "bob")).isEmpty();
    assertThat(served.tree.resumable(path("/g"), "ann")).isEmpty();
    assertThat(served.names("/")).isEmpty();
    try (var upload = served.at("/f", 4)) {
      assertThat(upload.position()).isEqualTo(4);
      assertThat(served.tree.resumable(path("/f"), "ann")).isEmpty();
      write(upload, "abc");
      upload.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("0123abc");
    assertThat(served.tree.resumable(path("/f"), "ann")).isEmpty();
  }

  @Test
  void continuesAtTheVeryEndToo() throws Exception {
    keepPart("/f", "0123");
    try (var upload = served.at("/f", 4)) {
      write(upload, "4");
      upload.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("01234");
  }

  @Test
  void continuesThePublishedFileWhenNoPartReachesSoFar() throws Exception {
    served.put("f", "0123456789");
    keepPart("/f", "ab");
    try (var upload = served.at("/f", 5)) {
      assertThat(upload.position()).isEqualTo(5);
      write(upload, "xy");
      assertThat(served.read("/f")).isEqualTo("0123456789");
      upload.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("01234xy");
    assertThat(served.staged("")).isEmpty();
  }

  @Test
  void saysHowFarItCouldContinue() throws Exception {
    served.put("f", "0123");
    keepPart("/f", "abcdef");
    served.fails(Kind.BAD_OFFSET, () -> served.at("/f", 7));
    assertThatThrownBy(() -> served.at("/f", 7)).hasMessageContaining("6 bytes");
    assertThatThrownBy(() -> served.at("/new", 1)).hasMessageContaining("0 bytes");
    // Being refused costs nothing.
    assertThat(served.tree.resumable(path("/f"), "ann")).hasValue(6);
    assertThat(served.staged("")).hasSize(1);
  }

  @Test
  void atZeroIsFresh() throws Exception {
    served.put("f", "0123");
    keepPart("/f", "abcdef");
    try (var upload = served.at("/f", 0)) {
      assertThat(upload.position()).isZero();
      write(upload, "x");
      upload.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("x");
  }

  @Test
  void freshForgetsTheOldPart() throws Exception {
    keepPart("/f", "abcdef");
    try (var upload = served.fresh("/f")) {
      write(upload, "x");
    }
    assertThat(served.tree.resumable(path("/f"), "ann")).hasValue(1);
  }

  @Test
  void appends() throws Exception {
    try (var upload = served.append("/f")) {
      write(upload, "one ");
      upload.publish();
    }
    try (var upload = served.append("/f")) {
      assertThat(upload.position()).isEqualTo(4);
      write(upload, "two ");
      upload.suspend();
    }
    assertThat(served.onDisk("f")).isEqualTo("one ");
    try (var upload = served.append("/f")) {
      assertThat(upload.position()).isEqualTo(8);
      write(upload, "three");
      upload.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("one two three");
  }

  @Test
  void doesNotContinueAPartThatIsBeingWritten() throws Exception {
    try (var upload = served.fresh("/f")) {
      write(upload, "0123");
      served.fails(Kind.BUSY, () -> served.at("/f", 2));
      served.fails(Kind.BUSY, () -> served.append("/f"));
      // Nor does having asked cost the first one its claim.
      served.fails(Kind.BUSY, () -> served.append("/f"));
      write(upload, "4");
      upload.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("01234");
  }

  @Test
  void discardsWithoutATrace() throws Exception {
    try (var upload = served.fresh("/f")) {
      write(upload, "x");
      upload.discard();
      upload.discard();
      upload.suspend();
      assertThatThrownBy(upload::publish).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> write(upload, "y")).isInstanceOf(IllegalStateException.class);
    }
    assertThat(served.root).isEmptyDirectory();
  }

  @Test
  void keepsNoEmptyPart() throws Exception {
    served.fresh("/f").suspend();
    assertThat(served.root).isEmptyDirectory();
  }

  @Test
  void concurrentOnesNeverMixAndTheLastStays() throws Exception {
    try (var first = served.fresh("/f");
        var second = served.fresh("/f");
        var third = served.tree.upload(path("/f"), "bob", new Start.Fresh())) {
      for (int i = 0; i < 3; i++) {
        write(first, "1");
        write(second, "2");
        write(third, "3");
      }
      second.publish();
      assertThat(served.onDisk("f")).isEqualTo("222");
      first.publish();
      assertThat(served.onDisk("f")).isEqualTo("111");
      third.publish();
      assertThat(served.onDisk("f")).isEqualTo("333");
    }
    assertThat(served.staged("")).isEmpty();
  }

  @Test
  void ofTwoThatAreCutOffTheLongerIsKept() throws Exception {
    var first = served.fresh("/f");
    var second = served.fresh("/f");
    var third = served.fresh("/f");
    write(first, "11");
    write(second, "222");
    write(third, "3");
    first.suspend();
    second.suspend();
    third.suspend();
    assertThat(served.staged("")).hasSize(1);
    assertThat(served.tree.resumable(path("/f"), "ann")).hasValue(3);
    try (var upload = served.append("/f")) {
      upload.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("222");
  }

  @Test
  void besideARunningOneNothingIsKept() throws Exception {
    try (var first = served.fresh("/f")) {
      var second = served.fresh("/f");
      write(second, "222");
      second.suspend();
      assertThat(served.staged("")).hasSize(1);
      write(first, "1");
      first.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("1");
  }

  @Test
  void aSecondOneThatIsCutOffCanBeContinued() throws Exception {
    var first = served.fresh("/f");
    var second = served.fresh("/f");
    write(first, "1");
    write(second, "22");
    first.publish();
    second.close();
    assertThat(served.tree.resumable(path("/f"), "ann")).hasValue(2);
  }

  @Test
  void anotherTreeInTheProcessSeesTheClaim() throws Exception {
    try (var other = Tree.open(served.root, () -> served.now);
        var upload = served.fresh("/f")) {
      write(upload, "x");
      served.fails(Kind.BUSY, () -> other.upload(path("/f"), "ann", new Start.Append()));
      try (var second = other.upload(path("/f"), "ann", new Start.Fresh())) {
        write(second, "y");
        second.publish();
      }
      assertThat(served.onDisk("f")).isEqualTo("y");
      upload.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("x");
  }

  @Test
  void aPartHeldByAnotherProcessIsLeftAlone() throws Exception {
    keepPart("/f", "0123");
    Process process = run(Holder.class);
    try {
      assertThat(process.getInputStream().read()).isEqualTo('!');
      served.fails(Kind.BUSY, () -> served.at("/f", 2));
      try (var upload = served.fresh("/f")) {
        write(upload, "whole");
        upload.publish();
      }
      assertThat(served.onDisk("f")).isEqualTo("whole");
    } finally {
      process.destroyForcibly().waitFor();
    }
    // It was killed without a word: the part is there, and free.
    assertThat(served.tree.resumable(path("/f"), "ann")).hasValue(5);
    try (var upload = served.append("/f")) {
      upload.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("01234");
  }

  @Test
  void anotherProcessSeesThatAPartIsHeldHere() throws Exception {
    try (var upload = served.fresh("/f")) {
      write(upload, "x");
      // Each of these looks at the part; none may lose the lock that the other process respects.
      served.fails(Kind.BUSY, () -> served.append("/f"));
      served.tree.resumable(path("/f"), "ann");
      served.fresh("/f").discard();
      served.names("/");
      Process process = run(Holder.class);
      process.getOutputStream().close();
      assertThat(process.waitFor()).isEqualTo(1);
      assertThat(new String(process.getErrorStream().readAllBytes(), UTF_8)).contains("uploaded");
      upload.publish();
    }
  }

  private Process run(Class<?> main) throws Exception {
    var java = ProcessHandle.current().info().command();
    assumeTrue(java.isPresent(), "the java command is not known");
    return new ProcessBuilder(
            java.get(),
            "-cp",
            System.getProperty("java.class.path"),
            main.getName(),
            served.root.toString())
        .start();
  }

  /// Continues the part of "/f", and holds it until killed.
  static final class Holder {
    private Holder() {}

    static void main(String[] args) throws Exception {
      try (var tree = Tree.open(Path.of(args[0]), InstantSource.system());
          var upload = tree.upload(path("/f"), "ann", new Start.Append())) {
        write(upload, "4");
        System.out.print('!');
        System.out.flush();
        System.in.read();
        upload.suspend();
      }
    }
  }

  /// Two trees share no memory of who holds what, so they meet as two processes would.
  @Test
  void aPublishedFileIsNeverTakenForAPart() throws Exception {
    try (var other = Tree.open(served.root, () -> served.now);
        var executor = Executors.newFixedThreadPool(4)) {
      served.put("f", "A".repeat(20));
      Callable<Void> reader =
          () -> {
            for (int i = 0; i < 3000; i++) {
              assertThat(served.read("/f")).matches("(.)\\1{19}");
            }
            return null;
          };
      var tasks = new ArrayList<Callable<Void>>();
      tasks.add(reader);
      for (Tree tree : List.of(served.tree, other, other)) {
        tasks.add(
            () -> {
              for (int i = 0; i < 300; i++) {
                try (var upload = tree.upload(path("/f"), "ann", new Start.Fresh())) {
                  String letter = String.valueOf((char) ('A' + i % 26));
                  write(upload, letter.repeat(10));
                  write(upload, letter.repeat(10));
                  if (i % 5 != 0) {
                    upload.publish();
                  }
                }
              }
              return null;
            });
      }
      for (var done : executor.invokeAll(tasks)) {
        done.get();
      }
    }
    assertThat(served.staged("")).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void manyAtOnceAreEachWhole() throws Exception {
    try (var executor = Executors.newFixedThreadPool(8)) {
      var tasks =
          IntStream.range(0, 40)
              .<Callable<Void>>mapToObj(
                  i ->
                      () -> {
                        try (var upload = served.fresh("/f")) {
                          for (int k = 0; k < 20; k++) {
                            write(upload, String.valueOf((char) ('A' + i)));
                          }
                          if (i % 3 == 0) {
                            upload.suspend();
                          } else {
                            upload.publish();
                          }
                        }
                        return null;
                      })
              .toList();
      for (var done : executor.invokeAll(tasks)) {
        done.get();
      }
    }
    assertThat(served.onDisk("f")).matches("(.)\\1{19}");
    assertThat(served.staged("")).hasSizeLessThanOrEqualTo(1);
  }

  @Test
  void anAbandonedPartIsForgottenAfterAWeek() throws Exception {
    keepPart("/d1", "x");
    Path part = served.root.resolve(served.staged("").getFirst());
    Files.createDirectory(served.root.resolve(".wharf-dir-0"));
    Files.setLastModifiedTime(part, FileTime.from(served.now));
    Files.setLastModifiedTime(served.root.resolve(".wharf-dir-0"), FileTime.from(served.now));
    served.now = served.now.plus(Duration.ofDays(7)).minusSeconds(1);
    served.names("/");
    assertThat(served.staged("")).hasSize(2);
    served.now = served.now.plusSeconds(2);
    served.names("/");
    assertThat(served.staged("")).isEmpty();
  }

  @Test
  void anUploadIntoADirectoryTidiesItToo() throws Exception {
    keepPart("/f", "x");
    keepPart("/g", "x");
    for (String name : served.staged("")) {
      Files.setLastModifiedTime(served.root.resolve(name), FileTime.from(served.now));
    }
    served.now = served.now.plus(Duration.ofDays(8));
    try (var upload = served.fresh("/h")) {
      assertThat(served.staged("")).hasSize(1);
      upload.discard();
    }
  }

  @Test
  void aRunningUploadIsNeverForgotten() throws Exception {
    try (var upload = served.fresh("/f")) {
      write(upload, "x");
      Path part = served.root.resolve(served.staged("").getFirst());
      Files.setLastModifiedTime(part, FileTime.from(served.now.minus(Duration.ofDays(30))));
      served.names("/");
      upload.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("x");
  }

  @Test
  void directoriesAreRemovedWithWhatWasAbandonedInThem() throws Exception {
    Files.createDirectory(served.root.resolve("d"));
    keepPart("/d/f", "x");
    try (var upload = served.fresh("/d/g")) {
      write(upload, "y");
      served.fails(Kind.BUSY, () -> served.tree.removeDirectory(path("/d")));
      assertThat(served.staged("d")).hasSize(2);
      upload.publish();
    }
    served.fails(Kind.NOT_EMPTY, () -> served.tree.removeDirectory(path("/d")));
    assertThat(served.staged("d")).hasSize(1);
    served.tree.deleteFile(path("/d/g"));
    served.tree.removeDirectory(path("/d"));
    assertThat(served.root).isEmptyDirectory();
  }

  @Test
  void anInterruptLosesNothing() throws Exception {
    var upload = served.fresh("/f");
    write(upload, "0123");
    Thread.currentThread().interrupt();
    served.fails(Kind.IO, () -> write(upload, "4"));
    assertThat(Thread.interrupted()).isTrue();
    upload.close();
    assertThat(served.tree.resumable(path("/f"), "ann")).hasValue(4);
  }

  /// Whether the disk was waited for cannot be seen from a program. What can: a sync is what an
  /// interrupted thread may not do, and a rename it may.
  @Test
  void unsyncedIsPublishedWithoutWaitingForTheDisk() throws Exception {
    try (var hasty = Tree.open(served.root, () -> served.now, Durability.NEVER, Quota.none())) {
      var upload = hasty.upload(path("/f"), "ann", new Start.Fresh());
      write(upload, "new");
      Thread.currentThread().interrupt();
      upload.sync();
      upload.publish();
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(served.onDisk("f")).isEqualTo("new");

    var careful = served.fresh("/g");
    write(careful, "new");
    Thread.currentThread().interrupt();
    served.fails(Kind.IO, careful::publish);
    assertThat(Thread.interrupted()).isTrue();
    careful.discard();
    assertThat(served.root.resolve("g")).doesNotExist();
  }

  @Test
  void ownersAndNamesDoNotRunTogether() throws Exception {
    var staging = new Staging(() -> served.now, new Names(), Quota.none());
    var names = new HashSet<Path>();
    names.add(staging.keptName("ab", Path.of("c")));
    names.add(staging.keptName("a", Path.of("bc")));
    names.add(staging.keptName("", Path.of("abc")));
    names.add(staging.keptName("1:a", Path.of("b")));
    assertThat(names).hasSize(4);
  }

  @Test
  void saysWhenTheDiskIsFull() throws Exception {
    Path small = Files.createDirectory(base.resolve("small"));
    boolean mounted =
        TreeTest.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small.toString());
    assumeTrue(mounted, "only root can mount a small file system");
    try (var tree = Tree.open(small, () -> served.now)) {
      Files.writeString(small.resolve("f"), "old");
      var upload = tree.upload(path("/f"), "ann", new Start.Fresh());
      served.fails(Kind.NO_SPACE, () -> upload.write(ByteBuffer.allocate(1 << 20)));
      assertThat(upload.position()).isBetween(1L, 1L << 16);
      upload.discard();
      assertThat(small.resolve("f")).hasContent("old");
      assertThat(tree.usableSpace()).isPositive();
    } finally {
      TreeTest.run("umount", small.toString());
    }
  }

  @Test
  void servesAnotherFileSystemMountedInside() throws Exception {
    Path inside = Files.createDirectory(served.root.resolve("mnt"));
    boolean mounted = TreeTest.run("mount", "-t", "tmpfs", "tmpfs", inside.toString());
    assumeTrue(mounted, "only root can mount a file system");
    try {
      served.tree.makeDirectory(path("/mnt/d"));
      try (var upload = served.fresh("/mnt/d/f")) {
        write(upload, "x");
        upload.publish();
      }
      served.put("g", "");
      served.fails(Kind.OTHER_STORE, () -> served.tree.rename(path("/g"), path("/mnt/g")));
      assertThat(served.read("/mnt/d/f")).isEqualTo("x");
    } finally {
      TreeTest.run("umount", inside.toString());
    }
  }

  @Test
  void aPartThatWasPublishedBetweenLookAndLockIsNotTaken() throws Exception {
    served.put("part", "another file by now");
    served.put("seen", "what it was then");
    var staging = new Staging(() -> served.now, new Names(), Quota.none());
    try (var confinement = Confinement.open(served.root)) {
      var directory = confinement.root();
      var part = Path.of("part");
      var seen = Confinement.attributes(directory, Path.of("seen"));
      assertThat(seen).isNotNull();
      if (seen != null) {
        var channel = Confinement.openFile(directory, part, StandardOpenOption.WRITE);
        assertThat(staging.lock(directory, part, channel, seen)).isNull();
        assertThat(channel.isOpen()).isFalse();
      }
    }
  }

  @Test
  void doesNotTrustALinkInThePlaceOfAPart() throws Exception {
    keepPart("/f", "x");
    Path part = served.root.resolve(served.staged("").getFirst());
    Files.delete(part);
    Files.createSymbolicLink(part, served.outside.resolve("secret"));
    try (var upload = served.fresh("/f")) {
      write(upload, "y");
      upload.publish();
    }
    assertThat(served.onDisk("f")).isEqualTo("y");
    try (var channel =
        FileChannel.open(served.outside.resolve("secret"), StandardOpenOption.READ)) {
      assertThat(channel.size()).isEqualTo(6);
    }
    assertThat(served.tree.resumable(path("/f"), "ann")).isEmpty();
    try (var upload = served.append("/f")) {
      assertThat(upload.position()).isEqualTo(1);
      upload.discard();
    }
    served.outsideIsUntouched();
  }

  /// Before anything is copied of what is published, and in the middle.
  @Test
  void isBrokenOffWhileThePublishedFileIsCopied() throws Exception {
    try (var file = new RandomAccessFile(served.root.resolve("f").toFile(), "rw")) {
      file.setLength(2 * Copy.AT_ONCE);
    }
    for (int i = 0; i < 2; i++) {
      var left = new AtomicInteger(i);
      served.fails(
          Kind.BROKEN_OFF,
          () ->
              served.tree.upload(
                  path("/f"), "ann", new Start.Append(), -1, () -> left.getAndDecrement() > 0));
      assertThat(served.staged("")).isEmpty();
    }
    try (var upload = served.tree.upload(path("/f"), "ann", new Start.Append(), -1, () -> true)) {
      assertThat(upload.position()).isEqualTo(2 * Copy.AT_ONCE);
      upload.discard();
    }
  }
}
