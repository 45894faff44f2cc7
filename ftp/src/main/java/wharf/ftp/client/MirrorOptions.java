package wharf.ftp.client;

/// How a tree is to be copied.
///
/// @param files how its files are moved, and which
/// @param filter what of it is wanted
/// @param delete whether what is not in the source, and wanted, is deleted in the target
/// @param followLinks whether links are taken for what they lead to; else they are left out
public record MirrorOptions(
    BatchOptions files, Filter filter, boolean delete, boolean followLinks) {
  /// All of it, except for links; nothing is deleted.
  public static MirrorOptions usual() {
    return new MirrorOptions(BatchOptions.usual(), Filter.ALL, false, false);
  }

  /// The same, its files moved in another way.
  public MirrorOptions files(BatchOptions other) {
    return new MirrorOptions(other, filter, delete, followLinks);
  }

  /// The same, of other things.
  public MirrorOptions filter(Filter other) {
    return new MirrorOptions(files, other, delete, followLinks);
  }

  /// The same, with or without deletions.
  public MirrorOptions delete(boolean other) {
    return new MirrorOptions(files, filter, other, followLinks);
  }

  /// The same, with links followed or left out.
  public MirrorOptions followLinks(boolean other) {
    return new MirrorOptions(files, filter, delete, other);
  }
}
