package wharf.ftp.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SessionsTest {
  /// Draws the largest number that it may.
  private static final RandomGenerator LARGEST =
      new RandomGenerator() {
        @Override
        public long nextLong() {
          return -1;
        }

        @Override
        public long nextLong(long bound) {
          return bound - 1;
        }
      };

  private final List<Duration> pauses = new ArrayList<>();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private Sessions.Sleeper sleeper = pauses::add;
  private FaultyServer server;

  @BeforeEach
  void start() throws IOException {
    server = new FaultyServer();
    server.files.put("f", "content".getBytes(UTF_8));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private Sessions sessions(int most) {
    return sessions(most, Login.anonymous());
  }

  private Sessions sessions(int most, Login login) {
    Site site = Site.at("127.0.0.1").port(server.port()).as(login).over(Tls.off());
    Sessions.Listener listener =
        new Sessions.Listener() {
          @Override
          public void again(FtpException problem, Duration pause, int attempt, int of) {
            told.add("again in %d s, %d of %d".formatted(pause.toSeconds(), attempt, of));
          }

          @Override
          public synchronized void fewer(int sessions, FtpException problem) {
            told.add("fewer: " + sessions);
          }
        };
    return new Sessions(
        () -> FtpClient.connect(site),
        most,
        Retries.usual(),
        listener,
        new Sessions.Means(time -> sleeper.sleep(time), nanos::get, () -> LARGEST));
  }

  private long said(String verb) {
    return server.commands.stream().filter(line -> line.startsWith(verb)).count();
  }

  private static long sizeThrough(Sessions sessions) throws FtpException {
    return sessions.run(client -> client.size("f").orElse(-1));
  }

  private static List<FtpException> outcomes(
      int tasks, Sessions.Task<Boolean> task, Sessions sessions) throws Exception {
    List<FtpException> failed = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < tasks; i++) {
        all.add(threads.submit(() -> sessions.run(task)));
      }
      for (Future<Boolean> one : all) {
        try {
          one.get();
        } catch (ExecutionException e) {
          failed.add((FtpException) e.getCause());
        }
      }
    }
    return failed;
  }

  @Test
  void aSessionIsUsedAgain() throws FtpException {
    try (Sessions sessions = sessions(4)) {
      for (int i = 0; i < 5; i++) {
        assertThat(sizeThrough(sessions)).isEqualTo(7);
      }
      assertThat(said("USER")).isEqualTo(1);
      assertThat(said("NOOP")).isZero();
    }
    assertThat(said("QUIT")).isEqualTo(1);
  }

  @Test
  void thereAreAsManyAsAsked() throws Exception {
    CyclicBarrier together = new CyclicBarrier(3);
    try (Sessions sessions = sessions(3)) {
      Sessions.Task<Boolean> task =
          client -> {
            try {
              together.await(20, TimeUnit.SECONDS);
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
            client.noop();
            return true;
          };
      assertThat(outcomes(12, task, sessions)).isEmpty();
      assertThat(said("USER")).isEqualTo(3);
    }
  }

  @Test
  void aWrongPasswordIsTriedOnce() throws Exception {
    try (Sessions sessions = sessions(8, new Login("ann", "wrong"))) {
      assertThat(outcomes(20, _ -> true, sessions))
          .hasSize(20)
          .allSatisfy(e -> assertThat(e).isInstanceOf(FtpException.LoginRefused.class));
      assertThatExceptionOfType(FtpException.LoginRefused.class)
          .isThrownBy(() -> sessions.run(_ -> true));
    }
    assertThat(said("PASS")).isEqualTo(1);
    assertThat(told).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "421 Too many connections (2) from this IP",
        "530 Sorry, the maximum number of clients (2) for this user are connected.",
        "530 Login incorrect."
      })
  void aServerThatIsFullIsUsedWithFewer(String reply) throws Exception {
    server.room = 2;
    server.noRoom = reply;
    AtomicInteger ran = new AtomicInteger();
    try (Sessions sessions = sessions(4)) {
      Sessions.Task<Boolean> task =
          client -> {
            ran.incrementAndGet();
            // Until the others have been refused: both, or one before the other was tried.
            while (!told.contains("fewer: 2")) {
              client.noop();
            }
            return true;
          };
      assertThat(outcomes(30, task, sessions)).isEmpty();
      assertThat(ran).hasValue(30);
      assertThat(told.getLast()).isEqualTo("fewer: 2");
      assertThat(pauses).isEmpty();

      // It is believed for a while, and then asked again.
      long before = said("USER");
      assertThat(outcomes(10, _ -> true, sessions)).isEmpty();
      assertThat(said("USER")).isEqualTo(before);
      server.room = 4;
      nanos.addAndGet(Duration.ofSeconds(61).toNanos());
      try (Sessions.Lent _ = sessions.borrow();
          Sessions.Lent _ = sessions.borrow();
          Sessions.Lent _ = sessions.borrow()) {
        assertThat(server.inside()).isEqualTo(3);
      }
    }
  }

  @Test
  void aServerThatIsFullBeforeTheFirstIsTriedAgain() throws FtpException {
    server.room = 0;
    sleeper =
        time -> {
          pauses.add(time);
          server.room = pauses.size() == 3 ? 1 : 0;
        };
    try (Sessions sessions = sessions(4)) {
      assertThat(sizeThrough(sessions)).isEqualTo(7);
    }
    assertThat(told)
        .containsExactly("again in 1 s, 1 of 5", "again in 2 s, 2 of 5", "again in 4 s, 3 of 5");
  }

  @Test
  void whoWasNeverReachedIsNotTriedAgain() throws Exception {
    server.close();
    try (Sessions sessions = sessions(4)) {
      assertThat(outcomes(6, _ -> true, sessions))
          .hasSize(6)
          .allSatisfy(e -> assertThat(e).isInstanceOf(FtpException.Unreachable.class));
    }
    assertThat(pauses).isEmpty();
  }

  @Test
  void whatBreaksIsTriedAgainLaterAndLater() {
    AtomicInteger runs = new AtomicInteger();
    try (Sessions sessions = sessions(1)) {
      assertThatExceptionOfType(FtpException.Incomplete.class)
          .isThrownBy(
              () ->
                  sessions.run(
                      _ -> {
                        throw new FtpException.Incomplete("run " + runs.incrementAndGet(), null);
                      }))
          .withMessage("run 6");
    }
    assertThat(pauses).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L, 16L);
  }

  @Test
  void whoGetsFurtherIsGivenNewTries() throws FtpException {
    AtomicInteger runs = new AtomicInteger();
    try (Sessions sessions = sessions(1)) {
      int result =
          sessions.run(
              _ -> {
                if (runs.incrementAndGet() < 20) {
                  throw new FtpException.Incomplete("again", null);
                }
                return runs.get();
              },
              () -> runs.get() / 4);
      assertThat(result).isEqualTo(20);
    }
    assertThat(pauses).hasSize(19).allMatch(pause -> pause.toSeconds() <= 8);
  }

  @Test
  void aLostSessionIsReplaced() throws FtpException {
    AtomicInteger runs = new AtomicInteger();
    try (Sessions sessions = sessions(2)) {
      sessions.run(
          client -> {
            if (runs.incrementAndGet() < 3) {
              hangUp();
            }
            client.noop();
            return true;
          });
    }
    assertThat(said("USER")).isEqualTo(3);
    assertThat(pauses).hasSize(2);
  }

  private void hangUp() {
    try {
      server.hangUp();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<FtpException> whatStays() {
    return Stream.of(
        new FtpException.LoginRefused("530"),
        new FtpException.NotFound("550"),
        new FtpException.NotPermitted("553"),
        new FtpException.NoSpace("552"),
        new FtpException.Refused("500", 500),
        new FtpException.Untrusted("", null),
        new FtpException.LocalDisk("", null),
        new FtpException.Mismatch(""),
        new FtpException.Protocol(""),
        new FtpException.Cancelled());
  }

  @ParameterizedTest
  @MethodSource("whatStays")
  void whatStaysIsNotTriedAgain(FtpException problem) {
    AtomicInteger runs = new AtomicInteger();
    try (Sessions sessions = sessions(1)) {
      assertThatThrownBy(
              () ->
                  sessions.run(
                      _ -> {
                        runs.incrementAndGet();
                        throw problem;
                      }))
          .isSameAs(problem);
    }
    assertThat(runs).hasValue(1);
    assertThat(pauses).isEmpty();
  }

  @Test
  void whatMayPassIsKnown() {
    assertThat(
            Stream.of(
                new FtpException.Unreachable("", null),
                new FtpException.ConnectionLost("421", null),
                new FtpException.Full("421"),
                new FtpException.TimedOut("", null),
                new FtpException.Incomplete("426", null),
                new FtpException.Refused("450", 450),
                new FtpException.Refused("451", 451)))
        .allMatch(FtpException::mayPass);
  }

  @Test
  void whoWasSilentIsAskedFirst() throws Exception {
    try (Sessions sessions = sessions(1)) {
      sessions.run(client -> client.size("f"));
      nanos.addAndGet(Duration.ofSeconds(11).toNanos());
      sessions.run(client -> client.size("f"));
      assertThat(said("NOOP")).isEqualTo(1);
      assertThat(said("USER")).isEqualTo(1);

      server.hangUp();
      nanos.addAndGet(Duration.ofSeconds(11).toNanos());
      sessions.run(client -> client.size("f"));
      assertThat(said("USER")).isEqualTo(2);
    }
    // It had not begun: there was nothing to do again.
    assertThat(pauses).isEmpty();
  }

  @Test
  void whoHasOneGetsAnotherOnlyIfItIsThere() throws FtpException {
    try (Sessions sessions = sessions(2);
        Sessions.Lent _ = sessions.borrow()) {
      Optional<Sessions.Lent> second = sessions.spare();
      assertThat(second).isPresent();
      assertThat(sessions.spare()).isEmpty();
      second.orElseThrow().close();
      assertThat(sessions.spare()).isPresent();
    }
  }

  @Test
  void waitingForASessionCanBeInterrupted() throws Exception {
    try (Sessions sessions = sessions(1);
        Sessions.Lent _ = sessions.borrow()) {
      interrupted(() -> sessions.run(_ -> true));
    }
  }

  @Test
  void aPauseCanBeInterrupted() throws Exception {
    sleeper = _ -> Thread.sleep(60_000);
    try (Sessions sessions = sessions(1)) {
      interrupted(
          () ->
              sessions.run(
                  _ -> {
                    throw new FtpException.Incomplete("", null);
                  }));
    }
  }

  private interface Waiting {
    void run() throws FtpException;
  }

  private static void interrupted(Waiting waiting) throws Exception {
    List<Object> ended = new ArrayList<>();
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    waiting.run();
                  } catch (FtpException e) {
                    ended.add(e);
                    ended.add(Thread.currentThread().isInterrupted());
                  }
                });
    thread.interrupt();
    assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
    assertThat(ended).hasSize(2).last().isEqualTo(true);
    assertThat(ended.getFirst()).isInstanceOf(FtpException.Cancelled.class);
  }

  @Test
  void afterTheEndNothingIsLent() throws FtpException {
    Sessions sessions = sessions(2);
    try (Sessions.Lent lent = sessions.borrow()) {
      sessions.close();
      lent.client().noop();
    }
    assertThat(said("QUIT")).isEqualTo(1);
    assertThatThrownBy(sessions::borrow).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void pausesAreDrawnFromHalfToWhole() {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    for (int i = 0; i < 100; i++) {
      assertThat(Retries.usual().pause(2, random))
          .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2));
      assertThat(Retries.usual().pause(50, random))
          .isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
    }
    assertThatThrownBy(() -> new Retries(-1, Duration.ZERO, Duration.ZERO))
        .hasMessageContaining("-1");
  }
}
