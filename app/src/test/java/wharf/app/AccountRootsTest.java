package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import wharf.files.Durability;
import wharf.files.FileProblem;
import wharf.files.Start;
import wharf.files.Tree;
import wharf.files.Upload;
import wharf.files.VirtualPath;
import wharf.users.Account;
import wharf.users.Limits;
import wharf.users.Right;
import wharf.users.Rules;

class AccountRootsTest {
  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir Path base;

  @BeforeEach
  void folders() throws IOException {
    Files.createDirectories(base.resolve("served"));
    Files.createDirectories(base.resolve("anns"));
    Files.createDirectories(base.resolve("counts"));
  }

  private Account account(String name, @Nullable String folder, Limits limits) {
    Path root = folder == null ? null : base.resolve(folder);
    return new Account(name, root, Rules.everywhere(EnumSet.allOf(Right.class)), limits);
  }

  private Tree served() throws FileProblem {
    return Tree.open(base.resolve("served"), CLOCK, Durability.NEVER, wharf.files.Quota.none());
  }

  private AccountRoots roots(Tree served, @Nullable Path counts) throws IOException {
    return new AccountRoots(served, base.resolve("served"), CLOCK, Durability.NEVER, counts);
  }

  @Test
  void eachIsInTheFolderOfItsOwn() throws IOException {
    try (Tree served = served();
        AccountRoots roots = roots(served, null)) {
      Account ann = account("ann", "anns", Limits.NONE);
      assertThat(roots.enter(account("bob", null, Limits.NONE))).isSameAs(served);
      assertThat(roots.enter(account("eve", "anns/../served", Limits.NONE))).isSameAs(served);
      Tree anns = roots.enter(ann);
      assertThat(anns).isNotSameAs(served);
      assertThat(roots.enter(account("al", "anns", Limits.NONE))).isSameAs(anns);
      Files.createSymbolicLink(base.resolve("way"), Path.of("anns"));
      assertThat(roots.enter(account("cy", "way", Limits.NONE))).isSameAs(anns);
      roots.leave(anns);
      roots.leave(anns);
      roots.leave(anns);
      // It stays open for whoever comes next.
      assertThat(roots.enter(ann)).isSameAs(anns);
    }
  }

  @Test
  void aFolderThatIsNotThereMayBeLater() throws IOException {
    try (Tree served = served();
        AccountRoots roots = roots(served, null)) {
      Account ann = account("ann", "none", Limits.NONE);
      assertThatThrownBy(() -> roots.enter(ann))
          .isInstanceOf(FileProblem.class)
          .hasMessage("/ does not exist");
      Files.createDirectories(base.resolve("none"));
      assertThat(roots.enter(ann).stat(VirtualPath.ROOT).directory()).isTrue();
    }
  }

  /// Those that were left are closed when there are many, those that somebody is in are not.
  @Test
  void onlySoManyStayOpen() throws IOException {
    try (Tree served = served();
        AccountRoots roots = roots(served, null)) {
      Account ann = account("ann", "anns", Limits.NONE);
      Tree anns = roots.enter(ann);
      for (int i = 0; i < 80; i++) {
        Files.createDirectories(base.resolve("f" + i));
        Account other = account("a" + i, "f" + i, Limits.NONE);
        roots.leave(roots.enter(other));
      }
      assertThat(openFolders()).isBetween(128L, 136L);
      assertThat(roots.enter(ann)).isSameAs(anns);
    }
    assertThat(openFolders()).isZero();
  }

  private long openFolders() throws IOException {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(
              descriptor -> {
                try {
                  return Files.readSymbolicLink(descriptor).startsWith(base);
                } catch (IOException e) {
                  return false;
                }
              })
          .count();
    }
  }

  /// As two worker processes do: what one stores the other counts.
  @Test
  void workersCountTogether() throws IOException {
    Limits limits = new Limits(9, 9, 9, 10, 9);
    Account ann = account("ann", "anns", limits);
    Files.writeString(base.resolve("anns/there"), "1234");
    try (Tree served = served();
        AccountRoots one = roots(served, base.resolve("counts"));
        AccountRoots other = roots(served, base.resolve("counts"))) {
      assertThat(one.enter(ann).quota().bytes()).isEqualTo(4);
      store(one.enter(ann), "a", 5);
      assertThat(other.enter(ann).quota().bytes()).isEqualTo(9);
      assertThatThrownBy(() -> store(other.enter(ann), "b", 2))
          .isInstanceOf(FileProblem.class)
          .hasMessage("/b does not fit: the quota is 10 bytes");
    }
  }

  private static void store(Tree tree, String name, int bytes) throws FileProblem {
    try (Upload upload = tree.upload(VirtualPath.ROOT.child(name), "ann", new Start.Fresh())) {
      upload.write(ByteBuffer.allocate(bytes));
      upload.publish();
    }
  }
}
