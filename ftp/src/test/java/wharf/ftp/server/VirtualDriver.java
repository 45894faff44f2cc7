package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Effect;
import wharf.protocol.Effect.Transfer;
import wharf.protocol.Ending;
import wharf.protocol.Event;
import wharf.protocol.Happening;
import wharf.protocol.Security;
import wharf.protocol.Session;
import wharf.protocol.Source;

/// A driver without sockets, threads or real time: plays one session, and holds it to what every
/// driver relies on, at every step.
///
/// It delivers events as a real driver does: nothing is received while something is drained, nor,
/// but for what the session allows, while a task runs; what follows from an effect is delivered
/// after the effects beside it; after the end only what still ran is settled. Where a real driver
/// leaves a choice (when a transfer or a task ends, what has come by then), the test chooses.
final class VirtualDriver {
  /// As many bytes as the real drivers receive at once.
  static final int WHOLE = 4096;

  static final InetSocketAddress LOCAL = address("192.0.2.1", 21);
  static final InetSocketAddress PEER = address("192.0.2.7", 40_000);
  static final InetSocketAddress LOCAL_6 = address("2001:db8::1", 21);
  static final InetSocketAddress PEER_6 = address("2001:db8::7", 40_000);

  /// Where every data connection may come to: 195 * 256 + 80.
  static final int PASSIVE_PORT = 50_000;

  /// Every other patience is longer.
  private static final Duration PROBATION = Duration.ofMillis(100);

  /// How long every transfer takes.
  static final Duration TOOK = Duration.ofMillis(1500);

  private final Session session;
  private final int chunk;
  private final InetSocketAddress local;
  private final InetSocketAddress peer;
  private final ReplyOrder order = new ReplyOrder();
  private final ReplyGrammar grammar = new ReplyGrammar(this::heard);
  private final List<String> notes = new ArrayList<>();
  private final List<Happening> happenings = new ArrayList<>();

  /// The codes of all replies, and of all those that programs were told of.
  private final List<Integer> said = new ArrayList<>();

  private final List<Integer> told = new ArrayList<>();

  private final Deque<Event> events = new ArrayDeque<>();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private ByteBuffer inbox = ByteBuffer.allocate(0);
  private boolean delivering;
  private boolean receiving;
  private boolean draining;
  private boolean inputEnded;
  private boolean closed;
  private boolean ended;
  private boolean listening;
  private boolean stopped;
  private @Nullable Transfer kept;
  private boolean securing;
  private boolean secure;
  private int aborts;
  private long now;
  private @Nullable Duration patience;
  private long expiry;
  private Effect.@Nullable Perform task;

  /// How much may yet be received while it runs.
  private int ahead;

  private @Nullable Transfer transfer;
  private long moved;

  /// Whether tasks wait for [#runTask], instead of being run at once.
  boolean holdsTasks;

  /// Whether an upload that has ended stays on probation until [#pass], instead of for a moment
  /// that is over at once.
  boolean holdsProbation;

  /// Whether what is drained waits for [#drained], instead of leaving at once.
  boolean holdsDrains;

  /// The host that the session has asked to be in the handshake.
  String hostMeant = "";

  /// What the client shows in the handshake.
  List<X509Certificate> shown = List.of();

  /// Whether the handshake of TLS waits for [#secured], instead of being done at once.
  boolean holdsHandshake;

  /// Whether the next listener cannot be had.
  boolean refusesToListen;

  VirtualDriver(Session session, int chunk) {
    this(session, chunk, LOCAL, PEER);
  }

  /// @param chunk the most bytes of the client's that come at once
  VirtualDriver(Session session, int chunk, InetSocketAddress local, InetSocketAddress peer) {
    this.session = session;
    this.chunk = chunk;
    this.local = local;
    this.peer = peer;
    deliver(new Event.Opened(local, peer));
  }

  private static InetSocketAddress address(String literal, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
  }

  // What the client does.

  /// The client sends these bytes.
  void send(byte[] bytes) {
    for (byte b : bytes) {
      if (b == '\n') {
        byte[] whole = line.toByteArray();
        order.sent(withoutCr(whole), whole.length >= LineUp.LINE_LIMIT);
        line.reset();
      } else {
        line.write(b);
      }
    }
    inbox = ByteBuffer.allocate(inbox.remaining() + bytes.length).put(inbox).put(bytes).flip();
    receive();
  }

  private static byte[] withoutCr(byte[] line) {
    int length = line.length;
    return length > 0 && line[length - 1] == '\r' ? Arrays.copyOf(line, length - 1) : line;
  }

  void send(String line) {
    send((line + "\r\n").getBytes(StandardCharsets.UTF_8));
  }

  /// The client's end of the control connection is gone.
  void peerCloses() {
    if (!inputEnded && !closed) {
      inputEnded = true;
      deliver(new Event.PeerClosed());
    }
  }

  /// The client sends these bytes of an upload.
  void upload(byte[] bytes) {
    if (!(running().flow() instanceof Transfer.Flow.In(var sink, _))) {
      throw new AssertionError("no upload runs");
    }
    for (int from = 0; from < bytes.length; from += chunk) {
      ByteBuffer part = ByteBuffer.wrap(bytes.clone(), from, Math.min(chunk, bytes.length - from));
      moved += part.remaining();
      try {
        sink.write(part);
      } catch (IOException e) {
        endTransfer(Ending.STORE_FAILED, e);
        return;
      }
      assertThat(part.hasRemaining()).as("a sink takes all").isFalse();
    }
  }

  /// The client takes all of a download, but does not yet see its end.
  byte[] download() {
    if (!(running().flow() instanceof Transfer.Flow.Out(var source, _))) {
      throw new AssertionError("no download runs");
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      switch (source) {
        case Source.OfFile(var channel, long from, long to) -> {
          ByteBuffer whole = ByteBuffer.allocate((int) (to - from));
          while (whole.hasRemaining() && channel.read(whole, from + whole.position()) > 0) {}
          assertThat(whole.hasRemaining()).as("the file is as long as said").isFalse();
          all.writeBytes(whole.array());
        }
        case Source.Made made -> {
          ByteBuffer part = ByteBuffer.allocate(chunk);
          int count;
          while ((count = made.read(part)) >= 0) {
            all.write(part.array(), 0, count);
            part.clear();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    moved += all.size();
    assertThat(all.toString(StandardCharsets.ISO_8859_1)).doesNotContain(World.SECRET);
    return all.toByteArray();
  }

  /// The client puts a restart marker into its upload.
  void mark(String marker) {
    assertThat(running().mode()).isInstanceOf(Transfer.Mode.Block.class);
    deliver(new Event.Marked(marker, moved));
  }

  // What the network and the machine do.

  /// The transfer ends.
  void endTransfer(Ending ending, @Nullable IOException problem) {
    Transfer ended = running();
    transfer = null;
    deliver(settled(ended, ending, problem));
    if (!holdsProbation && PROBATION.equals(patience)) {
      pass(PROBATION);
    }
  }

  /// The upload ends as one that is whole, and the driver finds the control connection ended, too,
  /// before it says so: the client was killed.
  void endTransferAndPeer() {
    Transfer ended = running();
    transfer = null;
    peerCloses();
    if (!closed) {
      deliver(settled(ended, wholeUpload(ended), null));
    }
  }

  /// How an upload ends of which all has come, as far as its mode tells.
  static Ending wholeUpload(Transfer transfer) {
    return transfer.mode() instanceof Transfer.Mode.Stream ? Ending.FIN : Ending.BLOCK_EOF;
  }

  private Event.Transferred settled(Transfer ended, Ending ending, @Nullable IOException problem) {
    if (ended.flow() instanceof Transfer.Flow.Out(var source, _)) {
      try {
        source.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    restartPatience();
    boolean inOrder = ending == Ending.SENT || ending == Ending.BLOCK_EOF;
    kept = inOrder && ended.mode() instanceof Transfer.Mode.Block ? ended : null;
    long bytes = moved;
    moved = 0;
    return new Event.Transferred(ending, bytes, TOOK, problem);
  }

  /// Runs the task that waits.
  ///
  /// @param meanwhile what the driver finds out before it brings the outcome
  void runTask(Runnable meanwhile) {
    Effect.Perform held = Objects.requireNonNull(task, "no task waits");
    Event outcome;
    try {
      outcome = new Event.Performed(held.task().call());
    } catch (IOException e) {
      outcome = new Event.Failed(held, e);
    } catch (Exception e) {
      throw new AssertionError("a task throws only what is a problem of the world", e);
    }
    finishTask(outcome, meanwhile);
  }

  /// Fails the task that waits, without running it.
  void failTask(IOException problem) {
    finishTask(new Event.Failed(Objects.requireNonNull(task, "no task waits"), problem), () -> {});
  }

  private void finishTask(Event outcome, Runnable meanwhile) {
    Effect.Perform done = Objects.requireNonNull(task);
    task = done.lengthy() ? done : null;
    boolean outer = delivering;
    delivering = true;
    receiveOnce();
    meanwhile.run();
    task = null;
    restartPatience();
    delivering = outer;
    deliver(outcome);
  }

  /// All that was sent has left.
  void drained() {
    assertThat(draining).as("draining").isTrue();
    draining = false;
    deliver(new Event.Drained());
  }

  /// The handshake of TLS is done: that which was asked for, or that with which an implicit
  /// connection begins.
  void secured() {
    assertThat(secure).as("once").isFalse();
    secure = true;
    securing = false;
    deliver(new Event.Secured(new Security("TLSv1.3", "TLS_AES_256_GCM_SHA384", shown)));
  }

  /// The server is being stopped.
  void stop() {
    if (!closed && !stopped) {
      stopped = true;
      deliver(new Event.Stopping());
    }
  }

  /// Time passes.
  void pass(Duration time) {
    now += time.toNanos();
    if (patience != null && now >= expiry && transfer == null && task == null && !closed) {
      patience = null;
      deliver(new Event.Expired());
    }
  }

  private void heard(int code) {
    order.heard(code);
    if (code >= 200) {
      said.add(code);
    }
  }

  // What there is to see.

  ReplyGrammar replies() {
    return grammar;
  }

  ReplyOrder order() {
    return order;
  }

  /// What it has told programs.
  List<Happening> happenings() {
    return happenings;
  }

  List<String> notes() {
    return notes;
  }

  boolean closed() {
    return closed;
  }

  boolean transferring() {
    return transfer != null;
  }

  boolean taskWaits() {
    return task != null;
  }

  boolean handshakeWaits() {
    return securing;
  }

  /// How many bytes the client has sent that were not yet received.
  int unreceived() {
    return inbox.remaining();
  }

  boolean drainWaits() {
    return draining;
  }

  /// How often the session has asked for the end of a transfer.
  int aborts() {
    return aborts;
  }

  Transfer running() {
    return Objects.requireNonNull(transfer, "no transfer runs");
  }

  /// Where nothing is left to happen: nobody waits for a reply, and every reply is whole.
  void assertSettled() {
    assertThat(transfer == null && task == null && !draining).as("nothing runs").isTrue();
    if (!closed) {
      assertThat(inbox.remaining()).as("bytes not received").isZero();
      assertThat(order.unanswered()).as(order.waiting()).isZero();
      assertThat(grammar.complete()).as("a reply was not ended").isTrue();
    }
  }

  // Between the session and what it asks for.

  private void receive() {
    if (receiving) {
      return;
    }
    receiving = true;
    try {
      while (receiveOnce()) {}
    } finally {
      receiving = false;
    }
  }

  private boolean receiveOnce() {
    boolean deaf = draining || securing || inputEnded || (task != null && ahead == 0);
    if (!inbox.hasRemaining() || deaf || closed) {
      return false;
    }
    byte[] some = new byte[Math.min(chunk, inbox.remaining())];
    ahead -= Math.min(ahead, some.length);
    inbox.get(some);
    deliver(new Event.Received(ByteBuffer.wrap(some)));
    return true;
  }

  private void deliver(Event event) {
    events.add(event);
    if (delivering) {
      return;
    }
    delivering = true;
    try {
      Event next;
      while ((next = events.poll()) != null) {
        if (next instanceof Event.Transferred) {
          order.transferEnded();
        }
        List<Effect> effects = session.on(next);
        if (next instanceof Event.Received(ByteBuffer bytes)) {
          assertThat(bytes.hasRemaining()).as("a session takes all it is given").isFalse();
          // The buffer is the driver's: whoever kept it would see this.
          bytes.clear();
          while (bytes.hasRemaining()) {
            bytes.put((byte) '#');
          }
        }
        effects.forEach(this::carryOut);
      }
    } finally {
      delivering = false;
    }
    receive();
    tellTheEnd();
  }

  private void tellTheEnd() {
    if (closed && transfer == null && task == null && !ended) {
      ended = true;
      for (Effect last : session.on(new Event.Ended())) {
        assertThat(last).isInstanceOf(Effect.Note.class);
        carryOut(last);
      }
      assertThat(told)
          .as("programs are told of every reply but the greeting, once")
          .isEqualTo(said.subList(1, said.size()));
    }
  }

  private void carryOut(Effect effect) {
    assertThat(!closed || effect instanceof Effect.Note)
        .as("nothing but a note after the close: %s", effect)
        .isTrue();
    switch (effect) {
      case Effect.Send(ByteBuffer bytes) -> {
        assertThat(bytes.hasRemaining()).as("something to send").isTrue();
        grammar.take(bytes);
      }
      case Effect.Drain() -> {
        assertThat(draining).as("one drain at a time").isFalse();
        draining = true;
        if (!holdsDrains) {
          draining = false;
          deliver(new Event.Drained());
        }
      }
      case Effect.SendTo _ -> throw new AssertionError("FTP sends no datagrams");
      case Effect.Secure(String host) -> {
        hostMeant = host;
        assertThat(securing || secure).as("under TLS once").isFalse();
        assertThat(transfer == null && task == null).as("nothing runs").isTrue();
        securing = true;
        // What the client sent ahead is no handshake.
        order.dropped();
        inbox = ByteBuffer.allocate(0);
        line.reset();
        if (!holdsHandshake) {
          secured();
        }
      }
      case Effect.HangUp() -> {
        assertThat(transfer).as("a kept connection is in no use").isNull();
        kept = null;
      }
      case Effect.Listen listen -> {
        assertThat(kept).as("a kept connection beside another").isNull();
        assertThat(listen.local()).isEqualTo(local.getAddress());
        listening = !refusesToListen;
        deliver(
            refusesToListen
                ? new Event.Failed(listen, new IOException("no free port"))
                : new Event.Listening(new InetSocketAddress(listen.local(), PASSIVE_PORT)));
      }
      case Transfer begun -> begin(begun);
      case Effect.Abort() -> {
        aborts++;
        abort();
      }
      case Effect.Perform perform -> {
        assertThat(task).as("one task at a time").isNull();
        assertThat(transfer).as("no task beside a transfer").isNull();
        task = perform;
        ahead = perform.ahead();
        if (!holdsTasks) {
          runTask(() -> {});
        }
      }
      case Effect.Arm(Duration delay) -> {
        assertThat(delay).isPositive();
        patience = delay;
        restartPatience();
      }
      case Effect.Note(String line, Happening happening) -> {
        assertThat(line.codePoints().noneMatch(VirtualDriver::endsLine)).as(line).isTrue();
        happenings.add(happening);
        switch (happening) {
          case Happening.Command(_, _, Integer code, _) when code != null -> told.add(code);
          case Happening.Told(int code, _) -> told.add(code);
          default -> {}
        }
        if (!line.isEmpty()) {
          notes.add(line);
        }
      }
      case Effect.Close() -> {
        closed = true;
        abort();
      }
    }
  }

  /// What would end a line in a log or act on the terminal that shows it.
  private static boolean endsLine(int c) {
    return Character.isISOControl(c) || c == 0x2028 || c == 0x2029;
  }

  private void begin(Transfer begun) {
    assertThat(transfer).as("one transfer at a time").isNull();
    assertThat(task).as("no transfer beside a task").isNull();
    boolean open = begun.route() instanceof Transfer.Route.Kept;
    order.transferBegan(open);
    assertThat(kept != null).as("a kept connection is used").isEqualTo(open);
    assertThat(secure || !begun.secure()).as("data is secure only where control is").isTrue();
    switch (begun.route()) {
      case Transfer.Route.Passive() ->
          assertThat(listening).as("a passive transfer has a listener").isTrue();
      case Transfer.Route.Active(InetSocketAddress to) -> {
        assertThat(to.getAddress()).as("only to the client").isEqualTo(peer.getAddress());
        assertThat(to.getPort()).isBetween(1024, 65_535);
      }
      case Transfer.Route.Kept() -> {
        Transfer before = Objects.requireNonNull(kept);
        assertThat(begun.mode()).as("of one mode").isEqualTo(before.mode());
        assertThat(begun.secure()).as("as secure").isEqualTo(before.secure());
        kept = null;
      }
    }
    listening = false;
    transfer = begun;
    moved = 0;
  }

  private void abort() {
    if (transfer != null) {
      Transfer ended = transfer;
      transfer = null;
      deliver(settled(ended, Ending.ABORTED, null));
    }
  }

  private void restartPatience() {
    if (patience != null) {
      expiry = now + patience.toNanos();
    }
  }
}
