package wharf.users;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Addresses that may not come for a while, because log-ins from there have failed too often, or
/// because somebody who runs the server says so. Each ban is twice as long as the one before; good
/// behaviour makes the next one shorter again. Safe for use by many threads.
///
/// An address of IPv6 stands for its /64, which is what one customer has. A log-in that goes well
/// makes up for no failure: whoever has an account could else guess at others for ever.
public final class Bans {
  /// The most addresses that are remembered. About 5 MB; beyond it those go first of which the
  /// least has been heard and that are not banned.
  static final int LIMIT = 10_000;

  private final Policy policy;
  private final InstantSource clock;

  /// The last who failed is the last. Guards itself.
  private final LinkedHashMap<Network, Offender> offenders = new LinkedHashMap<>();

  /// When an address is banned, and for how long.
  ///
  /// @param failures so many failed log-ins
  /// @param within in so long a time
  /// @param first the first ban; the next are twice as long as the one before
  /// @param longest but never longer than this
  /// @param forgiven each so long without another ban makes the next one half as long
  /// @param never networks that are not banned, unless somebody says so
  public record Policy(
      int failures,
      Duration within,
      Duration first,
      Duration longest,
      Duration forgiven,
      List<Network> never) {
    private static final List<Network> LOOPBACK =
        List.of(Network.parse("127.0.0.0/8"), Network.parse("::1"));

    /// More patient than others at first, less with those who do not stop. fail2ban bans for 10
    /// minutes after 5 failures within 10, ProFTPD's mod_ban usually for an hour after a few,
    /// SFTPGo's defender for 30 minutes after 8 to 15 within 30, and half as long again for each
    /// failure more. Here it is 10 failures within 10 minutes, for several people may sit behind
    /// one router: 1 minute, then 2, 4, up to a day. Never of this machine itself.
    public static final Policy USUAL =
        new Policy(
            10,
            Duration.ofMinutes(10),
            Duration.ofMinutes(1),
            Duration.ofDays(1),
            Duration.ofDays(1),
            LOOPBACK);

    public Policy {
      if (failures < 1
          || !isPositive(within)
          || !isPositive(first)
          || !isPositive(forgiven)
          || longest.compareTo(first) < 0) {
        throw new IllegalArgumentException("bans that never end or never begin");
      }
      never = List.copyOf(never);
    }

    private static boolean isPositive(Duration duration) {
      return duration.compareTo(Duration.ZERO) > 0;
    }

    /// How long the ban is that is the `number`th in a row, from 1.
    private Duration length(int number) {
      Duration length = first;
      for (int i = 1; i < number && length.compareTo(longest) < 0; i++) {
        length = length.multipliedBy(2);
      }
      return length.compareTo(longest) < 0 ? length : longest;
    }
  }

  /// Who may not come, and until when.
  ///
  /// @param who one address of IPv4, or the /64 of one of IPv6
  public record Ban(Network who, Instant until) {}

  private static final class Offender {
    /// The times of those that count still, at most [Policy#failures].
    final ArrayDeque<Instant> failures = new ArrayDeque<>();

    /// How many bans there were in a row, none of them forgiven by [#until].
    int bans;

    /// When the last of them ended, or ends.
    Instant until = Instant.MIN;

    boolean asSaid;

    boolean isBanned(Instant now) {
      return now.isBefore(until);
    }
  }

  public Bans(Policy policy, InstantSource clock) {
    this.policy = policy;
    this.clock = clock;
  }

  /// Nobody is banned, unless somebody says so.
  public static Bans none() {
    Policy usual = Policy.USUAL;
    return new Bans(
        new Policy(
            usual.failures(),
            usual.within(),
            usual.first(),
            usual.longest(),
            usual.forgiven(),
            List.of(Network.parse("0.0.0.0/0"), Network.parse("::/0"))),
        InstantSource.system());
  }

  /// Whether somebody at `address` may not come now.
  public boolean isBanned(InetAddress address) {
    synchronized (offenders) {
      Offender one = offenders.get(Network.around(address));
      return one != null && one.isBanned(clock.instant());
    }
  }

  /// A log-in from `address` has failed. What fails during a ban was under way before it, and does
  /// not count.
  ///
  /// @return the ban that follows
  public Optional<Ban> failed(InetAddress address) {
    if (policy.never().stream().anyMatch(network -> network.contains(address))) {
      return Optional.empty();
    }
    Network who = Network.around(address);
    synchronized (offenders) {
      Instant now = clock.instant();
      Offender one = offenders.remove(who);
      if (one == null) {
        one = new Offender();
      }
      offenders.put(who, one);
      makeRoom(who, now);
      if (one.isBanned(now)) {
        return Optional.empty();
      }
      Instant counted = now.minus(policy.within());
      one.failures.removeIf(failure -> failure.isBefore(counted));
      one.failures.add(now);
      if (one.failures.size() < policy.failures()) {
        return Optional.empty();
      }
      one.bans = unforgiven(one, now) + 1;
      one.until = now.plus(policy.length(one.bans));
      one.asSaid = false;
      one.failures.clear();
      return Optional.of(new Ban(who, one.until));
    }
  }

  /// How many bans still count; no more than make the longest, so that this, too, is forgiven.
  private int unforgiven(Offender one, Instant now) {
    int bans = one.bans;
    while (bans > 1 && policy.length(bans - 1).equals(policy.longest())) {
      bans--;
    }
    return bans == 0 || one.isBanned(now)
        ? bans
        : (int) Math.max(0, bans - Duration.between(one.until, now).dividedBy(policy.forgiven()));
  }

  /// Bans `address` for so long, whatever the policy.
  public Ban ban(InetAddress address, Duration length) {
    Network who = Network.around(address);
    synchronized (offenders) {
      Instant now = clock.instant();
      Offender one = offenders.computeIfAbsent(who, _ -> new Offender());
      one.bans = unforgiven(one, now);
      one.until = now.plus(length);
      one.asSaid = true;
      makeRoom(who, now);
      return new Ban(who, one.until);
    }
  }

  /// Forgets all about `address`.
  ///
  /// @return whether it was banned
  public boolean unban(InetAddress address) {
    synchronized (offenders) {
      Offender one = offenders.remove(Network.around(address));
      return one != null && one.isBanned(clock.instant());
    }
  }

  /// Who is banned now, the longest last.
  public List<Ban> list() {
    synchronized (offenders) {
      Instant now = clock.instant();
      return offenders.entrySet().stream()
          .filter(entry -> entry.getValue().isBanned(now))
          .map(entry -> new Ban(entry.getKey(), entry.getValue().until))
          .sorted(Comparator.comparing(Ban::until))
          .toList();
    }
  }

  /// Forgets one, if `newcomer` makes them too many: strangers must not fill the memory, nor have
  /// somebody forgotten whom the operator has banned.
  private void makeRoom(Network newcomer, Instant now) {
    if (offenders.size() <= LIMIT) {
      return;
    }
    Network least = newcomer;
    for (Map.Entry<Network, Offender> entry : offenders.entrySet()) {
      Network who = entry.getKey();
      Offender one = entry.getValue();
      if (!who.equals(newcomer) && !one.isBanned(now)) {
        least = who;
        break;
      }
      if (least.equals(newcomer) && !one.asSaid) {
        least = who;
      }
    }
    offenders.remove(least);
  }
}
