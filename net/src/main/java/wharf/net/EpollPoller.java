package wharf.net;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.util.ArrayDeque;
import java.util.Queue;

/// A poller over epoll(7), which Linux has: what it costs depends on how many channels are ready,
/// not on how many there are.
///
/// An edge-triggered one reports a channel when something new comes, and when what is wanted of it
/// changes. [#want] of what is wanted already then makes no system call.
public final class EpollPoller extends DescriptorPoller {
  /// Errors and hang-ups are news for whoever waits for anything.
  private static final int TROUBLE = Native.Epoll.ERR | Native.Epoll.HUP;

  private final Native.Epoll epoll;
  private final boolean edge;
  private final Queue<Entry> again = new ArrayDeque<>();
  private int registrations;

  private EpollPoller(Native.Epoll epoll, boolean edge) {
    super(epoll);
    this.epoll = epoll;
    this.edge = edge;
  }

  /// A level-triggered one.
  ///
  /// @throws UnsupportedOperationException see [Native#unavailable]
  public static EpollPoller level() throws IOException {
    Native.demand();
    return new EpollPoller(new Native.Epoll(), false);
  }

  /// An edge-triggered one.
  ///
  /// @throws UnsupportedOperationException see [Native#unavailable]
  public static EpollPoller edge() throws IOException {
    Native.demand();
    return new EpollPoller(new Native.Epoll(), true);
  }

  @Override
  public void again(SelectableChannel channel) {
    Entry entry = edge ? find(channel) : null;
    if (entry != null && entry.operations != 0) {
      again.add(entry);
    }
  }

  /// Epoll tells of hang-ups even where nothing is wanted, for ever: who wants nothing is not in
  /// it.
  @Override
  void listen(Entry entry, int operations) throws IOException {
    int events =
        ((operations & READABLE) != 0 ? Native.Epoll.IN : 0)
            | ((operations & WRITABLE) != 0 ? Native.Epoll.OUT : 0)
            | (edge ? Native.Epoll.EDGE : 0);
    int result;
    if (entry.operations == 0) {
      entry.place = registrations++ & Integer.MAX_VALUE;
      result = epoll.add(entry.descriptor, events, data(entry));
    } else {
      result = epoll.modify(entry.descriptor, events, data(entry));
    }
    if (result == -Native.ENOSPC) {
      throw new Full(
          "The system waits for as many connections with epoll as it may;"
              + " raise fs.epoll.max_user_watches.");
    }
    if (result < 0) {
      throw Native.error("waiting for " + entry.channel + " with epoll", result);
    }
  }

  @Override
  void silence(Entry entry) {
    // Fails only for one that was closed, and so left by itself.
    epoll.delete(entry.descriptor);
  }

  @Override
  boolean waited(long nanos) throws IOException {
    boolean any = !again.isEmpty();
    Entry left;
    while ((left = again.poll()) != null) {
      found(left, left.operations);
    }
    int events = epoll.await(any ? 0 : rounded(nanos, 1_000_000));
    if (events < 0 && events != -Native.EINTR) {
      throw Native.error("waiting with epoll", events);
    }
    for (int i = 0; i < events; i++) {
      any = true;
      tell(epoll.event(i), epoll.data(i));
    }
    return any;
  }

  private void tell(int events, long data) {
    if (data == Native.Epoll.BELL) {
      epoll.silence();
      return;
    }
    Entry entry = find((int) data);
    // Of another registration: the descriptor was closed unforgotten, and lives on as a duplicate.
    if (entry == null || data(entry) != data) {
      return;
    }
    int ready =
        (events & TROUBLE) != 0
            ? entry.operations
            : ((events & Native.Epoll.IN) != 0 ? READABLE : 0)
                | ((events & Native.Epoll.OUT) != 0 ? WRITABLE : 0);
    found(entry, ready & entry.operations);
  }

  /// The number alone would not tell a closed channel from the next that has its number.
  private static long data(Entry entry) {
    return (long) entry.place << Integer.SIZE | entry.descriptor;
  }
}
