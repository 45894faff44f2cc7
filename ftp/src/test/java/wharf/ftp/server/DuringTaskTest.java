package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// What comes while something is done that may take minutes, and how that is broken off.
class DuringTaskTest {
  @TempDir Path base;

  /// RFC 959 section 4.1.3: 426 says that it ended abnormally, 226 that ABOR was carried out.
  @TestFactory
  Stream<DynamicTest> aborBreaksOffEach() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: HASH data.bin
        C: ABOR
        ! task
        S: 426 /data.bin was not read to its end: that was broken off.
        S: 226 Nothing is being transferred any more.
        C: XMD5 data.bin
        C: ABOR
        ! task
        S: 426 /data.bin was not read to its end: that was broken off.
        S: 226 ...
        C: SITE COPY data.bin copy
        C: ABOR
        ! task
        S: 426 /data.bin was not copied: that was broken off.
        S: 226 ...
        C: SITE CPFR docs
        S: 350 ...
        C: SITE CPTO copy
        C: ABOR
        ! task
        S: 426 /docs was not copied: that was broken off.
        S: 226 ...
        C: SITE RMDIR docs
        C: ABOR
        ! task
        S: 426 /docs was not removed: that was broken off.
        S: 226 ...
        C: COMB data.bin docs/a.txt
        C: ABOR
        ! task
        S: 426 /data.bin was not copied: that was broken off.
        S: 226 ...
        C: COMB whole docs/a.txt docs/b.txt
        C: ABOR
        ! task
        S: 426 /whole is as it was: putting it together was broken off.
        S: 226 ...
        C: XCRC data.bin
        ! task
        S: 250 A684C7C6
        """,
        (world, _) -> {
          assertThat(world.published()).doesNotContainKeys("copy", "whole");
          assertThat(world.content("data.bin")).isEqualTo("0123456789");
          assertThat(world.published()).containsKeys("docs/a.txt", "docs/b.txt", "docs/ü.txt");
          assertThat(world.parts()).isZero();
        });
  }

  /// It makes no difference how the network cut it, nor what stands before it: as with a transfer.
  @TestFactory
  Stream<DynamicTest> aborIsHeardBehindOtherCommands() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: HASH data.bin
        C: PWD
        C: <FF F4 FF F2>ABOR
        C: NOOP
        ! task
        S: 426 ...
        S: 257 ...
        S: 226 ...
        S: 200 Still here.
        """);
  }

  /// What is done already, is done.
  @TestFactory
  Stream<DynamicTest> aborThatComesTooLate() {
    return Transcript.tests(
        base,
        """
        C: XCRC data.bin
        S: 250 A684C7C6
        C: ABOR
        S: 226 ...
        ! hold tasks
        C: HASH data.bin
        ! task
        S: 213 ...
        C: HASH data.bin
        C: ABOR
        ! task
        S: 213 SHA-256 0-10 ...
        S: 226 ...
        """);
  }

  /// There is no reply yet to what runs, so that of another would be taken for it.
  @TestFactory
  Stream<DynamicTest> othersWait() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: XCRC data.bin
        C: STAT
        C: NOOP
        ! wait 900
        ! task
        S: 250 A684C7C6
        S: 211-Wharf
        S: [...]
        S: 211 End.
        S: 200 Still here.
        """);
  }

  @TestFactory
  Stream<DynamicTest> aClientThatVanishesBreaksItOff() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: SITE COPY data.bin copy
        ! gone
        ! task
        S: 426 ...
        ! closed
        """,
        (world, driver) -> {
          assertThat(world.has("copy")).isFalse();
          assertThat(driver.notes()).noneMatch(note -> note.contains("SITE COPY"));
        });
  }

  /// It has said that it waits for nothing more, but not that it wants no copy.
  @TestFactory
  Stream<DynamicTest> quitThenGoneLetsItEnd() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: SITE COPY data.bin copy
        C: QUIT
        ! gone
        ! task
        S: 250 ...
        ! closed
        """,
        (world, _) -> assertThat(world.content("copy")).isEqualTo("0123456789"));
  }

  @TestFactory
  Stream<DynamicTest> aServerThatStopsBreaksItOff() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: SITE RMDIR docs
        ! stop
        ! task
        S: 426 /docs was not removed: that was broken off.
        S: 421 The server is being stopped. Goodbye.
        ! closed
        """,
        (world, _) -> assertThat(world.has("docs/a.txt")).isTrue());
  }

  /// However much is sent ahead, no more is taken in than the line has room for, and all is
  /// answered.
  @Test
  void whatIsSentAheadIsBounded() throws Exception {
    try (World world = new World(base)) {
      VirtualDriver driver = new VirtualDriver(world.service.open(), 64);
      Transcript.play(Transcript.LOGIN, driver);
      driver.holdsTasks = true;
      int commands = 5000;
      driver.send("XCRC data.bin\r\n".repeat(commands - 1) + "XCRC data.bin");
      // Beside the one that runs, what was being received when the line was full.
      int most = LineUp.LIMIT + 4 * 64;
      for (int i = 0; i < commands; i++) {
        int received = commands * "XCRC data.bin\r\n".length() - driver.unreceived();
        assertThat(received - i * "XCRC data.bin\r\n".length()).isBetween(1, most);
        assertThat(driver.replies().lines()).hasSize(i);
        driver.runTask(() -> {});
      }
      assertThat(driver.replies().lines()).hasSize(commands).containsOnly("250 A684C7C6");
      driver.assertSettled();
    }
  }
}
