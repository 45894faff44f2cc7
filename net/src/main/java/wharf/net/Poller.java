package wharf.net;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;

/// Waits until one of many channels is ready: what differs between `select`, `poll`, `epoll` and
/// `java.nio`.
///
/// What is ready and still wanted is reported again by a level-triggered poller, and only once by
/// an edge-triggered one. Owners that serve both read or write until it would block, or say
/// [#again].
///
/// All methods are for the thread that polls, but for [#wakeup].
public interface Poller extends Closeable {
  /// Wait for `operations` (of `SelectionKey`; 0 for none now) on `channel`, which is in
  /// non-blocking mode, and report them with `owner`. Replaces what was wanted before.
  ///
  /// @throws Full when this poller has no room for the channel's descriptor; nothing is changed
  void want(SelectableChannel channel, int operations, Object owner) throws IOException;

  /// Reports `channel` again in the next [#poll], whether or not anything new comes: its owner left
  /// off before reading or writing would have blocked, for the others to have their turn. Nothing
  /// happens for a channel that is not wanted.
  void again(SelectableChannel channel);

  /// Forgets `channel`; to be called before it is closed, so that its descriptor's next user is not
  /// taken for it.
  void forget(SelectableChannel channel);

  /// Waits at most `atMost` and reports what is ready, each on the calling thread. While it
  /// reports, any channel may be wanted or forgotten; a forgotten one is not reported any more.
  /// What is reported may have ceased to be ready: its owner finds that it would block.
  void poll(Duration atMost, Ready ready) throws IOException;

  /// Makes the running or the next [#poll] return soon. From any thread.
  void wakeup();

  /// Thrown for a channel that a poller has no room for: `select` has a set of fixed size.
  final class Full extends IOException {
    private static final long serialVersionUID = 1;

    public Full(String message) {
      super(message);
    }
  }

  /// Told what is ready.
  @FunctionalInterface
  interface Ready {
    void ready(SelectableChannel channel, int operations, Object owner);
  }
}
