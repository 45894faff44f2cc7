package wharf.server;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import wharf.net.NioPoller;
import wharf.net.Poller;
import wharf.net.TcpWire;
import wharf.net.TlsWire;

/// The ports of a range, and whose a data connection is that has come to one.
///
/// A session that says where it listens has a [Seat]. As long as a port is free it is at one of its
/// own. Then several share one: those of different clients are told apart by the address that a
/// connection comes from, those of one client by the session of TLS that it resumes. Where neither
/// tells them apart, the second waits its turn.
///
/// ```
///   seat: WAITING --a port--> AT A PORT --its connection--> ARRIVED --taken by the transfer
///              +--its patience ends      +--no transfer came: given back
/// ```
///
/// One thread accepts at all ports, and brings each connection to its seat; a seat's session is
/// woken through its driver. A port is open only while somebody expects a connection there, and a
/// connection that nobody expects is closed at once. What may come from any thread is said so.
final class Switchboard implements Closeable {
  /// How long a session waits for a port before the client is told that there is none: clients wait
  /// longer for a reply.
  static final Duration TURN = Duration.ofSeconds(10);

  /// How long a port is kept for a client that has asked for one and begins no transfer: as long as
  /// it would have to connect afterwards.
  static final Duration UNUSED = Duration.ofSeconds(30);

  /// How long a client is not given the port again that it had: TIME_WAIT of Linux, and what
  /// routers remember of a connection that has ended.
  private static final Duration RECENT = Duration.ofSeconds(60);

  /// How long a port is left alone that another program has.
  private static final Duration TAKEN = Duration.ofSeconds(5);

  /// How many ports are looked at for one that the client has not had lately.
  private static final int PICKS = 8;

  /// How many ports are tried that turn out to be another program's.
  private static final int TRIES = 16;

  /// Connections that have come and not been accepted.
  private static final int BACKLOG = 64;

  /// The most connections of which is not known yet whose they are; then the oldest has to go.
  private static final int CALLERS = 256;

  /// How often it is looked whether something has lasted too long.
  private static final Duration ROUND = Duration.ofSeconds(1);

  private final PortRange range;
  private final Entrance entrance;
  private final RandomGenerator random;
  private final LongSupplier nanoTime;
  private final System.Logger log;

  /// Guards what follows, and all seats, lines and ports.
  private final Object lock = new Object();

  private final Map<InetAddress, Ports> places = new HashMap<>();
  private final Deque<Seat> waiting = new ArrayDeque<>();

  /// Lines that have been opened, or that nobody is at any more.
  private final Set<Line> changed = new LinkedHashSet<>();

  private @Nullable Poller poller;
  private @Nullable Thread thread;
  private boolean ended;

  /// Of the thread alone: who has come and is not known yet, the oldest first.
  private final Set<Caller> callers = new LinkedHashSet<>();

  /// Of the thread alone: known by now, and to be brought once the poller has let go of them.
  private final List<Caller> known = new ArrayList<>();

  /// Of the thread alone: where nothing could be accepted for want of a descriptor.
  private final Set<Line> paused = new LinkedHashSet<>();

  /// Of the thread alone.
  private long lastRound;

  /// @param entrance says who is a balancer: what comes from there is whose its header says
  Switchboard(
      PortRange range,
      Entrance entrance,
      RandomGenerator random,
      LongSupplier nanoTime,
      System.Logger log) {
    this.range = range;
    this.entrance = entrance;
    this.random = random;
    this.nanoTime = nanoTime;
    this.log = log;
    this.lastRound = nanoTime.getAsLong();
  }

  /// A connection that has come for a seat.
  ///
  /// @param channel non-blocking
  /// @param under the TLS that it is under already, if its session of TLS was needed to know it
  record Arrived(SocketChannel channel, @Nullable TlsWire under) {}

  /// A session's place at a port. Its methods are for the session's driver; all may wait for the
  /// lock, and for nothing else.
  final class Seat implements Closeable {
    private final InetAddress local;
    private final InetAddress client;
    private final @Nullable SecureChannel tls;
    private final boolean resumes;
    private final boolean lenient;
    private final Runnable wake;
    private @Nullable Line line;
    private @Nullable InetSocketAddress at;
    private @Nullable Arrived arrived;
    private long since;
    private boolean shared;
    private boolean used;
    private boolean lost;

    private Seat(
        InetAddress local, InetAddress client, @Nullable SecureChannel tls, Runnable wake) {
      this.local = local;
      this.client = client;
      this.tls = tls;
      this.resumes = tls != null && tls.tellsApart();
      this.lenient = tls != null && tls.isLenient();
      this.wake = wake;
    }

    /// Where the client may connect to; null while no port is to be had.
    @Nullable InetSocketAddress at() {
      synchronized (lock) {
        return at;
      }
    }

    /// The transfer begins: from now on its time counts.
    ///
    /// @throws IOException when nobody can come here any more
    void use(boolean secure) throws IOException {
      synchronized (lock) {
        used = true;
        if (lost) {
          throw new IOException(
              "the port was given back: no transfer began within " + UNUSED.toSeconds() + " s");
        }
        if (!secure && (shared || (arrived != null && arrived.under() != null))) {
          throw new IOException("its port was agreed on before PROT");
        }
      }
    }

    /// What has come, once.
    @Nullable Arrived take() {
      synchronized (lock) {
        Arrived taken = arrived;
        arrived = null;
        return taken;
      }
    }

    @Override
    public void close() {
      Arrived unused;
      synchronized (lock) {
        unused = arrived;
        arrived = null;
        waiting.remove(this);
        leave();
      }
      if (unused != null) {
        shut(unused.channel());
      }
    }

    private void leave() {
      Line left = line;
      line = null;
      if (left != null) {
        left.seats.remove(this);
        if (left.seats.isEmpty()) {
          change(left);
        }
        serveWaiting();
      }
    }

    private boolean mayShare(Seat other) {
      return !client.equals(other.client)
          || (resumes
              && other.resumes
              && tls != null
              && other.tls != null
              && tls.hasIdentityOf(other.tls));
    }
  }

  /// A port that is listened at.
  private static final class Line {
    final Ports ports;
    final int port;
    final ServerSocketChannel listener;
    final Set<Seat> seats = new LinkedHashSet<>();
    boolean closing;

    Line(Ports ports, int port, ServerSocketChannel listener) {
      this.ports = ports;
      this.port = port;
      this.listener = listener;
    }
  }

  /// One who has come.
  private static final class Caller {
    final Line line;
    final SocketChannel channel;
    InetAddress from;

    /// What a balancer has to say first, as long as that is not whole.
    @Nullable ProxyHeader header;

    /// Where several sessions of its address are at the port.
    @Nullable TlsWire under;

    /// When that, or its handshake, has lasted too long.
    long deadline;

    /// Whether the poller has its channel.
    boolean waitedFor;

    @Nullable Seat seat;

    Caller(Line line, SocketChannel channel, InetAddress from) {
      this.line = line;
      this.channel = channel;
      this.from = from;
    }

    List<Seat> candidates() {
      return line.seats.stream().filter(seat -> seat.client.equals(from)).toList();
    }
  }

  /// The ports of the range at one address of this machine.
  private static final class Ports {
    final InetAddress local;

    /// Those at which nobody listens come first, in no order, `count` of them.
    final int[] free;

    int count;

    /// Who had a port last, as a hash, and when; by the port's place in the range.
    final int[] lastClient;

    final long[] lastTime;

    final Map<Integer, Line> lines = new HashMap<>();
    final Deque<Taken> taken = new ArrayDeque<>();

    Ports(InetAddress local, PortRange range) {
      this.local = local;
      count = range.high() - range.low() + 1;
      free = new int[count];
      lastClient = new int[count];
      lastTime = new long[count];
      for (int i = 0; i < count; i++) {
        free[i] = range.low() + i;
      }
    }

    /// A port that another program had at a time of `nanoTime`.
    record Taken(int port, long at) {}
  }

  /// A seat for a client that is to connect to `local`; it may have to wait for its port, see
  /// [Seat#at].
  ///
  /// @param tls what the control connection is under, if the data connection is to be, too
  /// @param wake called when the seat has got its port, or its connection; from any thread
  Seat ask(InetAddress local, InetAddress client, @Nullable SecureChannel tls, Runnable wake)
      throws IOException {
    synchronized (lock) {
      start();
      Seat seat = new Seat(local, client, tls, wake);
      if (!place(seat)) {
        waiting.add(seat);
      }
      return seat;
    }
  }

  /// What a client is told for whom no port was to be had in time.
  IOException busy() {
    return new IOException(
        "other transfers have all its ports, "
            + range.low()
            + "-"
            + range.high()
            + ", and yours could not be told from them; try again when one has ended");
  }

  private void start() throws IOException {
    if (ended) {
      throw new IOException("the server is being stopped");
    }
    if (thread == null) {
      Poller opened = new NioPoller();
      poller = opened;
      thread = Thread.ofPlatform().name("switchboard").daemon().start(() -> run(opened));
    }
  }

  private boolean place(Seat seat) throws IOException {
    Ports ports = places.computeIfAbsent(seat.local, local -> new Ports(local, range));
    Line line = own(ports, seat.client);
    if (line == null) {
      line = shared(ports, seat);
    }
    if (line == null) {
      return false;
    }
    for (Seat other : line.seats) {
      boolean same = other.client.equals(seat.client);
      other.shared |= same;
      seat.shared |= same;
    }
    line.seats.add(seat);
    seat.line = line;
    seat.at = new InetSocketAddress(seat.local, line.port);
    seat.since = nanoTime.getAsLong();
    int place = line.port - range.low();
    ports.lastClient[place] = hash(seat.client);
    ports.lastTime[place] = seat.since;
    return true;
  }

  /// Never 0, which is nobody's.
  private static int hash(InetAddress client) {
    return client.hashCode() | 1;
  }

  /// A port at which nobody is.
  private @Nullable Line own(Ports ports, InetAddress client) throws IOException {
    long now = nanoTime.getAsLong();
    while (!ports.taken.isEmpty() && now - ports.taken.peek().at() >= TAKEN.toNanos()) {
      ports.free[ports.count++] = ports.taken.remove().port();
    }
    for (int i = 0; i < TRIES && ports.count > 0; i++) {
      int port = pick(ports, client, now);
      ServerSocketChannel listener = PortRange.listen(ports.local, port, BACKLOG);
      if (listener == null) {
        ports.taken.add(new Ports.Taken(port, now));
      } else {
        Line line = new Line(ports, port, listener);
        ports.lines.put(port, line);
        change(line);
        return line;
      }
    }
    // It is about to be closed, and now need not be.
    return ports.lines.values().stream()
        .filter(line -> line.seats.isEmpty() && !line.closing)
        .findAny()
        .orElse(null);
  }

  /// Takes a free port, at random: one that can be foreseen can be taken by somebody else.
  private int pick(Ports ports, InetAddress client, long now) {
    int picked = 0;
    for (int i = 0; i < PICKS; i++) {
      picked = random.nextInt(ports.count);
      int place = ports.free[picked] - range.low();
      boolean had =
          ports.lastClient[place] == hash(client) && now - ports.lastTime[place] < RECENT.toNanos();
      if (!had) {
        break;
      }
    }
    int port = ports.free[picked];
    ports.free[picked] = ports.free[--ports.count];
    return port;
  }

  /// The port with the fewest at it, all of whom can be told from `seat`.
  private static @Nullable Line shared(Ports ports, Seat seat) {
    Line best = null;
    boolean bestIsClear = false;
    for (Line line : ports.lines.values()) {
      if (line.closing || !line.seats.stream().allMatch(seat::mayShare)) {
        continue;
      }
      boolean clear = line.seats.stream().noneMatch(other -> other.client.equals(seat.client));
      if (best == null
          || (clear && !bestIsClear)
          || (clear == bestIsClear && line.seats.size() < best.seats.size())) {
        best = line;
        bestIsClear = clear;
      }
    }
    return best;
  }

  /// Gives ports to those that wait, who has waited longest first.
  private void serveWaiting() {
    Iterator<Seat> all = waiting.iterator();
    while (all.hasNext()) {
      Seat seat = all.next();
      try {
        if (place(seat)) {
          all.remove();
          seat.wake.run();
        }
      } catch (IOException e) {
        // It waits on, and is told in the end that there was none.
        log.log(Level.DEBUG, "no port for a session that waits", e);
      }
    }
  }

  private void change(Line line) {
    changed.add(line);
    if (poller != null) {
      poller.wakeup();
    }
  }

  // What follows is the thread's own.

  private void run(Poller on) {
    try (on) {
      while (!isEnded()) {
        settleLines(on);
        on.poll(patience(), (_, _, owner) -> guarded(() -> ready(owner, on)));
        deliver(on);
        guarded(() -> endWhatLasts(on));
      }
    } catch (IOException e) {
      log.log(Level.ERROR, "no data connection is accepted any more: the poller failed", e);
    } finally {
      synchronized (lock) {
        ended = true;
        places.values().forEach(ports -> ports.lines.values().forEach(line -> shut(line.listener)));
        places.clear();
      }
      callers.forEach(caller -> shut(caller.channel));
    }
  }

  private void guarded(Runnable what) {
    try {
      what.run();
    } catch (RuntimeException | Error fault) {
      // Whatever it was, the others' connections still come.
      log.log(Level.ERROR, "a data connection was lost by a fault of the server", fault);
    }
  }

  private boolean isEnded() {
    synchronized (lock) {
      return ended;
    }
  }

  /// How long to wait. Not at all, if there is something to do already: what has woken the poller
  /// may have been taken note of by a look in between that was for something else.
  private Duration patience() {
    synchronized (lock) {
      if (ended || !changed.isEmpty()) {
        return Duration.ZERO;
      }
      boolean quiet =
          callers.isEmpty()
              && paused.isEmpty()
              && waiting.isEmpty()
              && places.values().stream().allMatch(ports -> ports.lines.isEmpty());
      return quiet ? Duration.ofDays(1) : ROUND;
    }
  }

  /// Listens at the lines that are new, and closes those at which nobody is any more.
  private void settleLines(Poller on) throws IOException {
    List<Line> closing = new ArrayList<>();
    synchronized (lock) {
      for (Line line : changed) {
        if (line.seats.isEmpty()) {
          line.closing = true;
          closing.add(line);
        } else {
          on.want(line.listener, SelectionKey.OP_ACCEPT, line);
        }
      }
      changed.clear();
    }
    if (closing.isEmpty()) {
      return;
    }
    for (Line line : closing) {
      paused.remove(line);
      on.forget(line.listener);
      shut(line.listener);
    }
    // A port is free only when the poller has let go of it.
    on.poll(Duration.ZERO, (_, _, owner) -> guarded(() -> ready(owner, on)));
    synchronized (lock) {
      for (Line line : closing) {
        line.ports.lines.remove(line.port);
        line.ports.free[line.ports.count++] = line.port;
      }
      serveWaiting();
    }
  }

  private void ready(Object owner, Poller on) {
    switch (owner) {
      case Line line -> accept(line, on);
      case Caller caller -> identify(caller, on);
      default -> throw new IllegalStateException("unknown owner " + owner);
    }
  }

  private void accept(Line line, Poller on) {
    try {
      SocketChannel came;
      while (line.listener.isOpen() && (came = line.listener.accept()) != null) {
        try {
          came.configureBlocking(false);
          admit(line, came, on);
        } catch (IOException | RuntimeException e) {
          shut(came);
          log.log(Level.DEBUG, "a data connection was gone before it was known", e);
        }
      }
    } catch (IOException e) {
      // As a rule, no descriptor is left: weather, as where clients are accepted.
      log.log(Level.DEBUG, "cannot accept a data connection", e);
      paused.add(line);
      want(on, line.listener, 0, line);
    }
  }

  private void admit(Line line, SocketChannel came, Poller on) throws IOException {
    if (!(came.getRemoteAddress() instanceof InetSocketAddress from)) {
      throw new IOException("it was gone");
    }
    if (callers.size() == CALLERS) {
      drop(callers.iterator().next(), on);
    }
    Caller caller = new Caller(line, came, from.getAddress());
    if (entrance.isBalanced(from)) {
      caller.header = new ProxyHeader();
      caller.deadline = nanoTime.getAsLong() + ProxyHeader.PATIENCE.toNanos();
    }
    callers.add(caller);
    identify(caller, on);
  }

  /// Finds out whose it is, as far as that can be told by now.
  private void identify(Caller caller, Poller on) {
    try {
      if (!isKnown(caller)) {
        TlsWire under = caller.under;
        on.want(caller.channel, under == null ? SelectionKey.OP_READ : under.interest(0), caller);
        caller.waitedFor = true;
      } else if (caller.seat == null) {
        drop(caller, on);
      } else {
        callers.remove(caller);
        if (caller.waitedFor) {
          on.forget(caller.channel);
          known.add(caller);
        } else {
          bring(caller);
        }
      }
    } catch (IOException e) {
      log.log(Level.DEBUG, "a data connection was gone before it was known", e);
      drop(caller, on);
    }
  }

  /// @return whether no more will be known; it is nobody's, if it has no seat then
  private boolean isKnown(Caller caller) throws IOException {
    ProxyHeader header = caller.header;
    if (header != null) {
      if (!header.read(caller.channel)) {
        return false;
      }
      caller.header = null;
      ProxyHeader.Ends ends = header.ends();
      caller.from = ends == null ? caller.from : ends.client().getAddress();
    }
    TlsWire under = caller.under;
    if (under == null) {
      Seat first;
      synchronized (lock) {
        List<Seat> theirs = caller.candidates();
        first = theirs.isEmpty() ? null : theirs.getFirst();
        caller.seat = first;
        if (first == null || first.tls == null || !first.shared) {
          return true;
        }
      }
      // Its session of TLS will tell.
      caller.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      under = new TlsWire(new TcpWire(caller.channel), first.tls.dataEngine());
      caller.under = under;
      caller.deadline = nanoTime.getAsLong() + first.tls.patience().toNanos();
    }
    boolean _ = under.flush();
    if (!under.handshaken()) {
      return false;
    }
    synchronized (lock) {
      caller.seat = seatOf(caller.candidates(), under);
    }
    return true;
  }

  private static @Nullable Seat seatOf(List<Seat> candidates, TlsWire under) {
    for (Seat seat : candidates) {
      if (seat.tls != null && seat.tls.owns(under.session())) {
        return seat;
      }
    }
    // One that has never resumed may not be able to; of two such nobody knows whose it is.
    List<Seat> lenient = candidates.stream().filter(seat -> seat.lenient).toList();
    return lenient.size() == 1 ? lenient.getFirst() : null;
  }

  private void drop(Caller caller, Poller on) {
    callers.remove(caller);
    on.forget(caller.channel);
    shut(caller.channel);
  }

  /// Brings those that are known by now to their seats.
  private void deliver(Poller on) throws IOException {
    while (!known.isEmpty()) {
      List<Caller> these = List.copyOf(known);
      known.clear();
      // Another poller can have a channel only when this one has let go of it.
      on.poll(Duration.ZERO, (_, _, owner) -> guarded(() -> ready(owner, on)));
      these.forEach(this::bring);
    }
  }

  /// Its port is free for others from now on.
  private void bring(Caller caller) {
    synchronized (lock) {
      Seat seat = caller.seat;
      if (seat == null || seat.line == null) {
        shut(caller.channel);
        return;
      }
      seat.arrived = new Arrived(caller.channel, caller.under);
      seat.leave();
      seat.wake.run();
    }
  }

  private void endWhatLasts(Poller on) {
    long now = nanoTime.getAsLong();
    if (now - lastRound < ROUND.toNanos()) {
      return;
    }
    lastRound = now;
    for (Caller caller : List.copyOf(callers)) {
      if (now - caller.deadline >= 0) {
        drop(caller, on);
      }
    }
    for (Line line : paused) {
      want(on, line.listener, SelectionKey.OP_ACCEPT, line);
    }
    paused.clear();
    synchronized (lock) {
      List<Seat> unused = new ArrayList<>();
      for (Ports ports : places.values()) {
        for (Line line : ports.lines.values()) {
          line.seats.stream()
              .filter(seat -> !seat.used && now - seat.since >= UNUSED.toNanos())
              .forEach(unused::add);
        }
      }
      for (Seat seat : unused) {
        seat.lost = true;
        seat.leave();
      }
      serveWaiting();
    }
  }

  private void want(Poller on, SelectableChannel channel, int operations, Object owner) {
    try {
      on.want(channel, operations, owner);
    } catch (IOException e) {
      log.log(Level.DEBUG, "waiting for data connections", e);
    }
  }

  private void shut(Closeable channel) {
    try {
      channel.close();
    } catch (IOException e) {
      log.log(Level.DEBUG, "closing a data connection", e);
    }
  }

  /// Closes every port. From any thread, but its own.
  @Override
  public void close() {
    Thread running;
    synchronized (lock) {
      ended = true;
      running = thread;
      if (poller != null) {
        poller.wakeup();
      }
    }
    try {
      if (running != null) {
        running.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
