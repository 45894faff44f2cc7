package wharf.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Where a load is measured: a server that runs, and what its clients are made of.
///
/// @param usage what the server uses
/// @param generator of the clients; new for each load, closed by who made it
/// @param loop of those that ask
/// @param addresses where they come from
/// @param extent how long and how much
/// @param folder what an FTP server serves
/// @param writer who may write there
/// @param fresh whether the server has only just been started
record Site(
    ServerUsage usage,
    Generator generator,
    ClosedLoop loop,
    Addresses addresses,
    Extent extent,
    Path folder,
    FtpLink.Login writer,
    boolean fresh) {

  /// Warms the server up, then measures for the usual time.
  ClosedLoop.Lap warmedLap(List<? extends ClosedLoop.Asker> askers)
      throws IOException, InterruptedException {
    lap(askers, lasting(fresh ? extent.firstWarmUpNanos() : extent.warmUpNanos()));
    return lap(askers, lasting(extent.measureNanos()));
  }

  ClosedLoop.Lap lap(List<? extends ClosedLoop.Asker> askers, BooleanSupplier more)
      throws IOException, InterruptedException {
    return loop.lap(generator, usage, askers, more);
  }

  private static BooleanSupplier lasting(long nanos) {
    long began = System.nanoTime();
    return () -> System.nanoTime() - began < nanos;
  }
}
