package wharf.net;

import java.io.IOException;

/// A poller over select(2): every wait looks at each descriptor's bit, and there is no bit for a
/// descriptor beyond the limit.
public final class SelectPoller extends DescriptorPoller {
  /// As many descriptors as C's `fd_set` has bits for. Those of files count as well: it is the
  /// number of the descriptor that must be smaller.
  public static final int LIMIT = 1_024;

  private final Native.Select select;
  private final int limit;

  private SelectPoller(Native.Select select, int limit) {
    super(select);
    this.select = select;
    this.limit = limit;
  }

  /// One with select's usual limit.
  ///
  /// @throws Full when so many descriptors are open already that it has no room for its own
  /// @throws UnsupportedOperationException see [Native#unavailable]
  public static SelectPoller open() throws IOException {
    return open(LIMIT);
  }

  /// One with room for descriptors below `limit`, which is rounded up to a multiple of 64: the
  /// kernel takes sets of any size.
  ///
  /// @throws Full when so many descriptors are open already that it has no room for its own
  /// @throws UnsupportedOperationException see [Native#unavailable]
  public static SelectPoller open(int limit) throws IOException {
    if (limit <= 0) {
      throw new IllegalArgumentException(limit + " descriptors are too few");
    }
    Native.demand();
    int rounded = Math.multiplyExact(Math.ceilDiv(limit, Long.SIZE), Long.SIZE);
    SelectPoller made = new SelectPoller(new Native.Select(rounded), rounded);
    try {
      made.admit(made.select.bell);
      return made;
    } catch (Full e) {
      made.close();
      throw e;
    }
  }

  @Override
  void admit(int descriptor) throws Full {
    if (descriptor >= limit) {
      throw new Full(
          "select has room for descriptors below %,d, and this one is %,d; use poll or epoll."
              .formatted(limit, descriptor));
    }
  }

  @Override
  void listen(Entry entry, int operations) {
    select.set(entry.descriptor, (operations & READABLE) != 0, (operations & WRITABLE) != 0);
  }

  @Override
  void silence(Entry entry) {
    select.set(entry.descriptor, false, false);
  }

  @Override
  boolean waited(long nanos) throws IOException {
    int ready = select.await(rounded(nanos, 1_000));
    if (ready == -Native.EBADF && dropClosed()) {
      // One channel closed without being forgotten, and select serves nobody.
      return waited(0);
    }
    if (ready < 0 && ready != -Native.EINTR) {
      throw Native.error("waiting with select", ready);
    }
    if (ready <= 0) {
      return false;
    }
    for (int word = 0; word < select.usedWords(); word++) {
      long in = select.in(word);
      long out = select.out(word);
      for (long any = in | out; any != 0; any &= any - 1) {
        int bit = Long.numberOfTrailingZeros(any);
        tell(word * Long.SIZE + bit, (in >>> bit & 1) != 0, (out >>> bit & 1) != 0);
      }
    }
    return true;
  }

  private void tell(int descriptor, boolean in, boolean out) {
    if (descriptor == select.bell) {
      select.silence();
      return;
    }
    Entry entry = find(descriptor);
    if (entry != null) {
      found(entry, ((in ? READABLE : 0) | (out ? WRITABLE : 0)) & entry.operations);
    }
  }
}
