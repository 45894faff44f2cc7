package wharf.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Happening;

/// What others may know of a session that runs. Its conversation writes it, anybody reads it.
final class Presence {
  private final String session;
  private final long began;
  private final Runnable end;
  private volatile Journal.Connection connection;
  private volatile long heard;
  private volatile @Nullable String account;
  private volatile boolean busy;
  private volatile @Nullable Moving moving;

  /// A transfer that was told of, and the meter of what carries it out.
  private record Moving(Happening.Started what, long since, Meter meter) {}

  /// @param end ends the session; from any thread
  Presence(String session, Journal.Connection connection, long now, Runnable end) {
    this.session = session;
    this.connection = connection;
    this.began = now;
    this.heard = now;
    this.end = end;
  }

  String session() {
    return session;
  }

  /// Since it has begun.
  Duration age(long now) {
    return Duration.ofNanos(now - began);
  }

  /// Ends the session now. From any thread.
  void end() {
    end.run();
  }

  /// Something was received.
  void heard(long now) {
    heard = now;
  }

  /// Whether it waits for a task.
  void busy(boolean whether) {
    busy = whether;
  }

  /// What has happened in it.
  void learn(Happening happening, Journal.Connection over, long now) {
    connection = over;
    switch (happening) {
      case Happening.Login(String name, boolean accepted, _, _) when accepted -> account = name;
      case Happening.Logout _ -> account = null;
      case Happening.Started what -> moving = new Moving(what, now, new Meter(now));
      case Happening.Transfer _ -> moving = null;
      default -> {}
    }
  }

  /// The transfer that was told of last is carried out, and measured by `meter`.
  void moves(Meter meter) {
    Moving told = moving;
    if (told != null) {
      moving = new Moving(told.what, told.since, meter);
    }
  }

  SessionSummary summary(long now) {
    Moving runs = moving;
    return new SessionSummary(
        session,
        connection,
        age(now),
        Duration.ofNanos(now - heard),
        account,
        busy,
        runs == null ? null : running(runs, now));
  }

  private static SessionSummary.Running running(Moving runs, long now) {
    return new SessionSummary.Running(
        runs.what.cargo(),
        runs.what.size(),
        runs.meter.bytes(),
        runs.meter.rate(now),
        Duration.ofNanos(now - runs.since));
  }
}
