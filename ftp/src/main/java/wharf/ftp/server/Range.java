package wharf.ftp.server;

import java.util.Optional;

/// Some bytes of a file.
///
/// @param from the first
/// @param to the one after the last; of a file that ends before it, up to its end
record Range(long from, long to) {
  static final Range ALL = new Range(0, Long.MAX_VALUE);

  /// As RANG says it: the first byte and the last, or "1 0" for all (draft-bryan-ftp-range).
  static Optional<Range> inclusive(String first, String last) {
    long from = Numbers.parse(first);
    long to = Numbers.parse(last);
    if (from == 1 && to == 0) {
      return Optional.of(ALL);
    }
    return from < 0 || to < from || to == Long.MAX_VALUE
        ? Optional.empty()
        : Optional.of(new Range(from, to + 1));
  }

  /// The part from `offset` on.
  static Range after(long offset) {
    return new Range(offset, Long.MAX_VALUE);
  }

  boolean isAll() {
    return equals(ALL);
  }

  /// Where it ends in a file of this size.
  long end(long size) {
    return Math.min(to, size);
  }
}
