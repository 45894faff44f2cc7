package wharf.ftp.client;

/// What becomes of a file that is where another is to be put.
public enum Existing {
  /// It is replaced; until the other is whole it stays as it is, where that can be had.
  REPLACE,
  /// It is replaced if the other was modified later.
  REPLACE_OLDER,
  /// It stays.
  KEEP
}
