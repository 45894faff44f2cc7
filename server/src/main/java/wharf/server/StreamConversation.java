package wharf.server;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import wharf.net.TcpWire;
import wharf.net.Wire;
import wharf.protocol.Effect;
import wharf.protocol.Effect.Transfer;
import wharf.protocol.Ending;
import wharf.protocol.Event;
import wharf.protocol.Protocol.Refusal;

/// A session over a byte stream, and its data connections. See [Conversation].
final class StreamConversation extends Conversation {
  /// Replies that have not left are at most this many bytes before nothing more is received.
  private static final int UNSENT_LIMIT = 64 << 10;

  /// How long a client may leave replies unread.
  private static final Duration SEND_STALL = Duration.ofSeconds(60);

  /// How long the last reply may take to be read: closing at once, with input unread, would reset
  /// the connection and lose it.
  private static final Duration LINGER = Duration.ofSeconds(2);

  /// The same when input is not read any more, so that its end cannot be waited for.
  private static final Duration DEAF_LINGER = Duration.ofMillis(200);

  /// The most reads to find out whether a client is still there.
  private static final int CATCH_UP_READS = 4;

  private static final String NO_DATA_CONNECTIONS =
      "a client over a Unix-domain socket has no address for data connections";

  private final SocketChannel control;

  /// This end of the connection, where its data connections are, too.
  private final SocketAddress ownEnd;

  /// The two ends as the client has them: a balancer may be between.
  private SocketAddress local;

  private SocketAddress peer;

  /// What a balancer has to say first, as long as that is not whole.
  private @Nullable ProxyHeader header;

  /// Where the door has counted the client of a balancer.
  private @Nullable InetAddress countedAt;

  private Wire wire;

  /// What [#wire] is under, once that was asked for and all before it has left.
  private @Nullable SecureChannel tls;

  /// Whether TLS was asked for, and is not there yet.
  private boolean securing;

  /// Whether it is there.
  private boolean secured;

  /// The host that the client means, if it has said so before TLS.
  private String hostMeant = "";

  /// Whether the session was told that it is opened.
  private boolean opened;

  private final ArrayDeque<ByteBuffer> unsent = new ArrayDeque<>();
  private int unsentBytes;
  private boolean draining;

  /// Whether all has left by now, and the session is told so when others have had their turn: it
  /// may have as much again to say, as often as it likes.
  private boolean drained;

  /// Whether the last thing received may have more behind it.
  private boolean moreToReceive;

  private boolean inputEnded;
  private boolean deaf;
  private boolean closing;
  private boolean outputEnded;
  private boolean closed;
  private long sendDeadline = NEVER;
  private long lingerDeadline = NEVER;
  private long handshakeDeadline = NEVER;
  private long headerDeadline = NEVER;
  private @Nullable ServerSocketChannel listener;

  /// Instead of that where only certain ports are for data connections.
  private Switchboard.@Nullable Seat seat;

  /// What is not answered yet: the seat has no port.
  private Effect.@Nullable Listen asking;

  private long askingDeadline = NEVER;
  private @Nullable DataConnection data;

  /// The data connection of the transfer before, open for the next.
  private DataConnection.@Nullable Kept kept;

  /// @param control connected and non-blocking; this object's from here on
  StreamConversation(Context context, Driver driver, SocketChannel control) throws IOException {
    super(context, driver, nameOf(control.getRemoteAddress()));
    this.control = control;
    this.wire = new TcpWire(control);
    this.ownEnd = control.getLocalAddress();
    this.local = ownEnd;
    this.peer = control.getRemoteAddress();
    this.header = context.entrance().isBalanced(peer) ? new ProxyHeader() : null;
  }

  private static String nameOf(SocketAddress peer) {
    return peer instanceof InetSocketAddress at
        ? at.getAddress().getHostAddress()
        // The client's end of a Unix-domain socket has no name.
        : "unix";
  }

  @Override
  Journal.Connection connection() {
    return new Journal.Connection(Journal.transport(peer), local, peer, secured);
  }

  @Override
  void open() {
    if (header == null) {
      greet();
    } else {
      headerDeadline = context().nanoTime().getAsLong() + ProxyHeader.PATIENCE.toNanos();
    }
  }

  private void greet() {
    tellTheBeginning();
    if (context().isSecure(ownEnd)) {
      // Before it says anything; it is told that it is secure when it is.
      secure("");
    } else {
      opened = true;
      deliver(new Event.Opened(local, peer));
    }
  }

  @Override
  SocketChannel channel() {
    return control;
  }

  @Override
  int interest() {
    if (closed) {
      return 0;
    }
    return wire.interest(
        (receives() ? SelectionKey.OP_READ : 0) | (unsent.isEmpty() ? 0 : SelectionKey.OP_WRITE));
  }

  @Override
  boolean again() {
    return moreToReceive && !closed && receives();
  }

  @Override
  boolean buffered() {
    return !closed && (drained || (tls != null && again()));
  }

  @Override
  @Nullable DataConnection data() {
    return data;
  }

  @Override
  long deadline() {
    long soonest =
        Math.min(
            Math.min(Math.min(sendDeadline, lingerDeadline), askingDeadline),
            Math.min(handshakeDeadline, headerDeadline));
    if (data != null) {
      return Math.min(soonest, data.deadline());
    }
    // Only what [#tick] looks at: a time that has passed and leads to nothing would keep an event
    // loop from all else.
    return closing ? soonest : Math.min(soonest, expiry());
  }

  @Override
  boolean idle() {
    return data == null
        && asking == null
        && unsent.isEmpty()
        && !draining
        && !performing()
        && !closing
        && !closed
        && !securing
        && header == null
        // TLS may have received what it has not given yet, or have something to say itself.
        && (tls == null || (!moreToReceive && wire.interest(0) == 0));
  }

  @Override
  boolean closed() {
    return closed && data == null;
  }

  @Override
  void ready(ByteBuffer scratch) {
    flush();
    receive(scratch);
  }

  /// Takes what a driver has received by itself; -1 when the client has ended its output. Under TLS
  /// it has to be [#ready] then: what it means may be more than one thing, or none yet.
  void received(int count, ByteBuffer bytes) {
    if (count > 0 && tls != null) {
      tls.fed().feed(bytes);
      moreToReceive = true;
    } else {
      heard(count, bytes);
    }
  }

  private void heard(int count, ByteBuffer bytes) {
    if (count >= 0 && !closing) {
      hasReceived(count);
      // A driver that runs a task at once is in the middle of a delivery: the session is told later
      // than the driver's buffer lasts.
      deliver(
          new Event.Received(
              delivering() ? ByteBuffer.allocate(bytes.remaining()).put(bytes).flip() : bytes));
    } else if (count < 0) {
      inputHasEnded();
    }
  }

  /// The driver has shut the input itself: what the client says from now on is not read, and that
  /// the input ends says nothing about the client.
  void inputShut() {
    deaf = true;
  }

  @Override
  void dataReady(ByteBuffer scratch) {
    DataConnection running = data;
    if (running == null) {
      return;
    }
    Event.Transferred end;
    try {
      end = running.advance(scratch);
    } catch (RuntimeException | Error fault) {
      context()
          .log()
          .log(Level.ERROR, "a transfer of " + name() + " ended by a fault of its own", fault);
      end = running.fail(new IOException("an internal fault, see the server's log", fault));
    }
    Event.Marked marked = running.takeMarked();
    // A client that does not read what it is told is told no more of its markers.
    if (marked != null && unsentBytes < UNSENT_LIMIT) {
      deliver(marked);
    }
    if (end != null) {
      transferred(end, running, scratch);
    }
  }

  @Override
  void transferImpossible(IOException why, ByteBuffer scratch) {
    DataConnection running = data;
    if (running != null) {
      transferred(running.refuse(why), running, scratch);
    }
  }

  @Override
  void tick(ByteBuffer scratch) {
    long now = context().nanoTime().getAsLong();
    if (passed(handshakeDeadline, now)) {
      note("made no handshake in time");
    }
    if (passed(headerDeadline, now)) {
      context().log().log(Level.INFO, "{0} is a balancer and told of no client in time", name());
    }
    if (passed(sendDeadline, now)
        || passed(lingerDeadline, now)
        || passed(headerDeadline, now)
        || passed(handshakeDeadline, now)) {
      kill();
      return;
    }
    if (data != null && now - data.deadline() >= 0) {
      dataReady(scratch);
    }
    settleAsking();
    if (data == null && !closing) {
      expire(now);
    }
  }

  @Override
  void stopping() {
    if (!opened) {
      close();
    } else if (!closing) {
      deliver(new Event.Stopping());
    }
  }

  @Override
  void kill() {
    boolean news = opened && !closing && !inputEnded;
    inputEnded = true;
    close();
    if (news) {
      deliver(new Event.PeerClosed());
    }
    abort();
    tellTheEnd();
  }

  private boolean receives() {
    return !deafened()
        && !draining
        && !inputEnded
        && !deaf
        && !securing
        && unsentBytes < UNSENT_LIMIT;
  }

  /// Hears what the client has said and, behind that, whether it is still there. Bounded: one that
  /// goes on talking is.
  @Override
  void catchUp(ByteBuffer scratch) {
    for (int i = 0; i < CATCH_UP_READS && receive(scratch); i++) {}
  }

  /// Receives once.
  ///
  /// @return whether there was something, and may be more
  private boolean receive(ByteBuffer scratch) {
    if (closed || !receives()) {
      return false;
    }
    ProxyHeader expected = header;
    if (expected != null) {
      moreToReceive = receiveHeader(expected);
      return moreToReceive;
    }
    int count;
    try {
      count =
          wire.read(scratch.clear().limit(Math.min(scratch.capacity(), context().controlRead())));
    } catch (IOException e) {
      // Reset by the client: the same to the session as an end in order.
      count = -1;
    }
    moreToReceive = count > 0;
    if (count != 0) {
      heard(count, scratch.flip());
    }
    return moreToReceive;
  }

  /// Receives what a balancer says first, and not a byte of what comes behind it.
  ///
  /// @return whether it is whole, and the client may go on
  private boolean receiveHeader(ProxyHeader expected) {
    try {
      if (!expected.read(control)) {
        return false;
      }
    } catch (IOException e) {
      context()
          .log()
          .log(Level.INFO, "{0} is a balancer and told of no client: {1}", name(), e.getMessage());
      close();
      return false;
    }
    header = null;
    headerDeadline = NEVER;
    ProxyHeader.Ends ends = expected.ends();
    if (ends != null) {
      peer = ends.client();
      local = ends.server();
      rename(nameOf(peer));
    }
    InetAddress from = ((InetSocketAddress) peer).getAddress();
    Refusal refusal = context().door().comesFrom(from);
    if (refusal != null) {
      send(ByteBuffer.wrap(context().protocol().refusal(refusal)));
      finish();
      flush();
      return false;
    }
    countedAt = from;
    greet();
    return true;
  }

  @Override
  void over() {
    if (countedAt != null) {
      context().door().partFrom(countedAt);
    }
  }

  private void inputHasEnded() {
    boolean news = !inputEnded;
    inputEnded = true;
    if (closing) {
      settleOutput();
    } else if (!opened) {
      close();
    } else if (news) {
      deliver(new Event.PeerClosed());
    }
    settleAsking();
  }

  private void transferred(Event.Transferred end, DataConnection running, ByteBuffer scratch) {
    data = null;
    kept = running.kept();
    restartPatience();
    // Before the session is told: is the client still there? One that was killed closed both of its
    // connections.
    if (running.isUpload() && end.ending() == Ending.FIN) {
      catchUp(scratch);
    }
    deliver(end);
  }

  @Override
  void fail() {
    close();
    if (data != null) {
      data.abort(Ending.ABORTED);
      data = null;
    }
  }

  @Override
  void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Send(ByteBuffer bytes) -> send(bytes);
      case Effect.Drain() -> drain();
      case Effect.Secure(String host) -> secure(host);
      case Effect.Listen listen -> listen(listen);
      case Transfer transfer -> begin(transfer);
      case Effect.Abort() -> abort();
      case Effect.HangUp() -> hangUp();
      case Effect.Close() -> finish();
      case Effect.SendTo _ -> throw new IllegalStateException("a datagram over a stream");
      case Effect.Perform _, Effect.Arm _, Effect.Note _ ->
          throw new IllegalStateException("carried out alike by every conversation");
    }
  }

  private void send(ByteBuffer bytes) {
    if (closing || closed) {
      return;
    }
    if (unsent.isEmpty()) {
      sendDeadline = context().nanoTime().getAsLong() + SEND_STALL.toNanos();
    }
    unsent.add(bytes);
    unsentBytes += bytes.remaining();
  }

  private void drain() {
    draining = true;
    flush();
  }

  @Override
  void flush() {
    drained = false;
    try {
      ByteBuffer next;
      while (!closed && (next = unsent.peek()) != null) {
        int count = wire.write(next);
        unsentBytes -= count;
        if (count > 0) {
          sendDeadline = context().nanoTime().getAsLong() + SEND_STALL.toNanos();
        }
        if (next.hasRemaining()) {
          return;
        }
        unsent.remove();
      }
      if (securing && !shakeHands()) {
        return;
      }
      if (!closed && !wire.flush()) {
        return;
      }
    } catch (IOException e) {
      if (securing) {
        securing = false;
        note("made no handshake: " + e.getMessage());
      }
      // Whatever is still to be said has nobody to hear it.
      dropUnsent();
      inputHasEnded();
    }
    sendDeadline = NEVER;
    if (draining) {
      drained = delivering();
      draining = drained;
      if (!drained) {
        deliver(new Event.Drained());
      }
    }
    if (closing) {
      settleOutput();
    }
  }

  private void secure(String host) {
    if (context().tls() == null || tls != null) {
      throw new IllegalStateException(
          tls == null ? "there is no TLS to be had" : "it is under TLS already");
    }
    securing = true;
    hostMeant = host;
    handshakeDeadline = context().nanoTime().getAsLong() + context().tls().handshake().toNanos();
    flush();
  }

  /// Goes on with the handshake, once all has left that was to be said in the clear.
  ///
  /// @return whether it is done, and the session told
  private boolean shakeHands() throws IOException {
    SecureChannel channel = tls;
    if (channel == null) {
      channel =
          new SecureChannel(
              Objects.requireNonNull(context().tls()), context(), wire, hostMeant, name());
      tls = channel;
      wire = channel.control();
    }
    boolean _ = wire.flush();
    if (!channel.hasBegun()) {
      return false;
    }
    securing = false;
    secured = true;
    handshakeDeadline = NEVER;
    channel.control().sayAll();
    // There may be the first command already.
    moreToReceive = true;
    if (!opened) {
      opened = true;
      deliver(new Event.Opened(local, peer));
    }
    deliver(new Event.Secured(channel.security()));
    return true;
  }

  private void dropUnsent() {
    unsent.clear();
    unsentBytes = 0;
  }

  private void listen(Effect.Listen effect) {
    hangUp();
    closeListener();
    try {
      if (!(local instanceof InetSocketAddress here
          && ownEnd instanceof InetSocketAddress own
          && peer instanceof InetSocketAddress there)) {
        throw new IOException(NO_DATA_CONNECTIONS);
      }
      // The address that a balancer has told is its own: nobody can listen there but itself.
      InetAddress at = effect.local().equals(here.getAddress()) ? own.getAddress() : effect.local();
      Switchboard switchboard = context().switchboard();
      if (switchboard != null) {
        SecureChannel known = effect.secure() ? tls : null;
        seat = switchboard.ask(at, there.getAddress(), known, driver()::wake);
        asking = effect;
        askingDeadline = context().nanoTime().getAsLong() + Switchboard.TURN.toNanos();
        settleAsking();
        return;
      }
      ServerSocketChannel opened = PortRange.listen(at);
      listener = opened;
      deliver(new Event.Listening((InetSocketAddress) opened.getLocalAddress()));
    } catch (IOException e) {
      deliver(new Event.Failed(effect, e));
    }
  }

  /// Tells the session where it listens, or that it has waited for a port too long.
  private void settleAsking() {
    Effect.Listen asked = asking;
    Switchboard.Seat waiting = seat;
    if (asked == null || waiting == null) {
      return;
    }
    InetSocketAddress at = waiting.at();
    if (at != null) {
      asking = null;
      askingDeadline = NEVER;
      deliver(new Event.Listening(at));
    } else if (inputEnded || passed(askingDeadline, context().nanoTime().getAsLong())) {
      closeListener();
      deliver(new Event.Failed(asked, Objects.requireNonNull(context().switchboard()).busy()));
    }
  }

  private void begin(Transfer transfer) {
    if (transfer.route() instanceof Transfer.Route.Active) {
      closeListener();
    }
    if (!(transfer.route() instanceof Transfer.Route.Kept)) {
      hangUp();
    }
    DataConnection.Kept before = kept;
    kept = null;
    ServerSocketChannel used = listener;
    listener = null;
    Switchboard.Seat agreed = seat;
    seat = null;
    try {
      if (closing) {
        throw new IOException("the session is being closed");
      }
      if (!(ownEnd instanceof InetSocketAddress here && peer instanceof InetSocketAddress there)) {
        throw new IOException(NO_DATA_CONNECTIONS);
      }
      data =
          new DataConnection(
              transfer,
              used,
              agreed,
              before,
              here.getAddress(),
              there.getAddress(),
              context().entrance(),
              transfer.secure()
                  ? Objects.requireNonNull(tls, "a control connection in the clear")
                  : null,
              driver()::forget,
              context().nanoTime());
      moves(data.meter());
    } catch (IOException e) {
      if (agreed != null) {
        agreed.close();
      }
      if (transfer.flow() instanceof Transfer.Flow.Out(var source, _)) {
        closeQuietly(source);
      }
      deliver(new Event.Transferred(Ending.PEER_FAILED, 0, Duration.ZERO, e));
    }
  }

  private void abort() {
    if (data != null) {
      DataConnection running = data;
      data = null;
      restartPatience();
      deliver(running.abort(Ending.ABORTED));
    }
  }

  /// Closes when everything is sent.
  private void finish() {
    closing = true;
    abort();
    hangUp();
    closeListener();
    settleOutput();
  }

  /// The last steps, once nothing is left to be sent: end the output, wait for the client to end
  /// its own, close.
  private void settleOutput() {
    if (closed || !unsent.isEmpty()) {
      return;
    }
    if (inputEnded && tls == null) {
      close();
      return;
    }
    try {
      if (!outputEnded) {
        outputEnded = true;
        wire.endOutput();
        lingerDeadline = context().nanoTime().getAsLong() + (deaf ? DEAF_LINGER : LINGER).toNanos();
      }
      if (inputEnded && wire.flush()) {
        close();
      }
    } catch (IOException e) {
      close();
    }
  }

  private void close() {
    closing = true;
    if (closed) {
      return;
    }
    closed = true;
    sendDeadline = NEVER;
    lingerDeadline = NEVER;
    handshakeDeadline = NEVER;
    headerDeadline = NEVER;
    dropUnsent();
    hangUp();
    closeListener();
    driver().forget(control);
    closeQuietly(wire);
    tellTheEnd();
  }

  private void hangUp() {
    if (kept != null) {
      closeQuietly(kept);
      kept = null;
    }
  }

  private void closeListener() {
    if (listener != null) {
      // Not yet waited for by anyone: a transfer takes it over before it is.
      closeQuietly(listener);
      listener = null;
    }
    asking = null;
    askingDeadline = NEVER;
    if (seat != null) {
      seat.close();
      seat = null;
    }
  }
}
