package wharf.ftp.client;

/// How a file is to be moved.
///
/// ```
/// Download.run(client, remote, target, TransferOptions.usual().verify(false), Progress.NONE);
/// ```
///
/// @param resume whether to go on from what an earlier transfer left, if that fits
/// @param verify whether to compare by hash where the server can; what is resumed is, and sizes are
///   compared, in any case
/// @param keepTimes whether the copy gets the original's time of modification
public record TransferOptions(boolean resume, boolean verify, boolean keepTimes) {
  /// Resumed, verified, with its time.
  public static TransferOptions usual() {
    return new TransferOptions(true, true, true);
  }

  /// The same, resumed or begun anew.
  public TransferOptions resume(boolean other) {
    return new TransferOptions(other, verify, keepTimes);
  }

  /// The same, verified by hash or by size only.
  public TransferOptions verify(boolean other) {
    return new TransferOptions(resume, other, keepTimes);
  }

  /// The same, with the original's time or that of the transfer.
  public TransferOptions keepTimes(boolean other) {
    return new TransferOptions(resume, verify, other);
  }
}
