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

  /// Guards both.
  private final Object lock = new Object();

  private final Map<Path, Opened> open = new HashMap<>();

  /// Those that nobody is in, the longest left first.
  private final LinkedHashMap<Path, Opened> left = new LinkedHashMap<>();

  /// A folder; the tree is there once the first who came has opened it, holding this.
  private static final class Opened {
    private @Nullable Tree tree;
    private int inside;
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
    Path root = rootOf(account);
    if (root == null) {
      return served;
    }
    Opened opened;
    synchronized (lock) {
      left.remove(root);
      opened = open.computeIfAbsent(root, _ -> new Opened());
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
        entered = true;
        return tree;
      }
    } catch (IOException e) {
      throw FileProblem.of(e, VirtualPath.ROOT);
    } finally {
      if (!entered) {
        leave(root);
      }
    }
  }

  @Override
  public void leave(Account account) {
    Path root = rootOf(account);
    if (root != null) {
      leave(root);
    }
  }

  private void leave(Path root) {
    Opened tooMany = null;
    synchronized (lock) {
      Opened opened = open.get(root);
      if (opened == null || --opened.inside > 0) {
        return;
      }
      left.put(root, opened);
      if (opened.tree == null) {
        forget(root);
      } else if (left.size() > KEPT_OPEN) {
        tooMany = forget(left.firstEntry().getKey());
      }
    }
    if (tooMany != null) {
      close(tooMany);
    }
  }

  private @Nullable Opened forget(Path root) {
    left.remove(root);
    return open.remove(root);
  }

  /// Where it says, not where that leads to: a folder that is put elsewhere while the server runs
  /// is another folder.
  private @Nullable Path rootOf(Account account) {
    Path root = account.root();
    return root == null || root.normalize().equals(servedAt) ? null : root.normalize();
  }

  private Tree opened(Path root, Limits limits) throws IOException {
    Quota quota = Quota.of(limits.bytes(), limits.files());
    if (quota.isNone() || counts == null) {
      return Tree.open(root, clock, durability, quota);
    }
    Path count = counts.resolve(nameOf(root));
    // Another process may be counting: its count is there before it is right.
    Path lockFile = counts.resolve(nameOf(root) + ".lock");
    try (FileChannel counting =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = counting.lock()) {
      return Tree.open(
          root,
          clock,
          durability,
          Files.exists(count) ? quota.joining(count) : quota.sharedIn(count));
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
      left.clear();
    }
  }
}
