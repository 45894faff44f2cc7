package wharf.files;

/// What has reached the disk, and not only the system's memory, when a client is told that its file
/// is stored. Either way a file is whole or not there while the system runs, also when this process
/// is killed.
public enum Durability {
  /// The file, then the entry in its directory: it survives a power cut. Costs a few milliseconds
  /// to a few seconds for each file, as the disk has it.
  ALWAYS,

  /// Nothing: the system writes when it sees fit, commonly within half a minute. Quick, but when
  /// the power fails before that, files that clients were told are stored may be missing, cut
  /// short, or full of zeros; on some file systems also under a name whose earlier file was good.
  NEVER
}
