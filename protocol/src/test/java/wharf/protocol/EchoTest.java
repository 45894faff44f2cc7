package wharf.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class EchoTest {
  private static final InetSocketAddress HERE = at(7777);
  private static final Duration IDLE = Duration.ofSeconds(30);

  private final Session session = new Echo(IDLE).open();

  private static InetSocketAddress at(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), port);
  }

  private static ByteBuffer bytes(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length);
    for (int value : values) {
      bytes.put((byte) value);
    }
    return bytes.flip();
  }

  @Test
  void whatComesIsSentBack() {
    assertThat(session.on(new Event.Opened(HERE, at(40_000))))
        .containsExactly(new Effect.Arm(IDLE));
    ByteBuffer came = bytes(0, 255, 10);
    List<Effect> effects = session.on(new Event.Received(came));
    assertThat(came.hasRemaining()).as("all is taken").isFalse();
    came.clear().put(new byte[3]);
    assertThat(effects)
        .as("and the buffer is not kept")
        .containsExactly(new Effect.Send(bytes(0, 255, 10)), new Effect.Arm(IDLE));
    assertThat(session.on(new Event.PeerClosed())).containsExactly(new Effect.Close());
  }

  @Test
  void silenceAndStopEndIt() {
    assertThat(session.on(new Event.Expired())).containsExactly(new Effect.Close());
    assertThat(session.on(new Event.Stopping())).containsExactly(new Effect.Close());
  }

  @Test
  void datagramsGoBackToWhereTheyCameFrom() {
    assertThat(session.on(new Event.Bound(HERE))).isEmpty();
    assertThat(session.on(new Event.Datagram(at(40_000), bytes(1, 2), false)))
        .containsExactly(new Effect.SendTo(bytes(1, 2), at(40_000)));
    assertThat(session.on(new Event.Datagram(at(40_000), bytes(), false)))
        .as("an empty one is one, too")
        .containsExactly(new Effect.SendTo(bytes(), at(40_000)));
  }

  @Test
  void aPartIsNotPassedOffAsTheWhole() {
    assertThat(session.on(new Event.Datagram(at(40_000), bytes(1), true)))
        .containsExactly(new Effect.Note("not echoed: truncated"));
  }

  @Test
  void twoServicesAreNotMadeToTalkForEver() {
    assertThat(session.on(new Event.Datagram(at(7), bytes(1), false)))
        .containsExactly(new Effect.Note("not echoed: a service"));
  }

  @Test
  void whatCannotBeSentIsNoted() {
    Effect sent = new Effect.SendTo(bytes(1), at(40_000));
    assertThat(session.on(new Event.Failed(sent, new IOException("no route"))))
        .containsExactly(new Effect.Note("not echoed: no route"));
  }
}
