package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.ftp.client.Batch;
import wharf.ftp.client.BatchOptions;
import wharf.ftp.client.Comparison;
import wharf.ftp.client.DataMode;
import wharf.ftp.client.Download;
import wharf.ftp.client.Entry;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Job;
import wharf.ftp.client.Listener;
import wharf.ftp.client.Outcome;
import wharf.ftp.client.Progress;
import wharf.ftp.client.Receipt;
import wharf.ftp.client.Reply;
import wharf.ftp.client.Retries;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Site;
import wharf.ftp.client.Summary;
import wharf.ftp.client.Tls;
import wharf.ftp.client.TransferOptions;
import wharf.ftp.client.Trust;
import wharf.ftp.client.Upload;
import wharf.ftp.client.Watcher;
import wharf.net.TlsIdentity;

/// Small files between Wharf's client and its server, one right behind the other: what is said for
/// them, and what becomes of those with which something is wrong.
@Timeout(120)
class SmallFilesTest {
  private static final int MANY = 100;
  private static final BatchOptions ALL = BatchOptions.usual().comparison(Comparison.NONE);
  @TempDir static Path shared;
  private static TlsIdentity identity;

  @TempDir Path folder;
  private Path root;
  private Path here;
  private ServedToAll served;

  /// What was said and answered in all sessions.
  private final List<String> said = new CopyOnWriteArrayList<>();

  private final Map<String, Outcome> outcomes = new HashMap<>();

  /// Does something when the turn of a file is over.
  private Runnable afterFirst = () -> {};

  private final Watcher watcher =
      new Watcher() {
        @Override
        public void ended(Job job, Outcome outcome) {
          outcomes.put(job.name(), outcome);
          afterFirst.run();
        }
      };

  @BeforeAll
  static void identify() throws Exception {
    identity = SelfSigned.in(shared);
  }

  @BeforeEach
  void start() throws IOException {
    served = ServedToAll.in(folder, identity);
    root = served.root();
    here = Files.createDirectories(folder.resolve("here"));
  }

  @AfterEach
  void stop() throws IOException {
    served.close();
  }

  private Site site(boolean tls) {
    return Site.at("127.0.0.1")
        .port(served.port())
        .over(tls ? Tls.required().trusting(Trust.pinned(identity.fingerprint())) : Tls.off())
        .heardBy(
            () ->
                new Listener() {
                  @Override
                  public void sent(String line) {
                    said.add(line);
                  }

                  @Override
                  public void received(Reply reply) {
                    said.add(Integer.toString(reply.code()));
                  }
                });
  }

  private Sessions one(boolean tls) {
    return Sessions.with(
        () -> FtpClient.connect(site(tls)), 1, Retries.usual(), Sessions.Listener.NONE);
  }

  private long said(String verb) {
    return said.stream().filter(line -> line.startsWith(verb)).count();
  }

  private static String name(int i) {
    return "f%03d".formatted(i);
  }

  private static byte[] content(int i) {
    // Empty ones, too, and one as large as a small one may be.
    byte[] content = new byte[i == 1 ? 64 * 1024 : i % 10 * 300];
    new Random(i).nextBytes(content);
    return content;
  }

  private static Instant time(int i) {
    return Instant.ofEpochSecond(1_700_000_000L + i);
  }

  private static void fill(Path in) throws IOException {
    for (int i = 0; i < MANY; i++) {
      Path file = Files.write(in.resolve(name(i)), content(i));
      Files.setLastModifiedTime(file, FileTime.from(time(i)));
    }
  }

  private static void assertAllIn(Path in) throws IOException {
    for (int i = 0; i < MANY; i++) {
      assertThat(in.resolve(name(i))).hasBinaryContent(content(i));
      assertThat(Files.getLastModifiedTime(in.resolve(name(i))).toInstant()).isEqualTo(time(i));
    }
    try (var all = Files.list(in)) {
      assertThat(all).hasSize(MANY);
    }
  }

  private List<Job> fetches() {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      jobs.add(
          new Job.Fetch(name(i), "/" + name(i), here.resolve(name(i)), content(i).length, time(i)));
    }
    return jobs;
  }

  private List<Job> sends() {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      jobs.add(
          new Job.Send(
              name(i),
              here.resolve(name(i)),
              "/" + name(i),
              content(i).length,
              time(i),
              new Job.Existing.Nothing()));
    }
    return jobs;
  }

  private Summary moved(Sessions sessions, List<Job> jobs, BatchOptions options)
      throws FtpException {
    try (Batch batch = new Batch(sessions, options, watcher)) {
      // All are there when the first is begun: the only session is lent.
      try (Sessions.Lent _ = sessions.borrow()) {
        for (Job job : jobs) {
          batch.add(job);
        }
      }
      return batch.end();
    }
  }

  /// The most commands of which the answers were still to come.
  private int mostAhead(String verb) {
    int open = 0;
    int most = 0;
    for (String one : said) {
      if (one.startsWith(verb)) {
        open++;
      } else if (one.equals("226") || one.equals("550")) {
        open--;
      }
      most = Math.max(most, open);
    }
    return most;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void areFetchedOneRightBehindTheOther(boolean tls) throws Exception {
    fill(root);
    try (Sessions sessions = one(tls)) {
      assertThat(moved(sessions, fetches(), ALL).moved()).isEqualTo(MANY);
    }
    assertAllIn(here);
    assertThat(outcomes.values()).allSatisfy(it -> assertThat(how(it)).isEqualTo("hash"));
    assertThat(said("MODE B")).isEqualTo(1);
    assertThat(said("RETR")).isEqualTo(MANY);
    assertThat(said("HASH")).isEqualTo(MANY);
    // The first that are taken may be one alone: it came before the others.
    assertThat(said("EPSV")).isLessThanOrEqualTo(2);
    assertThat(said("SIZE") + said("MDTM")).isZero();
    assertThat(mostAhead("RETR")).isBetween(8, 16);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void areSentOneRightBehindTheOther(boolean tls) throws Exception {
    fill(here);
    try (Sessions sessions = one(tls)) {
      assertThat(moved(sessions, sends(), ALL).moved()).isEqualTo(MANY);
    }
    assertAllIn(root);
    assertThat(outcomes.values()).allSatisfy(it -> assertThat(how(it)).isEqualTo("receipt"));
    assertThat(said("STOR")).isEqualTo(MANY);
    assertThat(said("MFMT")).isEqualTo(MANY);
    assertThat(said("EPSV")).isLessThanOrEqualTo(2);
    assertThat(said("HASH") + said("SIZE") + said("MDTM")).isZero();
    assertThat(mostAhead("STOR")).isEqualTo(2);
  }

  /// Hears who is asked for files, and lets each of the first `many` wait for the others.
  private static final class Askers implements Listener {
    private final Set<Listener> all;
    private final CountDownLatch together;

    Askers(Set<Listener> all, CountDownLatch together) {
      this.all = all;
      this.together = together;
    }

    @Override
    public void sent(String line) {
      if (line.startsWith("RETR") && all.add(this)) {
        together.countDown();
        try {
          assertThat(together.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"400, 8", "100, 4"})
  void onlyVeryManyAreWorthMoreSessions(int files, int sessions) throws Exception {
    List<Job> jobs = new ArrayList<>();
    for (int i = 0; i < files; i++) {
      Path file = Files.write(root.resolve("n" + i), new byte[10]);
      Files.setLastModifiedTime(file, FileTime.from(time(i)));
      jobs.add(new Job.Fetch("n" + i, "/n" + i, here.resolve("n" + i), 10, time(i)));
    }
    Set<Listener> askers = ConcurrentHashMap.newKeySet();
    CountDownLatch together = new CountDownLatch(sessions);
    Site site = site(false).heardBy(() -> new Askers(askers, together));
    List<Sessions.Lent> lent = new ArrayList<>();
    try (Sessions pool = Sessions.with(site, 8);
        Batch batch = new Batch(pool, ALL, watcher)) {
      // Nobody can begin before all are there.
      for (int i = 0; i < 8; i++) {
        lent.add(pool.borrow());
      }
      for (Job job : jobs) {
        batch.add(job);
      }
      lent.forEach(Sessions.Lent::close);
      assertThat(batch.end().moved()).isEqualTo(files);
    }
    assertThat(askers).hasSize(sessions);
  }

  private static String how(Outcome outcome) {
    return outcome instanceof Outcome.Moved(Receipt receipt, Duration _)
        ? receipt.verification().method()
        : outcome.toString();
  }

  @Test
  void aFaultOfOursInTheRowIsToldAndCostsNoFile() throws Exception {
    fill(root);
    AtomicBoolean once = new AtomicBoolean();
    Listener faulty =
        new Listener() {
          @Override
          public void sent(String line) {
            if (line.startsWith("RETR")
                && line.endsWith(name(50))
                && once.compareAndSet(false, true)) {
              throw new IllegalStateException("made for the test");
            }
          }
        };
    Summary summary;
    try (Sessions sessions = Sessions.with(site(false).heardBy(() -> faulty), 1)) {
      summary = moved(sessions, fetches(), ALL);
    }
    assertAllIn(here);
    assertThat(summary.moved()).isEqualTo(MANY);
    assertThat(summary.failed()).isEqualTo(1);
    assertThat(Objects.requireNonNull(summary.first())).hasMessageContaining("made for the test");
  }

  @Test
  void whatIsNotThereOrAnotherCostsTheOthersNothing() throws Exception {
    fill(root);
    Files.delete(root.resolve(name(50)));
    Files.write(root.resolve(name(51)), content(1));
    Files.write(root.resolve(name(52)), new byte[3_000_000]);
    Files.createDirectories(here.resolve(name(53)).resolve("in the way"));
    try (Sessions sessions = one(false)) {
      Summary summary = moved(sessions, fetches(), ALL);
      assertThat(summary.moved()).isEqualTo(MANY - 2);
      assertThat(summary.failed()).isEqualTo(2);
    }
    assertThat(problem(name(50))).isInstanceOf(FtpException.NotFound.class);
    assertThat(problem(name(53))).isInstanceOf(FtpException.LocalDisk.class);
    assertThat(here.resolve(name(51))).hasBinaryContent(content(1));
    assertThat(here.resolve(name(52))).hasBinaryContent(new byte[3_000_000]);
    assertThat(here.resolve(name(54))).hasBinaryContent(content(54));
    assertThat(here.resolve(name(50))).doesNotExist();
    assertThat(Download.partOf(here.resolve(name(50)))).doesNotExist();
  }

  private FtpException problem(String name) {
    return ((Outcome.Failed) Objects.requireNonNull(outcomes.get(name))).problem();
  }

  /// The content of a file that the server does not take must not become that of the next.
  @Test
  void whatTheServerDoesNotTakeIsNotTakenForTheNext() throws Exception {
    fill(here);
    Files.createDirectories(root.resolve(name(50)).resolve("in the way"));
    Files.delete(here.resolve(name(60)));
    Files.write(here.resolve(name(61)), new byte[1]);
    try (Sessions sessions = one(false)) {
      Summary summary = moved(sessions, sends(), ALL);
      assertThat(summary.moved()).isEqualTo(MANY - 2);
      assertThat(summary.failed()).isEqualTo(2);
    }
    assertThat(problem(name(60))).isInstanceOf(FtpException.LocalDisk.class);
    for (int i = 0; i < MANY; i++) {
      if (i != 50 && i != 60) {
        assertThat(root.resolve(name(i))).hasBinaryContent(i == 61 ? new byte[1] : content(i));
      }
    }
    assertThat(root.resolve(name(60))).doesNotExist();
  }

  @Test
  void aRowThatIsBrokenOffEndsInTheUsualWay() throws Exception {
    fill(root);
    int[] seen = {0};
    afterFirst =
        () -> {
          // Every session is ended under the client's hands, once.
          if (++seen[0] == 20) {
            served.server().sessions().forEach(one -> served.server().end(one.session()));
          }
        };
    try (Sessions sessions = one(false)) {
      assertThat(moved(sessions, fetches(), ALL).moved()).isEqualTo(MANY);
    }
    assertAllIn(here);
    assertThat(said("USER")).isEqualTo(2);
  }

  @Test
  void whoIsInterruptedLeavesWholeFilesOnly() throws Exception {
    fill(root);
    Thread waiting = Thread.currentThread();
    int[] seen = {0};
    afterFirst =
        () -> {
          if (++seen[0] == 20) {
            waiting.interrupt();
          }
        };
    try (Sessions sessions = one(false)) {
      assertThatExceptionOfType(FtpException.Cancelled.class)
          .isThrownBy(() -> moved(sessions, fetches(), ALL));
    }
    assertThat(Thread.interrupted()).isTrue();
    for (int i = 0; i < MANY; i++) {
      Path file = here.resolve(name(i));
      assertThat(Download.partOf(file)).doesNotExist();
      if (Files.exists(file)) {
        assertThat(file).hasBinaryContent(content(i));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyModeMovesTheSame(boolean tls) throws Exception {
    byte[] text = "all work and no play\n".repeat(200_000).getBytes(UTF_8);
    byte[] noise = new byte[1_000_003];
    new Random(5).nextBytes(noise);
    TransferOptions compressed = TransferOptions.usual().compress(true);
    try (FtpClient client = FtpClient.connect(site(tls))) {
      for (DataMode mode : DataMode.values()) {
        TransferOptions options = mode == DataMode.DEFLATE ? compressed : TransferOptions.usual();
        for (byte[] content : List.of(text, noise, new byte[0], new byte[65_535])) {
          assertThat(client.agreeOn(mode)).isTrue();
          Path local = Files.write(here.resolve("local"), content);
          Path target = here.resolve("target");
          Receipt up = Upload.run(client, local, "/there", options.resume(false), Progress.NONE);
          assertThat(up.verification().method()).isEqualTo("receipt");
          assertThat(root.resolve("there")).hasBinaryContent(content);
          assertThat(client.list("/")).extracting(Entry::name).containsExactly("there");
          Receipt down = Download.run(client, "/there", target, options, Progress.NONE);
          assertThat(down.verification().method()).isEqualTo("hash");
          assertThat(target).hasBinaryContent(content);
          // From where a run has ended.
          if (content.length > 500_000) {
            Files.delete(target);
            Files.write(Download.partOf(target), Arrays.copyOf(content, 400_000));
            Files.setLastModifiedTime(
                Download.partOf(target), Files.getLastModifiedTime(root.resolve("there")));
            assertThat(Download.run(client, "/there", target, options, Progress.NONE).moved())
                .isEqualTo(content.length - 400_000);
            assertThat(target).hasBinaryContent(content);
          }
        }
      }
    }
    // Agreed on once, and only what is compressed or large makes it another.
    assertThat(said.stream().filter(line -> line.startsWith("MODE")))
        .containsExactly("MODE B", "MODE Z");
  }
}
