package wharf.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static wharf.files.Served.path;
import static wharf.files.Served.write;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import wharf.files.FileProblem.Kind;

class HashTest {
  @TempDir Path base;
  private Served served;

  @BeforeEach
  void open() throws Exception {
    served = new Served(base);
  }

  @AfterEach
  void close() throws Exception {
    served.close();
  }

  private String sha256(String of) throws Exception {
    return served.tree.hash(path(of), HashAlgorithm.SHA_256, 0, Long.MAX_VALUE, () -> true);
  }

  private static String expected(String content) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(content.getBytes(UTF_8));
    return HexFormat.of().formatHex(digest);
  }

  /// The values of the algorithms' own test vectors, for "abc".
  @ParameterizedTest
  @CsvSource({
    "SHA_256, ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "SHA_1, a9993e364706816aba3e25717850c26c9cd0d89d",
    "MD5, 900150983cd24fb0d6963f7d28e17f72",
    "CRC32, 352441c2",
  })
  void isWhatTheAlgorithmSays(HashAlgorithm algorithm, String hash) throws Exception {
    served.put("f", "xabcx");
    assertThat(served.tree.hash(path("/f"), algorithm, 1, 4, () -> true)).isEqualTo(hash);
    served.put("g", "abc");
    assertThat(served.tree.hash(path("/g"), algorithm, 0, 3, () -> true)).isEqualTo(hash);
    assertThat(served.tree.hash(path("/g"), algorithm, 0, 99, () -> true)).isEqualTo(hash);
  }

  @Test
  void goesBeyondOneBuffer() throws Exception {
    String content = "0123456789".repeat(20_000);
    served.put("f", content);
    assertThat(sha256("/f")).isEqualTo(expected(content));
    assertThat(served.tree.hash(path("/f"), HashAlgorithm.SHA_256, 65_535, 131_073, () -> true))
        .isEqualTo(expected(content.substring(65_535, 131_073)));
  }

  /// Shown by changing the file in a way that cannot be seen.
  @Test
  void isRememberedWhileTheFileIsTheSame() throws Exception {
    served.put("f", "old");
    Path file = served.root.resolve("f");
    FileTime time = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));
    Files.setLastModifiedTime(file, time);
    assertThat(sha256("/f")).isEqualTo(expected("old"));
    Files.writeString(file, "new", StandardOpenOption.WRITE);
    Files.setLastModifiedTime(file, time);
    assertThat(sha256("/f")).as("it was not read again").isEqualTo(expected("old"));
    assertThat(served.tree.hash(path("/f"), HashAlgorithm.SHA_256, 1, 3, () -> true))
        .as("of a part nothing is remembered")
        .isEqualTo(expected("ew"));
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2020-01-01T00:00:01Z")));
    assertThat(sha256("/f")).isEqualTo(expected("new"));
  }

  /// A time that is set may be one at which there was another file in that place, of that size.
  @Test
  void aTimeThatIsSetBringsNoOldHashBack() throws Exception {
    Instant then = Instant.parse("2020-01-01T00:00:00Z");
    served.put("f", "old");
    served.tree.setModified(path("/f"), then);
    assertThat(sha256("/f")).isEqualTo(expected("old"));
    Files.writeString(served.root.resolve("f"), "new", StandardOpenOption.WRITE);
    served.tree.setModified(path("/f"), then);
    assertThat(sha256("/f")).isEqualTo(expected("new"));
  }

  @Test
  void anUploadLeavesItsHash() throws Exception {
    try (var upload = served.fresh("/f")) {
      upload.hashing(HashAlgorithm.SHA_256);
      write(upload, "con");
      write(upload, "tent");
      assertThat(upload.hash()).as("before it is published").isEmpty();
      upload.publish();
      assertThat(upload.hash()).contains("SHA-256 " + expected("content"));
    }
    Path file = served.root.resolve("f");
    FileTime published = Files.getLastModifiedTime(file);
    Files.writeString(file, "CONTENT", StandardOpenOption.WRITE);
    Files.setLastModifiedTime(file, published);
    assertThat(sha256("/f")).as("it was never read").isEqualTo(expected("content"));

    served.tree.setModified(path("/f"), Instant.parse("2001-01-01T00:00:00Z"));
    assertThat(sha256("/f")).as("nor after its time was set").isEqualTo(expected("content"));
    Files.setLastModifiedTime(file, published);
    assertThat(sha256("/f")).isEqualTo(expected("CONTENT"));
  }

  @Test
  void anUploadThatIsContinuedLeavesNone() throws Exception {
    served.put("f", "there, ");
    try (var upload = served.tree.upload(path("/f"), "jo", new Start.Append())) {
      upload.hashing(HashAlgorithm.SHA_256);
      write(upload, "and more");
      upload.publish();
      assertThat(upload.hash()).isEmpty();
    }
    assertThat(sha256("/f")).isEqualTo(expected("there, and more"));
  }

  @Test
  void whatCannotBeHashedIsSaid() throws Exception {
    served.put("d/f", "abc");
    served.link("out", "../outside/secret");
    served.fails(Kind.IS_A_DIRECTORY, () -> sha256("/d"));
    served.fails(Kind.NOT_FOUND, () -> sha256("/nothing"));
    served.fails(Kind.OUTSIDE, () -> sha256("/out"));
    served.fails(
        Kind.BAD_OFFSET, () -> served.tree.hash(path("/d/f"), HashAlgorithm.MD5, 4, 5, () -> true));
  }

  /// Before it is read, in the middle of it, and while others read: as many as may do so at once.
  @Test
  void isBrokenOff() throws Exception {
    served.put("f", "x".repeat(200_000));
    for (int i = 0; i < 4; i++) {
      var left = new AtomicInteger(i);
      served.fails(
          Kind.BROKEN_OFF,
          () ->
              served.tree.hash(
                  path("/f"), HashAlgorithm.MD5, 0, 200_000, () -> left.getAndDecrement() > 0));
    }
    int most = Runtime.getRuntime().availableProcessors();
    var begun = new Semaphore(0);
    var end = new CountDownLatch(1);
    try (var readers = Executors.newFixedThreadPool(most)) {
      try {
        var running = new ArrayList<Future<String>>();
        for (int i = 0; i < Math.max(1, most / 2); i++) {
          var asked = new AtomicInteger();
          running.add(
              readers.submit(
                  () ->
                      served.tree.hash(
                          path("/f"),
                          HashAlgorithm.MD5,
                          0,
                          200_000,
                          () -> {
                            // First it asks before it has its turn.
                            if (asked.incrementAndGet() == 2) {
                              begun.release();
                              awaitUninterrupted(end);
                            }
                            return true;
                          })));
        }
        assertThat(begun.tryAcquire(running.size(), 60, TimeUnit.SECONDS)).isTrue();
        var asked = new AtomicInteger();
        served.fails(
            Kind.BROKEN_OFF,
            () ->
                served.tree.hash(
                    path("/f"),
                    HashAlgorithm.CRC32,
                    0,
                    200_000,
                    () -> asked.incrementAndGet() < 3));
        assertThat(asked).as("it never had its turn").hasValue(3);
        end.countDown();
        for (Future<String> one : running) {
          assertThat(one.get(60, TimeUnit.SECONDS)).hasSize(32);
        }
      } finally {
        end.countDown();
      }
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
