package wharf.users;

import java.util.HashMap;
import java.util.Map;

/// How many sessions each account has, whatever they speak. Safe for use by many threads.
public final class Seats {
  private final Map<String, Integer> taken = new HashMap<>();

  /// Counts a session of `account`, to be [#leave]d.
  ///
  /// @return false when it has as many as its limits allow already; then it is not counted
  public synchronized boolean take(Account account) {
    int already = taken.getOrDefault(account.name(), 0);
    if (already >= account.limits().sessions()) {
      return false;
    }
    taken.put(account.name(), already + 1);
    return true;
  }

  /// A session that was counted is over.
  public synchronized void leave(Account account) {
    taken.computeIfPresent(account.name(), (_, count) -> count == 1 ? null : count - 1);
  }

  /// How many there are of the account called `name`.
  public synchronized int taken(String name) {
    return taken.getOrDefault(name, 0);
  }
}
