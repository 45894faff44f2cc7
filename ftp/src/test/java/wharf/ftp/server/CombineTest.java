package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.files.FileProblem;
import wharf.files.VirtualPath;
import wharf.users.Account;

/// COMB beside other sessions: what they do falls between two of its steps, at each of which it
/// asks whether to go on.
class CombineTest {
  /// Before the whole is copied; when a piece of each of two parts was read; before it is
  /// published.
  private static final int STEPS = 4;

  @TempDir Path base;

  private interface Meanwhile {
    void happens() throws IOException;
  }

  private static FileCommands commands(World world) {
    return new FileCommands(
        world.tree, Account.writer("jo"), new FileCommands.Told(), world.service.now());
  }

  /// Puts docs/a.txt and docs/b.txt behind data.bin.
  private static Reply combine(World world, int step, Meanwhile meanwhile) throws IOException {
    AtomicInteger steps = new AtomicInteger();
    FileCommands commands = commands(world);
    Reply reply =
        commands.combine(
            path("/data.bin"),
            List.of(path("/docs/a.txt"), path("/docs/b.txt")),
            () -> {
              if (steps.incrementAndGet() == step) {
                try {
                  meanwhile.happens();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
              return true;
            });
    assertThat(steps).hasValue(STEPS);
    return reply;
  }

  /// Another session's upload, of the same size and time as what it replaces: only the file itself
  /// is another.
  private static void replace(World world, String path, String content) {
    Transcript.play(
        """
        S: 220 ...
        C: USER al
        S: 331 ...
        C: PASS secret
        S: 230 ...
        C: TYPE I
        S: 200 ...
        C: EPSV
        S: 229 ...
        C: STOR %s
        S: 150 ...
        > %s
        ! FIN
        S: 226 ...
        C: MFMT 20260102030405 %s
        S: 213 ...
        C: QUIT
        S: 221 ...
        ! closed
        """
            .formatted(path, content, path),
        new VirtualDriver(world.service.open(), VirtualDriver.WHOLE));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void aPartThatIsReplacedMeanwhileIsNotRemoved(int step) throws Exception {
    try (World world = new World(base)) {
      Reply reply = combine(world, step, () -> replace(world, "docs/a.txt", "ALPHA"));
      assertThat(reply.first())
          .hasToString("9 bytes of 2 parts are in /data.bin now; 1 parts could not be removed.");
      assertThat(world.content("docs/a.txt")).as("the other's upload").isEqualTo("ALPHA");
      assertThat(world.has("docs/b.txt")).isFalse();
      // It reads on what it has opened.
      assertThat(world.content("data.bin"))
          .isEqualTo("0123456789" + (step == 1 ? "ALPHA" : "alpha") + "beta");
      assertThat(world.parts()).isZero();
      world.assertNothingIsOpen();
    }
  }

  /// Nor is one that somebody gave another name, nor what has its name now.
  @Test
  void aPartThatIsRenamedMeanwhileIsNotRemoved() throws Exception {
    try (World world = new World(base)) {
      Reply reply =
          combine(
              world,
              3,
              () -> {
                world.tree.rename(path("/docs/a.txt"), path("/docs/c.txt"));
                world.tree.rename(path("/readme.txt"), path("/docs/a.txt"));
              });
      assertThat(reply.first().toString()).endsWith("; 1 parts could not be removed.");
      assertThat(world.content("docs/a.txt")).isEqualTo("hello, world\n");
      assertThat(world.content("docs/c.txt")).isEqualTo("alpha");
      assertThat(world.content("data.bin")).isEqualTo("0123456789alphabeta");
    }
  }

  /// What is broken off at any step leaves all as it was.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void brokenOffItLeavesAllAsItWas(int step) throws Exception {
    try (World world = new World(base)) {
      var before = world.published();
      AtomicInteger steps = new AtomicInteger();
      FileCommands commands = commands(world);
      List<VirtualPath> parts = List.of(path("/docs/a.txt"), path("/docs/b.txt"));
      assertThatThrownBy(
              () ->
                  commands.combine(path("/data.bin"), parts, () -> steps.incrementAndGet() < step))
          .isInstanceOf(FileProblem.class)
          .hasMessageEndingWith("broken off");
      assertThat(world.published()).isEqualTo(before);
      assertThat(world.parts()).isZero();
      world.assertNothingIsOpen();
    }
  }

  private static VirtualPath path(String text) throws FileProblem {
    return VirtualPath.parse(text);
  }
}
