package wharf.ftp.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Which bytes of a file there are. Not for several threads at once.
final class Ranges {
  /// From the first byte to before the last, apart from each other.
  private final NavigableMap<Long, Long> ends = new TreeMap<>();

  /// Some bytes.
  ///
  /// @param to the one after the last
  record Range(long from, long to) {
    long length() {
      return to - from;
    }
  }

  /// Adds what is in order; of anything else, nothing.
  void add(long from, long to) {
    if (from < 0 || to <= from) {
      return;
    }
    long first = from;
    long end = to;
    Map.Entry<Long, Long> before = ends.floorEntry(from);
    if (before != null && before.getValue() >= from) {
      first = before.getKey();
    }
    Map.Entry<Long, Long> next;
    while ((next = ends.ceilingEntry(first)) != null && next.getKey() <= end) {
      end = Math.max(end, next.getValue());
      ends.remove(next.getKey());
    }
    ends.put(first, end);
  }

  /// What is not there of the first `size` bytes.
  List<Range> missing(long size) {
    List<Range> missing = new ArrayList<>();
    long at = 0;
    for (Map.Entry<Long, Long> range : ends.entrySet()) {
      if (range.getKey() >= size) {
        break;
      }
      if (range.getKey() > at) {
        missing.add(new Range(at, range.getKey()));
      }
      at = range.getValue();
    }
    if (at < size) {
      missing.add(new Range(at, size));
    }
    return missing;
  }

  /// The ranges in order.
  List<Range> all() {
    return ends.entrySet().stream().map(one -> new Range(one.getKey(), one.getValue())).toList();
  }
}
