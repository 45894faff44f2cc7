package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Commands that come while a transfer runs, and how that ends.
class DuringTransferTest {
  @TempDir Path base;

  @TestFactory
  Stream<DynamicTest> someAreHeardAtOnce() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > some
        C: NOOP
        C: STAT
        C: HELP NOOP
        S: 200 Still here.
        S: 211-Wharf
        S:  connected from 192.0.2.7
        S:  logged in as jo
        S:  in the clear
        S:  TYPE I, STRU F, MODE S
        S:  running: STOR /new, 4 bytes so far
        S: 211 End.
        S: 214 NOOP: nothing (RFC 959)
        ! FIN
        S: 226 Complete: 4 bytes in 1.500 s.
        """);
  }

  @TestFactory
  Stream<DynamicTest> othersWaitInLineAndWhatFollowsThemToo() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        C: PWD
        C: NOOP
        C: STAT docs
        C: CWD docs
        < 0123456789
        S: 226 ...
        S: 257 ...
        S: 200 ...
        S: 213-Here comes the listing.
        S: /.* a.txt/
        S: /.* b.txt/
        S: /.* ü.txt/
        S: 213 End.
        S: 250 ...
        """);
  }

  @TestFactory
  Stream<DynamicTest> aborIsAnsweredTwice() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        C: ABOR
        S: 426 Broken off as you asked after 0 bytes.
        S: 226 Nothing is being transferred any more.
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > some
        C: PWD
        C: ABOR
        C: PWD
        S: 426 Broken off as you asked after 4 bytes; 4 bytes are kept to resume from.
        S: 257 ...
        S: 226 ...
        S: 257 ...
        """,
        (world, driver) -> {
          assertThat(world.published()).doesNotContainKey("new");
          assertThat(driver.aborts()).isEqualTo(2);
        });
  }

  /// It makes no difference how the network cut it: the ABOR may have come together with what it
  /// aborts.
  @TestFactory
  Stream<DynamicTest> aborInOnePacketWithTheTransfer() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        C: ABOR
        C: PWD
        S: 150 ...
        S: 426 Broken off as you asked after 0 bytes.
        S: 226 ...
        S: 257 ...
        """);
  }

  @TestFactory
  Stream<DynamicTest> quitWaitsForTheTransferAndIsTheLastWord() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        C: QUIT
        C: NOOP
        > some
        C: NOOP
        ! FIN
        S: 226 Complete: ...
        S: 221 Goodbye.
        ! closed
        """,
        (world, _) -> assertThat(world.content("new")).isEqualTo("some"));
  }

  @TestFactory
  Stream<DynamicTest> everyEndingOfADownload() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        ! RESET
        S: 426 The data connection was reset after 0 bytes.
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        ! TIMED_OUT
        S: 426 Given up: a test wants it so, after 0 bytes.
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        ! PEER_FAILED
        S: 425 No data connection could be made: a test wants it so.
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        ! STORE_FAILED
        S: 451 The file could not be read on: a test wants it so.
        C: RETR data.bin
        S: 425 Say first how to connect: EPSV, PASV, EPRT or PORT.
        """);
  }

  @TestFactory
  Stream<DynamicTest> aClientThatVanishesEndsItsDownload() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        ! gone
        S: 426 Broken off as you asked after 0 bytes.
        ! closed
        """,
        (_, driver) -> assertThat(driver.aborts()).isOne());
  }

  /// After QUIT it may leave: the download is its own business.
  @TestFactory
  Stream<DynamicTest> quitThenGoneLetsADownloadEnd() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        C: PWD
        C: QUIT
        ! gone
        < 0123456789
        S: 226 ...
        ! closed
        """,
        (_, driver) -> assertThat(driver.aborts()).isZero());
  }
}
