package wharf.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static wharf.files.Served.path;
import static wharf.files.Served.write;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.files.FileProblem.Kind;

class CopyTest {
  /// More than is copied between two questions whether to go on.
  private static final int BIG = 20 << 20;

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

  private long copy(String from, String to) throws FileProblem {
    return served.tree.copy(path(from), path(to), "ann", () -> true);
  }

  private interface Step {
    void run() throws Exception;
  }

  /// Copies, and does `step` when it is asked for the `time`th time whether to go on.
  private long copy(String from, String to, int time, Step step) throws FileProblem {
    return served.tree.copy(path(from), path(to), "ann", after(time, step));
  }

  private static BooleanSupplier after(int time, Step step) {
    var asked = new AtomicInteger();
    return () -> {
      if (asked.incrementAndGet() == time) {
        try {
          step.run();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      }
      return true;
    };
  }

  private static BooleanSupplier times(int times) {
    var asked = new AtomicInteger();
    return () -> asked.incrementAndGet() <= times;
  }

  private void big(String name) throws IOException {
    try (var file =
        FileChannel.open(
            served.root.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[] {'x'}), BIG - 1);
    }
  }

  private String mode(String path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(served.root.resolve(path)));
  }

  private void mode(String path, String mode) throws IOException {
    Files.setPosixFilePermissions(served.root.resolve(path), PosixFilePermissions.fromString(mode));
  }

  private void nothingIsLeft(String... names) throws IOException {
    try (var entries = Files.list(served.root)) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .containsExactlyInAnyOrder(names);
    }
  }

  // Files.

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "rwx------", "r--------", "rwxr-xr-x"})
  void aFileIsCopiedAsANewOne(String mode) throws Exception {
    served.put("f", "content");
    mode("f", mode);
    Files.setLastModifiedTime(served.root.resolve("f"), FileTime.from(Instant.EPOCH));
    Files.createDirectory(served.root.resolve("d"));
    assertThat(copy("/f", "/d/g")).isEqualTo(7);
    assertThat(served.onDisk("d/g")).isEqualTo("content");
    assertThat(mode("d/g")).isEqualTo(mode);
    assertThat(served.tree.stat(path("/d/g")).modified()).isAfter(Instant.EPOCH.plusSeconds(1));
    assertThat(served.tree.stat(path("/d/g")).key())
        .isNotEqualTo(served.tree.stat(path("/f")).key());
    assertThat(served.staged("d")).isEmpty();
  }

  @Test
  void noPermissionIsGivenThatANewFileWouldNotGet() throws Exception {
    served.put("f", "");
    String ordinary = mode("f");
    mode("f", "rw-rw-rw-");
    copy("/f", "/g");
    assertThat(mode("g")).isEqualTo(ordinary);
  }

  @Test
  void anEmptyFileIsCopied() throws Exception {
    served.put("f", "");
    assertThat(copy("/f", "/g")).isZero();
    assertThat(served.onDisk("g")).isEmpty();
  }

  @Test
  void theOldFileStaysUntilTheNewOneIsWhole() throws Exception {
    big("f");
    served.put("g", "old");
    mode("g", "rw-r-----");
    try (var reader = served.tree.open(path("/g"))) {
      copy(
          "/f",
          "/g",
          2,
          () -> {
            assertThat(served.names("/")).containsExactly("f", "g");
            assertThat(served.read("/g")).isEqualTo("old");
            assertThat(served.staged("")).hasSize(1);
          });
      assertThat(Channels.newInputStream(reader.channel()).readAllBytes()).hasSize(3);
    }
    assertThat(served.root.resolve("g")).hasSameBinaryContentAs(served.root.resolve("f"));
    assertThat(mode("g")).as("what is replaced hands on its permissions").isEqualTo("rw-r-----");
    nothingIsLeft("f", "g");
  }

  @Test
  void aCopyToALinkReplacesWhatItLeadsTo() throws Exception {
    served.put("f", "new");
    served.put("d/g", "old");
    served.link("l", "d/g");
    served.link("source", "f");
    copy("/source", "/l");
    assertThat(served.root.resolve("l")).isSymbolicLink();
    assertThat(served.onDisk("d/g")).isEqualTo("new");
  }

  @Test
  void whatIsKeptOfAnUploadStays() throws Exception {
    try (var upload = served.fresh("/g")) {
      write(upload, "half");
    }
    served.put("f", "content");
    copy("/f", "/g");
    assertThat(served.onDisk("g")).isEqualTo("content");
    assertThat(served.tree.resumable(path("/g"), "ann")).hasValue(4);
    served.fails(
        Kind.BROKEN_OFF, () -> served.tree.copy(path("/f"), path("/g"), "ann", () -> false));
    assertThat(served.tree.resumable(path("/g"), "ann")).hasValue(4);
  }

  @Test
  void aCopyAndAnUploadOfTheSameFileAreTwoFiles() throws Exception {
    big("f");
    copy(
        "/f",
        "/g",
        2,
        () -> {
          try (var upload = served.fresh("/g")) {
            write(upload, "uploaded");
            upload.publish();
          }
          assertThat(served.read("/g")).isEqualTo("uploaded");
        });
    assertThat(served.tree.stat(path("/g")).size()).isEqualTo(BIG);
    nothingIsLeft("f", "g");
  }

  @Test
  void aFileIsBrokenOffWithoutATrace() throws Exception {
    big("f");
    served.put("g", "old");
    for (int i = 0; i < 3; i++) {
      BooleanSupplier goOn = times(i);
      assertThatThrownBy(() -> served.tree.copy(path("/f"), path("/g"), "ann", goOn))
          .isInstanceOf(FileProblem.class)
          .hasMessage("/f was not copied: that was broken off");
      served.fails(
          Kind.BROKEN_OFF, () -> served.tree.copy(path("/f"), path("/h"), "ann", () -> false));
    }
    assertThatThrownBy(
            () ->
                copy(
                    "/f",
                    "/h",
                    2,
                    () -> {
                      throw new IOException("whatever");
                    }))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(served.onDisk("g")).isEqualTo("old");
    nothingIsLeft("f", "g");
  }

  @Test
  void aFileThatBecomesShorterIsNotCopied() throws Exception {
    big("f");
    served.fails(
        Kind.BUSY,
        () ->
            copy(
                "/f",
                "/g",
                2,
                () -> {
                  try (var file =
                      FileChannel.open(served.root.resolve("f"), StandardOpenOption.WRITE)) {
                    file.truncate(1);
                  }
                }));
    nothingIsLeft("f");
  }

  @Test
  void aFileThatIsRenamedOrReplacedMeanwhileIsCopiedAsItWas() throws Exception {
    big("f");
    copy(
        "/f",
        "/g",
        2,
        () -> {
          Files.move(served.root.resolve("f"), served.root.resolve("moved"));
          served.link("f", served.outside.resolve("secret").toString());
        });
    assertThat(served.root.resolve("g")).hasSameBinaryContentAs(served.root.resolve("moved"));
  }

  @Test
  void aFileIsPublishedInItsDirectoryWhereverThatIsByThen() throws Exception {
    big("f");
    Files.createDirectory(served.root.resolve("d"));
    copy(
        "/f",
        "/d/g",
        2,
        () -> {
          Files.move(served.root.resolve("d"), served.root.resolve("moved"));
          served.link("d", served.outside.toString());
        });
    assertThat(served.root.resolve("moved/g")).hasSize(BIG);
  }

  @Test
  void saysWhatCannotBeCopied() throws Exception {
    served.put("f", "f");
    served.put("d/e/g", "g");
    served.put("other/x", "x");
    served.link("l", "f");
    served.link("out", served.outside.toString());
    served.link("nothing", "nowhere");
    served.link("into", "d/e");
    Files.createLink(served.root.resolve("same"), served.root.resolve("f"));
    TreeTest.pipe(served.root.resolve("pipe"));
    served.fails(Kind.NOT_FOUND, () -> copy("/x", "/y"));
    served.fails(Kind.NOT_FOUND, () -> copy("/nothing", "/y"));
    served.fails(Kind.NOT_FOUND, () -> copy("/f", "/x/y"));
    served.fails(Kind.NOT_FOUND, () -> copy("/d", "/x/y"));
    served.fails(Kind.NOT_FOUND, () -> copy("/f", "/nothing"));
    served.fails(Kind.NOT_A_DIRECTORY, () -> copy("/d", "/f/y"));
    served.fails(Kind.OUTSIDE, () -> copy("/out/secret", "/y"));
    served.fails(Kind.OUTSIDE, () -> copy("/out", "/y"));
    served.fails(Kind.OUTSIDE, () -> copy("/f", "/out/secret"));
    served.fails(Kind.OUTSIDE, () -> copy("/d", "/out/y"));
    served.fails(Kind.IS_A_DIRECTORY, () -> copy("/f", "/d"));
    served.fails(Kind.IS_A_DIRECTORY, () -> copy("/f", "/"));
    for (String taken : List.of("/f", "/other", "/d", "/l", "/nothing", "/out", "/pipe", "/")) {
      served.fails(Kind.EXISTS, () -> copy("/d", taken));
    }
    served.fails(Kind.DENIED, () -> copy("/f", "/f"));
    served.fails(Kind.DENIED, () -> copy("/f", "/l"));
    served.fails(Kind.DENIED, () -> copy("/f", "/same"));
    served.fails(Kind.DENIED, () -> copy("/pipe", "/y"));
    served.fails(Kind.DENIED, () -> copy("/f", "/pipe"));
    served.fails(Kind.DENIED, () -> copy("/d", "/d/y"));
    served.fails(Kind.DENIED, () -> copy("/d", "/d/e/y"));
    served.fails(Kind.DENIED, () -> copy("/d", "/into/y"));
    served.fails(Kind.DENIED, () -> copy("/", "/y"));
    assertThat(served.onDisk("f")).isEqualTo("f");
    nothingIsLeft("f", "d", "other", "l", "out", "nothing", "into", "same", "pipe");
    assertThat(served.names("/d")).containsExactly("e");
  }

  // Trees.

  @Test
  void aTreeIsCopiedWithAllInIt() throws Exception {
    served.put("d/f", "one");
    served.put("d/e/g", "three");
    served.put("d/e/\u0007", "");
    Files.createDirectories(served.root.resolve("d/empty/inner"));
    TreeTest.pipe(served.root.resolve("d/pipe"));
    try (var upload = served.fresh("/d/e/part")) {
      write(upload, "half");
      assertThat(copy("/d", "/copy")).isEqualTo(8);
      upload.discard();
    }
    assertThat(served.names("/copy")).containsExactly("e", "empty", "f");
    assertThat(served.names("/copy/e")).containsExactly("g");
    assertThat(served.names("/copy/empty")).containsExactly("inner");
    assertThat(served.onDisk("copy/f")).isEqualTo("one");
    assertThat(served.onDisk("copy/e/g")).isEqualTo("three");
    assertThat(served.onDisk("copy/e/\u0007")).isEmpty();
    assertThat(served.root.resolve("copy/pipe")).doesNotExist();
    assertThat(served.staged("copy/e")).isEmpty();
    nothingIsLeft("d", "copy");
  }

  @Test
  void linksInATreeMeanTheSame() throws Exception {
    served.put("d/f", "inside the tree");
    served.put("beside", "beside it");
    served.put("deep/x", "");
    served.link("d/plain", "f");
    served.link("d/up", "../beside");
    served.link("d/around", "../d/f");
    served.link("d/absolute", served.root.resolve("d/f").toString());
    served.link("d/absolute-beside", served.root.resolve("beside").toString());
    served.link("d/chain", "up");
    served.link("d/whole", "../d");
    served.link("d/out", served.outside.resolve("secret").toString());
    served.link("d/out-up", "../../outside/secret");
    served.link("d/nothing", "nowhere");
    served.link("d/circle", "circle");
    copy("/d", "/deep/copy");
    assertThat(links("deep/copy"))
        .containsExactly(
            "absolute -> f",
            "absolute-beside -> ../../beside",
            "around -> f",
            "chain -> up",
            "plain -> f",
            "up -> ../../beside",
            "whole -> .");
    for (String inside : List.of("plain", "around", "absolute")) {
      assertThat(served.read("/deep/copy/" + inside)).isEqualTo("inside the tree");
    }
    for (String beside : List.of("up", "absolute-beside", "chain")) {
      assertThat(served.read("/deep/copy/" + beside)).isEqualTo("beside it");
    }
  }

  private List<String> links(String directory) throws IOException {
    var links = new ArrayList<String>();
    try (var entries = Files.newDirectoryStream(served.root.resolve(directory))) {
      for (Path entry : entries) {
        if (Files.isSymbolicLink(entry)) {
          links.add(entry.getFileName() + " -> " + Files.readSymbolicLink(entry));
        }
      }
    }
    return links.stream().sorted().toList();
  }

  @Test
  void aDirectoryGivesNoMoreThanTheOriginalAndItsOwnerAll() throws Exception {
    served.put("d/private/f", "");
    served.put("d/fixed/f", "");
    mode("d/private", "rwx------");
    mode("d/fixed", "r-xr-xr-x");
    copy("/d", "/copy");
    assertThat(mode("copy/private")).isEqualTo("rwx------");
    assertThat(mode("copy/fixed")).startsWith("rwxr-x");
    mode("d/fixed", "rwxr-xr-x");
  }

  @Test
  void nobodySeesATreeBeforeItIsWhole() throws Exception {
    for (int i = 0; i < 10; i++) {
      served.put("d/" + i, "x");
    }
    BooleanSupplier looking =
        () -> {
          try {
            assertThat(served.names("/")).containsExactly("d");
            served.fails(Kind.NOT_FOUND, () -> served.tree.stat(path("/copy")));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return true;
        };
    served.tree.copy(path("/d"), path("/copy"), "ann", looking);
    assertThat(served.names("/copy")).hasSize(10);
  }

  @Test
  void aTreeIsBrokenOffWithoutATrace() throws Exception {
    served.put("d/e/f", "x");
    served.put("d/e/g", "y");
    Files.createDirectories(served.root.resolve("d/h/i"));
    for (int i = 0; i < 5; i++) {
      BooleanSupplier goOn = times(i);
      served.fails(Kind.BROKEN_OFF, () -> served.tree.copy(path("/d"), path("/c"), "ann", goOn));
      nothingIsLeft("d");
    }
    served.fails(Kind.EXISTS, () -> copy("/d", "/c", 3, () -> served.put("c", "came first")));
    assertThat(served.onDisk("c")).isEqualTo("came first");
    nothingIsLeft("d", "c");
  }

  @Test
  void ofManyWhoCopyToTheSameNameOneDoes() throws Exception {
    served.put("d/f", "x");
    Callable<Boolean> copy =
        () -> {
          try {
            copy("/d", "/c");
            return true;
          } catch (FileProblem e) {
            assertThat(e.kind()).isEqualTo(Kind.EXISTS);
            return false;
          }
        };
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var made = executor.invokeAll(IntStream.range(0, 12).mapToObj(_ -> copy).toList());
      assertThat(made.stream().filter(f -> f.resultNow())).hasSize(1);
    }
    nothingIsLeft("d", "c");
  }

  @Test
  void aTreeThatIsRenamedMeanwhileIsCopiedWhole() throws Exception {
    served.put("d/e/f", "x");
    served.put("d/e/g", "y");
    copy(
        "/d",
        "/c",
        2,
        () -> {
          Files.move(served.root.resolve("d"), served.root.resolve("moved"));
          served.link("d", served.outside.toString());
        });
    assertThat(served.names("/c/e")).containsExactly("f", "g");
    assertThat(served.onDisk("c/e/g")).isEqualTo("y");
  }

  /// What a link says is read by path, so where the path has changed nobody can tell.
  @Test
  void aTreeWithLinksThatIsRenamedMeanwhileIsNotCopied() throws Exception {
    served.put("d/e/f", "x");
    served.link("d/e/l", "f");
    served.fails(
        Kind.BUSY,
        () ->
            copy(
                "/d",
                "/c",
                1,
                () -> Files.move(served.root.resolve("d"), served.root.resolve("moved"))));
    nothingIsLeft("moved");
  }

  @Test
  void aLinkPlantedMeanwhileLeadsNowhere() throws Exception {
    served.put("d/e/f", "x");
    copy(
        "/d",
        "/c",
        1,
        () -> {
          // Asked about "e", before it is looked at.
          Files.move(served.root.resolve("d/e"), served.root.resolve("parked"));
          served.link("d/e", served.outside.toString());
        });
    assertThat(served.names("/c")).isEmpty();
    assertThat(served.root.resolve("c")).isEmptyDirectory();
  }

  @Test
  void aTreeHasAMostEntries() throws Exception {
    served.put("d/e/f", "x");
    served.put("d/g", "x");
    try (var confinement = Confinement.open(served.root)) {
      var staging = new Staging(() -> served.now, confinement.names, Quota.none());
      var hashes = new Hashes();
      new Copy(confinement, staging, hashes, Durability.NEVER, Access.EVERYTHING, 3, () -> true)
          .make(path("/d"), path("/c"), "ann");
      assertThat(served.names("/c")).containsExactly("e", "g");
      served.fails(
          Kind.DENIED,
          () ->
              new Copy(
                      confinement,
                      staging,
                      hashes,
                      Durability.NEVER,
                      Access.EVERYTHING,
                      2,
                      () -> true)
                  .make(path("/d"), path("/c2"), "ann"));
    }
    nothingIsLeft("d", "c");
  }

  @Test
  void aTreeHasAMostDepth() throws Exception {
    String deepest = "d" + "/x".repeat(VirtualPath.MAX_DEPTH - 1);
    Files.createDirectories(served.root.resolve(deepest));
    Files.createDirectory(served.root.resolve("in"));
    served.fails(Kind.DENIED, () -> copy("/d", "/in/c"));
    assertThat(served.root.resolve("in")).isEmptyDirectory();
    copy("/d", "/c");
    assertThat(served.tree.stat(path("/" + deepest.replaceFirst("d", "c"))).directory()).isTrue();
  }

  @Test
  void isCopiedWithoutWaitingForTheDiskToo() throws Exception {
    served.put("d/f", "x");
    try (var hasty = Tree.open(served.root, () -> served.now, Durability.NEVER, Quota.none())) {
      hasty.copy(path("/d"), path("/c"), "ann", () -> true);
      hasty.copy(path("/d/f"), path("/c/g"), "ann", () -> true);
    }
    assertThat(served.names("/c")).containsExactly("f", "g");
  }

  /// Shown, as in [HashTest], by changing the copy in a way that cannot be seen.
  @Test
  void whatIsKnownOfAHashIsKnownOfTheCopy() throws Exception {
    served.put("d/f", "content");
    String known =
        served.tree.hash(path("/d/f"), HashAlgorithm.SHA_256, 0, Long.MAX_VALUE, () -> true);
    copy("/d/f", "/g");
    copy("/d", "/c");
    for (String copy : List.of("g", "c/f")) {
      Path file = served.root.resolve(copy);
      FileTime time = Files.getLastModifiedTime(file);
      Files.writeString(file, "CONTENT", StandardOpenOption.WRITE);
      Files.setLastModifiedTime(file, time);
      assertThat(
              served.tree.hash(
                  path("/" + copy), HashAlgorithm.SHA_256, 0, Long.MAX_VALUE, () -> true))
          .as("it was not read")
          .isEqualTo(known);
    }
  }

  @Test
  void aFullDiskLeavesNothing() throws Exception {
    Path small = Files.createDirectory(served.root.resolve("small"));
    boolean mounted =
        TreeTest.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small.toString());
    assumeTrue(mounted, "only root can mount a small file system");
    try {
      big("d");
      served.put("t/f", "x".repeat(20_000));
      served.put("t/g", "x".repeat(100_000));
      Files.writeString(small.resolve("f"), "old");
      assertThatThrownBy(() -> copy("/d", "/small/f"))
          .isInstanceOf(FileProblem.class)
          .hasMessage("/small/f does not fit: disk full");
      served.fails(Kind.NO_SPACE, () -> copy("/t", "/small/t"));
      assertThat(small.resolve("f")).hasContent("old");
      try (var entries = Files.list(small)) {
        assertThat(entries).hasSize(1);
      }
      assertThat(copy("/t/f", "/small/f")).isEqualTo(20_000);
    } finally {
      TreeTest.run("umount", small.toString());
    }
  }
}
