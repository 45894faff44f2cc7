package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// What a client is told of a file's content, so that it can compare.
class HashTest {
  @TempDir Path base;

  /// Only who goes by hashes pays for them.
  @TestFactory
  Stream<DynamicTest> anUploadIsHashedOnTheWay() {
    return Transcript.tests(
        base,
        """
        C: OPTS HASH SHA-256
        S: 200 SHA-256
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > 0123
        > 456789
        ! FIN
        S: 226 Complete: 10 bytes in 1.500 s, SHA-256 84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882.
        C: HASH new
        S: 213 SHA-256 0-10 84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882 /new
        C: MFMT 20011224183000 new
        S: 213 ...
        C: HASH new
        S: 213 SHA-256 0-10 84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882 /new
        """,
        (_, driver) -> assertThat(driver.notes()).last().asString().startsWith("jo STOR /new"));
  }

  /// What was there before it was not seen on the way.
  @TestFactory
  Stream<DynamicTest> oneThatIsContinuedIsNot() {
    return Transcript.tests(
        base,
        """
        C: OPTS HASH MD5
        S: 200 MD5
        C: EPSV
        S: 229 ...
        C: APPE data.bin
        S: 150 ...
        > abc
        ! FIN
        S: 226 Complete: 3 bytes in 1.500 s.
        C: HASH data.bin
        S: 213 MD5 0-13 2d31d97199fb287d6fcb4f82ebd1b3f2 /data.bin
        """);
  }

  /// What counts is what is stored, which the hash on the way is of, too.
  @TestFactory
  Stream<DynamicTest> aTextIsHashedAsItIsStored() {
    return Transcript.tests(
        base,
        """
        C: TYPE A
        S: 200 ...
        C: OPTS HASH SHA-256
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > a line
        ! FIN
        S: 226 Complete: 6 bytes in 1.500 s, SHA-256 31b9ee4a830b75580e39e6bd6356d40524fcb8683e67cf094290da306e7ee235.
        C: XSHA256 new
        S: 250 31B9EE4A830B75580E39E6BD6356D40524FCB8683E67CF094290DA306E7EE235
        """);
  }

  /// A new file under an old name is another file, also of the same size.
  @TestFactory
  Stream<DynamicTest> whatWasReplacedIsForgotten() {
    return Transcript.tests(
        base,
        """
        C: HASH data.bin
        S: 213 SHA-256 0-10 84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882 /data.bin
        C: EPSV
        S: 229 ...
        C: STOR data.bin
        S: 150 ...
        > abcdefghij
        ! FIN
        S: 226 Complete: 10 bytes in 1.500 s, SHA-256 72399361da6a7754fec986dca5b7cbaf1c810a28ded4abaf56b2106d06cb78b0.
        C: HASH data.bin
        S: 213 SHA-256 0-10 72399361da6a7754fec986dca5b7cbaf1c810a28ded4abaf56b2106d06cb78b0 /data.bin
        """);
  }

  /// A name may look like a name and numbers.
  @TestFactory
  Stream<DynamicTest> namesWithNumbersAndQuotes() {
    return Transcript.tests(
        base,
        """
        C: RNFR data.bin
        S: 350 ...
        C: RNTO a 1 3
        S: 250 ...
        C: XMD5 a 1 3
        S: 250 781E5E245D69B566979B86E28D23F2C7
        C: XMD5 "a 1 3" 1 3
        S: 250 C20AD4D76FE97759AA27A0C99BFF6710
        C: RNFR a 1 3
        S: 350 ...
        C: RNTO say "so"
        S: 250 ...
        C: XMD5 "say \"\"so\"\"\" 0 1
        S: 250 CFCD208495D565EF66E7DFF9F98764DA
        C: XMD5 say "so"
        S: 250 781E5E245D69B566979B86E28D23F2C7
        """);
  }

  @TestFactory
  Stream<DynamicTest> featTellsWhatIsChosen() {
    return Transcript.tests(
        base,
        """
        C: OPTS HASH
        S: 200 SHA-256
        C: OPTS HASH whirlpool
        S: 504 There is no such algorithm here; SHA-256 stays.
        C: OPTS HASH sha-1
        S: 200 SHA-1
        C: FEAT
        S: [...]
        S:  HASH SHA-256;SHA-512;SHA-1*;MD5;CRC32
        S: [...]
        S: 211 End.
        C: REIN
        S: 220 ...
        """);
  }

  @TestFactory
  Stream<DynamicTest> aFileThatCannotBeReadIsAReply() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: HASH data.bin
        ! task fails
        S: 451 /data.bin could not be used: the disk reported an error.
        C: NOOP
        S: 200 ...
        """);
  }

  /// Reading takes time, in which others are served; what the client says meanwhile waits.
  @TestFactory
  Stream<DynamicTest> whatIsSaidMeanwhileWaits() {
    return Transcript.tests(
        base,
        """
        ! hold tasks
        C: XCRC data.bin
        C: NOOP
        ! task
        S: 250 A684C7C6
        S: 200 ...
        """);
  }
}
