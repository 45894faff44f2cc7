package wharf.ftp.server;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import wharf.protocol.Throttle;
import wharf.users.Account;

/// How fast files may be moved: all those of one account together, and all those from one address.
/// Who has no account shares with those at the same address. Safe for use by many threads.
///
/// Listings are not slowed.
public final class Rates {
  /// How many bytes a second, for those of whom nothing else is said. [Long#MAX_VALUE] is as fast
  /// as it goes, which is the default of all: a server knows nothing of its network.
  ///
  /// @param up what an account, or somebody without one, may upload
  /// @param down the same of downloads
  /// @param upByAddress what those at one address may upload
  /// @param downByAddress the same of downloads
  public record Settings(long up, long down, long upByAddress, long downByAddress) {
    public static final Settings NONE =
        new Settings(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

    public Settings {
      if (Math.min(Math.min(up, down), Math.min(upByAddress, downByAddress)) < 1) {
        throw new IllegalArgumentException("a rate is at least 1 byte a second");
      }
    }
  }

  /// What holds for the transfers of one session.
  record Pace(List<Throttle> up, List<Throttle> down) {}

  private enum Direction {
    UP,
    DOWN
  }

  /// Who shares: an account by its name, or an address.
  private record Key(Object who, Direction direction) {}

  private final Settings settings;
  private final Shared shared;

  /// What is used together under several settings. Guards itself.
  private static final class Shared {
    private final Map<Key, Kept> throttles = new HashMap<>();
    private final ReferenceQueue<Throttle> unused = new ReferenceQueue<>();
  }

  /// Of one that is kept as long as a session has it.
  private static final class Kept extends WeakReference<Throttle> {
    private final Key key;

    Kept(Key key, Throttle throttle, ReferenceQueue<Throttle> unused) {
      super(throttle, unused);
      this.key = key;
    }
  }

  public Rates(Settings settings) {
    this(settings, new Shared());
  }

  private Rates(Settings settings, Shared shared) {
    this.settings = settings;
    this.shared = shared;
  }

  /// Other settings, for those who come from now on: where they say the same as these, all share.
  public Rates with(Settings other) {
    return new Rates(other, shared);
  }

  /// For a session of `account` from `address`. It is to be kept while the session may move files.
  Pace pace(Account account, InetAddress address) {
    boolean nobody = account.name().equals(Account.ANONYMOUS);
    Object who = nobody ? List.of(Account.ANONYMOUS, address) : account.name();
    return new Pace(
        throttles(
            who,
            address,
            Direction.UP,
            own(account.limits().upload(), settings.up()),
            settings.upByAddress()),
        throttles(
            who,
            address,
            Direction.DOWN,
            own(account.limits().download(), settings.down()),
            settings.downByAddress()));
  }

  private static long own(long ofAccount, long usual) {
    return ofAccount == Long.MAX_VALUE ? usual : ofAccount;
  }

  private List<Throttle> throttles(
      Object who, InetAddress address, Direction direction, long rate, long rateOfAddress) {
    List<Throttle> all = new ArrayList<>();
    if (rate < Long.MAX_VALUE) {
      all.add(throttle(new Key(who, direction), rate));
    }
    if (rateOfAddress < Long.MAX_VALUE) {
      all.add(throttle(new Key(address, direction), rateOfAddress));
    }
    return List.copyOf(all);
  }

  private Throttle throttle(Key key, long rate) {
    synchronized (shared) {
      while (shared.unused.poll() instanceof Kept gone) {
        shared.throttles.remove(gone.key, gone);
      }
      Kept kept = shared.throttles.get(key);
      Throttle throttle = kept == null ? null : kept.get();
      // Another rate is another configuration's: those who are here keep theirs.
      if (throttle == null || throttle.rate() != rate) {
        throttle = new Throttle(rate);
        shared.throttles.put(key, new Kept(key, throttle, shared.unused));
      }
      return throttle;
    }
  }

  /// How many there are that are remembered.
  int count() {
    synchronized (shared) {
      return shared.throttles.size();
    }
  }
}
