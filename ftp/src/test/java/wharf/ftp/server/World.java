package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import wharf.files.Durability;
import wharf.files.Quota;
import wharf.files.Tree;
import wharf.files.VirtualPath;
import wharf.users.Account;
import wharf.users.Accounts;
import wharf.users.PasswordHash;
import wharf.users.Right;
import wharf.users.Secret;

/// What a session is played over: a real tree with known files and times, people with known rights,
/// and beside the tree a secret that nothing may ever reach.
///
/// ```
///   data.bin     0123456789            docs/a.txt          alpha
///   readme.txt   hello, world          docs/b.txt          beta
///   with space   x                     docs/ü.txt          umlaut
///   out -> ../outside/secret           empty/
/// ```
final class World implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-01-10T00:00:00Z");

  /// When every file was last changed.
  static final Instant MODIFIED = Instant.parse("2026-01-02T03:04:05Z");

  static final FtpService.Patience PATIENCE =
      new FtpService.Patience(
          Duration.ofSeconds(60),
          Duration.ofSeconds(300),
          Duration.ofSeconds(30),
          Duration.ofSeconds(120));

  /// Text that is nowhere but outside the root.
  static final String SECRET = "nobody may read this";

  final Path root;
  final Path outside;
  final FtpService service;
  final Tree tree;
  private final List<String> openAtRest;

  World(Path base) throws IOException {
    this(base, FtpService.Tls.ALLOWED, Quota.none());
  }

  /// With somebody more.
  World(Path base, Account... more) throws IOException {
    this(base, FtpService.Tls.ALLOWED, Quota.none(), List.of(more));
  }

  World(Path base, FtpService.Tls tls, Quota quota) throws IOException {
    this(base, tls, quota, List.of());
  }

  private World(Path base, FtpService.Tls tls, Quota quota, List<Account> more) throws IOException {
    root = Files.createDirectories(base.resolve("root"));
    outside = Files.createDirectories(base.resolve("outside"));
    Files.writeString(outside.resolve("secret"), SECRET);
    Files.createDirectories(root.resolve("empty"));
    Files.createDirectories(root.resolve("docs"));
    put("data.bin", "0123456789");
    put("readme.txt", "hello, world\n");
    put("with space", "x");
    put("docs/a.txt", "alpha");
    put("docs/b.txt", "beta");
    put("docs/ü.txt", "umlaut");
    Files.createSymbolicLink(root.resolve("out"), outside.resolve("secret"));
    for (String directory : List.of("empty", "docs")) {
      settle(root.resolve(directory), "rwxr-xr-x");
    }
    // Nothing is to outlive the machine.
    tree = Tree.open(root, () -> NOW, Durability.NEVER, quota);
    openAtRest = open();
    service = new FtpService(tree, accounts(more), () -> NOW, PATIENCE, tls).tellingCommands();
  }

  /// Everyone's password is "secret". `jo` may do everything, `ro` look and read, and `no-READ` and
  /// the like everything but that.
  private static Accounts accounts(List<Account> more) {
    PasswordHash hash =
        new PasswordHash() {
          @Override
          public String of(Secret password) {
            return "hash of " + password.text();
          }

          @Override
          public boolean matches(Secret password, String of) {
            return of.equals(of(password));
          }
        };
    List<Accounts.Known> known = new ArrayList<>();
    known.add(new Accounts.Known(Account.writer("jo"), "hash of secret"));
    known.add(new Accounts.Known(Account.writer("al"), "hash of secret"));
    known.add(new Accounts.Known(Account.reader("ro"), "hash of secret"));
    known.add(new Accounts.Known(Account.administrator("root"), "hash of secret"));
    for (Right right : Right.values()) {
      Set<Right> others = EnumSet.complementOf(EnumSet.of(right));
      known.add(new Accounts.Known(new Account("no-" + right, others), "hash of secret"));
    }
    more.forEach(account -> known.add(new Accounts.Known(account, "hash of secret")));
    return new Accounts(known, true, hash);
  }

  /// Puts a file of a fixed time and mode into the tree.
  void put(String path, String content) throws IOException {
    Files.writeString(root.resolve(path), content);
    settle(root.resolve(path), "rw-r--r--");
  }

  private static void settle(Path path, String mode) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    Files.setLastModifiedTime(path, FileTime.from(MODIFIED));
  }

  boolean has(String path) {
    return Files.exists(root.resolve(path));
  }

  String content(String path) throws IOException {
    return Files.readString(root.resolve(path));
  }

  /// Everything a client could see, as path and content; parts of uploads are not among it.
  Map<String, String> published() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        String name = root.relativize(path).toString();
        if (!name.contains(VirtualPath.RESERVED_PREFIX)) {
          boolean file = Files.isRegularFile(path, java.nio.file.LinkOption.NOFOLLOW_LINKS);
          found.put(name, file ? Files.readString(path, StandardCharsets.ISO_8859_1) : "");
        }
      }
    }
    return found;
  }

  /// How many parts of uploads lie in the tree.
  long parts() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(
              path -> path.getFileName().toString().startsWith(VirtualPath.RESERVED_PREFIX))
          .count();
    }
  }

  /// Nothing outside was made, changed or removed.
  void assertNothingOutsideWasTouched() throws IOException {
    try (Stream<Path> all = Files.list(outside)) {
      assertThat(all.map(path -> path.getFileName().toString())).containsExactly("secret");
    }
    assertThat(outside.resolve("secret")).hasContent(SECRET);
  }

  /// Whatever a session opened is closed again: only what the tree itself keeps is open.
  void assertNothingIsOpen() throws IOException {
    assertThat(open()).as("open files").containsExactlyInAnyOrderElementsOf(openAtRest);
  }

  /// The files of this world that the process has open, where the system tells (Linux).
  private List<String> open() throws IOException {
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.isDirectory(descriptors)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(descriptors)) {
      return all.map(World::target)
          .filter(target -> target.startsWith(root.toString()))
          .collect(Collectors.toList());
    }
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      // The descriptor of this very listing, closed by now.
      return "";
    }
  }

  @Override
  public void close() throws IOException {
    tree.close();
  }
}
