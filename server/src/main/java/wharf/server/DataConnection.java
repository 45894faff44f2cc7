package wharf.server;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import wharf.net.TcpWire;
import wharf.net.TlsWire;
import wharf.net.Wire;
import wharf.protocol.Effect.Transfer;
import wharf.protocol.Effect.Transfer.Flow;
import wharf.protocol.Ending;
import wharf.protocol.Event;
import wharf.protocol.Throttle;

/// One transfer and its data connection, from the first attempt to connect to the end.
///
/// ```
///   passive: ACCEPTING --client came--+   (from a balancer: once its header is read)
///                                     |   (at a port of a range: once the switchboard brings it)
///                                     +--> (under TLS: SHAKING HANDS) --> MOVING
///   active: CONNECTING --connected----+
///   kept by the transfer before ------> MOVING
///   MOVING --portion moved--> AWAITING ITS TURN --time has passed--> MOVING   where it is throttled
///   MOVING --pump is done, aborted, stalled--> ended, and perhaps kept
/// ```
///
/// It never waits: a driver calls [#advance] when [#channel] is ready for [#interest], or
/// [#deadline] has passed, and waits again, until it answers how the transfer ended. Used by one
/// thread at a time.
final class DataConnection {
  private static final String GONE =
      "the client has closed the one that was kept; say anew how to connect: EPSV, PASV, EPRT or"
          + " PORT";

  private static final String NOT_ITS_OWN =
      "the data connection came with a TLS session of its own";

  private final Transfer transfer;
  private final InetAddress peer;
  private final Entrance entrance;
  private final @Nullable SecureChannel tls;
  private final Consumer<SelectableChannel> forget;
  private final LongSupplier nanoTime;
  private final long began;

  /// When, of `nanoTime`, it has lasted as long as it may; null for never.
  private final @Nullable Long latest;

  private final Meter meter;
  private long deadline;
  private @Nullable SelectableChannel channel;

  /// Where the connection is brought to, if that is elsewhere.
  private final Switchboard.@Nullable Seat seat;

  /// Where whoever comes next waits while a balancer tells of one who came.
  private @Nullable ServerSocketChannel listening;

  /// What it has to say first, as long as that is not whole.
  private @Nullable ProxyHeader header;

  private int interest;
  private boolean again;

  private final boolean throttled;

  /// Whether it was told its first turn.
  private boolean queued;

  /// When its next turn is, and whether that is waited for.
  private long turn;

  private boolean awaitsTurn;
  private @Nullable Wire wire;
  private @Nullable TlsWire shaking;
  private @Nullable Pump pump;

  /// Whether it is a kept connection of which nothing has been heard or sent since.
  private boolean resuming;

  /// What was received behind the end of an upload before, if this is none.
  private @Nullable ByteBuffer unread;

  private @Nullable Kept kept;

  /// A data connection that is open for the next transfer, and waited for by nobody.
  ///
  /// @param unread what has been read of it already, with a free byte before it
  record Kept(SocketChannel channel, Wire wire, @Nullable ByteBuffer unread) implements Closeable {
    @Override
    public void close() throws IOException {
      closeInOrder(wire);
      channel.close();
    }
  }

  /// Begins to accept or to connect.
  ///
  /// @param listener non-blocking, and this object's from here on; null for an active transfer
  /// @param seat where the client was told to come to instead, this object's from here on
  /// @param before what the transfer before has kept, this object's from here on; null for none
  /// @param local the server's address on the control connection
  /// @param peer the only address to accept from
  /// @param entrance says who is a balancer: what comes from there has to be the client's, too
  /// @param tls what the control connection is under, if the transfer is to be secure
  /// @param forget called before a channel is closed
  /// @throws IOException when there is nothing to connect through
  DataConnection(
      Transfer transfer,
      @Nullable ServerSocketChannel listener,
      Switchboard.@Nullable Seat seat,
      @Nullable Kept before,
      InetAddress local,
      InetAddress peer,
      Entrance entrance,
      @Nullable SecureChannel tls,
      Consumer<SelectableChannel> forget,
      LongSupplier nanoTime)
      throws IOException {
    this.transfer = transfer;
    this.seat = seat;
    this.peer = peer;
    this.entrance = entrance;
    this.tls = tls;
    this.forget = forget;
    this.nanoTime = nanoTime;
    this.throttled = !transfer.limits().throttles().isEmpty();
    this.began = nanoTime.getAsLong();
    this.meter = new Meter(began);
    this.deadline = began + transfer.limits().connect().toNanos();
    Duration longest = transfer.limits().longest();
    this.latest = longest == null ? null : began + longest.toNanos();
    switch (transfer.route()) {
      case Transfer.Route.Passive _ -> {
        if (seat != null) {
          seat.use(transfer.secure());
        } else if (listener != null) {
          channel = listener;
          interest = SelectionKey.OP_ACCEPT;
        } else {
          throw new IOException("no address for a data connection was agreed on");
        }
      }
      case Transfer.Route.Active(InetSocketAddress to) -> {
        SocketChannel dialled = SocketChannel.open();
        channel = dialled;
        interest = SelectionKey.OP_CONNECT;
        try {
          dialled.configureBlocking(false);
          dialled.bind(new InetSocketAddress(local, 0));
          if (dialled.connect(to)) {
            connected(dialled);
          }
        } catch (IOException | RuntimeException e) {
          dialled.close();
          throw e;
        }
      }
      case Transfer.Route.Kept() -> {
        if (before == null) {
          throw new IOException("none was kept");
        }
        if (before.wire() instanceof TlsWire == (tls == null)) {
          before.close();
          throw new IOException("the one that was kept was agreed on before PROT");
        }
        channel = before.channel();
        wire = before.wire();
        unread = before.unread();
        resuming = true;
        // What has arrived already no poller will tell of.
        again = true;
        begin(before.wire(), Ending.FIN);
      }
    }
  }

  /// What to wait on; null while the connection is to be brought: the driver is woken then.
  @Nullable SelectableChannel channel() {
    return channel;
  }

  /// What to wait for, as `SelectionKey` operations.
  int interest() {
    return interest;
  }

  /// Whether [#advance] would go on at once: its burst was used up.
  boolean again() {
    return again;
  }

  /// The same where waiting could be for ever: what TLS or the mode's decoder has received no
  /// poller knows of.
  boolean buffered() {
    return again && (tls != null || !(transfer.mode() instanceof Transfer.Mode.Stream));
  }

  /// The restart marker that the last [#advance] has come to, if it has, once.
  Event.@Nullable Marked takeMarked() {
    return pump == null ? null : pump.takeMarked();
  }

  /// How far it has come.
  Meter meter() {
    return meter;
  }

  /// Once it has ended: what the next transfer can go on with, if its mode leaves it open and it
  /// ended in order. It is the caller's to close.
  @Nullable Kept kept() {
    return kept;
  }

  /// When, of `nanoTime`, waiting has lasted too long.
  long deadline() {
    long next = awaitsTurn ? turn : deadline;
    return latest != null && latest - next < 0 ? latest : next;
  }

  /// Whether the bytes go to the server.
  boolean isUpload() {
    return transfer.flow() instanceof Flow.In;
  }

  /// Does what can be done now.
  ///
  /// @return how it ended, or null while it goes on
  Event.@Nullable Transferred advance(ByteBuffer scratch) {
    if (latest != null && nanoTime.getAsLong() - latest >= 0) {
      return end(Ending.TOO_LONG, null);
    }
    try {
      if (listening != null) {
        identify(listening);
      }
      if (channel instanceof ServerSocketChannel listener) {
        accept(listener);
      }
      if (listening != null) {
        return null;
      }
      if (channel instanceof ServerSocketChannel) {
        return overdue();
      }
      if (channel == null && seat != null) {
        arrived(seat.take());
      } else if (wire == null
          && channel instanceof SocketChannel dialled
          && dialled.finishConnect()) {
        connected(dialled);
      }
      TlsWire under = shaking;
      if (under != null && tls != null && shakesHands(under) && !tls.admits(under.session())) {
        return end(Ending.UNBOUND, new IOException(NOT_ITS_OWN));
      }
    } catch (IOException e) {
      return end(Ending.PEER_FAILED, e);
    }
    return pump == null ? overdue() : pump(pump, scratch);
  }

  private Event.@Nullable Transferred pump(Pump pump, ByteBuffer scratch) {
    if (throttled && !hasTurn(pump)) {
      return awaitTurn();
    }
    if (resuming && !isUpload() && isGone(scratch)) {
      return end(Ending.PEER_FAILED, new IOException(GONE));
    }
    long before = pump.bytes() + pump.onWire();
    long wireBefore = pump.onWire();
    Pump.Step step = pump.step(scratch);
    if (throttled && pump.onWire() > wireBefore) {
      pay(pump.onWire() - wireBefore);
    }
    Ending ending = pump.ending();
    if (ending != null) {
      boolean gone = resuming && pump.onWire() == 0 && endsEarly(ending);
      return gone ? end(Ending.PEER_FAILED, new IOException(GONE)) : end(ending, pump.problem());
    }
    resuming = resuming && pump.onWire() == 0;
    again = step == Pump.Step.AGAIN;
    // Where nothing has moved and it goes on at once, it is the source that takes long.
    if (again || pump.bytes() + pump.onWire() > before) {
      long now = nanoTime.getAsLong();
      meter.moved(pump.bytes(), now);
      deadline = now + transfer.limits().stall().toNanos();
    }
    if (throttled && again && !hasTurn(pump)) {
      return awaitTurn();
    }
    if (wire != null && (!again || throttled)) {
      // Also where it goes on at once, for a turn that came late has another behind it: while the
      // first was awaited nothing else was, and pollers tell only of what is waited for.
      boolean reads = again ? isUpload() : step == Pump.Step.READ;
      interest = wire.interest(reads ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
    }
    return again ? null : overdue();
  }

  /// Whether the time has come to move the next portion: when what it has moved itself, and what
  /// the others had moved by then, is paid for. What they move meanwhile puts off their next turns,
  /// not this one.
  private boolean hasTurn(Pump pump) {
    long now = nanoTime.getAsLong();
    if (!queued) {
      queued = true;
      turn = nextTurn(now);
      for (Throttle throttle : transfer.limits().throttles()) {
        pump.moveAtMost(Math.min(pump.portion(), throttle.portion()));
      }
    }
    awaitsTurn = turn - now > 0;
    return !awaitsTurn;
  }

  private void pay(long moved) {
    long now = nanoTime.getAsLong();
    transfer.limits().throttles().forEach(throttle -> throttle.moved(moved, now));
    turn = nextTurn(now);
  }

  private long nextTurn(long now) {
    long latest = now;
    for (Throttle throttle : transfer.limits().throttles()) {
      long next = throttle.turn(now);
      latest = next - latest > 0 ? next : latest;
    }
    return latest;
  }

  /// Nothing is waited for but time, and what TLS itself has to say. It is no stall.
  private Event.@Nullable Transferred awaitTurn() {
    again = false;
    deadline = turn + transfer.limits().stall().toNanos();
    try {
      if (wire != null) {
        boolean _ = wire.flush();
        interest = wire.interest(0);
      }
      return null;
    } catch (IOException e) {
      return end(Ending.RESET, e);
    }
  }

  private static boolean endsEarly(Ending ending) {
    return ending == Ending.CUT_OFF || ending == Ending.RESET;
  }

  /// Whether the client has closed the connection that was kept. A download would not notice: what
  /// is sent into the void is taken at first.
  private boolean isGone(ByteBuffer scratch) {
    resuming = false;
    if (unread != null || wire == null) {
      return false;
    }
    try {
      int count = wire.read(scratch.clear().position(1));
      if (count > 0) {
        scratch.flip();
        unread = ByteBuffer.allocate(scratch.limit()).put(scratch).flip().position(1);
      }
      return count < 0;
    } catch (IOException e) {
      return true;
    }
  }

  private Event.@Nullable Transferred overdue() {
    if (nanoTime.getAsLong() - deadline < 0) {
      return null;
    }
    Duration waited = pump == null ? transfer.limits().connect() : transfer.limits().stall();
    return end(
        pump == null ? Ending.PEER_FAILED : Ending.TIMED_OUT,
        new SocketTimeoutException(
            (pump == null ? "no data connection within " : "nothing moved for ")
                + waited.toSeconds()
                + " s"));
  }

  /// Ends it now, with `ending`. The peer is told by a reset: what it has is not the whole.
  Event.Transferred abort(Ending ending) {
    return end(ending, null);
  }

  /// Ends it now, because it cannot be waited for.
  Event.Transferred refuse(IOException problem) {
    return end(Ending.PEER_FAILED, problem);
  }

  /// Ends it now, for a fault of the source or the sink.
  Event.Transferred fail(IOException problem) {
    return end(Ending.STORE_FAILED, problem);
  }

  private void accept(ServerSocketChannel listener) throws IOException {
    SocketChannel came;
    while ((came = listener.accept()) != null) {
      InetSocketAddress from = (InetSocketAddress) came.getRemoteAddress();
      if (from != null && entrance.isBalanced(from)) {
        forget.accept(listener);
        came.configureBlocking(false);
        channel = came;
        interest = SelectionKey.OP_READ;
        listening = listener;
        header = new ProxyHeader();
        deadline =
            Math.min(connectDeadline(), nanoTime.getAsLong() + ProxyHeader.PATIENCE.toNanos());
        identify(listener);
        if (listening != null || wire != null) {
          return;
        }
      } else if (from != null && from.getAddress().equals(peer)) {
        forget.accept(listener);
        take(listener, came);
        return;
      } else {
        came.close();
      }
    }
  }

  private long connectDeadline() {
    return began + transfer.limits().connect().toNanos();
  }

  private void take(ServerSocketChannel listener, SocketChannel client) throws IOException {
    listener.close();
    channel = client;
    client.configureBlocking(false);
    connected(client);
  }

  /// Finds out whether it is the client for whom a balancer has connected; others are turned away,
  /// and the next may come.
  private void identify(ServerSocketChannel listener) throws IOException {
    SocketChannel came = (SocketChannel) Objects.requireNonNull(channel);
    boolean itself = false;
    try {
      if (!Objects.requireNonNull(header).read(came)) {
        if (nanoTime.getAsLong() - deadline < 0) {
          return;
        }
      } else {
        ProxyHeader.Ends ends = header.ends();
        InetSocketAddress from =
            ends == null ? (InetSocketAddress) came.getRemoteAddress() : ends.client();
        itself = from.getAddress().equals(peer);
      }
    } catch (IOException e) {
      // It is nobody's: as if it had never come.
    }
    header = null;
    listening = null;
    deadline = connectDeadline();
    if (itself) {
      take(listener, came);
    } else {
      forget.accept(came);
      came.close();
      channel = listener;
      interest = SelectionKey.OP_ACCEPT;
    }
  }

  private void arrived(Switchboard.@Nullable Arrived what) throws IOException {
    if (what == null) {
      return;
    }
    channel = what.channel();
    TlsWire under = what.under();
    if (under == null) {
      connected(what.channel());
    } else {
      wire = under;
      shaking = under;
    }
  }

  private void connected(SocketChannel connection) throws IOException {
    connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
    TcpWire tcp = new TcpWire(connection);
    if (tls == null) {
      wire = tcp;
      begin(tcp, Ending.FIN);
    } else {
      TlsWire under = new TlsWire(tcp, tls.dataEngine());
      wire = under;
      shaking = under;
      interest = under.interest(0);
    }
  }

  /// Goes on with the handshake.
  ///
  /// @return whether it is done
  private boolean shakesHands(TlsWire under) throws IOException {
    boolean _ = under.flush();
    if (!under.handshaken()) {
      interest = under.interest(0);
      return false;
    }
    shaking = null;
    begin(under, Ending.CLOSE_NOTIFY);
    return true;
  }

  private void begin(Wire over, Ending inputEnd) {
    pump = Pump.of(transfer.flow(), transfer.mode(), over, inputEnd, unread);
    deadline = nanoTime.getAsLong() + transfer.limits().stall().toNanos();
    interest = over.interest(isUpload() ? SelectionKey.OP_READ : SelectionKey.OP_WRITE);
  }

  private Event.Transferred end(Ending asked, @Nullable IOException problem) {
    SelectableChannel over = channel;
    if (over != null) {
      forget.accept(over);
    }
    if (seat != null) {
      seat.close();
    }
    closeListening();
    boolean givenUp =
        switch (asked) {
          case ABORTED, TIMED_OUT, TOO_LONG -> true;
          default -> false;
        };
    Ending ending = asked;
    if (givenUp && pump != null && pump.isWhole()) {
      ending = Ending.BLOCK_EOF;
      problem = null;
    }
    try {
      if (wire != null
          && transfer.mode().leavesOpen(ending)
          && over instanceof SocketChannel connection
          && pump != null) {
        kept = new Kept(connection, wire, isUpload() ? pump.unread() : unread);
      } else {
        if (wire != null) {
          close(wire, ending);
        }
        if (over != null) {
          over.close();
        }
      }
    } catch (IOException e) {
      // Nothing is lost: the ending says what happened, and the descriptor is gone either way.
      problem = problem == null ? e : problem;
    }
    if (transfer.flow() instanceof Flow.Out(var source, _)) {
      try {
        source.close();
      } catch (IOException e) {
        problem = problem == null ? e : problem;
      }
    }
    Duration took = Duration.ofNanos(nanoTime.getAsLong() - began);
    if (pump == null) {
      return new Event.Transferred(ending, 0, took, problem);
    }
    pump.end();
    return new Event.Transferred(ending, pump.bytes(), pump.onWire(), took, problem);
  }

  private void closeListening() {
    if (listening != null) {
      try {
        listening.close();
      } catch (IOException e) {
        // The descriptor is gone either way.
      }
      listening = null;
    }
  }

  private static void close(Wire wire, Ending ending) throws IOException {
    switch (ending) {
      case SENT, FIN, BLOCK_EOF -> wire.close();
      // Some clients look at the reply only when the data connection has ended in order: the reason
      // of a refusal would never be read.
      case CLOSE_NOTIFY, UNBOUND -> closeInOrder(wire);
      default -> wire.reset();
    }
  }

  private static void closeInOrder(Wire wire) throws IOException {
    try {
      wire.endOutput();
    } catch (IOException e) {
      // Who has said all may be gone.
    }
    wire.close();
  }
}
