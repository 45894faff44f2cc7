package wharf.app;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import wharf.files.Durability;
import wharf.files.FileProblem;
import wharf.files.Quota;
import wharf.files.Tree;
import wharf.files.VirtualPath;
import wharf.ftp.server.Roots;
import wharf.users.Account;
import wharf.users.Limits;

/// The folders of the accounts: that which is served, and for those that have one of their own,
/// that. A folder is opened when the first of its accounts comes in, and stays open for a while
/// when the last has gone: to count what is in it again, for the quota, may take long.
///
/// All accounts in a folder share its quota, which is that of the one for whom it was opened.
final class AccountRoots implements Roots, AutoCloseable {
  /// How many folders stay open that nobody is in: each costs two descriptors.
  private static final int KEPT_OPEN = 64;

  private final Tree served;
  private final Path servedAt;
  private final InstantSource clock;
  private final Durability durability;
  private final @Nullable Path counts;

  /// Guards what follows.
  private final Object lock = new Object();

  private final Map<Path, Opened> open = new HashMap<>();
  private final Map<Tree, Opened> byTree = new HashMap<>();

  /// Those that nobody is in, the longest left first.
  private final LinkedHashMap<Path, Opened> left = new LinkedHashMap<>();

  /// A folder; the tree is there once the first who came has opened it, holding this.
  private static final class Opened {
    private final Path root;
    private @Nullable Tree tree;
    private int inside;

    Opened(Path root) {
      this.root = root;
    }
  }

  /// @param served that of accounts without a folder of their own; closed by whoever opened it
  /// @param counts where worker processes share what their quotas count; null for this one alone
  AccountRoots(
      Tree served, Path servedAt, InstantSource clock, Durability durability, @Nullable Path counts)
      throws IOException {
    this.served = served;
    this.servedAt = servedAt.toRealPath();
    this.clock = clock;
    this.durability = durability;
    this.counts = counts;
  }

  @Override
  public Tree enter(Account account) throws FileProblem {
    Path given = account.root();
    Path root = given == null ? servedAt : real(given);
    if (root.equals(servedAt)) {
      return served;
    }
    Opened opened;
    synchronized (lock) {
      left.remove(root);
      opened = open.computeIfAbsent(root, Opened::new);
      opened.inside++;
    }
    boolean entered = false;
    try {
      synchronized (opened) {
        Tree tree = opened.tree;
        if (tree == null) {
          tree = opened(root, account.limits());
          opened.tree = tree;
        }
        synchronized (lock) {
          byTree.put(tree, opened);
        }
        entered = true;
        return tree;
      }
    } catch (IOException e) {
      throw FileProblem.of(e, VirtualPath.ROOT);
    } finally {
      if (!entered) {
        leave(opened);
      }
    }
  }

  /// One folder is one tree, however it is said.
  private static Path real(Path root) throws FileProblem {
    try {
      return root.toRealPath();
    } catch (IOException e) {
      throw FileProblem.of(e, VirtualPath.ROOT);
    }
  }

  @Override
  public void leave(Tree tree) {
    Opened opened;
    synchronized (lock) {
      opened = byTree.get(tree);
    }
    if (opened != null) {
      leave(opened);
    }
  }

  private void leave(Opened opened) {
    Opened tooMany = null;
    synchronized (lock) {
      if (--opened.inside > 0) {
        return;
      }
      left.put(opened.root, opened);
      if (opened.tree == null) {
        forget(opened);
      } else if (left.size() > KEPT_OPEN) {
        tooMany = left.firstEntry().getValue();
        forget(tooMany);
      }
    }
    if (tooMany != null) {
      close(tooMany);
    }
  }

  private void forget(Opened opened) {
    left.remove(opened.root);
    open.remove(opened.root);
    if (opened.tree != null) {
      byTree.remove(opened.tree);
    }
  }

  private Tree opened(Path root, Limits limits) throws IOException {
    Quota quota = Quota.of(limits.bytes(), limits.files());
    if (quota.isNone() || counts == null) {
      return Tree.open(root, clock, durability, quota);
    }
    Path count = counts.resolve(nameOf(root));
    Path counting = counts.resolve(nameOf(root) + ".new");
    // Another process may be counting, or have been ended while it was: a count has its name when
    // it
    // is right.
    try (FileChannel locked =
            FileChannel.open(
                counts.resolve(nameOf(root) + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        var _ = locked.lock()) {
      if (Files.exists(count)) {
        return Tree.open(root, clock, durability, quota.joining(count));
      }
      Files.deleteIfExists(counting);
      Tree tree = Tree.open(root, clock, durability, quota.sharedIn(counting));
      Files.move(counting, count);
      return tree;
    }
  }

  private static String nameOf(Path root) {
    try {
      byte[] bytes = root.toString().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static void close(Opened opened) {
    Tree tree = opened.tree;
    if (tree != null) {
      try {
        tree.close();
      } catch (FileProblem e) {
        // It was only read from: nothing is lost.
      }
    }
  }

  /// Closes all of them. When nobody is in any more.
  @Override
  public void close() {
    synchronized (lock) {
      open.values().forEach(AccountRoots::close);
      open.clear();
      byTree.clear();
      left.clear();
    }
  }
}
