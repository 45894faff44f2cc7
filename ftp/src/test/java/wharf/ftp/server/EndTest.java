package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// How sessions end that do not end by QUIT: by time, by the server, by the network.
class EndTest {
  @TempDir Path base;

  @TestFactory
  Stream<DynamicTest> stopAtRest() {
    return Transcript.tests(
        base,
        """
        ! stop
        S: 421 The server is being stopped. Goodbye.
        ! closed
        """);
  }

  @TestFactory
  Stream<DynamicTest> stopBeforeLogin() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        C> USER j
        ! stop
        S: 421 The server is being stopped. Goodbye.
        ! closed
        """,
        (_, _) -> {});
  }

  @TestFactory
  Stream<DynamicTest> stopInATransferLetsItEnd() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01
        ! stop
        > 23
        C: NOOP
        S: 200 ...
        C: PWD
        ! FIN
        S: 226 Complete: 4 bytes in 1.500 s.
        S: 421 The server is being stopped. Goodbye.
        ! closed
        """,
        (world, _) -> assertThat(world.content("new")).isEqualTo("0123"));
  }

  @TestFactory
  Stream<DynamicTest> stopWhileStoring() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01
        ! FIN
        ! stop
        ! task
        ! task
        S: 226 ...
        S: 421 ...
        ! closed
        """,
        (world, _) -> assertThat(world.content("new")).isEqualTo("01"));
  }

  @TestFactory
  Stream<DynamicTest> whoDoesNotLogInIsNotWaitedForHoweverMuchItTalks() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        ! wait 59
        C: NOOP
        S: 200 ...
        C: USER jo
        S: 331 ...
        C: REIN
        S: 220 ...
        ! wait 1
        S: 421 Nobody has logged in within 60 s. Goodbye.
        ! closed
        """,
        (_, _) -> {});
  }

  @TestFactory
  Stream<DynamicTest> whoLogsOutHasToLogInAgainInTime() {
    return Transcript.tests(
        base,
        """
        C: USER jo
        S: 331 ...
        ! wait 59
        C: NOOP
        S: 200 ...
        ! wait 1
        S: 421 Nobody has logged in within 60 s. Goodbye.
        ! closed
        """);
  }

  @TestFactory
  Stream<DynamicTest> whoIsSilentTooLong() {
    return Transcript.tests(
        base,
        """
        ! wait 299
        ! wait 1
        S: 421 Nothing was heard for too long. Goodbye.
        ! closed
        """);
  }

  /// The time is counted from the last command, not from the log-in.
  @TestFactory
  Stream<DynamicTest> whoGoesOnTalkingIsNotSilent() {
    return Transcript.tests(
        base,
        """
        ! wait 200
        C: NOOP
        S: 200 ...
        ! wait 200
        C: PWD
        S: 257 ...
        ! wait 299
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        ! wait 1000
        < 0123456789
        S: 226 ...
        ! wait 299
        C> PW
        ! wait 1
        S: 421 ...
        ! closed
        """);
  }

  @TestFactory
  Stream<DynamicTest> reinBeginsTheTimeToLogInAnew() {
    return Transcript.tests(
        base,
        """
        C: REIN
        S: 220 ...
        ! wait 59
        C: NOOP
        S: 200 ...
        ! wait 1
        S: 421 ...
        ! closed
        """);
  }

  @TestFactory
  Stream<DynamicTest> goneAtRest() {
    return Transcript.tests(
        base,
        """
        C> PW
        ! gone
        ! closed
        """);
  }

  @TestFactory
  Stream<DynamicTest> goneWhileThePasswordIsChecked() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        ! hold tasks
        C: USER jo
        C: PASS secret
        S: 331 ...
        ! task gone
        S: 230 ...
        ! closed
        """,
        (_, _) -> {});
  }
}
