package wharf.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Happening;

/// A session that runs, as it was when it was asked for.
///
/// @param session as the [Journal] calls it
/// @param age since it has begun
/// @param silent since something was last received on its connection
/// @param account as whom the client has logged in; null if it has not
/// @param busy whether it waits for the server to do something other than to move bytes
/// @param transfer that runs; null for none
public record SessionSummary(
    String session,
    Journal.Connection connection,
    Duration age,
    Duration silent,
    @Nullable String account,
    boolean busy,
    @Nullable Running transfer) {

  /// A transfer that runs.
  ///
  /// @param size how many bytes of content there are to move; null if nobody knows
  /// @param bytes how many have moved
  /// @param rate bytes a second, in the last one or two
  public record Running(
      Happening.Cargo cargo, @Nullable Long size, long bytes, long rate, Duration age) {}
}
