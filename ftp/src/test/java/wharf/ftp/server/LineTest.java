package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// What a client may put on the control connection, and what it may not.
class LineTest {
  @TempDir Path base;

  @TestFactory
  Stream<DynamicTest> unknownVerbsAndEmptyLines() {
    return Transcript.tests(
        base,
        """
        C: SITE EXEC ls
        S: 500 Unknown command of SITE. SITE HELP lists those that are known.
        C:\s
        C:\s
        C:  PWD
        C: PWDX
        S: 500 ...
        S: 500 ...
        S: 500 ...
        S: 500 ...
        C: FETCH / HTTP/1.1
        C: Host: example.org
        S: 500 ...
        S: 500 ...
        C: pwd
        S: 257 ...
        """);
  }

  @TestFactory
  Stream<DynamicTest> aBareLfEndsALineAndABareCrIsRefused() {
    return Transcript.tests(
        base,
        """
        C> PWD<0A>PWD<0D 0A>PWD<0D>PWD<0D 0A>PWD<0D 0D 0A>
        S: 257 ...
        S: 257 ...
        S: 501 A command may not contain NUL or CR.
        S: 501 A command may not contain NUL or CR.
        """);
  }

  @TestFactory
  Stream<DynamicTest> controlCharactersInNames() {
    return Transcript.tests(
        base,
        """
        C: MKD a<00>b
        S: 501 A command may not contain NUL or CR.
        C: MKD a<0D>b
        S: 501 A command may not contain NUL or CR.
        C: MKD a<09>b
        S: 553 a name may not contain control characters.
        C: MKD a<1B>[2J
        S: 553 ...
        C: MKD a<7F>
        S: 553 ...
        C: STOR <00>
        S: 501 ...
        """,
        (world, _) -> assertThat(world.published()).hasSize(10));
  }

  /// A name may hold them (they are letters to the disk), a reply and the log may not: U+009B acts
  /// on terminals as ESC [ does.
  @TestFactory
  Stream<DynamicTest> theOtherControlCharactersAreNotSaid() {
    return Transcript.tests(
        base,
        """
        C: MKD a<C2 85>b
        S: 257 "/a?b" was made.
        C: MKD c<C2 9B>31m
        S: 257 "/c?31m" was made.
        C: USER x<C2 85 E2 80 A8 09>y
        S: 331 ...
        C: PASS z
        S: 530 ...
        """);
  }

  @TestFactory
  Stream<DynamicTest> badUtf8() {
    return Transcript.tests(
        base,
        """
        C: MKD <C3 28>
        S: 501 That is not UTF-8, in which names and commands are written here.
        C: MKD <ED A0 80>
        S: 501 ...
        C: MKD <C0 AF>
        S: 501 ...
        C: <80 81>
        S: 501 ...
        C: MKD grün 漢字 <F0 9F 90 8B>
        S: /257 "/grün 漢字 .*" was made\\./
        """);
  }

  @TestFactory
  Stream<DynamicTest> anOverlongLineIsOneMistake() {
    String longest = "x".repeat(LineUp.LINE_LIMIT - "NOOP \r\n".length());
    return Transcript.tests(
        base,
        """
        C: NOOP %1$s
        S: 501 NOOP takes no argument.
        C: NOOP %1$sx
        S: 500 That line is too long: the limit is 4096 bytes.
        C: NOOP
        S: 200 ...
        C: %2$s
        C: PWD
        S: 500 That line is too long: ...
        S: 257 ...
        """
            .formatted(longest, "y".repeat(100_000)));
  }

  /// RFC 959 section 4.1.3: a client may put Telnet's IP and Synch before ABOR.
  @TestFactory
  Stream<DynamicTest> telnetBeforeAbor() {
    return Transcript.tests(
        base,
        """
        C: <FF F4 FF F2>ABOR
        S: 226 ...
        C: <FF F4 F2>ABOR
        S: 226 ...
        C: <FF F4 FF>ABOR
        S: 226 ...
        C: <F2>ABOR
        S: 226 ...
        C: <FF F2>ABOR
        S: 226 ...
        C: <FF F4>ABOR
        S: 226 ...
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        C: <FF F4 FF F2>ABOR
        S: 426 Broken off as you asked after 0 bytes.
        S: 226 ...
        """);
  }

  @TestFactory
  Stream<DynamicTest> spacesBelongToNames() {
    return Transcript.tests(
        base,
        """
        C: SIZE with space
        S: 213 1
        C: MKD  lead
        S: 257 "/ lead" was made.
        C: MKD trail\s
        S: 257 "/trail " was made.
        C: PWD\s
        S: 257 ...
        """);
  }

  @TestFactory
  Stream<DynamicTest> aWholeSessionAtOnce() {
    return Transcript.from(
        base,
        """
        S: 220 ...
        C: USER jo
        C: PASS secret
        C: TYPE I
        C: CWD docs
        C: SIZE a.txt
        C: EPSV
        C: PWD
        C: QUIT
        C: NOOP
        S: 331 ...
        S: 230 ...
        S: 200 ...
        S: 250 ...
        S: 213 5
        S: 229 ...
        S: 257 "/docs" is ...
        S: 221 Goodbye.
        ! closed
        """,
        (_, _) -> {});
  }

  /// However much is sent ahead: what was said has to leave before more is done.
  @TestFactory
  Stream<DynamicTest> aFloodIsAnsweredPieceByPiece() {
    int count = 1000;
    return Transcript.tests(base, "C: NOOP\n".repeat(count) + "S: 200 ...\n".repeat(count));
  }

  @TestFactory
  Stream<DynamicTest> onlySoMuchMayWaitInLine() {
    String long500 = "MKD " + "x".repeat(500);
    return Transcript.tests(
        base,
        """
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > some
        """
            + ("C: " + long500 + "\n").repeat(40)
            + """
            S: 421 Too many commands were sent ahead. Goodbye.
            ! closed
            """,
        (world, driver) -> {
          assertThat(world.published()).doesNotContainKey("new");
          assertThat(world.parts()).as("what came is kept").isOne();
          assertThat(driver.transferring()).isFalse();
        });
  }
}
