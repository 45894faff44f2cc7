package wharf.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayDeque;
import wharf.protocol.Effect;
import wharf.protocol.Event;
import wharf.protocol.Transport;

/// A session over a socket for datagrams: one for all who send to it. See [Conversation].
final class DatagramConversation extends Conversation {
  /// One more than a datagram can have (the length field of UDP counts 65,535 with its own 8): a
  /// buffer that is full is one that was too small.
  static final int RECEIVED_LIMIT = 65_536;

  /// Datagrams received before others have their turn.
  private static final int BURST = 64;

  /// What waits to be sent. While there is any nothing more is received, so that it is only what
  /// one burst is answered with; what is beyond is dropped, as the network would.
  private static final int UNSENT_LIMIT = 4 << 20;

  private final DatagramChannel channel;
  private final int receivedLimit;
  private final ArrayDeque<Effect.SendTo> unsent = new ArrayDeque<>();
  private int unsentBytes;
  private InetSocketAddress local = new InetSocketAddress(0);
  private boolean moreToReceive;
  private boolean stoppingTold;
  private boolean closing;
  private boolean closed;

  /// @param channel bound and non-blocking; this object's from here on
  DatagramConversation(Context context, Driver driver, DatagramChannel channel) {
    this(context, driver, channel, RECEIVED_LIMIT);
  }

  /// The same, receiving less: no datagram of this network reaches [#RECEIVED_LIMIT].
  ///
  /// @param receivedLimit a datagram of as many bytes, or more, is told as truncated
  DatagramConversation(Context context, Driver driver, DatagramChannel channel, int receivedLimit) {
    super(context, driver, "udp");
    this.channel = channel;
    this.receivedLimit = receivedLimit;
  }

  @Override
  Journal.Connection connection() {
    return new Journal.Connection(Transport.UDP, local, null, false);
  }

  @Override
  void open() {
    try {
      local = (InetSocketAddress) channel.getLocalAddress();
      tellTheBeginning();
      deliver(new Event.Bound(local));
    } catch (IOException e) {
      kill();
    }
  }

  @Override
  DatagramChannel channel() {
    return channel;
  }

  @Override
  int interest() {
    if (closed) {
      return 0;
    }
    return (receives() ? SelectionKey.OP_READ : 0) | (unsent.isEmpty() ? 0 : SelectionKey.OP_WRITE);
  }

  private boolean receives() {
    return unsent.isEmpty() && !performing() && !closing;
  }

  @Override
  boolean again() {
    return moreToReceive && !closed && receives();
  }

  @Override
  long deadline() {
    return expiry();
  }

  @Override
  boolean idle() {
    return unsent.isEmpty() && !performing() && !closed;
  }

  @Override
  boolean closed() {
    return closed;
  }

  @Override
  void ready(ByteBuffer scratch) {
    flush();
    for (int i = 0; i < BURST && receive(scratch); i++) {}
  }

  /// @return whether there was something, and may be more
  private boolean receive(ByteBuffer scratch) {
    if (closed || !receives()) {
      return false;
    }
    InetSocketAddress sender;
    try {
      sender = (InetSocketAddress) channel.receive(scratch.clear().limit(receivedLimit));
    } catch (IOException e) {
      // What an earlier datagram met on its way ("port unreachable"): that one is gone, the socket
      // is not.
      moreToReceive = true;
      return true;
    }
    moreToReceive = sender != null;
    if (sender != null) {
      boolean truncated = !scratch.hasRemaining();
      deliver(new Event.Datagram(sender, scratch.flip(), truncated));
    }
    return moreToReceive;
  }

  @Override
  void tick(ByteBuffer scratch) {
    expire(context().nanoTime().getAsLong());
  }

  @Override
  void stopping() {
    if (!stoppingTold && !closing) {
      stoppingTold = true;
      deliver(new Event.Stopping());
    }
  }

  @Override
  void kill() {
    close();
    tellTheEnd();
  }

  @Override
  void fail() {
    close();
  }

  /// A datagram has no order to keep: what came meanwhile is heard when its turn comes.
  @Override
  void catchUp(ByteBuffer scratch) {}

  @Override
  void carryOut(Effect effect) {
    switch (effect) {
      case Effect.SendTo sent -> send(sent);
      case Effect.Close() -> {
        closing = true;
        flush();
      }
      default -> throw new IllegalStateException("not over datagrams: " + effect);
    }
  }

  private void send(Effect.SendTo sent) {
    if (closing) {
      return;
    }
    int size = sent.datagram().remaining();
    if (unsentBytes + size > UNSENT_LIMIT) {
      deliver(new Event.Failed(sent, new IOException("more is sent than the network takes")));
      return;
    }
    unsent.add(sent);
    unsentBytes += size;
  }

  @Override
  void flush() {
    Effect.SendTo next;
    while (!closed && (next = unsent.peek()) != null) {
      int size = next.datagram().remaining();
      IOException problem = null;
      try {
        if (channel.send(next.datagram(), next.to()) == 0 && size > 0) {
          return;
        }
      } catch (IOException e) {
        problem = e;
      }
      unsent.remove();
      unsentBytes -= size;
      if (problem != null) {
        deliver(new Event.Failed(next, problem));
      }
    }
    if (closing) {
      close();
    }
  }

  private void close() {
    closing = true;
    if (closed) {
      return;
    }
    closed = true;
    unsent.clear();
    driver().forget(channel);
    context().close(channel);
    tellTheEnd();
  }
}
