package wharf.ftp.client;

/// How many files are to be moved.
///
/// @param transfer how each is
/// @param comparison how it is seen which need not be
/// @param rehearsal whether nothing is to be changed, and only told what would be
public record BatchOptions(TransferOptions transfer, Comparison comparison, boolean rehearsal) {
  /// Those that differ in size or time; each resumed, verified, with its time.
  public static BatchOptions usual() {
    return new BatchOptions(TransferOptions.usual(), Comparison.SIZE_AND_TIME, false);
  }

  /// The same, moved in another way.
  public BatchOptions transfer(TransferOptions other) {
    return new BatchOptions(other, comparison, rehearsal);
  }

  /// The same, compared in another way.
  public BatchOptions comparison(Comparison other) {
    return new BatchOptions(transfer, other, rehearsal);
  }

  /// The same, for real or not.
  public BatchOptions rehearsal(boolean other) {
    return new BatchOptions(transfer, comparison, other);
  }
}
