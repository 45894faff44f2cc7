package wharf.ftp.client;

/// How many files are to be moved.
///
/// @param transfer how each is
/// @param comparison how it is seen which need not be
/// @param rehearsal whether nothing is to be changed, and only told what would be
/// @param usually over how many sessions at once; over more, as far as there are, only while very
///   many small files wait, which each cost more waiting than moving
public record BatchOptions(
    TransferOptions transfer, Comparison comparison, boolean rehearsal, int usually) {
  private static final int USUALLY = 4;

  /// Those that differ in size or time; each resumed, verified, with its time.
  public static BatchOptions usual() {
    return new BatchOptions(TransferOptions.usual(), Comparison.SIZE_AND_TIME, false, USUALLY);
  }

  /// The same, moved in another way.
  public BatchOptions transfer(TransferOptions other) {
    return new BatchOptions(other, comparison, rehearsal, usually);
  }

  /// The same, compared in another way.
  public BatchOptions comparison(Comparison other) {
    return new BatchOptions(transfer, other, rehearsal, usually);
  }

  /// The same, for real or not.
  public BatchOptions rehearsal(boolean other) {
    return new BatchOptions(transfer, comparison, other, usually);
  }

  /// The same, over so many sessions at once.
  public BatchOptions usually(int other) {
    return new BatchOptions(transfer, comparison, rehearsal, other);
  }
}
