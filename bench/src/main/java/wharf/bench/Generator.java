package wharf.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Every client there is: non-blocking connections and one selector, on the thread that calls. The
/// same for all models, so what it costs itself is the same for all.
final class Generator implements AutoCloseable {
  /// How long nothing may come from the server before it counts as broken.
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  /// Clients that are on their way in at a time: fewer than a listener lets wait.
  private static final int ON_THEIR_WAY = 64;

  private static final int SCRATCH = 256 << 10;

  private final InetSocketAddress server;
  private final Selector selector;

  /// For what is read and need not be kept.
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);

  private final long patienceNanos;
  private int settled;
  private @Nullable IOException broken;

  Generator(InetSocketAddress server) throws IOException {
    this(server, PATIENCE_NANOS);
  }

  Generator(InetSocketAddress server, long patienceNanos) throws IOException {
    this.server = server;
    this.patienceNanos = patienceNanos;
    this.selector = Selector.open();
  }

  /// Makes a connection from the given address, or from any.
  interface Opener<L extends Link> {
    L open(@Nullable InetAddress from) throws IOException;
  }

  InetSocketAddress server() {
    return server;
  }

  Selector selector() {
    return selector;
  }

  ByteBuffer scratch() {
    return scratch.clear();
  }

  /// A link has come to where it is ready for the measurement.
  void settled() {
    settled++;
  }

  /// Opens `count` links, a few at a time, and returns them when all are settled.
  <L extends Link> List<L> establish(int count, Addresses addresses, Opener<L> opener)
      throws IOException, InterruptedException {
    List<L> links = new ArrayList<>(count);
    settled = 0;
    while (settled < count) {
      while (links.size() < count && links.size() - settled < ON_THEIR_WAY) {
        links.add(opener.open(addresses.next()));
      }
      int before = settled;
      await(() -> settled > before);
    }
    return links;
  }

  /// Serves the links until `done`.
  ///
  /// @throws IOException when a link breaks, or nothing happens for long
  void await(BooleanSupplier done) throws IOException, InterruptedException {
    long last = System.nanoTime();
    while (!done.getAsBoolean()) {
      if (selector.select(this::ready, patienceNanos / 1_000_000) > 0) {
        last = System.nanoTime();
      } else if (System.nanoTime() - last >= patienceNanos) {
        throw new SocketTimeoutException(
            "nothing came from the server for " + patienceNanos / 1_000_000_000 + " s");
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (broken != null) {
        throw broken;
      }
    }
  }

  private void ready(SelectionKey key) {
    if (!key.isValid() || broken != null) {
      return;
    }
    try {
      ((Link) key.attachment()).ready(key);
    } catch (IOException e) {
      broken = e;
    }
  }

  /// Closes every link.
  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
