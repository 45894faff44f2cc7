package wharf.app;

import java.io.PrintStream;
import wharf.bench.Listener;
import wharf.ftp.client.Printable;

/// Tells how a measurement goes on, on standard error: on a terminal in one line that is drawn over
/// and over, elsewhere in a line for each step.
final class BenchProgress implements Listener {
  private final PrintStream err;
  private final boolean lively;
  private final int width;

  BenchProgress(Surroundings around) {
    err = around.err();
    lively = around.lively();
    width = lively ? around.size().get().columns() : 0;
  }

  @Override
  public void measuring(int done, int all, String what) {
    String line = "%3d%%  %s".formatted(done * 100 / all, what);
    if (!lively) {
      err.println(line);
      return;
    }
    // The last column stays free: some terminals wrap when it is written.
    err.print("\r" + line.substring(0, Math.min(line.length(), width - 1)) + "\033[K");
    err.flush();
  }

  @Override
  public void failed(String what, String why) {
    clear();
    // What a server wrote into its log may be in it.
    err.println("wharf: " + Printable.of(what + ": " + why));
  }

  /// Takes the line away, so that the next output begins on an empty one.
  void clear() {
    if (lively) {
      err.print("\r\033[K");
      err.flush();
    }
  }
}
