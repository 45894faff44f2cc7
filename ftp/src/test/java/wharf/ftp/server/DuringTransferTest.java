package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import wharf.protocol.Ending;

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

  /// STAT in its other two forms: of a directory, and of a file.
  @TestFactory
  Stream<DynamicTest> listingsAreToldBesideATransfer() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > some
        C: STAT docs
        S: 213-Here comes the listing.
        S: /.* a.txt/
        S: /.* b.txt/
        S: /.* ü.txt/
        S: 213 End.
        C: STAT data.bin
        S: 213-...
        S: /.* 10 .* data.bin/
        S: 213 End.
        C: STAT empty
        S: 213-...
        S: 213 End.
        C: STAT nowhere
        S: 550 /nowhere does not exist.
        > more
        ! FIN
        S: 226 Complete: 8 bytes in 1.500 s.
        """);
  }

  /// No more than may be in memory, and whole lines only.
  @Test
  void aLongListingIsNotToldWholeBesideATransfer() throws Exception {
    try (World world = new World(base)) {
      for (int i = 0; i < 1500; i++) {
        world.put("docs/%s %04d".formatted("n".repeat(60), i), "");
      }
      VirtualDriver driver = new VirtualDriver(world.service.open(), VirtualDriver.WHOLE);
      Transcript.play(Transcript.LOGIN + "C: EPSV\nS: 229 ...\nC: STOR new\nS: 150 ...", driver);
      driver.send("STAT docs");
      var lines = List.copyOf(driver.replies().lines());
      assertThat(lines.getLast()).isEqualTo("213 And more, which is told when no transfer runs.");
      assertThat(lines).hasSizeBetween(300, 1000);
      assertThat(lines.subList(1, lines.size() - 1))
          .allMatch(line -> line.matches("-.* n+ \\d{4}|-.*\\.txt"));
      driver.replies().lines().clear();
      // Those beyond what may be told at once wait in line.
      driver.send("STAT docs\r\n".repeat(5) + "STAT docs");
      assertThat(driver.order().unanswered()).isEqualTo(3);
      driver.endTransfer(Ending.FIN, null);
      driver.assertSettled();
    }
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
        C: CWD docs
        < 0123456789
        S: 226 ...
        S: 257 ...
        S: 200 ...
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
        ! TOO_LONG
        S: 426 Given up: no transfer may last longer than ...
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
