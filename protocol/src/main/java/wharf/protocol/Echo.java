package wharf.protocol;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// The smallest protocol: what comes is sent back (RFC 862), over any transport. For trying,
/// measuring, and as an example.
public final class Echo implements Protocol {
  /// A datagram from a port below is not answered: two echo services that were made to talk to each
  /// other by a forged sender would never stop. Clients have higher ones.
  private static final int FIRST_CLIENT_PORT = 1024;

  private final Duration idle;

  /// @param idle a connection that says nothing for so long is closed
  public Echo(Duration idle) {
    this.idle = idle;
  }

  @Override
  public Set<Transport> transports() {
    return EnumSet.allOf(Transport.class);
  }

  @Override
  public Session open() {
    return this::answer;
  }

  /// The protocol has no words of its own: who cannot be served is left without an echo.
  @Override
  public byte[] refusal(Refusal why) {
    return new byte[0];
  }

  private List<Effect> answer(Event event) {
    return switch (event) {
      case Event.Opened _ -> List.of(new Effect.Arm(idle));
      case Event.Received(ByteBuffer bytes) ->
          List.of(new Effect.Send(copy(bytes)), new Effect.Arm(idle));
      case Event.Datagram(InetSocketAddress sender, ByteBuffer bytes, boolean truncated) -> {
        ByteBuffer same = copy(bytes);
        yield truncated || isService(sender)
            ? List.of(new Effect.Note("not echoed: " + (truncated ? "truncated" : "a service")))
            : List.of(new Effect.SendTo(same, sender));
      }
      case Event.Failed(var _, var problem) ->
          List.of(new Effect.Note("not echoed: " + problem.getMessage()));
      case Event.Expired _, Event.PeerClosed _, Event.Stopping _ -> List.of(new Effect.Close());
      case Event.Bound _, Event.Secured _, Event.Ended _ -> List.of();
      case Event.Drained _,
          Event.Listening _,
          Event.Transferred _,
          Event.Marked _,
          Event.Performed _ ->
          throw new IllegalStateException("never asked for: " + event);
    };
  }

  private static boolean isService(InetSocketAddress sender) {
    return sender.getPort() < FIRST_CLIENT_PORT;
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
  }
}
