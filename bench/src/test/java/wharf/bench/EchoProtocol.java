package wharf.bench;

import java.nio.ByteBuffer;
import java.util.List;
import wharf.protocol.Effect;
import wharf.protocol.Event;
import wharf.protocol.Protocol;
import wharf.protocol.Session;

/// Sends back what it is sent, or, when it is told to, something else.
record EchoProtocol(Manner manner) implements Protocol {
  enum Manner {
    FAITHFUL,
    WRONG,
    SILENT,
    CLOSING
  }

  @Override
  public Session open() {
    return this::on;
  }

  private List<Effect> on(Event event) {
    return switch (event) {
      case Event.Received(ByteBuffer bytes) -> answer(bytes);
      case Event.PeerClosed _, Event.Stopping _ -> List.of(new Effect.Close());
      default -> List.of();
    };
  }

  private List<Effect> answer(ByteBuffer bytes) {
    ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    return switch (manner) {
      case FAITHFUL -> List.of(new Effect.Send(copy));
      case WRONG -> List.of(new Effect.Send(copy.put(0, (byte) (copy.get(0) + 1))));
      case SILENT -> List.of();
      case CLOSING -> List.of(new Effect.Close());
    };
  }

  @Override
  public byte[] refusal(Refusal why) {
    return new byte[0];
  }
}
