package wharf.net;

import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A poller that waits for nothing: the textbook's non-blocking polling. It calls every wanted
/// channel ready, in every round, and leaves it to the owner's read or write to find out.
///
/// So that an idle server does not burn a processor, it rests before a round when there is no sign
/// of work: nothing was said to be [#again], and no want has changed. While nothing at all is
/// wanted it waits as others do.
public final class BusyPoller implements Poller {
  /// Short beside a round trip in a network, and long enough for an idle processor to be idle.
  private static final long REST_NANOS = 100_000;

  private final Map<SelectableChannel, Entry> entries = new HashMap<>();

  /// Those of the map, in order. What is forgotten stays until the next round.
  private final List<Entry> round = new ArrayList<>();

  private boolean anyForgotten;
  private boolean work;
  private boolean closed;
  private volatile boolean woken;
  private volatile @Nullable Thread resting;

  private static final class Entry {
    private final SelectableChannel channel;
    private Object owner;
    private int operations;
    private boolean forgotten;

    Entry(SelectableChannel channel, Object owner) {
      this.channel = channel;
      this.owner = owner;
    }
  }

  @Override
  public void want(SelectableChannel channel, int operations, Object owner)
      throws ClosedChannelException {
    if (closed) {
      throw new ClosedSelectorException();
    }
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
    if (channel.isBlocking()) {
      throw new IllegalBlockingModeException();
    }
    if ((operations & ~channel.validOps()) != 0) {
      throw new IllegalArgumentException(operations + " are not operations of " + channel);
    }
    Entry entry = entries.get(channel);
    if (entry == null) {
      entry = new Entry(channel, owner);
      entries.put(channel, entry);
      round.add(entry);
    }
    work |= entry.operations != operations;
    entry.operations = operations;
    entry.owner = owner;
  }

  @Override
  public void again(SelectableChannel channel) {
    Entry entry = entries.get(channel);
    work |= entry != null && entry.operations != 0;
  }

  @Override
  public void forget(SelectableChannel channel) {
    Entry entry = entries.remove(channel);
    if (entry != null) {
      drop(entry);
    }
  }

  private void drop(Entry entry) {
    entry.forgotten = true;
    entry.operations = 0;
    anyForgotten = true;
  }

  @Override
  public void poll(Duration atMost, Ready ready) {
    if (closed) {
      throw new ClosedSelectorException();
    }
    dropClosed();
    long nanos = TimeUnit.NANOSECONDS.convert(atMost);
    if (!anyWanted()) {
      rest(nanos);
    } else if (!work) {
      rest(Math.min(nanos, REST_NANOS));
    }
    work = false;
    woken = false;
    // Those that come during the round have their turn in the next.
    int size = round.size();
    for (int i = 0; i < size; i++) {
      Entry entry = round.get(i);
      if (entry.operations != 0 && entry.channel.isOpen()) {
        ready.ready(entry.channel, entry.operations, entry.owner);
      }
    }
  }

  private void dropClosed() {
    for (Entry entry : round) {
      if (!entry.forgotten && !entry.channel.isOpen()) {
        entries.remove(entry.channel);
        drop(entry);
      }
    }
    if (anyForgotten) {
      round.removeIf(entry -> entry.forgotten);
      anyForgotten = false;
    }
  }

  private boolean anyWanted() {
    for (Entry entry : round) {
      if (entry.operations != 0) {
        return true;
      }
    }
    return false;
  }

  /// Ends early for [#wakeup], and for an interrupt of this thread.
  private void rest(long nanos) {
    long begin = System.nanoTime();
    long left = nanos;
    resting = Thread.currentThread();
    while (left > 0 && !woken && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(this, left);
      left = nanos - (System.nanoTime() - begin);
    }
    resting = null;
  }

  @Override
  public void wakeup() {
    woken = true;
    LockSupport.unpark(resting);
  }

  @Override
  public void close() {
    closed = true;
    entries.clear();
    round.clear();
  }
}
