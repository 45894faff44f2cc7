package wharf.app;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A peer over UDP: each read of standard input is a datagram for it, and what it sends is one
/// stream of bytes.
///
/// Whom we call is connected: the system then tells when nobody listens there. Who called us is
/// not, but is told from others by its address: connecting makes the JDK throw away what has
/// already arrived, which is the rest of what the peer said first.
final class DatagramPeer implements Peer {
  private final DatagramChannel channel;
  private final InetSocketAddress remote;
  private final boolean anybody;
  private final Consumer<String> notes;
  private @Nullable ByteBuffer first;
  private boolean toldOfOthers;

  private DatagramPeer(
      DatagramChannel channel,
      InetSocketAddress remote,
      boolean anybody,
      @Nullable ByteBuffer first,
      Consumer<String> notes) {
    this.channel = channel;
    this.remote = remote;
    this.anybody = anybody;
    this.first = first;
    this.notes = notes;
  }

  /// One that is called.
  ///
  /// @param channel bound or not
  /// @param notes takes remarks for people
  static DatagramPeer calling(
      DatagramChannel channel, InetSocketAddress remote, Consumer<String> notes)
      throws IOException {
    return new DatagramPeer(channel.connect(remote), remote, false, null, notes);
  }

  /// All who are reached by one broadcast address. They answer from their own.
  ///
  /// @param channel allowed to broadcast
  static DatagramPeer broadcasting(
      DatagramChannel channel, InetSocketAddress to, Consumer<String> notes) {
    return new DatagramPeer(channel, to, true, null, notes);
  }

  /// The first who sends a datagram to `channel` by an admitted way; waits for it.
  static DatagramPeer firstOf(DatagramChannel channel, Route route, Consumer<String> notes)
      throws IOException {
    ByteBuffer first = ByteBuffer.allocate(Exchange.BLOCK);
    InetSocketAddress sender;
    do {
      sender = (InetSocketAddress) channel.receive(first.clear());
    } while (!route.admits(sender.getAddress()));
    return new DatagramPeer(channel, sender, false, first.flip(), notes);
  }

  /// No datagram is cut short: the buffer of an [Exchange] holds the largest that UDP has.
  @Override
  public int receive(ByteBuffer into) throws IOException {
    if (first != null) {
      int count = first.remaining();
      into.put(first);
      first = null;
      return count;
    }
    while (true) {
      int before = into.position();
      SocketAddress sender = channel.receive(into);
      if (anybody || remote.equals(sender)) {
        return into.position() - before;
      }
      into.position(before);
      if (!toldOfOthers) {
        toldOfOthers = true;
        notes.accept(
            "datagrams of %s are left out: this is a conversation with %s"
                .formatted(AddressForm.text(sender), name()));
      }
    }
  }

  @Override
  public void send(ByteBuffer from) throws IOException {
    int size = from.remaining();
    try {
      int _ = channel.send(from, remote);
    } catch (ClosedChannelException | PortUnreachableException e) {
      throw e;
    } catch (IOException e) {
      from.position(from.limit());
      notes.accept(
          "a datagram of %d bytes was not sent to %s: %s".formatted(size, name(), e.getMessage()));
    }
  }

  /// UDP has no end.
  @Override
  public void endOutput() {}

  @Override
  public boolean canEnd() {
    return false;
  }

  @Override
  public String name() {
    return AddressForm.text(remote);
  }

  @Override
  public String description() {
    String here;
    try {
      here = AddressForm.text(channel.getLocalAddress());
    } catch (IOException e) {
      // It was closed meanwhile.
      here = "here";
    }
    return "from %s to %s over UDP%n%s".formatted(here, name(), SocketOptions.text(channel));
  }

  /// Sends a datagram of one byte, for the JDK sends no empty ones to whom it is connected, and
  /// waits for an answer, or for the news that nobody listens.
  ///
  /// @return whether it was answered
  /// @throws PortUnreachableException if nobody listens
  boolean probe(Duration limit) throws IOException {
    send(ByteBuffer.allocate(1));
    channel.socket().setSoTimeout((int) limit.toMillis());
    try {
      channel.socket().receive(new DatagramPacket(new byte[1], 1));
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
