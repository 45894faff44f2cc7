package wharf.ftp.client;

import org.jspecify.annotations.Nullable;

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
/// @param existing what becomes of a file that is there already
/// @param limit how much is moved in a second, null for as much as can be
/// @param segments over how many sessions at once a large file is fetched, if there are as many
/// @param compress whether files are compressed on their way, where the server can (MODE Z): worth
///   it on a network that is slower than that
public record TransferOptions(
    boolean resume,
    boolean verify,
    boolean keepTimes,
    Existing existing,
    @Nullable Throttle limit,
    int segments,
    boolean compress) {
  private static final int USUAL_SEGMENTS = 4;

  /// Resumed, verified, with its time, in place of what was there, as fast as can be.
  public static TransferOptions usual() {
    return new TransferOptions(true, true, true, Existing.REPLACE, null, USUAL_SEGMENTS, false);
  }

  /// The same, resumed or begun anew.
  public TransferOptions resume(boolean other) {
    return new TransferOptions(other, verify, keepTimes, existing, limit, segments, compress);
  }

  /// The same, verified by hash or by size only.
  public TransferOptions verify(boolean other) {
    return new TransferOptions(resume, other, keepTimes, existing, limit, segments, compress);
  }

  /// The same, with the original's time or that of the transfer.
  public TransferOptions keepTimes(boolean other) {
    return new TransferOptions(resume, verify, other, existing, limit, segments, compress);
  }

  /// The same, with what is there treated otherwise.
  public TransferOptions existing(Existing other) {
    return new TransferOptions(resume, verify, keepTimes, other, limit, segments, compress);
  }

  /// The same with another limit, or none.
  public TransferOptions limit(@Nullable Throttle other) {
    return new TransferOptions(resume, verify, keepTimes, existing, other, segments, compress);
  }

  /// The same over up to so many sessions at once; 1 for a stream as usual.
  public TransferOptions segments(int other) {
    return new TransferOptions(resume, verify, keepTimes, existing, limit, other, compress);
  }

  /// The same, compressed on their way or as they are.
  public TransferOptions compress(boolean other) {
    return new TransferOptions(resume, verify, keepTimes, existing, limit, segments, other);
  }
}
