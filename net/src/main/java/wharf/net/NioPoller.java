package wharf.net;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;

/// A poller on the JDK's own `Selector`: every platform has it.
public final class NioPoller implements Poller {
  private final Selector selector;

  public NioPoller() throws IOException {
    selector = Selector.open();
  }

  @Override
  public void want(SelectableChannel channel, int operations, Object owner) throws IOException {
    SelectionKey key = channel.keyFor(selector);
    if (key == null || !key.isValid()) {
      channel.register(selector, operations, owner);
      return;
    }
    if (key.interestOps() != operations) {
      key.interestOps(operations);
    }
    key.attach(owner);
  }

  @Override
  public void again(SelectableChannel channel) {
    // It is level-triggered: what is still ready is reported by itself.
  }

  @Override
  public void forget(SelectableChannel channel) {
    SelectionKey key = channel.keyFor(selector);
    if (key != null) {
      key.cancel();
    }
  }

  @Override
  public void poll(Duration atMost, Ready ready) throws IOException {
    // select(0) would wait for ever, and a rounded-down wait would spin at the end.
    long millis = Math.ceilDiv(atMost.toNanos(), 1_000_000);
    if (millis <= 0) {
      selector.selectNow();
    } else {
      selector.select(millis);
    }
    var selected = selector.selectedKeys();
    for (SelectionKey key : selected) {
      // Not valid: forgotten or closed by an owner that was told earlier in this round.
      if (key.isValid()) {
        ready.ready(key.channel(), key.readyOps(), key.attachment());
      }
    }
    selected.clear();
  }

  @Override
  public void wakeup() {
    selector.wakeup();
  }

  @Override
  public void close() throws IOException {
    selector.close();
  }
}
