package wharf.app;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Progress;

/// How many files are moved at the same time, told on standard error. On a terminal, a line for
/// each and one for all, drawn over and over:
///
/// ```
/// a.iso  45%  1.2 GiB of 2.7 GiB  48.1 MiB/s  0:32 left
/// b.iso  12%  120.0 MiB of 1.0 GiB  50.0 MiB/s  0:18 left
/// 3 of 17 files  30%  4.0 GiB of 13.3 GiB  98.1 MiB/s  1:36 left
/// ```
///
/// Elsewhere, if asked for, the last of these every few seconds. Drawn by whichever thread has
/// news.
final class ProgressLines {
  /// Where it is told, and how often.
  enum Manner {
    NONE(0),
    /// Drawn over, as often as can be read.
    DRAWN(200_000_000),
    /// The same, but only the last line: where nobody looks on who could follow them all.
    LAST(200_000_000),
    /// Line after line.
    LINES(5_000_000_000L);

    private final long every;

    Manner(long every) {
      this.every = every;
    }
  }

  /// How many files have a line: more are not followed by anybody, and lines that have scrolled off
  /// cannot be drawn over.
  private static final int MOST = 8;

  /// How often the terminal is asked for its size: it costs a look, and may have been changed.
  private static final long SIZE_NANOS = 2_000_000_000;

  /// What lines have room for that nobody sees as they come.
  private static final ScreenSize PAGE = new ScreenSize(120, ScreenSize.USUAL.rows());

  private final PrintStream err;
  private final Manner manner;
  private final Supplier<ScreenSize> screen;
  private final LongSupplier nanos;
  private final Set<One> active = new LinkedHashSet<>();

  private ScreenSize size = ScreenSize.USUAL;
  private long sizeAt;
  private long drawnAt;
  private int drawn;
  private long found;
  private long ended;
  private long foundBytes;
  private long endedBytes;
  private boolean allFound;
  private boolean sizesKnown = true;
  private @Nullable Figures all;

  /// @param nanos as `System.nanoTime()`
  ProgressLines(PrintStream err, Manner manner, Supplier<ScreenSize> screen, LongSupplier nanos) {
    this.err = err;
    this.manner = manner;
    this.screen = screen;
    this.nanos = nanos;
    this.drawnAt = nanos.getAsLong();
    this.sizeAt = drawnAt - SIZE_NANOS;
  }

  /// There is one more file to be moved.
  ///
  /// @param size -1 when it is not known
  synchronized void found(long size) {
    found++;
    foundBytes += Math.max(0, size);
    sizesKnown &= size >= 0;
  }

  /// There are no more.
  synchronized void allFound() {
    allFound = true;
  }

  /// A file begins to be moved.
  synchronized One begins(String name, long size) {
    One one = new One(Printable.of(name), size);
    active.add(one);
    return one;
  }

  /// It has been, or has failed.
  ///
  /// @param counted as what it was found
  synchronized void ended(One one, long counted) {
    active.remove(one);
    ended++;
    endedBytes += Math.max(0, counted);
  }

  /// Takes the lines away while `text` is printed.
  synchronized void around(Runnable text) {
    clear();
    text.run();
  }

  /// Takes the lines away, so that the next output begins on an empty one.
  synchronized void clear() {
    if (drawn > 0) {
      // To the beginning of the first of them; then all below goes.
      err.print((drawn > 1 ? "\033[" + (drawn - 1) + "A" : "") + "\r\033[J");
      err.flush();
      drawn = 0;
    }
  }

  private synchronized void news() {
    long now = nanos.getAsLong();
    if (manner == Manner.NONE || now - drawnAt < manner.every) {
      return;
    }
    drawnAt = now;
    List<String> lines = new ArrayList<>();
    ScreenSize room = size(now);
    // A row is for all of them, another is left free.
    int most = Math.clamp(room.rows() - 2, found > 1 ? 0 : 1, MOST);
    long position = endedBytes;
    for (One one : active) {
      position += one.position;
      one.figures.at(now, one.position);
      if (lines.size() < most) {
        lines.add(
            Figures.line(one.name, one.verifying ? "  compared" : one.text(), room.columns()));
      }
    }
    if (all == null) {
      all = new Figures(now, position);
    }
    all.at(now, position);
    if (found > 1) {
      String files = "%d of %d%s files".formatted(ended, found, allFound ? "" : "+");
      long total = allFound && sizesKnown ? foundBytes : -1;
      lines.add(Figures.line(files, all.text(total), room.columns()));
    }
    if (manner == Manner.LINES) {
      if (!lines.isEmpty()) {
        err.println("wharf: " + lines.getLast());
      }
      return;
    }
    if (manner == Manner.LAST && lines.size() > 1) {
      lines = List.of(lines.getLast());
    }
    StringBuilder text = new StringBuilder();
    if (drawn > 1) {
      text.append("\033[").append(drawn - 1).append('A');
    }
    text.append('\r');
    for (int i = 0; i < lines.size(); i++) {
      text.append(i > 0 ? "\n" : "").append(lines.get(i)).append("\033[K");
    }
    // Fewer lines than before: the rest goes.
    text.append("\033[J");
    err.print(text);
    err.flush();
    drawn = lines.size();
  }

  private ScreenSize size(long now) {
    if (manner == Manner.LINES) {
      return PAGE;
    }
    if (now - sizeAt >= SIZE_NANOS) {
      sizeAt = now;
      size = screen.get();
    }
    return size;
  }

  /// One file that is being moved.
  final class One implements Progress {
    private final String name;
    private long total;
    private long position;
    private boolean verifying;
    private Figures figures = new Figures(nanos.getAsLong(), 0);

    private One(String name, long total) {
      this.name = name;
      this.total = total;
    }

    private String text() {
      return figures.text(total);
    }

    @Override
    public void begin(long from, long whole) {
      synchronized (ProgressLines.this) {
        total = whole;
        position = from;
        verifying = false;
        figures = new Figures(nanos.getAsLong(), from);
      }
    }

    @Override
    public void at(long now) {
      synchronized (ProgressLines.this) {
        position = now;
        verifying = false;
        news();
      }
    }

    @Override
    public void verifying() {
      synchronized (ProgressLines.this) {
        verifying = true;
        news();
      }
    }
  }
}
