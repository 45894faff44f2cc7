package wharf.net;

import java.io.IOException;

/// A poller over poll(2): as many channels as the process may open, and every wait looks at each of
/// them.
public final class PollPoller extends DescriptorPoller {
  private static final int TROUBLE = Native.Poll.ERR | Native.Poll.HUP | Native.Poll.INVALID;

  private final Native.Poll poll;

  private PollPoller(Native.Poll poll) {
    super(poll);
    this.poll = poll;
  }

  /// A new one.
  ///
  /// @throws UnsupportedOperationException see [Native#unavailable]
  public static PollPoller open() throws IOException {
    Native.demand();
    return new PollPoller(new Native.Poll());
  }

  /// Poll tells of hang-ups even where nothing is wanted: who wants nothing is not in the array.
  @Override
  void listen(Entry entry, int operations) {
    int events =
        ((operations & READABLE) != 0 ? Native.Poll.IN : 0)
            | ((operations & WRITABLE) != 0 ? Native.Poll.OUT : 0);
    if (entry.operations == 0) {
      entry.place = poll.append(entry.descriptor, events);
    } else {
      poll.change(entry.place, events);
    }
  }

  @Override
  void silence(Entry entry) {
    poll.remove(entry.place);
    if (entry.place < poll.count()) {
      Entry moved = find(poll.descriptor(entry.place));
      if (moved != null) {
        moved.place = entry.place;
      }
    }
  }

  @Override
  boolean waited(long nanos) throws IOException {
    int ready = poll.await(rounded(nanos, 1_000_000));
    if (ready < 0 && ready != -Native.EINTR) {
      throw Native.error("waiting with poll", ready);
    }
    if (ready <= 0) {
      return false;
    }
    int left = ready;
    if (poll.rung()) {
      poll.silence();
      left--;
    }
    for (int place = 0; left > 0 && place < poll.count(); place++) {
      int events = poll.returned(place);
      if (events != 0) {
        left--;
        tell(events, poll.descriptor(place));
      }
    }
    return true;
  }

  private void tell(int events, int descriptor) {
    Entry entry = find(descriptor);
    if (entry != null) {
      int ready =
          (events & TROUBLE) != 0
              ? entry.operations
              : ((events & Native.Poll.IN) != 0 ? READABLE : 0)
                  | ((events & Native.Poll.OUT) != 0 ? WRITABLE : 0);
      found(entry, ready & entry.operations);
    }
  }
}
