package wharf.app;

import java.io.IOException;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// A conversation: standard input goes to a peer, what the peer sends goes to standard output, both
/// at the same time, until both have ended.
///
/// ```
///   standard input --> StandardInput --> sender --> peer          each holds one block at most
///   standard output <------------------ receiver <-- peer
///                       caller: waits for both, keeps the time
/// ```
///
/// When standard input ends, the peer is told (half-close), and receiving goes on. When the peer
/// ends, standard input goes on to be sent, for the peer may have said only that it will send no
/// more; but it is not waited for for ever: at a terminal not at all, else until it has given
/// nothing for [#LINGER] or, if that is set, the limit of silence.
final class Exchange {
  /// At least as much as a datagram can be.
  static final int BLOCK = 65_536;

  /// What a script that feeds us may take between two writes when the peer has already ended.
  static final Duration LINGER = Duration.ofSeconds(1);

  /// What a thread may take to notice that its peer was closed.
  private static final Duration NOTICE = Duration.ofSeconds(5);

  private enum Side {
    RECEIVING,
    SENDING
  }

  private record Ended(Side side, @Nullable Failure problem) {}

  private interface Work {
    void run() throws Failure, InterruptedException;
  }

  private final Peer peer;
  private final StandardInput input;
  private final WritableByteChannel output;
  private final @Nullable Duration silence;
  private final boolean typed;
  private final BlockingQueue<Ended> ends = new LinkedBlockingQueue<>();

  // Each is written by one thread, and read by the caller's.
  private volatile long received;
  private volatile long sent;
  private volatile long lastReceived = System.nanoTime();
  private volatile long lastSent = lastReceived;
  private volatile boolean delivering;
  private volatile boolean sending;
  private volatile boolean peerEnded;
  private volatile boolean stopped;

  /// @param peer is closed when the conversation is over
  /// @param input stays open; what of it was not sent is there for the next peer
  /// @param output stays open
  /// @param silence how long nothing may move in either direction; null for ever
  /// @param typed whether somebody at a terminal types the input
  Exchange(
      Peer peer,
      StandardInput input,
      WritableByteChannel output,
      @Nullable Duration silence,
      boolean typed) {
    this.peer = peer;
    this.input = input;
    this.output = output;
    this.silence = silence;
    this.typed = typed;
  }

  /// Bytes that came from the peer and went to standard output.
  long received() {
    return received;
  }

  /// Bytes that the system took for the peer.
  long sent() {
    return sent;
  }

  /// Whether it was the peer that ended first.
  boolean peerEnded() {
    return peerEnded;
  }

  /// Runs until the conversation is over. An interrupt ends it at once.
  ///
  /// @throws Failure if it did not end in order
  void run() throws Failure, InterruptedException, IOException {
    input.start();
    // It writes to standard output, which may be a pipe: see StandardInput.
    Thread receiver =
        Thread.ofPlatform()
            .daemon()
            .name("wharf-receive")
            .start(() -> work(Side.RECEIVING, this::receive));
    Thread sender =
        Thread.ofVirtual().name("wharf-send").start(() -> work(Side.SENDING, this::send));
    try {
      Failure problem = supervise();
      if (problem != null) {
        throw problem;
      }
    } finally {
      stopped = true;
      input.wake();
      peer.close();
    }
    // The next conversation must find standard input and output free.
    boolean _ = receiver.join(NOTICE);
    boolean _ = sender.join(NOTICE);
  }

  /// @return what went wrong first
  private @Nullable Failure supervise() throws InterruptedException {
    Set<Side> running = EnumSet.allOf(Side.class);
    Failure problem = null;
    while (!running.isEmpty()) {
      long wait = silence == null ? Long.MAX_VALUE : silence.toNanos() - quiet(running);
      if (wait <= 0) {
        boolean inOrder = !peer.canEnd() && !running.contains(Side.SENDING);
        return problem != null || inOrder ? problem : silent();
      }
      Ended end = ends.poll(wait, TimeUnit.NANOSECONDS);
      if (end != null) {
        running.remove(end.side());
        problem = problem == null ? end.problem() : problem;
        // A peer that no longer listens may still have something to say.
        if (end.problem() != null && (end.side() == Side.RECEIVING || !peer.canEnd())) {
          return problem;
        }
      }
    }
    return problem;
  }

  /// How long, in nanoseconds, both directions have waited for the peer. A stuck standard output is
  /// not the peer's silence; nor is a standard input with nothing to say after the peer's end,
  /// which the sender sees to.
  private long quiet(Set<Side> running) {
    boolean waiting = !delivering && (running.contains(Side.RECEIVING) || sending);
    return waiting ? sinceMoved() : 0;
  }

  private long sinceMoved() {
    long now = System.nanoTime();
    return Math.min(now - lastReceived, now - lastSent);
  }

  private void work(Side side, Work work) {
    Failure problem = null;
    try {
      work.run();
    } catch (Failure e) {
      problem = e;
    } catch (InterruptedException e) {
      problem = Failure.interrupted();
    } catch (RuntimeException e) {
      problem = new Failure(ExitCode.FAILED, "this is a fault in wharf, please report it: " + e, e);
    }
    ends.add(new Ended(side, problem));
  }

  private void receive() throws Failure {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    while (take(block) >= 0) {
      lastReceived = System.nanoTime();
      delivering = true;
      deliver(block.flip());
      lastReceived = System.nanoTime();
      delivering = false;
      block.clear();
    }
    lastReceived = System.nanoTime();
    peerEnded = true;
    input.wake();
  }

  private int take(ByteBuffer block) throws Failure {
    try {
      return peer.receive(block);
    } catch (IOException e) {
      throw lost(e);
    }
  }

  // Only the receiver counts what it received.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void deliver(ByteBuffer block) throws Failure {
    try {
      while (block.hasRemaining()) {
        received += output.write(block);
      }
    } catch (IOException e) {
      throw new Failure(
          ExitCode.LOCAL_DISK, "cannot write to standard output: " + e.getMessage(), e);
    }
  }

  private void send() throws Failure, InterruptedException {
    while (!stopped && next() instanceof StandardInput.Bytes(ByteBuffer block)) {
      lastSent = System.nanoTime();
      sending = true;
      pass(block);
      sending = false;
    }
    if (!stopped) {
      try {
        peer.endOutput();
      } catch (IOException e) {
        // A peer that is gone altogether needs not be told.
        if (!peerEnded) {
          throw lost(e);
        }
      }
    }
  }

  private StandardInput.Found next() throws Failure, InterruptedException {
    try {
      return input.next(this::patience);
    } catch (IOException e) {
      throw new Failure(ExitCode.LOCAL_DISK, "cannot read standard input: " + e.getMessage(), e);
    }
  }

  private long patience() {
    if (stopped) {
      return 0;
    }
    if (!peerEnded) {
      return Long.MAX_VALUE;
    }
    return typed ? 0 : (silence == null ? LINGER : silence).toNanos() - sinceMoved();
  }

  // Only the sender counts what it sent.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  private void pass(ByteBuffer block) throws Failure {
    try {
      do {
        int before = block.remaining();
        peer.send(block);
        sent += before - block.remaining();
        lastSent = System.nanoTime();
      } while (block.hasRemaining());
    } catch (IOException e) {
      throw lost(e);
    }
  }

  private Failure silent() {
    long seconds = silence == null ? 0 : silence.toSeconds();
    return new Failure(
        ExitCode.TIMED_OUT,
        "nothing moved between here and %s for %d s; -w sets how long to wait"
            .formatted(peer.name(), seconds),
        null);
  }

  private Failure lost(IOException e) {
    return switch (e) {
      case PortUnreachableException _ ->
          new Failure(
              ExitCode.UNREACHABLE,
              "nobody listens at %s: is the service started, and the port right?"
                  .formatted(peer.name()),
              e);
      case SSLException _ ->
          new Failure(
              ExitCode.TRUST,
              "TLS with %s broke off: %s; what came may not be all"
                  .formatted(peer.name(), e.getMessage()),
              e);
      default ->
          new Failure(
              ExitCode.UNREACHABLE,
              "the connection with %s was lost: %s; what was sent may not have arrived"
                  .formatted(peer.name(), e.getMessage()),
              e);
    };
  }
}
