package wharf.app;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import wharf.net.ServiceManager;
import wharf.server.Server;

/// What a service manager (systemd, `Type=notify`) is told of a server: that it is ready, that it
/// stops, and, if it asks for that (`WatchdogSec=`), that it is alive. Where there is none,
/// nothing.
final class Supervision implements AutoCloseable {
  private static final String SOCKET = "NOTIFY_SOCKET";
  private static final String WATCHDOG = "WATCHDOG_USEC";
  private static final String WATCHED = "WATCHDOG_PID";

  private final Logger log = System.getLogger("wharf.app");
  private final @Nullable ServiceManager manager;

  /// How long it may hear nothing; zero for ever.
  private final Duration silence;

  private @Nullable Thread dog;

  private Supervision(@Nullable ServiceManager manager, Duration silence) {
    this.manager = manager;
    this.silence = silence;
  }

  /// As the environment of this process tells it.
  static Supervision of(Map<String, String> environment) {
    try {
      return new Supervision(ServiceManager.at(environment.get(SOCKET)), silence(environment));
    } catch (IOException | UnsupportedOperationException e) {
      System.getLogger("wharf.app")
          .log(
              Level.WARNING, "the service manager is not told of this server: {0}", e.getMessage());
      return new Supervision(null, Duration.ZERO);
    }
  }

  /// It is of this process alone, not of those that this one starts.
  static void keepFrom(Map<String, String> environment) {
    environment.keySet().removeAll(List.of(SOCKET, WATCHDOG, WATCHED));
  }

  private static Duration silence(Map<String, String> environment) {
    String micros = environment.getOrDefault(WATCHDOG, "");
    String whose = environment.get(WATCHED);
    boolean ours = whose == null || whose.equals(Long.toString(ProcessHandle.current().pid()));
    // Longer than a day is no watch.
    return ours && micros.matches("\\d{1,11}")
        ? Duration.ofNanos(Long.parseLong(micros) * 1000)
        : Duration.ZERO;
  }

  /// `server` serves.
  ///
  /// @param status in a few words, for people
  void ready(Server server, String status) {
    tell("READY=1", "STATUS=" + status);
    if (manager != null && !silence.isZero()) {
      dog = Thread.ofPlatform().name("watchdog").daemon().start(() -> watch(server));
    }
  }

  /// It takes no more clients, and ends when the last transfer has: which may be any time, and so
  /// is not a stop yet. Of that the manager would count the time.
  void draining() {
    tell("STATUS=draining: it ends when all transfers have");
  }

  /// It is about to stop, which takes as long as transfers run.
  void stopping() {
    tell("STOPPING=1", "STATUS=stopping; running transfers may finish");
  }

  /// The configuration is about to be taken anew; [#reloaded] follows.
  void reloading() {
    tell("RELOADING=1", "MONOTONIC_USEC=" + System.nanoTime() / 1000);
  }

  /// It is done, or refused.
  void reloaded() {
    tell("READY=1");
  }

  private void tell(String... assignments) {
    if (manager != null) {
      try {
        manager.tell(assignments);
      } catch (IOException e) {
        log.log(Level.WARNING, "the service manager cannot be told: {0}", e.getMessage());
      }
    }
  }

  /// Barks as often as sd_watchdog_enabled(3) asks for, as long as the server responds.
  private void watch(Server server) {
    Duration half = silence.dividedBy(2);
    try {
      while (true) {
        if (server.responds(half)) {
          tell("WATCHDOG=1");
        } else {
          log.log(Level.ERROR, "the server does not respond; the service manager may restart it");
        }
        Thread.sleep(half);
      }
    } catch (InterruptedException e) {
      // It is over.
    }
  }

  @Override
  public void close() {
    if (dog != null) {
      dog.interrupt();
    }
  }
}
