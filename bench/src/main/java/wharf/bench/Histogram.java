package wharf.bench;

/// Counts nanoseconds in buckets that are at most a 32nd of their value wide. Its size is fixed, so
/// a long run needs no more memory than a short one. For one thread.
final class Histogram {
  /// Buckets for each power of two, as a power of two.
  private static final int FINENESS = 5;

  private static final int PER_POWER = 1 << FINENESS;

  /// 2^40 ns are 18 minutes: nothing here waits for so long.
  private static final int LARGEST_POWER = 40;

  private final long[] counts = new long[(LARGEST_POWER - FINENESS + 1) * PER_POWER];
  private long count;

  void record(long nanos) {
    counts[bucket(nanos)]++;
    count++;
  }

  long count() {
    return count;
  }

  /// The nanoseconds that the given share of what was recorded did not exceed; 0 when nothing was.
  ///
  /// @param share 0.5 for the median, 0.99 for all but one in a hundred
  double quantile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * count));
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return middle(i);
      }
    }
    return 0;
  }

  /// Below `PER_POWER` each value has its own bucket; above, the leading bits choose it.
  private static int bucket(long nanos) {
    long value = Math.clamp(nanos, 0, (1L << LARGEST_POWER) - 1);
    int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - FINENESS - 1);
    return shift * PER_POWER + (int) (value >>> shift);
  }

  private static double middle(int bucket) {
    int shift = Math.max(0, bucket / PER_POWER - 1);
    long from = (long) (bucket - shift * PER_POWER) << shift;
    return from + ((1L << shift) - 1) / 2.0;
  }
}
