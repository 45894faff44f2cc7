package wharf.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import wharf.protocol.Effect;
import wharf.protocol.Event;
import wharf.protocol.Protocol;
import wharf.protocol.Session;

@Timeout(60)
class ConversationTest {
  private static final int PATIENCE = 60_000;

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
    public void end() {}

    @Override
    public void wake() {}

    @Override
    public void perform(
        Conversation conversation, Callable<Event> task, ExecutorService workers, boolean lengthy) {
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
      StreamConversation conversation =
          new StreamConversation(
              Contexts.of(new Parrot(), SocketSettings.USUAL, workers),
              new AtOnce(client),
              control);
      conversation.open();
      byte[] line = "later a\n".getBytes(US_ASCII);
      conversation.received(line.length, ByteBuffer.wrap(line));
      ByteBuffer scratch = ByteBuffer.allocate(Pump.SCRATCH);
      conversation.ready(scratch);

      client.socket().setSoTimeout(PATIENCE);
      String expected = "hello\ndone a\nmine\n";
      byte[] all = client.socket().getInputStream().readNBytes(expected.length());
      assertThat(new String(all, US_ASCII)).isEqualTo(expected);
      conversation.kill();
      assertThat(conversation.ended()).isTrue();
    }
  }

  /// What came, and nothing else.
  private static final class Listener implements Protocol, Session {
    final List<byte[]> heard = new ArrayList<>();
    final List<Boolean> truncated = new ArrayList<>();

    @Override
    public Session open() {
      return this;
    }

    @Override
    public byte[] refusal(Refusal why) {
      return new byte[0];
    }

    @Override
    public List<Effect> on(Event event) {
      if (event instanceof Event.Datagram(InetSocketAddress _, ByteBuffer bytes, boolean more)) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        heard.add(copy);
        truncated.add(more);
      }
      return List.of();
    }
  }

  /// What fills the buffer may have been longer, and what was longer is not to be had; so both are
  /// told as cut short, with what there is of them.
  @Test
  void aDatagramThatFillsTheBufferIsTold() throws Exception {
    int limit = 1000;
    Listener listener = hear(limit, limit - 1, limit, limit + 1, 5 * limit, 0, limit - 1);
    assertThat(listener.truncated).containsExactly(false, true, true, true, false, false);
    assertThat(listener.heard)
        .containsExactly(
            Parrot.content(limit - 1),
            Parrot.content(limit),
            Parrot.content(limit),
            Parrot.content(limit),
            new byte[0],
            Parrot.content(limit - 1));
  }

  /// The longest that IPv4 carries is not taken for cut short.
  @Test
  void noDatagramOfIpv4FillsTheBuffer() throws Exception {
    Listener listener = hear(DatagramConversation.RECEIVED_LIMIT, 65_507);
    assertThat(listener.truncated).containsExactly(false);
    assertThat(listener.heard).containsExactly(Parrot.content(65_507));
  }

  /// Sends datagrams of these sizes, one after the other.
  private static Listener hear(int limit, int... sizes) throws Exception {
    Listener listener = new Listener();
    ByteBuffer scratch = ByteBuffer.allocateDirect(Pump.SCRATCH);
    InetSocketAddress here = new InetSocketAddress(Client.HERE, 0);
    try (DatagramChannel sender = DatagramChannel.open(StandardProtocolFamily.INET).bind(here);
        DatagramChannel socket = DatagramChannel.open(StandardProtocolFamily.INET).bind(here);
        Selector selector = Selector.open();
        var workers = Executors.newSingleThreadExecutor()) {
      socket.configureBlocking(false);
      SelectionKey _ = socket.register(selector, SelectionKey.OP_READ);
      Context context = Contexts.of(listener, SocketSettings.USUAL, workers);
      Conversation conversation =
          limit == DatagramConversation.RECEIVED_LIMIT
              ? Conversation.over(socket, context, new Undriven())
              : new DatagramConversation(context, new Undriven(), socket, limit);
      conversation.open();
      for (int size : sizes) {
        int before = listener.heard.size();
        int _ = sender.send(ByteBuffer.wrap(Parrot.content(size)), socket.getLocalAddress());
        assertThat(selector.select(PATIENCE)).as("a datagram of %d bytes", size).isEqualTo(1);
        selector.selectedKeys().clear();
        conversation.ready(scratch);
        assertThat(listener.heard).hasSize(before + 1);
      }
      conversation.kill();
    }
    return listener;
  }

  private static final class Undriven implements Conversation.Driver {
    @Override
    public void forget(SelectableChannel channel) {}

    @Override
    public void end() {}

    @Override
    public void wake() {}

    @Override
    public void perform(
        Conversation conversation, Callable<Event> task, ExecutorService workers, boolean lengthy) {
      throw new AssertionError("it has no tasks");
    }
  }

  /// However fast a client reads, others have their turn each time that all has left.
  @Test
  void thatAllHasLeftIsToldOnceInATurn() throws Exception {
    try (ServerSocketChannel listener =
            ServerSocketChannel.open().bind(new InetSocketAddress(Client.HERE, 0));
        SocketChannel client = SocketChannel.open(listener.getLocalAddress());
        SocketChannel control = listener.accept();
        var workers = Executors.newSingleThreadExecutor()) {
      control.configureBlocking(false);
      Parrot parrot = new Parrot();
      StreamConversation conversation =
          new StreamConversation(
              Contexts.of(parrot, SocketSettings.USUAL, workers), new Undriven(), control);
      conversation.open();
      byte[] line = "flood 5\n".getBytes(US_ASCII);
      conversation.received(line.length, ByteBuffer.wrap(line));
      ByteBuffer scratch = ByteBuffer.allocate(Pump.SCRATCH);
      for (int turn = 1; turn <= 5; turn++) {
        assertThat(parrot.flooded).hasValue(turn);
        assertThat(conversation.buffered()).isTrue();
        assertThat(conversation.idle()).isFalse();
        conversation.ready(scratch);
      }
      assertThat(conversation.buffered()).isFalse();
      assertThat(conversation.idle()).isTrue();
      client.socket().setSoTimeout(PATIENCE);
      assertThat(client.socket().getInputStream().readNBytes(6 + 5 * 1000)).hasSize(5006);
      conversation.kill();
    }
  }
}
