package wharf.ftp.client;

import java.time.Duration;

/// What became of a [Job].
public sealed interface Outcome {
  /// It was moved.
  record Moved(Receipt receipt, Duration time) implements Outcome {}

  /// It need not be moved: the other side has it.
  ///
  /// @param why how that is known
  record Skipped(String why) implements Outcome {}

  /// It would be moved, but is not to be.
  ///
  /// @param why what is different there
  record Planned(String why) implements Outcome {}

  /// It could not be moved.
  record Failed(FtpException problem) implements Outcome {}
}
