package wharf.net;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.time.Duration;

/// Waits until one of many channels is ready: what differs between `select`, `poll`, `epoll` and
/// `java.nio`.
///
/// Level-triggered: what is ready and still wanted is reported again. All methods are for the
/// thread that polls, but for [#wakeup].
public interface Poller extends Closeable {
  /// Wait for `operations` (of `SelectionKey`; 0 for none now) on `channel`, which is in
  /// non-blocking mode, and report them with `owner`. Replaces what was wanted before.
  void want(SelectableChannel channel, int operations, Object owner) throws IOException;

  /// Forgets `channel`; to be called before it is closed, so that its descriptor's next user is not
  /// taken for it.
  void forget(SelectableChannel channel);

  /// Waits at most `atMost` and reports what is ready, each on the calling thread. While it
  /// reports, any channel may be wanted or forgotten; a forgotten one is not reported any more.
  void poll(Duration atMost, Ready ready) throws IOException;

  /// Makes the running or the next [#poll] return soon. From any thread.
  void wakeup();

  /// Told what is ready.
  @FunctionalInterface
  interface Ready {
    void ready(SelectableChannel channel, int operations, Object owner);
  }
}
