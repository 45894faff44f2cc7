package wharf.users;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Who may log in, and how they prove who they are. Safe for use by many threads.
///
/// An unknown name costs the same work as a wrong password, so that neither answer nor time tells
/// which it was.
public final class Accounts {
  /// Password checks at once: each may take tens of megabytes and a processor, by intent of the
  /// hash.
  private static final int CHECKS_AT_ONCE = 4;

  private final Map<String, Known> known;
  private final @Nullable Account anonymous;
  private final PasswordHash hash;
  private final String hashOfNobody;
  private final Semaphore checks = new Semaphore(CHECKS_AT_ONCE);

  /// An account and the hash of its password.
  public record Known(Account account, String passwordHash) {}

  /// @param anonymous whether those without an account may log in, to look and read
  public Accounts(List<Known> known, boolean anonymous, PasswordHash hash) {
    this(known, anonymous ? Account.reader(Account.ANONYMOUS) : null, hash);
  }

  /// @param anonymous as whom those without an account may log in; null if they may not
  public Accounts(List<Known> known, @Nullable Account anonymous, PasswordHash hash) {
    this.known = new HashMap<>(known.size() * 2);
    for (Known one : known) {
      this.known.put(one.account().name(), one);
    }
    this.anonymous = anonymous;
    this.hash = hash;
    this.hashOfNobody = known.isEmpty() ? "" : hash.of(new Secret("nobody's"));
  }

  /// Whether those without an account may log in.
  public boolean anonymousAllowed() {
    return anonymous != null;
  }

  /// The account of `name` if `password` proves it. Takes long by intent when a password is to be
  /// checked: not for an event loop.
  public Optional<Account> authenticate(String name, Secret password) {
    if (isAnonymous(name)) {
      return Optional.ofNullable(anonymous);
    }
    @Nullable Known one = known.get(name);
    checks.acquireUninterruptibly();
    try {
      boolean matches = hash.matches(password, one == null ? hashOfNobody : one.passwordHash());
      return one != null && matches ? Optional.of(one.account()) : Optional.empty();
    } finally {
      checks.release();
    }
  }

  /// The account of `name`, for whom somebody else vouches who is trusted, as an authority does by
  /// a certificate: no password is asked.
  public Optional<Account> vouchedFor(String name) {
    return Optional.ofNullable(known.get(name)).map(Known::account);
  }

  /// Whether `name` is one of those that mean "no account" (RFC 1635 section 3).
  public static boolean isAnonymous(String name) {
    return name.equalsIgnoreCase(Account.ANONYMOUS) || name.equalsIgnoreCase("ftp");
  }
}
