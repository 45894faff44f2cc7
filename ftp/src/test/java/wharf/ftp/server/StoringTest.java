package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The honest transfer: what is published, what is kept, and what is said of it.
class StoringTest {
  @TempDir Path base;

  private static void neverPublished(World world, VirtualDriver driver) throws IOException {
    assertThat(world.published()).doesNotContainKey("new");
    assertThat(driver.order().codes()).doesNotContain(226);
  }

  @TestFactory
  Stream<DynamicTest> theOldFileStaysUntilTheNewOneIsWhole() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: EPSV
        S: 229 ...
        C: STOR data.bin
        S: 150 ...
        > new content
        ! FIN
        ! task
        ! task
        S: 226 Complete: 11 bytes in 1.500 s.
        """,
        (world, driver) -> {
          assertThat(world.content("data.bin")).isEqualTo("new content");
          assertThat(world.parts()).isZero();
          assertThat(driver.notes()).last().isEqualTo("jo STOR /data.bin: 11 bytes in 1.500 s");
        });
  }

  @TestFactory
  Stream<DynamicTest> anEmptyFileIsAFile() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        ! FIN
        S: 226 Complete: 0 bytes in 1.500 s.
        C: SIZE new
        S: 213 0
        """);
  }

  /// curl asks SIZE, then cuts what RETR sends to that: it must not get the old file for the part.
  @TestFactory
  Stream<DynamicTest> theOldFileIsNotSentToWhoWasToldOfThePart() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR data.bin
        S: 150 ...
        > 01234
        ! RESET
        S: 426 ...
        C: SIZE data.bin
        S: 213 5
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 550 /data.bin is being replaced by an unfinished upload of yours, of which 5 bytes ...
        C: STOR data.bin
        S: 150 ...
        > anew
        ! FIN
        S: 226 ...
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        < anew
        S: 226 ...
        """);
  }

  /// What SIZE tells of can be removed: clients clean up so after an upload that failed.
  @TestFactory
  Stream<DynamicTest> aKeptPartCanBeDeleted() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! RESET
        S: 426 ...
        C: SIZE new
        S: 213 5
        C: DELE new
        S: 250 ...
        C: SIZE new
        S: 550 ...
        C: DELE new
        S: 550 ...
        C: EPSV
        S: 229 ...
        C: STOR data.bin
        S: 150 ...
        > 01234
        ! RESET
        S: 426 ...
        C: DELE data.bin
        S: 250 ...
        C: SIZE data.bin
        S: 550 ...
        """,
        (world, driver) -> {
          assertThat(world.parts()).isZero();
          assertThat(world.published()).doesNotContainKeys("new", "data.bin");
        });
  }

  /// Kept, not published, told by SIZE and MLST to whoever sent it and to no one else, and resumed
  /// by REST and STOR.
  @TestFactory
  Stream<DynamicTest> resetThenResumed() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! RESET
        S: 426 The data connection was reset after 5 bytes; 5 bytes are kept to resume from.
        C: EPSV
        S: 229 ...
        C: RETR new
        S: 550 /new does not exist.
        C: NLST
        S: 150 ...
        < data.bin
        < docs
        < empty
        < readme.txt
        < with space
        S: 226 ...
        C: SIZE new
        S: 213 5
        C: OPTS MLST type;size;
        S: 200 ...
        C: MLST new
        S: 250-Facts follow.
        S:  type=file;size=5; /new
        S: 250 End.
        C: USER al
        S: 331 ...
        C: PASS secret
        S: 230 ...
        C: SIZE new
        S: 550 /new does not exist.
        C: MLST new
        S: 550 ...
        C: EPSV
        S: 229 ...
        C: REST 5
        S: 350 ...
        C: STOR new
        S: 554 /new has only 0 bytes to continue from.
        C: USER jo
        S: 331 ...
        C: PASS secret
        S: 230 ...
        C: REST 5
        S: 350 ...
        C: STOR new
        S: 150 ...
        > 56789
        ! FIN
        S: 226 Complete: 5 bytes in 1.500 s.
        C: SIZE new
        S: 213 10
        """,
        (world, _) -> {
          assertThat(world.content("new")).isEqualTo("0123456789");
          assertThat(world.parts()).isZero();
        });
  }

  @TestFactory
  Stream<DynamicTest> abortedThenAppended() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        C: ABOR
        S: 426 Broken off as you asked after 5 bytes; 5 bytes are kept to resume from.
        S: 226 ...
        C: EPSV
        S: 229 ...
        C: APPE new
        S: 150 ...
        > 56
        ! TIMED_OUT
        S: 426 Given up: a test wants it so, after 2 bytes; 7 bytes are kept to resume from.
        C: EPSV
        S: 229 ...
        C: APPE new
        S: 150 ...
        ! TOO_LONG
        S: 426 Given up: no transfer may last longer than ...
        C: EPSV
        S: 229 ...
        C: APPE new
        S: 150 ...
        > 789
        ! FIN
        S: 226 ...
        """,
        (world, _) -> assertThat(world.content("new")).isEqualTo("0123456789"));
  }

  @TestFactory
  Stream<DynamicTest> resumedByAnotherSession() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! gone
        S: 426 Broken off as you asked after 5 bytes; 5 bytes are kept to resume from.
        ! closed
        """,
        (world, first) -> {
          assertThat(world.published()).doesNotContainKey("new");
          VirtualDriver second = new VirtualDriver(world.service.open(), 7);
          Transcript.play(
              Transcript.LOGIN
                  + """
                  C: SIZE new
                  S: 213 5
                  C: EPSV
                  S: 229 ...
                  C: APPE new
                  S: 150 ...
                  > 56789
                  ! FIN
                  S: 226 ...
                  C: QUIT
                  S: 221 ...
                  """,
              second);
          second.assertSettled();
          assertThat(world.content("new")).isEqualTo("0123456789");
          assertThat(first.closed()).isTrue();
        });
  }

  /// A killed client closes both connections: FIN alone is then no proof of anything.
  @TestFactory
  Stream<DynamicTest> goneBeforeTheEndIsTold() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! FIN gone
        S: 426 Incomplete after 5 bytes; 5 bytes are kept to resume from.
        ! closed
        """,
        StoringTest::neverPublished);
  }

  /// The system closes what a killed client had open one after the other, the youngest first.
  @TestFactory
  Stream<DynamicTest> goneAMomentAfterTheEnd() {
    return Transcript.tests(
        base,
        """
        ! hold probation
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! FIN
        ! gone
        ! closed
        """,
        (world, driver) -> {
          neverPublished(world, driver);
          assertThat(world.parts()).as("kept").isOne();
        });
  }

  @TestFactory
  Stream<DynamicTest> whoStaysForAMomentHasSentAll() {
    return Transcript.tests(
        base,
        """
        ! hold probation
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! FIN
        C: NOOP
        ! wait 1
        S: 226 Complete: 5 bytes in 1.500 s.
        S: 200 ...
        ! wait 299
        C: PWD
        S: 257 ...
        ! wait 300
        S: 421 ...
        ! closed
        """,
        (world, _) -> assertThat(world.content("new")).isEqualTo("01234"));
  }

  /// What announced its length needs no probation.
  @TestFactory
  Stream<DynamicTest> asMuchAsAnnouncedIsPublishedAtOnce() {
    return Transcript.tests(
        base,
        """
        ! hold probation
        C: ALLO 5
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! FIN
        S: 226 Complete: 5 bytes in 1.500 s.
        """);
  }

  @TestFactory
  Stream<DynamicTest> quitDuringProbationIsNotKilled() {
    return Transcript.tests(
        base,
        """
        ! hold probation
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! FIN
        C: QUIT
        ! gone
        S: 226 Complete: 5 bytes in 1.500 s.
        ! closed
        """,
        (world, _) -> assertThat(world.content("new")).isEqualTo("01234"));
  }

  @TestFactory
  Stream<DynamicTest> tooMuchSaidDuringProbation() {
    return Transcript.tests(
        base,
        """
        ! hold probation
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! FIN
        C> %s
        S: 421 ...
        ! closed
        """
            .formatted("NOOP<0D 0A>".repeat(2000)),
        (world, driver) -> {
          neverPublished(world, driver);
          assertThat(world.parts()).as("kept").isOne();
        });
  }

  @TestFactory
  Stream<DynamicTest> goneBetweenSyncAndPublish() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! FIN
        ! task gone
        ! closed
        """,
        (world, driver) -> {
          neverPublished(world, driver);
          assertThat(world.parts()).as("kept").isOne();
          assertThat(driver.notes())
              .last()
              .isEqualTo(
                  "jo STOR /new: cut off, the client is gone; 5 bytes are kept to resume from");
        });
  }

  /// The data has said itself that this was all of it.
  @TestFactory
  Stream<DynamicTest> goneAfterTheLastBlockIsTooLate() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: MODE B
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! BLOCK_EOF
        ! task gone
        ! task
        S: 226 ...
        ! closed
        """,
        (world, _) -> {
          assertThat(world.content("new")).isEqualTo("01234");
          assertThat(world.parts()).isZero();
        });
  }

  @TestFactory
  Stream<DynamicTest> goneWhileItIsPublishedIsTooLate() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! FIN
        ! task
        ! task gone
        S: 226 Complete: 5 bytes in 1.500 s.
        ! closed
        """,
        (world, _) -> assertThat(world.content("new")).isEqualTo("01234"));
  }

  /// It said that it would leave. Where its QUIT stands in the line makes no difference.
  @TestFactory
  Stream<DynamicTest> quitThenGoneIsNotKilled() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        C: PWD
        C: QUIT
        ! FIN gone
        S: 226 Complete: 5 bytes in 1.500 s.
        ! closed
        """,
        (world, _) -> assertThat(world.content("new")).isEqualTo("01234"));
  }

  @TestFactory
  Stream<DynamicTest> lessThanAnnounced() {
    return Transcript.tests(
        base,
        """
        C: ALLO 10
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! FIN
        S: 451 Only 5 of 10 announced bytes came; 5 bytes are kept to resume from.
        C: ALLO 10
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: REST 5
        S: 350 ...
        C: STOR new
        S: 150 ...
        > 56789
        ! FIN
        S: 226 ...
        """,
        (world, _) -> assertThat(world.content("new")).isEqualTo("0123456789"));
  }

  /// An announcement is for the next upload, also when there is none.
  @TestFactory
  Stream<DynamicTest> anAnnouncementIsForOneFile() {
    return Transcript.tests(
        base,
        """
        C: ALLO 10
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: STOR docs
        S: 550 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! FIN
        S: 226 ...
        C: ALLO 10
        S: 200 ...
        C: USER jo
        S: 331 ...
        C: PASS secret
        S: 230 ...
        C: EPSV
        S: 229 ...
        C: STOR other
        S: 150 ...
        > 01234
        ! FIN
        S: 226 ...
        """);
  }

  @TestFactory
  Stream<DynamicTest> restIsKeptByWhatBelongsToIt() {
    return Transcript.tests(
        base,
        """
        C: REST 4
        S: 350 The next transfer begins at byte 4.
        C: TYPE I
        C: EPSV
        C: NOOP
        C: STAT
        C: RETR data.bin
        S: 200 ...
        S: 229 ...
        S: 200 ...
        S: 211-...
        S: [...]
        S: 211 End.
        S: 150 Opening BINARY mode data connection for /data.bin (6 bytes).
        < 456789
        S: 226 Complete: 6 bytes in 1.500 s.
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        < 0123456789
        S: 226 ...
        """);
  }

  @TestFactory
  Stream<DynamicTest> restIsDroppedByOthersAndHasItsBounds() {
    return Transcript.tests(
        base,
        """
        C: REST 4
        S: 350 ...
        C: PWD
        S: 257 ...
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        < 0123456789
        S: 226 ...
        C: EPSV
        S: 229 ...
        C: REST 10
        S: 350 ...
        C: RETR data.bin
        S: 150 ...
        < (nothing)
        S: 226 Complete: 0 bytes in 1.500 s.
        C: EPSV
        S: 229 ...
        C: REST 11
        S: 350 ...
        C: RETR data.bin
        S: 554 /data.bin has only 10 bytes.
        C: REST 11
        S: 350 ...
        C: STOR data.bin
        S: 554 /data.bin has only 10 bytes to continue from.
        """);
  }

  @TestFactory
  Stream<DynamicTest> anOffsetHasNoMeaningInText() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: REST 4
        S: 350 ...
        C: TYPE A
        S: 200 ...
        C: RETR data.bin
        S: 554 An offset has no meaning in text; say TYPE I first.
        C: TYPE I
        S: 200 ...
        C: REST 4
        S: 350 ...
        C: TYPE A
        S: 200 ...
        C: STOR data.bin
        S: 554 An offset has no meaning in text; say TYPE I first.
        C: REST 0
        S: 350 ...
        C: RETR data.bin
        S: 150 Opening ASCII mode data connection for /data.bin (10 bytes).
        < 0123456789
        S: 226 ...
        """);
  }

  @TestFactory
  Stream<DynamicTest> resumedFromThePublishedFile() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: REST 4
        S: 350 ...
        C: STOR data.bin
        S: 150 ...
        > x
        ! FIN
        S: 226 ...
        """,
        (world, _) -> assertThat(world.content("data.bin")).isEqualTo("0123x"));
  }

  @TestFactory
  Stream<DynamicTest> theDiskFailsAtTheEnd() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! FIN
        ! task fails
        S: 451 ...
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        ! FIN
        ! task
        ! task fails
        S: 451 ...
        C: SIZE new
        S: 213 5
        """,
        StoringTest::neverPublished);
  }

  @TestFactory
  Stream<DynamicTest> noConnectionNoFile() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        ! PEER_FAILED
        S: 425 No data connection could be made: a test wants it so.
        """,
        (world, driver) -> {
          neverPublished(world, driver);
          assertThat(world.parts()).isZero();
        });
  }

  @TestFactory
  Stream<DynamicTest> uniqueNamesAreUnique() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOU docs/a.txt
        S: /150 FILE: a\\.txt\\.[0-9a-f]{16}/
        > 1
        ! FIN
        S: /226 a\\.txt\\.[0-9a-f]{16} is complete: 1 bytes in 1.500 s\\./
        C: EPSV
        S: 229 ...
        C: STOU docs/a.txt
        S: 150 ...
        > 2
        ! FIN
        S: 226 ...
        """,
        (world, _) -> {
          assertThat(world.content("docs/a.txt")).isEqualTo("alpha");
          assertThat(world.published().keySet())
              .filteredOn(name -> name.startsWith("docs/a.txt."))
              .hasSize(2);
        });
  }

  /// The disk is full: what the file system says of a device that is.
  @TestFactory
  Stream<DynamicTest> diskFull() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 01234
        """,
        (world, driver) -> {
          driver.endTransfer(
              wharf.protocol.Ending.STORE_FAILED,
              wharf.files.FileProblem.of(
                  new IOException("No space left on device"),
                  wharf.files.VirtualPath.parse("/new")));
          assertThat(driver.replies().lines()).containsExactly("552 /new does not fit: disk full.");
          assertThat(driver.notes())
              .last()
              .isEqualTo(
                  "jo STOR /new: cut off after 5 bytes: /new does not fit: disk full; nothing was"
                      + " kept");
          driver.replies().lines().clear();
          neverPublished(world, driver);
          assertThat(world.parts()).as("nothing is kept: it would fill the disk").isZero();
        });
  }

  /// What was copied to be added to is nobody's upload: kept, it would bring the old file back when
  /// that is another by then.
  @TestFactory
  Stream<DynamicTest> nothingAddedNothingKept() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: APPE data.bin
        S: 150 ...
        ! PEER_FAILED
        S: 425 No data connection could be made: a test wants it so.
        C: EPSV
        S: 229 ...
        C: REST 4
        S: 350 ...
        C: STOR data.bin
        S: 150 ...
        ! RESET
        S: 426 The data connection was reset after 0 bytes.
        C: SIZE data.bin
        S: 213 10
        """,
        (world, _) -> assertThat(world.parts()).isZero());
  }

  /// Of a link it is the link that goes.
  @TestFactory
  Stream<DynamicTest> aLinkThatIsRemovedTakesNoPartAlong() {
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR data.bin
        S: 150 ...
        > some
        ! RESET
        S: 426 ...
        C: SITE SYMLINK data.bin link
        S: 250 ...
        C: DELE link
        S: 250 /link was removed.
        C: SIZE data.bin
        S: 213 4
        """);
  }

  /// An announcement is for the next upload, also for one that cannot begin.
  @TestFactory
  Stream<DynamicTest> anAnnouncementEndsWithTheUploadThatCannotBegin() {
    return Transcript.tests(
        base,
        """
        C: ALLO 100
        S: 200 ...
        C: STOR new
        S: 425 ...
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > some
        ! FIN
        S: 226 ...
        """);
  }
}
