package wharf.ftp.server;

import java.util.function.BooleanSupplier;

/// Whether something that is done elsewhere, and may take minutes, is to go on. It is asked there,
/// and broken off by the session.
final class Errand implements BooleanSupplier {
  private volatile boolean brokenOff;

  /// Ends it at its next question. It answers all the same, and may be done already.
  void breakOff() {
    brokenOff = true;
  }

  /// Whether it is to go on. From any thread.
  @Override
  public boolean getAsBoolean() {
    return !brokenOff;
  }
}
