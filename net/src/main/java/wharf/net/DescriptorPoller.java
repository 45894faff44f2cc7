package wharf.net;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// What the pollers over system calls share: who wants what, and who is told.
///
/// The kernel speaks of numbers, and a closed channel's number soon belongs to another. So what a
/// wait has found is put down for the entries, before anybody is told, and an entry lives only as
/// long as its channel is wanted:
///
/// ```
///   wait -> numbers -> entries found -> each is reported, if it still wants what was found
/// ```
///
/// The waiting thread is to be a platform thread, and is woken by [#wakeup] alone.
abstract sealed class DescriptorPoller implements Poller
    permits SelectPoller, PollPoller, EpollPoller {
  static final int READABLE = SelectionKey.OP_READ | SelectionKey.OP_ACCEPT;
  static final int WRITABLE = SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;

  private final Native.Waiter waiter;
  private @Nullable Entry[] entries = new @Nullable Entry[64];
  private final Queue<Entry> found = new ArrayDeque<>();
  private boolean closed;

  DescriptorPoller(Native.Waiter waiter) {
    this.waiter = waiter;
  }

  /// A channel, and what is wanted of it.
  static final class Entry {
    final SelectableChannel channel;
    final int descriptor;

    /// 0 when it is silent, and when it is forgotten.
    int operations;

    /// Where a poller that needs it has this entry.
    int place;

    private Object owner;
    private int ready;

    private Entry(SelectableChannel channel, int descriptor, Object owner) {
      this.channel = channel;
      this.descriptor = descriptor;
      this.owner = owner;
    }
  }

  @Override
  public final void want(SelectableChannel channel, int operations, Object owner)
      throws IOException {
    check(channel, operations);
    Entry known = find(channel);
    Entry entry = known == null ? admitted(channel, owner) : known;
    if (entry.operations != operations) {
      if (operations == 0) {
        silence(entry);
      } else {
        listen(entry, operations);
      }
      entry.operations = operations;
    }
    entry.owner = owner;
    entries[entry.descriptor] = entry;
  }

  private void check(SelectableChannel channel, int operations) throws IOException {
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
  }

  private Entry admitted(SelectableChannel channel, Object owner) throws Full {
    int descriptor = Native.descriptor(channel);
    admit(descriptor);
    if (descriptor >= entries.length) {
      entries = Arrays.copyOf(entries, Math.max(descriptor + 1, 2 * entries.length));
    }
    Entry before = entries[descriptor];
    if (before != null) {
      // Its channel was closed without being forgotten: the number is another's now.
      drop(before);
    }
    return new Entry(channel, descriptor, owner);
  }

  @Override
  public void again(SelectableChannel channel) {
    // Level-triggered: what is still ready is reported by itself.
  }

  @Override
  public final void forget(SelectableChannel channel) {
    // A server that ends may close its poller first.
    Entry entry = closed ? null : find(channel);
    if (entry != null) {
      drop(entry);
    }
  }

  @Override
  public final void poll(Duration atMost, Ready ready) throws IOException {
    if (closed) {
      throw new ClosedSelectorException();
    }
    if (found.isEmpty()) {
      await(TimeUnit.NANOSECONDS.convert(atMost));
    }
    Entry entry;
    while ((entry = found.poll()) != null) {
      // Owners that were told earlier may have changed what this one wants, or forgotten it.
      int operations = entry.ready & entry.operations;
      entry.ready = 0;
      if (operations == 0) {
        continue;
      }
      if (entry.channel.isOpen()) {
        ready.ready(entry.channel, operations, entry.owner);
      } else {
        drop(entry);
      }
    }
  }

  /// Waits on after a wait that ended early: by a signal, or because it was as long as the system
  /// call can be asked for.
  private void await(long nanos) throws IOException {
    long deadline = System.nanoTime() + Math.min(nanos, Long.MAX_VALUE / 2);
    long left = Math.max(0, nanos);
    while (!waited(left)) {
      left = deadline - System.nanoTime();
      if (left <= 0) {
        return;
      }
    }
  }

  @Override
  public final void wakeup() {
    waiter.ring();
  }

  @Override
  public final void close() {
    closed = true;
    Arrays.fill(entries, null);
    found.clear();
    waiter.close();
  }

  /// The entry of `channel`, whether it is open or not.
  final @Nullable Entry find(SelectableChannel channel) {
    Entry entry = find(Native.descriptor(channel));
    return entry != null && entry.channel.equals(channel) ? entry : null;
  }

  final @Nullable Entry find(int descriptor) {
    return descriptor < entries.length ? entries[descriptor] : null;
  }

  /// Puts down that `entry` is to be told that `operations` are ready.
  final void found(Entry entry, int operations) {
    if (entry.ready == 0 && operations != 0) {
      found.add(entry);
    }
    entry.ready |= operations;
  }

  /// Drops whoever was closed without being forgotten.
  ///
  /// @return whether there was one
  final boolean dropClosed() {
    boolean any = false;
    for (Entry entry : entries) {
      if (entry != null && !entry.channel.isOpen()) {
        drop(entry);
        any = true;
      }
    }
    return any;
  }

  private void drop(Entry entry) {
    if (entry.operations != 0) {
      silence(entry);
      entry.operations = 0;
    }
    entries[entry.descriptor] = null;
  }

  /// @throws Full when there is no room for `descriptor`, ever
  void admit(int descriptor) throws Full {}

  /// Waits for `operations`, not none, of `entry`; those of until now, perhaps none, are there.
  abstract void listen(Entry entry, int operations) throws IOException;

  /// Stops to wait for `entry`, which may be closed already.
  abstract void silence(Entry entry);

  /// Waits once, for `nanos` or less, and tells [#found].
  ///
  /// @return whether anything came: a channel or a wake-up
  abstract boolean waited(long nanos) throws IOException;

  /// `nanos` in units of the size `unit`, rounded up so that the end of a wait is not spun away.
  static int rounded(long nanos, long unit) {
    return (int) Math.min(Math.ceilDiv(nanos, unit), Integer.MAX_VALUE);
  }
}
