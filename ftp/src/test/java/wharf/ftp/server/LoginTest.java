package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import wharf.users.Right;

/// Who comes in, and what those may do who have not, or not all the way.
class LoginTest {
  @TempDir Path base;

  @TestFactory
  Stream<DynamicTest> named() {
    return Transcript.from(
        base,
        """
        S: 220 Wharf is ready.
        C: user jo
        S: 331 And the password?
        C: PASS secret
        S: 230 Welcome, jo.
        C: PWD
        S: 257 "/" is the working directory.
        """,
        (_, driver) -> assertThat(driver.notes()).containsExactly("jo logged in"));
  }

  @TestFactory
  Stream<DynamicTest> anonymousUnderBothNames() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        C: USER Anonymous
        S: 331 Any password will do; people give their mail address.
        C: PASS
        S: 230 Welcome, Anonymous.
        C: MKD mine
        S: 550 anonymous may not do that here (MKD).
        C: USER ftp
        S: 331 Any ...
        C: PASS me@example.org
        S: 230 Welcome, ftp.
        """,
        (_, _) -> {});
  }

  @TestFactory
  Stream<DynamicTest> wrongAndUnknownSoundTheSame() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        C: USER jo
        S: 331 And the password?
        C: PASS Secret
        S: 530 Name or password is wrong.
        C: PWD
        S: 530 Log in with USER and PASS first.
        C: USER nobody
        S: 331 And the password?
        C: PASS secret
        S: 530 Name or password is wrong.
        C: PASS secret
        S: 503 Say who you are with USER first.
        """,
        (_, _) -> {});
  }

  @TestFactory
  Stream<DynamicTest> theFifthFailureEndsIt() {
    String failure =
        """
        C: USER jo
        S: 331 ...
        C: PASS wrong
        S: 530 ...
        """;
    return Transcript.from(
        base,
        "S: 220 ...\n"
            + failure.repeat(3)
            + "C: REIN\nS: 220 ...\n"
            + failure
            + """
            C: USER jo
            S: 331 ...
            C: PASS wrong
            C: USER jo
            C: PASS secret
            S: 421 Name or password is wrong, too often now. Goodbye.
            ! closed
            """,
        (_, driver) -> assertThat(driver.notes()).hasSize(5).doesNotContain("jo logged in"));
  }

  @TestFactory
  Stream<DynamicTest> commandsSentAheadWaitForTheCheck() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        ! hold tasks
        C: USER jo
        C: PASS secret
        C: PWD
        C: NOOP
        S: 331 ...
        ! task
        S: 230 Welcome, jo.
        S: 257 ...
        S: 200 ...
        """,
        (_, _) -> {});
  }

  @TestFactory
  Stream<DynamicTest> aCheckThatFailsIsNoRefusal() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        ! hold tasks
        C: USER jo
        C: PASS secret
        S: 331 ...
        ! task fails
        S: 451 The password could not be checked. Try again later.
        C: PWD
        S: 530 ...
        """,
        (_, _) -> {});
  }

  @TestFactory
  Stream<DynamicTest> userAgainLogsOutAndReinForgetsTheTerms() {
    return Transcript.tests(
        base,
        """
        C: CWD docs
        S: 250 ...
        C: RNFR a.txt
        S: 350 ...
        C: USER ro
        S: 331 ...
        C: RNTO b.txt
        S: 530 ...
        C: PASS secret
        S: 230 ...
        C: PWD
        S: 257 "/" is ...
        C: STAT
        S: [...]
        S:  TYPE I, STRU F, MODE S
        S: [...]
        S: 211 End.
        C: EPSV ALL
        S: 200 ...
        C: REIN
        S: 220 Ready for another user.
        C: PWD
        S: 530 ...
        C: USER jo
        S: 331 ...
        C: PASS secret
        S: 230 ...
        C: STAT
        S: [...]
        S:  TYPE A, STRU F, MODE S
        S: [...]
        S: 211 End.
        C: PASV
        S: 227 ...
        """);
  }

  @TestFactory
  Stream<DynamicTest> everyVerbThatNeedsIt() {
    return Arrays.stream(Verb.values())
        .filter(Verb::needsLogin)
        .map(
            verb ->
                dynamicTest(
                    verb.name(),
                    () -> {
                      try (World world = new World(base.resolve(verb.name()))) {
                        var before = world.published();
                        VirtualDriver driver = new VirtualDriver(world.service.open(), 7);
                        String argument = verb.argumentAllowed() ? " data.bin" : "";
                        Transcript.play(
                            """
                            S: 220 ...
                            C: %1$s
                            C: USER jo
                            C: %1$s
                            S: 530 Log in with USER and PASS first.
                            S: 331 And the password?
                            S: 530 Log in with USER and PASS first.
                            C: PASS secret
                            S: 230 ...
                            """
                                .formatted(verb + argument),
                            driver);
                        driver.assertSettled();
                        assertThat(world.published()).isEqualTo(before);
                      }
                    }));
  }

  /// Every verb against every right that its user has all but: it is refused for the right it
  /// needs, and for no other.
  @TestFactory
  Stream<DynamicTest> everyVerbWithoutEveryRight() {
    return Arrays.stream(Right.values())
        .flatMap(
            missing ->
                Arrays.stream(Verb.values())
                    .filter(verb -> !verb.allRights().isEmpty())
                    .map(
                        verb ->
                            dynamicTest(
                                verb + " without " + missing, () -> refuses(verb, missing))));
  }

  private void refuses(Verb verb, Right missing) throws Exception {
    try (World world = new World(base.resolve(verb + "-" + missing))) {
      var before = world.published();
      VirtualDriver driver = new VirtualDriver(world.service.open(), 7);
      Transcript.play(Transcript.login("no-" + missing) + "C: EPSV\nS: 229 ...", driver);
      if (verb == Verb.SITE_CPTO) {
        driver.send("SITE CPFR docs/a.txt");
        driver.replies().lines().clear();
      }
      driver.send(
          switch (verb) {
            case MFMT -> "MFMT 20200101000000 data.bin";
            case MFCT -> "MFCT 20200101000000 data.bin";
            case MFF -> "MFF modify=20200101000000; data.bin";
            case AVBL -> "AVBL";
            case COMB -> "COMB new data.bin";
            case SITE_CHMOD -> "SITE CHMOD 600 data.bin";
            case SITE_UTIME -> "SITE UTIME 202001010000 data.bin";
            case SITE_SYMLINK -> "SITE SYMLINK data.bin new";
            case SITE_COPY -> "SITE COPY data.bin new";
            case SITE_CPTO -> "SITE CPTO new";
            case SITE_RMDIR -> "SITE RMDIR docs";
            case SITE_WHO -> "SITE WHO";
            case MKD -> "MKD new";
            case MLSD, RMD -> verb + " empty";
            case STOR -> "STOR new";
            default -> verb + " data.bin";
          });
      String refusal =
          verb.isRefusedEarly()
              ? "550 no-" + missing + " may not do that here (" + verb + ")."
              : "550 /data.bin is not open to no-%s for %s: the rule for / gives %s."
                  .formatted(missing, verb, Right.words(EnumSet.complementOf(EnumSet.of(missing))));
      if (verb.allRights().contains(missing)) {
        assertThat(driver.replies().lines()).containsExactly(refusal);
        assertThat(driver.transferring()).isFalse();
        assertThat(world.published()).isEqualTo(before);
        assertThat(world.parts()).isZero();
        driver.assertSettled();
      } else {
        assertThat(driver.replies().lines()).isNotEmpty().doesNotContain(refusal);
        assertThat(driver.order().codes().getLast()).as("it is let through").isNotEqualTo(550);
        driver.peerCloses();
      }
      world.assertNothingIsOpen();
    }
  }

  /// RNTO needs its right even when RNFR was allowed, and REST gives APPE no more than adding: who
  /// may only add must not replace.
  @Test
  void addingIsNotReplacing() throws Exception {
    try (World world = new World(base)) {
      VirtualDriver driver = new VirtualDriver(world.service.open(), 7);
      Transcript.play(
          Transcript.login("no-WRITE")
              + """
              C: EPSV
              S: 229 ...
              C: REST 0
              S: 350 ...
              C: APPE data.bin
              S: 550 /data.bin is not open to no-WRITE for REST and APPE: the rule for / gives ...
              C: REST 3
              S: 350 ...
              C: APPE data.bin
              S: 550 ...
              C: APPE data.bin
              S: 150 ...
              > ab
              ! FIN
              S: 226 ...
              """,
          driver);
      driver.assertSettled();
      assertThat(world.content("data.bin")).isEqualTo("0123456789ab");
    }
  }
}
