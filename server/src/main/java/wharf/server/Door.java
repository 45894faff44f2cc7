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
  /// @param address where it comes from; null for this machine itself, over a Unix-domain socket
  @Nullable Refusal enter(@Nullable InetAddress address) {
    Refusal refusal = address == null ? null : entrance.guard().refuses(address);
    return refusal == null ? count(address) : refusal;
  }

  private @Nullable Refusal count(@Nullable InetAddress address) {
    lock.lock();
    try {
      if (inside >= sessions) {
        return Refusal.TOO_MANY_SESSIONS;
      }
      if (address != null) {
        int already = perAddress.getOrDefault(address, 0);
        if (already >= sessionsPerAddress) {
          return Refusal.TOO_MANY_FROM_ADDRESS;
        }
        perAddress.put(address, already + 1);
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
        perAddress.computeIfPresent(address, (_, count) -> count == 1 ? null : count - 1);
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
