package wharf.app;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Which logs are kept for programs.
///
/// @param json the file of those in JSON; [#STANDARD_OUTPUT] for standard output; null for none
/// @param xferlog the file of transfers in the form of xferlog(5); null for none
record LogSettings(@Nullable Path json, @Nullable Path xferlog) {
  static final Path STANDARD_OUTPUT = Path.of("-");

  /// As usual.
  static final LogSettings NONE = new LogSettings(null, null);

  /// Whether standard output is taken.
  boolean takesStandardOutput() {
    return STANDARD_OUTPUT.equals(json);
  }
}
