package wharf.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Standard input, read ahead by a thread of its own, so that whoever wants its bytes can also stop
/// wanting them: a read of a terminal or a pipe may last for ever, and cannot be given up without
/// closing it for those who come later.
///
/// ```
///   reader:    in.read(a)   in.read(b)  (waits for a)
///   taker:                  next() = a ........ next() = b
/// ```
///
/// Two buffers go round: one is filled while the other is used. Nothing more is read before one is
/// given back, so a slow taker holds up whoever writes to us.
///
/// The reader is a platform thread: a read of a pipe would keep a virtual one's carrier for itself,
/// which is all of them on a machine with one processor. It is a daemon, and never holds up the
/// program's end.
final class StandardInput {
  private static final int NONE = -1;

  private final ReadableByteChannel in;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final List<ByteBuffer> both;
  private boolean started;

  // Indices into both, or NONE.
  private int ready = NONE;
  private int taken = NONE;

  private boolean ended;
  private @Nullable IOException problem;

  /// @param atMost the bytes of one read
  StandardInput(ReadableByteChannel in, int atMost) {
    this.in = in;
    both = List.of(ByteBuffer.allocateDirect(atMost), ByteBuffer.allocateDirect(atMost));
  }

  /// What [#next] found.
  sealed interface Found {}

  /// What one read gave. The buffer is lent until [#next] is called again.
  record Bytes(ByteBuffer buffer) implements Found {}

  /// There is no more.
  record End() implements Found {}

  /// There is nothing yet, and the taker's patience is over.
  record Nothing() implements Found {}

  /// How long a taker goes on waiting.
  interface Patience {
    /// Asked when the wait begins, and again after [#wake].
    ///
    /// @return nanoseconds; none or less to wait no longer
    long left();
  }

  /// Begins to read, with the first call.
  void start() {
    lock.lock();
    try {
      if (!started) {
        started = true;
        Thread _ = Thread.ofPlatform().daemon().name("wharf-standard-input").start(this::read);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Waits for what comes next. Called by one thread at a time.
  ///
  /// @throws IOException if standard input cannot be read
  Found next(Patience patience) throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      taken = NONE;
      changed.signalAll();
      while (ready == NONE) {
        if (problem != null) {
          throw problem;
        }
        if (ended) {
          return new End();
        }
        long left = patience.left();
        if (left <= 0) {
          return new Nothing();
        }
        long _ = changed.awaitNanos(left);
      }
      taken = ready;
      ready = NONE;
      changed.signalAll();
      return new Bytes(both.get(taken));
    } finally {
      lock.unlock();
    }
  }

  /// Makes whoever waits in [#next] ask its patience again.
  void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void read() {
    try {
      for (int next = 0; ; next = 1 - next) {
        awaitBack(next);
        ByteBuffer buffer = both.get(next);
        if (in.read(buffer.clear()) < 0) {
          end(null);
          return;
        }
        buffer.flip();
        offer(next);
      }
    } catch (IOException e) {
      end(e);
    } catch (InterruptedException e) {
      end(new IOException("interrupted", e));
    }
  }

  private void awaitBack(int buffer) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (buffer == ready || buffer == taken) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void offer(int full) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (ready != NONE) {
        changed.await();
      }
      ready = full;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end(@Nullable IOException why) {
    lock.lock();
    try {
      problem = why;
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
