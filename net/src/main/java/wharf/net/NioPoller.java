package wharf.net;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A poller on the JDK's own `Selector`: every platform has it.
public final class NioPoller implements Poller {
  /// Stands for an owner in the key of a channel that is to be let go of.
  private static final Object NOBODY = new Object();

  private final Selector selector;

  /// A cancelled key is in the way of a new one until the selector has selected. So keys are
  /// cancelled just before that, unless their channel is wanted again by then.
  private final List<SelectionKey> forgotten = new ArrayList<>();

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
    if (key == null) {
      return;
    }
    try {
      key.interestOps(0);
      key.attach(NOBODY);
      forgotten.add(key);
    } catch (CancelledKeyException closed) {
      // Its channel was closed, and that let go of it.
    }
  }

  @Override
  public void poll(Duration atMost, Ready ready) throws IOException {
    for (SelectionKey key : forgotten) {
      if (NOBODY.equals(key.attachment())) {
        key.cancel();
      }
    }
    forgotten.clear();
    // select(0) would wait for ever, and a rounded-down wait would spin at the end.
    long millis = Math.ceilDiv(TimeUnit.NANOSECONDS.convert(atMost), 1_000_000);
    if (millis <= 0) {
      selector.selectNow();
    } else {
      selector.select(millis);
    }
    var selected = selector.selectedKeys();
    for (SelectionKey key : selected) {
      int operations = stillWanted(key);
      if (operations != 0) {
        ready.ready(key.channel(), operations, key.attachment());
      }
    }
    selected.clear();
  }

  /// Owners that were told earlier in this round may have changed what this one wants, or have
  /// forgotten or closed its channel.
  private static int stillWanted(SelectionKey key) {
    try {
      return key.readyOps() & key.interestOps();
    } catch (CancelledKeyException closed) {
      return 0;
    }
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
