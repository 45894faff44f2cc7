package wharf.ftp.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One line of a listing.
///
/// @param name as the server has it; show it only through [Printable], and never make a local path
///   of it unchecked
/// @param size in bytes, -1 when the server does not say
/// @param modified null when the server does not say
public record Entry(
    String name, Kind kind, long size, @Nullable Instant modified, Details details) {
  /// What an entry is.
  public enum Kind {
    FILE,
    FOLDER,
    LINK,
    OTHER
  }

  /// What only some servers say. Text as the server has it, as the name is.
  ///
  /// @param mode of Unix, the last 12 bits, -1 when the server does not say
  /// @param owner a name or a number
  /// @param group a name or a number
  /// @param target where a link leads
  /// @param unique two entries with the same are the same file
  public record Details(
      int mode,
      @Nullable String owner,
      @Nullable String group,
      @Nullable String target,
      @Nullable String unique) {
    /// Of a server that says nothing of this.
    public static final Details NONE = new Details(-1, null, null, null, null);
  }

  /// One of which no more is known.
  public Entry(String name, Kind kind, long size, @Nullable Instant modified) {
    this(name, kind, size, modified, Details.NONE);
  }
}
