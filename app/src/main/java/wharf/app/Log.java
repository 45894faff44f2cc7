package wharf.app;

import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/// What the library modules log through `System.Logger`, as one line each.
final class Log {
  /// Of all that is ours. Kept here: the logging of the JDK forgets a level nobody holds on to.
  private static final Logger OURS = Logger.getLogger("wharf");

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

  private Log() {}

  /// What is logged: this, and what is worse.
  enum Detail {
    WARNING,
    INFO,
    DEBUG;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Detail> of(String word) {
      return Arrays.stream(values()).filter(one -> one.word().equals(word)).findFirst();
    }

    private Level level() {
      return switch (this) {
        case WARNING -> Level.WARNING;
        case INFO -> Level.INFO;
        case DEBUG -> Level.FINE;
      };
    }
  }

  /// What is logged now.
  static Detail detail() {
    return Arrays.stream(Detail.values())
        .filter(one -> one.level().equals(OURS.getLevel()))
        .findFirst()
        .orElse(Detail.INFO);
  }

  /// Has this logged from now on.
  static void detail(Detail detail) {
    OURS.setLevel(detail.level());
  }

  /// Sends it to `err`; when `quiet`, only what is wrong.
  ///
  /// @param oneOfSeveral whether other processes share `err`: then each line says whose it is
  static void toStandardError(PrintStream err, boolean quiet, boolean oneOfSeveral) {
    String who = oneOfSeveral ? "[" + ProcessHandle.current().pid() + "] " : "";
    // The zone is loaded now: later there may be no descriptor left to load it with.
    TIME.formatTo(Instant.now().atZone(ZoneId.systemDefault()), new StringBuilder());
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    SimpleFormatter messages = new SimpleFormatter();
    root.setLevel(quiet ? Level.WARNING : Level.INFO);
    detail(quiet ? Detail.WARNING : Detail.INFO);
    root.addHandler(
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            if (!isLoggable(record)) {
              return;
            }
            StringBuilder line = new StringBuilder();
            line.append(TIME.format(record.getInstant().atZone(ZoneId.systemDefault())));
            if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
              line.append(" problem:");
            }
            // A name may hold anything: no control character may forge a line or reach a terminal.
            line.append(' ').append(who);
            line.append(messages.formatMessage(record).replaceAll("\\p{Cntrl}", "?"));
            err.println(line);
            if (record.getThrown() != null) {
              record.getThrown().printStackTrace(err);
            }
          }

          @Override
          public void flush() {
            err.flush();
          }

          @Override
          public void close() {}
        });
  }
}
