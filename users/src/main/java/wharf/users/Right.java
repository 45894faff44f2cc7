package wharf.users;

/// What an account may do. Every verb of every protocol needs exactly one of these, or none.
public enum Right {
  /// See what a folder holds, and the facts of a file.
  LIST,
  /// Read a file's content.
  READ,
  /// Make a file, or replace one's content.
  WRITE,
  /// Add to a file's content.
  APPEND,
  /// Remove a file or a folder.
  DELETE,
  /// Give a file or a folder another name or place.
  RENAME,
  /// Make a folder.
  MAKE_FOLDER,
  /// Change a file's facts, such as its time.
  CHANGE_FACTS,
  /// See who else is here, and what they do.
  ADMINISTER
}
