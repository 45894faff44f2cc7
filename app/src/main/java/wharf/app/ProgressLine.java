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

  /// How far back the rate looks: old enough to be steady, young enough to follow a change.
  private static final double RATE_SECONDS = 5;

  private final String name;
  private final PrintStream terminal;
  private final int width;
  private final LongSupplier nanos;
  private long total = -1;
  private long drawnAt;
  private long drawnPosition;
  private double rate = -1;
  private boolean drawn;

  /// @param width asked once: it costs a look at the terminal
  /// @param nanos as `System.nanoTime()`
  ProgressLine(String name, PrintStream terminal, IntSupplier width, LongSupplier nanos) {
    this.name = Printable.of(name);
    this.terminal = terminal;
    this.width = width.getAsInt();
    this.nanos = nanos;
  }

  @Override
  public void begin(long from, long whole) {
    total = whole;
    drawnAt = nanos.getAsLong();
    drawnPosition = from;
  }

  @Override
  public void at(long position) {
    long now = nanos.getAsLong();
    long passed = now - drawnAt;
    if (passed < REDRAW_NANOS) {
      return;
    }
    double seconds = passed / 1e9;
    double current = (position - drawnPosition) / seconds;
    // Exponentially weighted by time, so that it does not depend on how often it is drawn.
    double weight = 1 - Math.exp(-seconds / RATE_SECONDS);
    rate = rate < 0 ? current : rate + weight * (current - rate);
    drawnAt = now;
    drawnPosition = position;
    draw(line(position));
  }

  private String line(long position) {
    StringBuilder figures = new StringBuilder();
    if (total > 0) {
      figures.append("  ").append(Math.min(100, position * 100 / total)).append('%');
    }
    figures.append("  ").append(Amount.bytes(position));
    if (total >= 0) {
      figures.append(" of ").append(Amount.bytes(total));
    }
    figures.append("  ").append(Amount.bytes(Math.round(rate))).append("/s");
    if (total >= 0 && rate >= 1) {
      long left = Math.round((total - position) / rate);
      if (left >= 0 && left < 360_000) {
        figures.append("  ").append(Amount.clock(left)).append(" left");
      }
    }
    // The last column stays free: some terminals wrap when it is written.
    int room = width - 1 - figures.length();
    if (room < 4) {
      return figures.substring(2, Math.max(2, Math.min(figures.length(), width + 1)));
    }
    return (name.length() <= room ? name : name.substring(0, room - 3) + "...") + figures;
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
