package wharf.ftp.client;

import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One file to be moved.
public sealed interface Job {
  /// What to call it, for people: its path from where the work began.
  String name();

  /// How long it is, -1 when that is not known.
  long size();

  /// When it was modified, null when that is not known.
  @Nullable Instant modified();

  /// From a server to here.
  ///
  /// @param remote its path there
  /// @param local the file to make
  record Fetch(String name, String remote, Path local, long size, @Nullable Instant modified)
      implements Job {}

  /// From here to a server.
  ///
  /// @param remote the file to make
  /// @param there what is there, as far as that is known
  record Send(String name, Path local, String remote, long size, Instant modified, Existing there)
      implements Job {}

  /// What is where a file is to be made.
  sealed interface Existing {
    /// Nobody has looked.
    record Unknown() implements Existing {}

    /// There is nothing.
    record Nothing() implements Existing {}

    /// There is this.
    record This(Entry entry) implements Existing {}
  }
}
