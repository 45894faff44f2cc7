package wharf.server;

import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// The sessions that run, by name. Safe for use by many threads.
final class Roster {
  /// No two servers that ever write into one log have the same: one process for each client makes
  /// many.
  private final String server;

  private final AtomicLong sessions = new AtomicLong();
  private final Map<String, Presence> present = new ConcurrentHashMap<>();

  Roster(RandomGenerator random) {
    server = HexFormat.of().toHexDigits(random.nextLong());
  }

  /// What another session is called.
  String nextSession() {
    return server + "-" + sessions.incrementAndGet();
  }

  /// A session begins; [#leave] when it has ended.
  ///
  /// @param end ends it; from any thread
  Presence enter(Journal.Connection connection, long now, Runnable end) {
    Presence one = new Presence(nextSession(), connection, now, end);
    present.put(one.session(), one);
    return one;
  }

  void leave(Presence one) {
    present.remove(one.session());
  }

  /// Those that run, the oldest first.
  List<SessionSummary> list(long now) {
    return present.values().stream()
        .map(one -> one.summary(now))
        .sorted(Comparator.comparing(SessionSummary::age).reversed())
        .toList();
  }

  /// Ends a session now.
  ///
  /// @return whether there was one of that name
  boolean end(String session) {
    Presence one = present.get(session);
    if (one != null) {
      one.end();
    }
    return one != null;
  }
}
