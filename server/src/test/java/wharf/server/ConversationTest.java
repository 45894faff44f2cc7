package wharf.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import wharf.protocol.Event;

class ConversationTest {
  /// Runs a task in the middle of a delivery, as the blocking driver does, and lends its buffer to
  /// somebody else right after.
  private static final class AtOnce implements Conversation.Driver {
    private final SocketChannel client;

    AtOnce(SocketChannel client) {
      this.client = client;
    }

    @Override
    public void forget(SelectableChannel channel) {}

    @Override
    public void perform(Conversation conversation, Callable<Event> task) {
      ByteBuffer scratch = ByteBuffer.allocate(Pump.SCRATCH);
      try {
        client.write(ByteBuffer.wrap("echo mine\n".getBytes(US_ASCII)));
        conversation.performed(task.call(), scratch);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      scratch.clear();
      while (scratch.hasRemaining()) {
        scratch.put((byte) '#');
      }
    }
  }

  @Test
  void whatComesDuringATaskIsNotReadFromABufferGivenBack() throws Exception {
    try (ServerSocketChannel listener =
            ServerSocketChannel.open().bind(new InetSocketAddress(Client.HERE, 0));
        SocketChannel client = SocketChannel.open(listener.getLocalAddress());
        SocketChannel control = listener.accept();
        var workers = Executors.newSingleThreadExecutor()) {
      control.configureBlocking(false);
      Context context =
          new Context(
              new Parrot(),
              new Door(1, 1),
              PortRange.ANY,
              SocketSettings.USUAL,
              Set.of(),
              -1,
              () -> {},
              workers,
              System::nanoTime,
              new Random(),
              System.getLogger("wharf.server"));
      StreamConversation conversation =
          new StreamConversation(context, new AtOnce(client), control);
      conversation.open();
      byte[] line = "later a\n".getBytes(US_ASCII);
      conversation.received(line.length, ByteBuffer.wrap(line));
      ByteBuffer scratch = ByteBuffer.allocate(Pump.SCRATCH);
      conversation.ready(scratch);

      client.socket().setSoTimeout(60_000);
      String expected = "hello\ndone a\nmine\n";
      byte[] all = client.socket().getInputStream().readNBytes(expected.length());
      assertThat(new String(all, US_ASCII)).isEqualTo(expected);
      conversation.kill();
      assertThat(conversation.ended()).isTrue();
    }
  }
}
