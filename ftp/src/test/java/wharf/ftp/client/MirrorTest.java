package wharf.ftp.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.ftp.client.FaultyServer.Fault;

@Timeout(60)
class MirrorTest {
  @TempDir Path folder;
  private FaultyServer server;
  private Sessions sessions;
  private Path target;
  private final List<String> told = new ArrayList<>();

  private final Watcher watcher =
      new Watcher() {
        @Override
        public void ended(Job job, Outcome outcome) {
          told.add(job.name() + ": " + outcome.getClass().getSimpleName());
        }

        @Override
        public void deleted(String name) {
          told.add("deleted " + name);
        }

        @Override
        public void failed(String name, FtpException problem) {
          told.add("failed " + name);
        }
      };

  @BeforeEach
  void start() throws IOException {
    server = new FaultyServer();
    server.tree = true;
    Site site = Site.at("127.0.0.1").port(server.port()).over(Tls.off());
    sessions = Sessions.with(site, 3, Retries.none(), Sessions.Listener.NONE);
    target = folder.resolve("a/target");
  }

  @AfterEach
  void stop() throws IOException {
    sessions.close();
    server.close();
  }

  private void has(String name, String content) {
    server.files.put(name, content.getBytes(UTF_8));
  }

  private Summary download(MirrorOptions options) throws FtpException {
    return Mirror.download(sessions, "", target, options, watcher);
  }

  private List<String> filesBelow(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .map(path -> root.relativize(path).toString())
          .sorted()
          .toList();
    }
  }

  @Test
  void aTreeArrivesAndIsNotFetchedAgain() throws Exception {
    has("a", "1");
    has("b/c", "22");
    has("b/d/e", "333");
    Summary first = download(MirrorOptions.usual());
    assertThat(first.moved()).isEqualTo(3);
    assertThat(first.bytes()).isEqualTo(6);
    assertThat(filesBelow(target)).containsExactly("a", "b/c", "b/d/e");
    assertThat(target.resolve("b/d/e")).hasContent("333");
    Summary second = download(MirrorOptions.usual());
    assertThat(second.moved()).isZero();
    assertThat(second.skipped()).isEqualTo(3);
    has("a", "other");
    assertThat(download(MirrorOptions.usual()).moved()).isEqualTo(1);
  }

  @Test
  void nothingIsWrittenOutside() throws Exception {
    server.tree = false;
    for (String name :
        List.of("../up", "../../up", "/abs", "x/../../up", "..", "a/b", "n\0l", "c\rr")) {
      has(name, "evil");
    }
    has("good", "fine");
    Files.createDirectories(target);
    Files.writeString(target.resolve("mine"), "mine");
    Summary summary = download(MirrorOptions.usual().delete(true));
    assertThat(summary.moved()).isEqualTo(1);
    assertThat(summary.failed()).isEqualTo(7);
    // Who lies about names is not believed about what is gone, either.
    assertThat(filesBelow(folder)).containsExactly("a/target/good", "a/target/mine");
  }

  @Test
  void oneThatFailsDoesNotStopTheOthers() throws Exception {
    has("a", "1");
    has("b", "2");
    has("c", "3");
    Files.createDirectories(target.resolve("b"));
    Summary summary = download(MirrorOptions.usual());
    assertThat(summary.moved()).isEqualTo(2);
    assertThat(summary.failed()).isEqualTo(1);
    assertThat(summary.first()).isInstanceOf(FtpException.LocalDisk.class);
    assertThat(told).contains("b: Failed");
  }

  @Test
  void whatTheSourceDoesNotHaveIsDeletedAtTheEnd() throws Exception {
    has("keep", "1");
    has("d/keep", "1");
    Files.createDirectories(target.resolve("old/deep"));
    Files.createDirectories(target.resolve("d"));
    for (String name : List.of("old/deep/x", "d/extra", "keep.part", "spared.log")) {
      Files.writeString(target.resolve(name), "x");
    }
    MirrorOptions options =
        MirrorOptions.usual().delete(true).filter(new Filter(List.of(), List.of("*.log")));
    Summary planned = download(options.files(BatchOptions.usual().rehearsal(true)));
    assertThat(planned.deleted()).isEqualTo(4);
    assertThat(planned.planned()).isEqualTo(2);
    assertThat(filesBelow(target))
        .containsExactly("d/extra", "keep.part", "old/deep/x", "spared.log");

    Summary done = download(options);
    assertThat(done.deleted()).isEqualTo(4);
    assertThat(done.failed()).isZero();
    assertThat(filesBelow(target)).containsExactly("d/keep", "keep", "spared.log");
    assertThat(target.resolve("old")).doesNotExist();
    assertThat(told.subList(told.indexOf("keep: Moved"), told.size()))
        .contains("deleted old", "deleted d/extra");
  }

  @Test
  void anEmptySourceDeletesNothing() throws Exception {
    Files.createDirectories(target);
    Files.writeString(target.resolve("mine"), "mine");
    assertThat(download(MirrorOptions.usual().delete(true)).deleted()).isZero();
    assertThat(target.resolve("mine")).exists();
    assertThatExceptionOfType(FtpException.NotFound.class)
        .isThrownBy(
            () ->
                Mirror.download(
                    sessions, "missing", target, MirrorOptions.usual().delete(true), watcher));
    assertThat(target.resolve("mine")).exists();
  }

  @Test
  void aServerThatIsGoneEndsIt() throws Exception {
    for (int i = 0; i < 200; i++) {
      has("f" + i, "x".repeat(2000));
    }
    server.faults.add(Fault.ALL_LOST);
    server.room = 1;
    Summary summary = download(MirrorOptions.usual());
    assertThat(summary.moved()).isZero();
    assertThat(summary.failed()).isEqualTo(200);
  }

  @Test
  void anUploadIsComparedWithWhatIsThere() throws Exception {
    Path source = Files.createDirectories(folder.resolve("source"));
    Files.writeString(source.resolve("new"), "1");
    Files.writeString(source.resolve("same"), "2");
    has("same", "2");
    // Sent after it was written here, as far as that can be told.
    server.modified = "20990102030405";
    has("longer", "33");
    Files.writeString(source.resolve("longer"), "333");
    Summary summary = Mirror.upload(sessions, source, "", MirrorOptions.usual(), watcher);
    assertThat(told).contains("new: Moved", "longer: Moved");
    assertThat(summary.failed()).isZero();
    assertThat(server.files.get("longer")).isEqualTo("333".getBytes(UTF_8));
  }

  @Test
  void canBeInterrupted() throws Exception {
    has("big", "x".repeat(1000));
    server.faults.add(Fault.DATA_STALLS);
    List<FtpException> ended = new ArrayList<>();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    Summary _ = download(MirrorOptions.usual());
                  } catch (FtpException e) {
                    ended.add(e);
                  }
                });
    while (server.commands.stream().noneMatch(line -> line.startsWith("RETR"))) {
      Thread.onSpinWait();
    }
    thread.interrupt();
    thread.join(20_000);
    assertThat(ended).singleElement().isInstanceOf(FtpException.Cancelled.class);
    assertThat(target.resolve("big")).doesNotExist();
  }

  private void aTreeOfSmallFiles() {
    server.listsTimes = true;
    for (int i = 0; i < 60; i++) {
      has("d%d/f%d".formatted(i % 3, i), "content of " + i);
    }
  }

  @Test
  void aServerWithoutBlockModeIsAskedOnce() throws Exception {
    aTreeOfSmallFiles();
    assertThat(download(MirrorOptions.usual()).moved()).isEqualTo(60);
    // By each session that was about to move the first files, but by none afterwards.
    assertThat(server.commands.stream().filter(line -> line.equals("MODE B")).count())
        .isBetween(1L, 3L);
    assertThat(target.resolve("d2/f59")).hasContent("content of 59");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServerThatOnlyClaimsAModeIsServedWithoutIt(boolean compress) throws Exception {
    server.faults.add(Fault.ANY_MODE);
    aTreeOfSmallFiles();
    MirrorOptions options = MirrorOptions.usual();
    TransferOptions transfer = options.files().transfer().compress(compress);
    Sessions.Listener listener = Sessions.Listener.NONE;
    Site site = Site.at("127.0.0.1").port(server.port()).over(Tls.off());
    try (Sessions patient = Sessions.with(site, 3, Retries.usual(), listener)) {
      Summary summary =
          Mirror.download(
              patient, "", target, options.files(options.files().transfer(transfer)), watcher);
      assertThat(summary.first()).isNull();
      assertThat(summary.moved()).isEqualTo(60);
    }
    for (int i = 0; i < 60; i++) {
      assertThat(target.resolve("d%d/f%d".formatted(i % 3, i))).hasContent("content of " + i);
    }
  }

  @Test
  void whatIsSentToSuchAServerArrivesToo() throws Exception {
    server.faults.add(Fault.ANY_MODE);
    server.features.add("HASH SHA-256*");
    server.receipts = true;
    for (int i = 0; i < 60; i++) {
      Files.createDirectories(target);
      Files.writeString(target.resolve("f" + i), "content of " + i);
    }
    Site site =
        Site.at("127.0.0.1").port(server.port()).over(Tls.off()).within(Duration.ofMillis(500));
    try (Sessions patient = Sessions.with(site, 2, Retries.usual(), Sessions.Listener.NONE)) {
      Summary summary = Mirror.upload(patient, target, "", MirrorOptions.usual(), watcher);
      assertThat(summary.first()).isNull();
      assertThat(summary.moved()).isEqualTo(60);
    }
    for (int i = 0; i < 60; i++) {
      assertThat(server.files.get("f" + i)).asString(UTF_8).isEqualTo("content of " + i);
    }
    // By both sessions, but not again.
    assertThat(server.commands.stream().filter(line -> line.equals("MODE B")).count())
        .isBetween(1L, 2L);
  }
}
