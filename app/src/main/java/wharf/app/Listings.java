package wharf.app;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import wharf.ftp.client.Entry;
import wharf.ftp.client.FtpException;

/// What folders of the server were seen to have, for completion and wildcards: who presses Tab
/// again and again is not to wait each time. Forgotten after a while, and at once when something
/// was changed.
final class Listings {
  /// Others may change folders, too.
  private static final long FRESH_NANOS = Duration.ofSeconds(20).toNanos();

  /// How many entries are remembered in all.
  private static final int LIMIT = 100_000;

  /// Lists a folder.
  interface Source {
    List<Entry> list(String path) throws FtpException;
  }

  private record Seen(long at, List<Entry> entries) {}

  private final Map<String, Seen> seen = new LinkedHashMap<>();
  private final LongSupplier nanos;
  private long remembered;

  /// @param nanos as `System.nanoTime()`
  Listings(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// What is in a folder.
  ///
  /// @param folder where the relative path counts from
  synchronized List<Entry> of(String folder, String path, Source source) throws FtpException {
    String key = path.startsWith("/") ? path : folder + "\0" + path;
    long now = nanos.getAsLong();
    Seen before = seen.get(key);
    if (before != null && now - before.at() < FRESH_NANOS) {
      return before.entries();
    }
    List<Entry> entries = List.copyOf(source.list(path));
    if (remembered + entries.size() > LIMIT) {
      clear();
    }
    if (entries.size() <= LIMIT) {
      Seen old = seen.put(key, new Seen(now, entries));
      remembered += entries.size() - (old == null ? 0 : old.entries().size());
    }
    return entries;
  }

  /// Forgets all: something was changed.
  synchronized void clear() {
    seen.clear();
    remembered = 0;
  }
}
