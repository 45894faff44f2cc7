package wharf.ftp.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One line of a listing.
///
/// @param name as the server has it; show it only through [Printable], and never make a local path
///   of it unchecked
/// @param size in bytes, -1 when the server does not say
/// @param modified null when the server does not say
public record Entry(String name, Kind kind, long size, @Nullable Instant modified) {
  /// What an entry is.
  public enum Kind {
    FILE,
    FOLDER,
    LINK,
    OTHER
  }
}
