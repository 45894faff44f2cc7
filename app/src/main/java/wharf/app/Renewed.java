package wharf.app;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// What is made of files, and made anew when they have changed: a certificate that was renewed is
/// shown without a restart. One that cannot be used is told of, once for each reason, and the old
/// one stays.
///
/// The files are looked at when somebody asks, once in [#LOOK] at most. For any thread: who comes
/// while another looks has the old one.
final class Renewed implements Supplier<SSLContext> {
  static final Duration LOOK = Duration.ofSeconds(1);

  private final List<Path> files;
  private final Making making;
  private final LongSupplier nanoTime;
  private final Logger log;
  private final ReentrantLock looking = new ReentrantLock();
  private volatile SSLContext latest;
  private volatile long nextLook;
  private List<@Nullable FileTime> changed;

  /// Why the last that has changed cannot be used, as it was told.
  private String told = "";

  /// Makes one of the files.
  @FunctionalInterface
  interface Making {
    SSLContext make() throws Failure, IOException;
  }

  /// @param first what the files made when they were read last
  /// @param nanoTime as `System.nanoTime`
  Renewed(SSLContext first, List<Path> files, Making making, LongSupplier nanoTime, Logger log) {
    this.latest = first;
    this.files = List.copyOf(files);
    this.making = making;
    this.nanoTime = nanoTime;
    this.log = log;
    changed = changed();
    nextLook = nanoTime.getAsLong() + LOOK.toNanos();
  }

  @Override
  public SSLContext get() {
    if (nanoTime.getAsLong() - nextLook >= 0 && looking.tryLock()) {
      try {
        look();
        nextLook = nanoTime.getAsLong() + LOOK.toNanos();
      } finally {
        looking.unlock();
      }
    }
    return latest;
  }

  private void look() {
    List<@Nullable FileTime> now = changed();
    // Between the removal of the old and the appearance of the new there may be none.
    if (now.equals(changed) || now.contains(null)) {
      return;
    }
    try {
      latest = making.make();
      changed = now;
      told = "";
      log.log(Level.INFO, "the certificate has changed, and is shown from now on");
    } catch (Failure | IOException e) {
      // It is looked at again: what was wrong may be its owner, which no time of the file tells.
      String reason = String.valueOf(Main.reason(e));
      if (!reason.equals(told)) {
        told = reason;
        log.log(
            Level.WARNING,
            "the certificate has changed, and the old one is shown still: {0}",
            reason);
      }
    }
  }

  private List<@Nullable FileTime> changed() {
    List<@Nullable FileTime> times = new ArrayList<>();
    for (Path file : files) {
      try {
        times.add(Files.getLastModifiedTime(file));
      } catch (IOException e) {
        times.add(null);
      }
    }
    return times;
  }
}
