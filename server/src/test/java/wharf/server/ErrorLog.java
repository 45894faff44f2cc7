package wharf.server;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// What servers log as a fault of their own, from when it is made until it is closed.
final class ErrorLog extends Handler implements AutoCloseable {
  private final Logger logger = Logger.getLogger("wharf.server");
  private final ConcurrentLinkedQueue<LogRecord> errors = new ConcurrentLinkedQueue<>();

  ErrorLog() {
    logger.setUseParentHandlers(false);
    logger.addHandler(this);
  }

  List<LogRecord> errors() {
    return List.copyOf(errors);
  }

  @Override
  public void publish(LogRecord record) {
    if (record.getLevel().intValue() >= Level.SEVERE.intValue()) {
      errors.add(record);
    }
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
  }
}
