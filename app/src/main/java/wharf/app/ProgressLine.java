package wharf.app;

import java.io.PrintStream;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Progress;

/// One line on a terminal that is drawn over and over while a file moves:
///
/// `big.iso 45% 1.2 GiB of 2.7 GiB 98.1 MiB/s 0:16 left`
final class ProgressLine implements Progress {
  private static final long REDRAW_NANOS = 200_000_000;

  private final String name;
  private final PrintStream terminal;
  private final int width;
  private final LongSupplier nanos;
  private long total = -1;
  private long drawnAt;
  private Figures figures;
  private boolean drawn;

  /// @param width asked once: it costs a look at the terminal
  /// @param nanos as `System.nanoTime()`
  ProgressLine(String name, PrintStream terminal, IntSupplier width, LongSupplier nanos) {
    this.name = Printable.of(name);
    this.terminal = terminal;
    this.width = width.getAsInt();
    this.nanos = nanos;
    this.figures = new Figures(nanos.getAsLong(), 0);
  }

  @Override
  public void begin(long from, long whole) {
    total = whole;
    drawnAt = nanos.getAsLong();
    figures = new Figures(drawnAt, from);
  }

  @Override
  public void at(long position) {
    long now = nanos.getAsLong();
    if (now - drawnAt < REDRAW_NANOS) {
      return;
    }
    drawnAt = now;
    figures.at(now, position);
    draw(Figures.line(name, figures.text(total), width));
  }

  private void draw(String line) {
    // Erases to the end of the line: the one before may have been longer.
    terminal.print("\r" + line + "\033[K");
    terminal.flush();
    drawn = true;
  }

  /// Takes the line away, so that the next output begins on an empty one.
  void clear() {
    if (drawn) {
      terminal.print("\r\033[K");
      terminal.flush();
    }
  }
}
