package wharf.ftp.client;

/// Told how work with many files goes on, by several threads, but by one at a time. Must not wait.
public interface Watcher {
  /// For who does not want to know.
  Watcher NONE = new Watcher() {};

  /// There is one more file to be looked at.
  default void found(Job job) {}

  /// A file's turn has come.
  ///
  /// @return told by the thread that moves it how that goes on
  default Progress begins(Job job) {
    return Progress.NONE;
  }

  /// A file's turn is over.
  default void ended(Job job, Outcome outcome) {}

  /// A folder was made, or would be.
  default void madeFolder(String name) {}

  /// Something was deleted, or would be.
  default void deleted(String name) {}

  /// Something was left out on purpose.
  default void leftOut(String name, String why) {}

  /// Something else than a job has failed.
  default void failed(String name, FtpException problem) {}

  /// All that there is to be done is known.
  default void allFound() {}
}
