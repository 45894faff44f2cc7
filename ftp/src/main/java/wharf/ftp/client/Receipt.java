package wharf.ftp.client;

/// What a transfer came to.
///
/// @param size of the whole file
/// @param moved how many bytes went over the network for it, fewer than `size` when resumed
/// @param verification how it is known that both ends have the same
public record Receipt(long size, long moved, Verification verification) {
  /// Whether both ends were compared in any way, and agreed.
  public boolean verified() {
    return !(verification instanceof Verification.None)
        && !(verification instanceof Verification.Kept);
  }
}
