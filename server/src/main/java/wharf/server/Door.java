package wharf.server;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Protocol.Refusal;

/// Counts who is inside, and says who may not come in. Safe for use by many threads.
final class Door {
  private final int sessions;
  private final int sessionsPerAddress;
  private final Entrance entrance;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition empty = lock.newCondition();
  private final Map<InetAddress, Integer> perAddress = new HashMap<>();
  private int inside;

  Door(int sessions, int sessionsPerAddress, Entrance entrance) {
    this.sessions = sessions;
    this.sessionsPerAddress = sessionsPerAddress;
    this.entrance = entrance;
  }

  /// Lets a client in, to be let out by [#leave], or says why not.
  ///
  /// @param address where it comes from; null for this machine itself, over a Unix-domain socket,
  ///   and for whom a balancer has yet to tell of: [#comesFrom]
  @Nullable Refusal enter(@Nullable InetAddress address) {
    Refusal refusal = address == null ? null : entrance.guard().refuses(address);
    return refusal == null ? count(address) : refusal;
  }

  /// Who was let in without an address turns out to come from `address`, and is counted there, to
  /// be told of by [#partFrom]; or it is said why it may not stay.
  @Nullable Refusal comesFrom(InetAddress address) {
    Refusal refusal = entrance.guard().refuses(address);
    if (refusal != null) {
      return refusal;
    }
    lock.lock();
    try {
      return countAt(address) ? null : Refusal.TOO_MANY_FROM_ADDRESS;
    } finally {
      lock.unlock();
    }
  }

  /// One whom [#comesFrom] has counted is to leave.
  void partFrom(InetAddress address) {
    lock.lock();
    try {
      discount(address);
    } finally {
      lock.unlock();
    }
  }

  private boolean countAt(InetAddress address) {
    int already = perAddress.getOrDefault(address, 0);
    if (already >= sessionsPerAddress) {
      return false;
    }
    perAddress.put(address, already + 1);
    return true;
  }

  private void discount(InetAddress address) {
    perAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
  }

  private @Nullable Refusal count(@Nullable InetAddress address) {
    lock.lock();
    try {
      if (inside >= sessions) {
        return Refusal.TOO_MANY_SESSIONS;
      }
      if (address != null && !countAt(address)) {
        return Refusal.TOO_MANY_FROM_ADDRESS;
      }
      inside++;
      return null;
    } finally {
      lock.unlock();
    }
  }

  /// Counts one in that is no client and has no limit: a socket for datagrams.
  void add() {
    lock.lock();
    try {
      inside++;
    } finally {
      lock.unlock();
    }
  }

  /// Lets a client out that was let in.
  void leave(@Nullable InetAddress address) {
    lock.lock();
    try {
      if (address != null) {
        discount(address);
      }
      if (--inside == 0) {
        empty.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Waits until nobody is inside.
  ///
  /// @return whether that came true within `atMost`
  boolean awaitEmpty(Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lock();
    try {
      while (inside > 0) {
        if (left <= 0) {
          return false;
        }
        left = empty.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }
}
