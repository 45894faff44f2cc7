package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import wharf.files.FileProblem;
import wharf.files.Start;
import wharf.files.Upload;
import wharf.files.VirtualPath;
import wharf.protocol.Effect;
import wharf.protocol.Effect.Transfer;
import wharf.protocol.Ending;
import wharf.protocol.Event;
import wharf.protocol.Happening;

/// MODE B and MODE Z, as far as a session has to do with them.
class ModesTest {
  @TempDir Path base;

  /// RFC 959 sections 3.4.2 and 5.4: 125 is for a data connection that is open already.
  @TestFactory
  Stream<DynamicTest> inBlocksOneConnectionIsEnough() {
    return Transcript.tests(
        base,
        """
        C: MODE B
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: STOR one
        S: 150 Ready for /one.
        > first
        ! BLOCK_EOF
        S: 226 Complete: 5 bytes in 1.500 s.
        C: STOR two
        S: 125 Ready for /two.
        > second
        ! BLOCK_EOF
        S: 226 Complete: 6 bytes in 1.500 s.
        C: RETR one
        S: 125 BINARY mode over the open data connection for /one (5 bytes).
        < first
        S: 226 ...
        C: NLST docs
        S: 125 Here comes the listing.
        < docs/a.txt
        < docs/b.txt
        < docs/ü.txt
        S: 226 ...
        C: REST 3
        S: 350 ...
        C: RETR data.bin
        S: 125 ...
        < 3456789
        S: 226 ...
        C: RETR no-such-file
        S: 550 ...
        C: RETR two
        S: 125 ...
        < second
        S: 226 ...
        C: STAT
        S: 211-Wharf
        S: [...]
        S:  TYPE I, STRU F, MODE B
        S: [...]
        S: 211 End.
        """);
  }

  /// RFC 959 section 3.3.
  @TestFactory
  Stream<DynamicTest> whatClosesIt() {
    String again =
        """
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        < 0123456789
        S: 226 ...
        """;
    String need =
        """
        C: RETR data.bin
        S: 425 Say first how to connect: EPSV, PASV, EPRT or PORT.
        """;
    return Transcript.tests(
        base,
        """
        C: MODE B
        S: 200 ...
        """
            + again
            + again
            + """
            C: ABOR
            S: 226 ...
            """
            + need
            + again
            + """
            C: MODE B
            S: 200 ...
            """
            + need
            + again
            + """
            C: PORT 192,0,2,7,8,0
            S: 200 ...
            C: RETR data.bin
            S: 150 ...
            < 0123456789
            S: 226 ...
            C: RETR data.bin
            S: 125 ...
            ! RESET
            S: 426 ...
            """
            + need
            + again
            + """
            C: REIN
            S: 220 ...
            C: USER jo
            S: 331 ...
            C: PASS secret
            S: 230 ...
            """
            + need);
  }

  @TestFactory
  Stream<DynamicTest> theClientHasClosedIt() {
    return Transcript.tests(
        base,
        """
        C: MODE B
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        < 0123456789
        S: 226 ...
        C: STOR new
        S: 125 ...
        ! PEER_FAILED
        S: 425 No data connection could be made: a test wants it so.
        C: STOR new
        S: 425 Say first how to connect: EPSV, PASV, EPRT or PORT.
        """,
        (world, _) -> assertThat(world.has("new")).isFalse());
  }

  /// What is known to be whole needs no probation; and what is not is kept.
  @TestFactory
  Stream<DynamicTest> theEndIsKnown() {
    return Transcript.tests(
        base,
        """
        ! hold probation
        C: MODE Z
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: STOR whole
        S: 150 ...
        > all of it
        ! BLOCK_EOF
        S: 226 Complete: 9 bytes in 1.500 s.
        C: STOR next
        S: 425 ...
        C: EPSV
        S: 229 ...
        C: STOR part
        S: 150 ...
        > half of i
        ! CUT_OFF
        S: 426 The data ended before the file did after 9 bytes; 9 bytes are kept to resume from.
        C: EPSV
        S: 229 ...
        C: STOR wrong
        S: 150 ...
        > nonsense
        ! MALFORMED
        S: 426 Not stored: a test wants it so, after 8 bytes; nothing was kept.
        C: SIZE part
        S: 213 9
        C: SIZE wrong
        S: 550 ...
        """,
        (world, _) -> {
          assertThat(world.content("whole")).isEqualTo("all of it");
          assertThat(world.has("part")).isFalse();
          assertThat(world.has("wrong")).isFalse();
        });
  }

  @TestFactory
  Stream<DynamicTest> aLevelIsChosen() {
    return Transcript.tests(
        base,
        """
        C: MODE Z
        S: 200 ...
        C: OPTS MODE Z LEVEL 9
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: RETR data.bin
        S: 150 ...
        """,
        (_, driver) -> assertThat(driver.running().mode()).isEqualTo(new Transfer.Mode.Deflate(9)));
  }

  /// RFC 959 sections 3.5 and 4.2: "110 MARK yyyy = mmmm".
  @TestFactory
  Stream<DynamicTest> markersAreAnswered() {
    return Transcript.tests(
        base,
        """
        C: MODE B
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        ! mark start
        S: 110 MARK start = 0
        > 01234
        ! mark 5
        S: 110 MARK 5 = 5
        > 56789
        ! CUT_OFF
        S: 426 ...
        C: REST 5
        S: 350 ...
        C: STOR new
        S: 425 ...
        C: EPSV
        S: 229 ...
        C: REST 5
        S: 350 ...
        C: STOR new
        S: 150 ...
        > abc
        ! mark x
        S: 110 MARK x = 8
        ! BLOCK_EOF
        S: 226 ...
        """,
        (world, _) -> assertThat(world.content("new")).isEqualTo("01234abc"));
  }

  /// What a compressed upload may become, unless ALLO has told: the rest is not written, and what
  /// was is removed.
  @Test
  void aBomb() throws IOException {
    try (World world = new World(base)) {
      Answers answers = new Answers(null);
      InetSocketAddress here = new InetSocketAddress("192.0.2.1", 21);
      Terms terms = new Terms(new DataRoute(here, here, Advertised.NOTHING, false, answers));
      terms.route().port("192,0,2,1,16,0");
      VirtualPath target = VirtualPath.ROOT.resolve("bomb");
      Incoming incoming =
          new Incoming(
              new Incoming.Order(
                  "jo",
                  target,
                  -1,
                  10,
                  false,
                  new Happening.Cargo(
                      "jo",
                      Happening.Direction.IN,
                      "STOR",
                      "/bomb",
                      Transfer.Form.IMAGE,
                      Happening.Mode.DEFLATE,
                      false),
                  new Transfer.Limits(Duration.ofSeconds(1), Duration.ofSeconds(1))),
              terms,
              answers);
      Upload upload = world.tree.upload(target, "jo", new Start.Fresh());
      incoming.staged(upload);
      if (!(answers.taken().getLast() instanceof Transfer transfer
          && transfer.flow() instanceof Transfer.Flow.In(var sink, _))) {
        throw new AssertionError("an upload");
      }
      sink.write(ByteBuffer.wrap(new byte[10]));
      FileProblem full = null;
      try {
        sink.write(ByteBuffer.wrap(new byte[1]));
      } catch (FileProblem problem) {
        full = problem;
      }
      assertThat(full).isNotNull();
      Doing next =
          incoming.transferred(
              new Event.Transferred(Ending.STORE_FAILED, 11, Duration.ofSeconds(1), full),
              Doing.Client.THERE);
      assertThat(next).isInstanceOf(Doing.Resting.class);
      String told =
          answers.taken().stream()
              .map(
                  effect ->
                      effect instanceof Effect.Send(ByteBuffer bytes)
                          ? StandardCharsets.UTF_8.decode(bytes).toString()
                          : "")
              .collect(Collectors.joining());
      assertThat(told)
          .contains("552 /bomb became larger than 10 bytes")
          .contains("say its size with ALLO before");
      assertThat(world.has("bomb")).isFalse();
      assertThat(world.parts()).isZero();
    }
  }
}
