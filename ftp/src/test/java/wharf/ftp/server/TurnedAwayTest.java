package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.users.Account;
import wharf.users.Bans;
import wharf.users.Limits;
import wharf.users.Network;

/// Who has a right name and password and is not let in for all that: banned, or one too many.
class TurnedAwayTest {
  private static final String WRONG = "C: USER jo\nS: 331 ...\nC: PASS wrong\nS: 530 ...\n";
  private static final String NOT_NOW = "S: 421 Not now. Try again later.\n! closed\n";

  @TempDir Path base;

  private Instant now = Instant.parse("2026-01-10T00:00:00Z");
  private final Bans bans = new Bans(Bans.Policy.USUAL, () -> now);

  private VirtualDriver opened(World world) {
    VirtualDriver driver = new VirtualDriver(world.service.with(bans).open(), VirtualDriver.WHOLE);
    Transcript.play("S: 220 ...\n", driver);
    return driver;
  }

  /// The failures of all sessions of an address count; then neither those that are open nor the
  /// right password nor a certificate help, until the ban is over.
  @Test
  void tooManyFailuresShutTheAddressOut() throws Exception {
    try (World world = new World(base)) {
      VirtualDriver open = opened(world);
      VirtualDriver named = opened(world);
      VirtualDriver inside = opened(world);
      Transcript.play("C: USER jo\nS: 331 ...\n", named);
      Transcript.play("C: USER jo\nS: 331 ...\nC: PASS secret\nS: 230 ...\n", inside);
      for (int i = 0; i < 2; i++) {
        VirtualDriver guessing = opened(world);
        Transcript.play(WRONG.repeat(4) + "C: USER x\nS: 331 ...\nC: PASS x\nS: 421 ...", guessing);
        assertThat(guessing.notes()).hasSize(5 + i);
      }
      Transcript.play("C: PASS secret\n" + NOT_NOW, named);
      Transcript.play("C: USER anonymous\nS: 331 ...\nC: PASS\n" + NOT_NOW, open);
      // Who is in stays in.
      Transcript.play(
          "C: PWD\nS: 257 ...\nC: USER jo\nS: 331 ...\nC: PASS secret\n" + NOT_NOW, inside);
      now = now.plus(Duration.ofMinutes(1));
      Transcript.play("C: USER jo\nS: 331 ...\nC: PASS secret\nS: 230 ...\n", opened(world));
    }
  }

  @Test
  void theTenthIsTheLastWhereverItIs() throws Exception {
    try (World world = new World(base)) {
      for (int i = 0; i < 3; i++) {
        Transcript.play(WRONG.repeat(3), opened(world));
      }
      VirtualDriver last = opened(world);
      Transcript.play(
          """
          C: USER jo
          S: 331 ...
          C: PASS wrong
          S: 421 Name or password is wrong, too often now. Goodbye.
          ! closed
          """,
          last);
      assertThat(last.notes())
          .containsExactly(
              "log-in as jo refused",
              "192.0.2.7/32 is banned until 2026-01-10T00:01:00Z: too many log-ins failed");
    }
  }

  /// A right password among many wrong ones that were sent at once is not told of.
  @Test
  void aCheckThatWasUnderWayIsOfNoUse() throws Exception {
    try (World world = new World(base)) {
      VirtualDriver waiting = opened(world);
      waiting.holdsTasks = true;
      Transcript.play("C: USER jo\nS: 331 ...\nC: PASS secret\n", waiting);
      bans.ban(VirtualDriver.PEER.getAddress(), Duration.ofMinutes(1));
      Transcript.play("! task\n" + NOT_NOW, waiting);
      assertThat(world.service.sessions().seats().taken("jo")).isZero();
    }
  }

  @Test
  void moreThanCanBeCheckedAreToldToComeAgain() throws Exception {
    try (World world = new World(base)) {
      List<VirtualDriver> checking = new ArrayList<>();
      for (int i = 0; i < 256; i++) {
        VirtualDriver one = opened(world);
        one.holdsTasks = true;
        Transcript.play("C: USER jo\nS: 331 ...\nC: PASS secret\n", one);
        checking.add(one);
      }
      Transcript.play(
          """
          C: USER jo
          S: 331 ...
          C: PASS secret
          S: 421 Too many are logging in just now. Try again later.
          ! closed
          """,
          opened(world));
      Transcript.play("C: USER ftp\nS: 331 ...\nC: PASS\nS: 421 ...\n", opened(world));
      for (VirtualDriver one : checking) {
        Transcript.play("! task\nS: 230 ...\n", one);
      }
      Transcript.play("C: USER jo\nS: 331 ...\nC: PASS secret\nS: 230 ...\n", opened(world));
    }
  }

  /// The client hears the same as of a wrong password, which counts as well; only the log knows.
  @Test
  void fromElsewhereNoPasswordIsRight() throws Exception {
    Account home = Account.writer("home").from(List.of(Network.parse("10.0.0.0/8")));
    Account here = Account.writer("here").from(List.of(Network.parse("192.0.2.0/24")));
    try (World world = new World(base, home, here)) {
      Transcript.play("C: USER here\nS: 331 ...\nC: PASS secret\nS: 230 ...\n", opened(world));
      String refused =
          "C: USER home\nS: 331 ...\nC: PASS secret\nS: 530 Name or password is wrong.\n";
      VirtualDriver outside = opened(world);
      Transcript.play(refused.repeat(4), outside);
      Transcript.play(
          """
          C: USER home
          S: 331 ...
          C: PASS wrong
          S: 421 Name or password is wrong, too often now. Goodbye.
          ! closed
          """,
          outside);
      assertThat(outside.notes())
          .hasSize(5)
          .containsOnly("log-in as home refused: its networks do not have the client's address");
      VirtualDriver last = opened(world);
      Transcript.play(refused.repeat(4), last);
      Transcript.play("C: USER home\nS: 331 ...\nC: PASS secret\nS: 421 ...\n! closed\n", last);
      assertThat(last.notes().getLast()).contains("is banned until");
    }
  }

  private World oneSeat() throws Exception {
    return new World(
        base,
        Account.reader("single")
            .with(new Limits(1, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE)));
  }

  private static final String LOGIN = "C: USER single\nS: 331 ...\nC: PASS secret\nS: 230 ...\n";

  private static final String ONE_TOO_MANY =
      """
      C: USER single
      S: 331 ...
      C: PASS secret
      S: 530 single may have 1 sessions at once, and has: close one first.
      """;

  /// However the one session goes on and ends, its seat is given back, once.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "C: QUIT\nS: 221 ...\n! closed",
        "C: REIN\nS: 220 ...",
        "C: USER jo\nS: 331 ...",
        "C: USER jo\nS: 331 ...\nC: PASS secret\nS: 230 ...",
        "C: USER jo\nS: 331 ...\nC: PASS wrong\nS: 530 ...",
        "C: AUTH TLS\nS: 234 ...",
        "! gone",
        "! wait 301\nS: 421 ...\n! closed",
        "! stop\nS: 421 ...\n! closed",
      })
  void aSeatIsGivenBack(String dialogue) throws Exception {
    try (World world = oneSeat()) {
      VirtualDriver first = opened(world);
      Transcript.play(LOGIN, first);
      VirtualDriver second = opened(world);
      Transcript.play(ONE_TOO_MANY, second);
      Transcript.play(dialogue, first);
      Transcript.play(LOGIN, second);
      Transcript.play(ONE_TOO_MANY, opened(world));
    }
  }

  /// Who logs in anew needs no second seat, and who was refused keeps nobody's.
  @Test
  void anewIsNotOnceMore() throws Exception {
    try (World world = oneSeat()) {
      VirtualDriver first = opened(world);
      Transcript.play(LOGIN.repeat(3), first);
      VirtualDriver second = opened(world);
      Transcript.play(ONE_TOO_MANY.repeat(7), second);
      Transcript.play("C: PWD\nS: 530 ...\n", second);
      second.peerCloses();
      Transcript.play(ONE_TOO_MANY, opened(world));
      first.peerCloses();
      assertThat(world.service.sessions().seats().taken("single")).isZero();
    }
  }
}
