package wharf.app;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// Why a verb ends without having done what it was asked for. The message is a sentence for people:
/// what happened, to what, what to do.
final class Failure extends Exception {
  @Serial private static final long serialVersionUID = 1;

  private final ExitCode code;

  Failure(ExitCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /// What stopping a verb by Ctrl-C ends in.
  static Failure interrupted() {
    return new Failure(ExitCode.INTERRUPTED, "interrupted", null);
  }

  ExitCode code() {
    return code;
  }
}
