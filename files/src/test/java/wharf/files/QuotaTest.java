package wharf.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static wharf.files.Served.path;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.files.FileProblem.Kind;

class QuotaTest {
  private static final long NO_LIMIT = Long.MAX_VALUE;

  private final Path root;
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private Tree tree;

  QuotaTest(@TempDir Path root) throws IOException {
    this.root = root;
    tree = serve(Quota.of(100, 10));
  }

  @AfterEach
  void close() throws IOException {
    tree.close();
  }

  private Tree serve(Quota quota) throws IOException {
    return Tree.open(root, () -> now, Durability.NEVER, quota);
  }

  private Upload begin(String path, Start start) throws IOException {
    return tree.upload(path(path), "jo", start);
  }

  private static void write(Upload upload, int bytes) throws IOException {
    upload.write(ByteBuffer.wrap("x".repeat(bytes).getBytes(UTF_8)));
  }

  private void store(String path, int bytes) throws IOException {
    try (Upload upload = begin(path, new Start.Fresh())) {
      write(upload, bytes);
      upload.publish();
    }
  }

  private void keep(String path, int bytes) throws IOException {
    try (Upload upload = begin(path, new Start.Fresh())) {
      write(upload, bytes);
    }
  }

  private void holds(long bytes, long entries) {
    assertThat(List.of(tree.quota().bytes(), tree.quota().entries()))
        .containsExactly(bytes, entries);
  }

  private interface Call {
    void run() throws IOException;
  }

  private static void isRefused(Call call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            FileProblem.class, problem -> assertThat(problem.kind()).isEqualTo(Kind.NO_SPACE));
  }

  @Test
  void toTheByte() throws Exception {
    store("/a", 60);
    store("/b", 40);
    holds(100, 2);
    isRefused(() -> store("/c", 1));
    tree.deleteFile(path("/b"));
    try (Upload upload = begin("/c", new Start.Fresh())) {
      write(upload, 40);
      isRefused(() -> write(upload, 1));
      upload.publish();
    }
    assertThat(root.resolve("c")).hasSize(40);
    holds(100, 2);
  }

  @Test
  void nothingIsLeftOfWhatDoesNotFit() throws Exception {
    store("/a", 60);
    try (Upload upload = begin("/b", new Start.Fresh())) {
      write(upload, 30);
      isRefused(() -> write(upload, 11));
      upload.discard();
    }
    holds(60, 1);
    assertThat(root.toFile().list()).containsExactly("a");
  }

  @Test
  void whatIsAnnouncedIsKnownNotToFit() throws Exception {
    store("/a", 60);
    tree.upload(path("/b"), "jo", new Start.Fresh(), 40).close();
    isRefused(() -> tree.upload(path("/b"), "jo", new Start.Fresh(), 41));
    isRefused(() -> tree.upload(path("/b"), "jo", new Start.Fresh(), NO_LIMIT));
    tree.upload(path("/a"), "jo", new Start.Fresh(), 100).close();
    isRefused(() -> tree.upload(path("/a"), "jo", new Start.Fresh(), 101));
    assertThat(tree.largest()).isEqualTo(100);
    assertThat(tree.usableSpace()).isEqualTo(40);
    keep("/b", 30);
    isRefused(() -> tree.upload(path("/b"), "jo", new Start.Fresh(), 41));
    isRefused(() -> tree.upload(path("/b"), "jo", new Start.At(20), 41));
    assertThat(tree.resumable(path("/b"), "jo")).hasValue(30);
    holds(90, 2);
  }

  @Test
  void whoReplacesAFileNeedsNoRoomForBoth() throws Exception {
    store("/a", 80);
    store("/a", 90);
    holds(90, 1);
    try (Upload upload = begin("/a", new Start.Append())) {
      write(upload, 10);
      isRefused(() -> write(upload, 1));
      upload.publish();
    }
    holds(100, 1);
    try (Upload upload = begin("/a", new Start.At(50))) {
      write(upload, 1);
      upload.publish();
    }
    holds(51, 1);
  }

  @Test
  void norHoldsUpOthers() throws Exception {
    store("/a", 60);
    try (Upload upload = begin("/a", new Start.Fresh())) {
      write(upload, 60);
      store("/b", 40);
      holds(100, 2);
      isRefused(() -> write(upload, 1));
      upload.publish();
    }
    holds(100, 2);
  }

  @Test
  void onlyOneOfTwoWhoReplaceItIsSpared() throws Exception {
    store("/a", 60);
    try (Upload one = begin("/a", new Start.Fresh());
        Upload other = begin("/a", new Start.Fresh())) {
      write(one, 60);
      write(other, 40);
      isRefused(() -> write(other, 1));
      one.publish();
      other.publish();
    }
    holds(40, 1);
    store("/a", 100);
    holds(100, 1);
  }

  /// Else each round would add what the quota allows.
  @Test
  void whatWasToBeReplacedAndIsElsewhereIsNotSpared() throws Exception {
    store("/a", 60);
    try (Upload upload = begin("/a", new Start.Fresh())) {
      write(upload, 100);
      tree.rename(path("/a"), path("/b"));
      isRefused(upload::publish);
      upload.discard();
    }
    holds(60, 1);
  }

  @Test
  void whatHasGoneMakesRoom() throws Exception {
    store("/a", 60);
    try (Upload upload = begin("/a", new Start.Fresh())) {
      write(upload, 100);
      tree.deleteFile(path("/a"));
      isRefused(() -> store("/b", 1));
      upload.publish();
    }
    holds(100, 1);
  }

  /// Else many uploads, each begun and left open, would be spared one after the other.
  @Test
  void whatIsSparedIsGivenBackWhenTheUploadEnds() throws Exception {
    store("/a", 60);
    try (Upload one = begin("/a", new Start.Fresh())) {
      write(one, 60);
      tree.deleteFile(path("/a"));
      holds(60, 1);
      isRefused(() -> store("/a", 60));
      one.discard();
    }
    holds(0, 0);
    store("/a", 60);
    try (Upload one = begin("/a", new Start.Fresh());
        Upload other = begin("/a", new Start.Fresh())) {
      write(one, 60);
      write(other, 20);
      other.publish();
      holds(80, 2);
      isRefused(() -> store("/b", 21));
      one.publish();
    }
    holds(60, 1);
  }

  @Test
  void aKeptPartNeedsNoOtherEntry() throws Exception {
    for (int i = 0; i < 9; i++) {
      tree.makeDirectory(path("/d" + i));
    }
    keep("/f", 5);
    holds(5, 10);
    isRefused(() -> store("/g", 1));
    begin("/f", new Start.Fresh()).discard();
    holds(0, 9);
    keep("/f", 5);
    store("/f", 6);
    holds(6, 10);
  }

  @Test
  void oneFileOfTwoNamesStays() throws Exception {
    Files.createLink(root.resolve("b"), Files.writeString(root.resolve("a"), "12345"));
    tree.close();
    tree = serve(Quota.of(100, 10));
    holds(10, 2);
    tree.rename(path("/a"), path("/b"));
    holds(10, 2);
    assertThat(root.toFile().list()).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void filesAndDirectoriesCount() throws Exception {
    for (int i = 0; i < 8; i++) {
      tree.makeDirectory(path("/d" + i));
    }
    store("/f", 1);
    tree.makeLink(path("/l"), path("/f"));
    holds(1, 10);
    isRefused(() -> tree.makeDirectory(path("/more")));
    isRefused(() -> tree.makeLink(path("/more"), path("/f")));
    isRefused(() -> store("/more", 0));
    isRefused(() -> tree.copy(path("/f"), path("/more"), "jo", () -> true));
    isRefused(() -> tree.copy(path("/d0"), path("/more"), "jo", () -> true));
    store("/f", 2);
    holds(2, 10);
    tree.removeDirectory(path("/d0"));
    tree.rename(path("/f"), path("/l"));
    holds(2, 8);
    assertThat(root.toFile().list()).hasSize(8);
  }

  @Test
  void whatFailsOtherwiseIsNotCounted() throws Exception {
    tree.makeDirectory(path("/d"));
    assertThatThrownBy(() -> tree.makeDirectory(path("/d"))).isInstanceOf(FileProblem.class);
    assertThatThrownBy(() -> begin("/d", new Start.Fresh())).isInstanceOf(FileProblem.class);
    assertThatThrownBy(() -> begin("/f", new Start.At(5))).isInstanceOf(FileProblem.class);
    store("/d/f", 3);
    assertThatThrownBy(() -> tree.removeDirectory(path("/d"))).isInstanceOf(FileProblem.class);
    holds(3, 2);
  }

  @Test
  void whatIsKeptCounts() throws Exception {
    keep("/a", 60);
    holds(60, 1);
    isRefused(() -> store("/b", 41));
    try (Upload upload = begin("/a", new Start.At(50))) {
      holds(50, 1);
      write(upload, 50);
      upload.publish();
    }
    holds(100, 1);
    tree.deleteFile(path("/a"));
    keep("/a", 60);
    keep("/a", 20);
    holds(20, 1);
    // Parts are as old as the disk says.
    now = Instant.parse("2100-01-01T00:00:00Z");
    store("/b", 5);
    holds(5, 1);
  }

  @Test
  void asMuchIsKeptAsThereIsRoomFor() throws Exception {
    store("/a", 60);
    try (Upload upload = begin("/a", new Start.Fresh())) {
      write(upload, 60);
      assertThat(upload.suspend()).isEqualTo(40);
    }
    assertThat(tree.resumable(path("/a"), "jo")).hasValue(40);
    holds(100, 2);
    try (Upload upload = begin("/a", new Start.At(40))) {
      write(upload, 10);
      assertThat(upload.suspend()).as("what was kept before stays").isEqualTo(40);
    }
    holds(100, 2);
    tree.upload(path("/a"), "jo", new Start.Fresh()).discard();
    store("/b", 40);
    keep("/a", 60);
    holds(100, 2);
  }

  @Test
  void aSmallerQuotaTakesNothingAway() throws Exception {
    keep("/a", 60);
    store("/b", 20);
    tree.close();
    tree = serve(Quota.of(50, 1));
    isRefused(() -> tree.upload(path("/a"), "jo", new Start.At(60), 70));
    try (Upload upload = begin("/a", new Start.At(60))) {
      isRefused(() -> write(upload, 1));
    }
    holds(80, 2);
    store("/b", 10);
    holds(70, 2);
    try (Upload upload = begin("/a", new Start.At(60))) {
      upload.publish();
    }
    holds(70, 2);
  }

  @Test
  void treesAreCountedAsTheyComeAndGo() throws Exception {
    tree.makeDirectory(path("/d"));
    store("/d/a", 20);
    store("/d/b", 10);
    tree.copy(path("/d"), path("/e"), "jo", () -> true);
    holds(60, 6);
    store("/d/c", 11);
    isRefused(() -> tree.copy(path("/d"), path("/g"), "jo", () -> true));
    holds(71, 7);
    assertThat(tree.removeTree(path("/d"), () -> true)).isEqualTo(4);
    holds(30, 3);
  }

  @Test
  void whatIsThereIsCountedAtFirst() throws Exception {
    tree.close();
    Files.createDirectories(root.resolve("d/e"));
    Files.writeString(root.resolve("d/f"), "12345");
    Files.createSymbolicLink(root.resolve("l"), Path.of("d/f"));
    Files.createDirectories(root.resolve(".wharf-dir-0/tree"));
    Files.writeString(root.resolve(".wharf-dir-0/tree/g"), "123");
    Files.createFile(root.resolve(".wharf-dir-0").resolve(HiddenPlace.LOCK));
    tree = serve(Quota.of(100, 10));
    holds(8, 6);
  }

  @Test
  void processesShareTheCount() throws Exception {
    tree.close();
    Files.writeString(root.resolve("f"), "12345");
    Path shared = Files.createTempDirectory("count").resolve("count");
    tree = serve(Quota.of(100, 10).sharedIn(shared));
    try (Tree other =
        Tree.open(root, () -> now, Durability.NEVER, Quota.of(100, 10).joining(shared))) {
      store("/a", 90);
      assertThat(other.quota().bytes()).isEqualTo(95);
      try (Upload upload = other.upload(path("/b"), "jo", new Start.Fresh())) {
        isRefused(() -> write(upload, 6));
      }
      other.deleteFile(path("/a"));
    }
    holds(5, 1);
    Files.delete(shared);
    Files.delete(shared.getParent());
  }

  @Test
  void withoutOneNothingIsCounted() throws Exception {
    tree.close();
    tree = serve(Quota.none());
    store("/a", 1000);
    holds(0, 0);
    assertThat(tree.quota().isNone()).isTrue();
  }

  /// Whatever is done, also by many at once, the count is what is on the disk, and never more than
  /// may be.
  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void theCountIsTrue(int many) throws Exception {
    long seed = new Random().nextLong();
    try (var executor = Executors.newFixedThreadPool(many)) {
      List<Callable<Void>> walks = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        Random random = new Random(seed + i);
        walks.add(
            () -> {
              for (int step = 0; step < 4000; step++) {
                walk(random);
                assertThat(tree.quota().bytes()).as("seed %s", seed).isLessThanOrEqualTo(100);
                assertThat(tree.quota().entries()).as("seed %s", seed).isLessThanOrEqualTo(10);
              }
              return null;
            });
      }
      for (var walk : executor.invokeAll(walks)) {
        walk.get();
      }
    }
    long bytes = tree.quota().bytes();
    long entries = tree.quota().entries();
    tree.close();
    tree = serve(Quota.of(100, 10));
    assertThat(List.of(bytes, entries))
        .as("seed %s", seed)
        .containsExactly(tree.quota().bytes(), tree.quota().entries());
  }

  private void walk(Random random) throws IOException {
    String one = "/" + (char) ('a' + random.nextInt(6));
    String two = "/" + (char) ('a' + random.nextInt(6));
    String inside = random.nextBoolean() ? one : two + one;
    try {
      switch (random.nextInt(9)) {
        case 0 -> tree.makeDirectory(path(inside));
        case 1 -> tree.deleteFile(path(inside));
        case 2 -> tree.removeDirectory(path(one));
        case 4 -> {
          long _ = tree.copy(path(one), path(two), "jo", () -> true);
        }
        case 5 -> tree.makeLink(path(one), path(two));
        case 3 -> tree.rename(path(one), path(two));
        case 8 -> {
          long _ = tree.removeTree(path(one), () -> true);
        }
        default -> {
          Start start =
              switch (random.nextInt(3)) {
                case 0 -> new Start.Fresh();
                case 1 -> new Start.Append();
                default -> new Start.At(random.nextInt(20));
              };
          try (Upload upload = begin(inside, start)) {
            for (int i = random.nextInt(4); i > 0; i--) {
              write(upload, random.nextInt(20));
            }
            switch (random.nextInt(3)) {
              case 0 -> upload.discard();
              case 1 -> {
                long _ = upload.suspend();
              }
              default -> upload.publish();
            }
          }
        }
      }
    } catch (FileProblem problem) {
      // As is to be expected of so many.
    }
  }
}
