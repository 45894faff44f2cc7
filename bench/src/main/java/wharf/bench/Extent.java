package wharf.bench;

import java.util.List;

/// How long and how much.
///
/// @param firstWarmUpNanos of a server that was just started: its code is compiled meanwhile
/// @param warmUpNanos of one that has served before
/// @param measureNanos how long is measured
/// @param idleClients the crowds of idle clients of the echo loads
/// @param idleSessions the FTP sessions whose memory is measured
/// @param fileBytes the size of the file that is moved
/// @param downloads how often it is moved out
/// @param uploads how often it is moved in; the copies are there at the same time
record Extent(
    long firstWarmUpNanos,
    long warmUpNanos,
    long measureNanos,
    List<Integer> idleClients,
    int idleSessions,
    long fileBytes,
    int downloads,
    int uploads) {
  private static final long MS = 1_000_000;

  /// About fifteen seconds for a model and round.
  static final Extent FULL =
      new Extent(2000 * MS, 300 * MS, 1000 * MS, List.of(0, 1000, 8000), 1000, 256L << 20, 16, 4);

  /// Less than five seconds for a model and round, so that all of them take less than a minute.
  static final Extent QUICK =
      new Extent(200 * MS, 50 * MS, 250 * MS, List.of(1000), 100, 64L << 20, 4, 4);
}
