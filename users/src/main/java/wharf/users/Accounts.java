package wharf.users;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Who may log in, and how they prove who they are. Safe for use by many threads.
///
/// An unknown name costs the same work as a wrong password, so that neither answer nor time tells
/// which it was. As hashes may be of several kinds and costs, an unknown name is checked against
/// that of one of the accounts: always the same for the same name, and which one nobody can foresee
/// who does not know the hashes. So what a name costs is what some account's does. An account that
/// may not log in from where it is tried has no right password there.
public final class Accounts {
  /// Password checks at once: each may take tens of megabytes and a processor, by intent of the
  /// hash.
  private static final int CHECKS_AT_ONCE = 4;

  /// Those that run and those that wait for one. At some 50 ms each the last waits for a few
  /// seconds; whoever comes then is told to try again, which is better than that all wait longer
  /// than any client does.
  static final int CHECKS_IN_LINE = 256;

  /// The hashes of so many accounts, each of which nobody knows, are a seed as good as that of all.
  private static final int SEEDING = 1000;

  /// No client can say it, and so makes any password a wrong one. In front: bcrypt does not look at
  /// the end of a long one.
  private static final String NEVER_SAID = "\n";

  private final Map<String, Known> known;
  private final @Nullable Account anonymous;
  private final PasswordHash hash;
  private final List<String> hashes;

  /// What decides which of them an unknown name is checked against: of the hashes themselves, so
  /// that it is the same in each worker process, and after a restart.
  private final byte[] seed;

  private final Semaphore checks;
  private final Semaphore line;

  /// An account and the hash of its password.
  public record Known(Account account, String passwordHash) {}

  /// @param anonymous whether those without an account may log in, to look and read
  public Accounts(List<Known> known, boolean anonymous, PasswordHash hash) {
    this(known, anonymous ? Account.reader(Account.ANONYMOUS) : null, hash);
  }

  /// @param anonymous as whom those without an account may log in; null if they may not
  public Accounts(List<Known> known, @Nullable Account anonymous, PasswordHash hash) {
    this(known, anonymous, hash, new Semaphore(CHECKS_AT_ONCE), new Semaphore(CHECKS_IN_LINE));
  }

  private Accounts(
      List<Known> known,
      @Nullable Account anonymous,
      PasswordHash hash,
      Semaphore checks,
      Semaphore line) {
    this.known = new HashMap<>(known.size() * 2);
    for (Known one : known) {
      this.known.put(one.account().name(), one);
    }
    this.anonymous = anonymous;
    this.hash = hash;
    this.hashes = known.stream().map(Known::passwordHash).toList();
    MessageDigest digest = sha256();
    hashes.stream().limit(SEEDING).forEach(one -> digest.update(one.getBytes(UTF_8)));
    this.seed = digest.digest();
    this.checks = checks;
    this.line = line;
  }

  /// Others in their place. Whatever the hash remembers goes on, and so do the bounds on checks:
  /// those that have logged in do so again without being felt.
  public Accounts replacedBy(List<Known> others, @Nullable Account othersAnonymous) {
    return new Accounts(others, othersAnonymous, hash, checks, line);
  }

  /// Whether those without an account may log in.
  public boolean anonymousAllowed() {
    return anonymous != null;
  }

  /// A place in the line of those whose password is to be checked, or none while that is full.
  ///
  /// @return does what [#authenticate] does, and is to be called, once: it gives the place back
  public Optional<Supplier<Optional<Account>>> inLine(
      String name, Secret password, InetAddress from) {
    if (!line.tryAcquire()) {
      return Optional.empty();
    }
    return Optional.of(
        () -> {
          try {
            return authenticate(name, password, from);
          } finally {
            line.release();
          }
        });
  }

  /// The account of `name` if `password` proves it, to a client at `from`. Takes long by intent
  /// when a password is to be checked: not for an event loop.
  public Optional<Account> authenticate(String name, Secret password, InetAddress from) {
    if (isAnonymous(name)) {
      return Optional.ofNullable(anonymous).filter(account -> account.mayComeFrom(from));
    }
    @Nullable Known one = known.get(name);
    // A right one would be remembered, and then be told by its time.
    Secret tried = isKeptFrom(name, from) ? new Secret(NEVER_SAID + password.text()) : password;
    checks.acquireUninterruptibly();
    try {
      boolean matches = hash.matches(tried, one == null ? standIn(name) : one.passwordHash());
      return one != null && matches ? Optional.of(one.account()) : Optional.empty();
    } finally {
      checks.release();
    }
  }

  /// The hash that the password of an unknown name is checked against.
  private String standIn(String name) {
    if (hashes.isEmpty()) {
      return "";
    }
    MessageDigest digest = sha256();
    digest.update(seed);
    long number = ByteBuffer.wrap(digest.digest(name.getBytes(UTF_8))).getLong();
    return hashes.get((int) Long.remainderUnsigned(number, hashes.size()));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has it", e);
    }
  }

  /// Whether there is an account of `name` which may not log in from there.
  public boolean isKeptFrom(String name, InetAddress from) {
    @Nullable Known one = known.get(name);
    @Nullable Account account = isAnonymous(name) ? anonymous : one == null ? null : one.account();
    return account != null && !account.mayComeFrom(from);
  }

  /// The account of `name`, for whom somebody else vouches who is trusted, as an authority does by
  /// a certificate: no password is asked.
  public Optional<Account> vouchedFor(String name, InetAddress from) {
    return Optional.ofNullable(known.get(name))
        .map(Known::account)
        .filter(account -> account.mayComeFrom(from));
  }

  /// Whether `name` is one of those that mean "no account" (RFC 1635 section 3).
  public static boolean isAnonymous(String name) {
    return name.equalsIgnoreCase(Account.ANONYMOUS) || name.equalsIgnoreCase("ftp");
  }
}
