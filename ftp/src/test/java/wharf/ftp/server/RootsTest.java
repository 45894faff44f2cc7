package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.files.FileProblem;
import wharf.files.Tree;
import wharf.files.VirtualPath;
import wharf.users.Account;

/// Whoever comes in enters a tree, and leaves it, once, however the session goes on and ends.
class RootsTest {
  @TempDir Path base;

  private static final class Counted implements Roots {
    final List<String> inside = new ArrayList<>();
    final AtomicBoolean broken = new AtomicBoolean();
    private final Tree tree;

    Counted(Tree tree) {
      this.tree = tree;
    }

    @Override
    public Tree enter(Account account) throws FileProblem {
      if (broken.get()) {
        throw FileProblem.denied(VirtualPath.ROOT, "may not be used so");
      }
      inside.add(account.name());
      return tree;
    }

    @Override
    public void leave(Tree left) {
      assertThat(left).isSameAs(tree);
      inside.removeFirst();
    }
  }

  private static FtpService service(World world, Roots roots) {
    FtpService usual = world.service;
    return new FtpService(
        roots,
        usual.accounts(),
        usual.now(),
        usual.patience(),
        usual.tls(),
        usual.sessions(),
        usual.rates(),
        usual.bans(),
        false,
        true,
        Advertised.NOTHING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "C: QUIT\nS: 221 ...",
        "C: REIN\nS: 220 ...",
        "C: USER al\nS: 331 ...",
        "C: USER al\nS: 331 ...\nC: PASS secret\nS: 230 ...",
        "C: USER al\nS: 331 ...\nC: PASS wrong\nS: 530 ...",
        "C: USER anonymous\nS: 331 ...\nC: PASS\nS: 230 ...",
        "C: EPSV\nS: 229 ...\nC: STOR x\nS: 150 ...\n> half",
      })
  void whoComesInGoesOut(String dialogue) throws Exception {
    try (World world = new World(base)) {
      Counted roots = new Counted(world.tree);
      VirtualDriver driver = new VirtualDriver(service(world, roots).open(), 7);
      Transcript.play(Transcript.login("jo") + "C: NOOP\nS: 200 ...", driver);
      assertThat(roots.inside).containsExactly("jo");
      Transcript.play(dialogue, driver);
      driver.peerCloses();
      driver.assertSettled();
      assertThat(roots.inside).isEmpty();
      world.assertNothingIsOpen();
    }
  }

  @Test
  void aFolderThatCannotBeUsed() throws Exception {
    try (World world = new World(base)) {
      Counted roots = new Counted(world.tree);
      roots.broken.set(true);
      VirtualDriver driver = new VirtualDriver(service(world, roots).open(), 7);
      Transcript.play(
          """
          S: 220 ...
          C: USER jo
          S: 331 ...
          C: PASS secret
          S: 451 Your folder cannot be used now. Tell whoever runs this server.
          C: PWD
          S: 530 ...
          """,
          driver);
      roots.broken.set(false);
      Transcript.play(
          """
          C: USER jo
          S: 331 ...
          C: PASS secret
          S: 230 ...
          """,
          driver);
      driver.peerCloses();
      assertThat(roots.inside).isEmpty();
    }
  }
}
