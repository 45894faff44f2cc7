package wharf.net;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.channels.SelectableChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Every system call about sockets that Wharf makes past the JDK, and nothing else: what is trusted
/// to pass right numbers and right memory to the kernel is this file (and its like in `files`).
///
/// The structures and numbers are those of Linux on a 64-bit machine. Calls answer as the kernel
/// does: what is negative is an error's number. A call is linked when it is first needed, because
/// linking takes tens of milliseconds and most runs of the program need none.
///
/// A call that waits holds its thread, also the carrier of a virtual one, and no interrupt ends it.
@SuppressWarnings("restricted") // Java's word for native; this is the file that may
public final class Native {
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EBADF = 9;
  static final int ENOSPC = 28;

  private static final int EMFILE = 24;
  private static final int ENFILE = 23;

  private Native() {}

  /// Why the pollers over system calls, and [StandardInput], cannot be had in this process; nothing
  /// if they can.
  public static Optional<String> unavailable() {
    if (!Native.class.getModule().isNativeAccessEnabled()) {
      return Optional.of(
          "Java was not allowed native calls: start it with `java -jar wharf.jar`, or with"
              + " --enable-native-access=ALL-UNNAMED");
    }
    if (ChannelDescriptor.GET == null) {
      return Optional.of(
          "Java does not tell the descriptor of a channel: start it with `java -jar wharf.jar`, or"
              + " with --add-exports java.base/sun.nio.ch=ALL-UNNAMED");
    }
    if (Linker.nativeLinker().defaultLookup().find("epoll_create1").isEmpty()
        || ADDRESS.byteSize() != 8) {
      return Optional.of("this system is not a 64-bit Linux");
    }
    return Optional.empty();
  }

  /// @throws UnsupportedOperationException with the reason, where native calls cannot be had
  static void demand() {
    unavailable()
        .ifPresent(
            reason -> {
              throw new UnsupportedOperationException(reason);
            });
  }

  /// The number of the descriptor under `channel`, which is one of the JDK's own. Of a closed
  /// channel it is the number that it had.
  static int descriptor(SelectableChannel channel) {
    MethodHandle get = ChannelDescriptor.GET;
    if (get == null) {
      throw new UnsupportedOperationException("Java does not tell the descriptor of a channel");
    }
    try {
      return (int) get.invokeExact(channel);
    } catch (ClassCastException e) {
      throw new IllegalArgumentException(channel + " has no descriptor", e);
    } catch (Throwable fault) {
      throw unexpected(fault);
    }
  }

  /// Makes `to` another number for what `from` stands for; what `to` stood for is closed.
  static void duplicate(int from, int to) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Call.STATE);
      int result;
      do {
        result = Call.answer(errno, (int) Duplicate.DUP2.invokeExact(errno, from, to));
      } while (result == -EINTR);
      if (result < 0) {
        throw error("duplicating descriptor " + from + " as " + to, result);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable fault) {
      throw unexpected(fault);
    }
  }

  /// Ends both directions of a socket, for every process that has it.
  static void shutDown(int descriptor) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Call.STATE);
      int result =
          Call.answer(errno, (int) ShutDown.SHUTDOWN.invokeExact(errno, descriptor, ShutDown.BOTH));
      if (result < 0) {
        throw error("shutting down descriptor " + descriptor, result);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable fault) {
      throw unexpected(fault);
    }
  }

  /// Sends `message` as one datagram to a Unix-domain socket, of which the JDK knows streams only.
  ///
  /// @param address the path of its file, or a name that begins with NUL, of the abstract namespace
  static void sendDatagram(byte[] address, byte[] message) throws IOException {
    if (address.length > UnixCalls.LONGEST_ADDRESS) {
      throw new IOException("a Unix-domain socket has a name of at most 107 bytes");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(Call.STATE);
      int socket =
          Call.answer(
              errno, (int) UnixCalls.SOCKET.invokeExact(errno, UnixCalls.UNIX, UnixCalls.KIND, 0));
      if (socket < 0) {
        throw error("opening a Unix-domain socket", socket);
      }
      try {
        MemorySegment to = arena.allocate(Short.BYTES + address.length);
        to.set(JAVA_SHORT, 0, (short) UnixCalls.UNIX);
        MemorySegment.copy(address, 0, to, ValueLayout.JAVA_BYTE, Short.BYTES, address.length);
        MemorySegment bytes = arena.allocate(Math.max(1, message.length));
        MemorySegment.copy(message, 0, bytes, ValueLayout.JAVA_BYTE, 0, message.length);
        long sent =
            (long)
                UnixCalls.SEND_TO.invokeExact(
                    errno,
                    socket,
                    bytes,
                    (long) message.length,
                    UnixCalls.NO_SIGNAL,
                    to,
                    (int) to.byteSize());
        if (sent < 0) {
          throw error("sending to a Unix-domain socket", Call.answer(errno, -1));
        }
      } finally {
        int _ = (int) BellCalls.CLOSE.invokeExact(socket);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable fault) {
      throw unexpected(fault);
    }
  }

  /// The exception for a call that answered `result`, which is negative.
  static IOException error(String doing, int result) {
    String reason =
        switch (-result) {
          case EBADF -> "no such descriptor is open";
          case EMFILE -> "this process has as many files open as it may; raise `ulimit -n`";
          case ENFILE -> "the system has as many files open as it may";
          default -> "error " + -result + " of the system";
        };
    return new IOException(doing + ": " + reason);
  }

  private static AssertionError unexpected(Throwable fault) {
    if (fault instanceof RuntimeException e) {
      throw e;
    }
    if (fault instanceof Error e) {
      throw e;
    }
    return new AssertionError("a native call throws nothing checked", fault);
  }

  /// How calls are linked, and their errors known.
  private static final class Call {
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    static MethodHandle link(String name, ValueLayout... parameters) {
      return bind(name, parameters, CAPTURE);
    }

    /// For a call whose failure means nothing.
    static MethodHandle linkWithoutError(String name, ValueLayout... parameters) {
      return bind(name, parameters);
    }

    private static MethodHandle bind(
        String name, ValueLayout[] parameters, Linker.Option... options) {
      return bind(name, JAVA_INT, parameters, options);
    }

    static MethodHandle bind(
        String name, ValueLayout result, ValueLayout[] parameters, Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow(name),
          FunctionDescriptor.of(result, parameters),
          options);
    }

    static int answer(MemorySegment errno, int result) {
      return result >= 0 ? result : -(int) ERRNO.get(errno, 0L);
    }
  }

  /// No public method tells the descriptor of a channel. The JDK's own channels have one that does,
  /// in a package that must be exported to us; looked up by name, because the compiler refuses to
  /// see it together with `--release`, and so that a Java that does not export it is no error.
  private static final class ChannelDescriptor {
    static final @Nullable MethodHandle GET = find();

    private static @Nullable MethodHandle find() {
      try {
        // Not the public lookup: the package is exported to the class path, not to everybody.
        return MethodHandles.lookup()
            .findVirtual(
                Class.forName("sun.nio.ch.SelChImpl"), "getFDVal", MethodType.methodType(int.class))
            .asType(MethodType.methodType(int.class, SelectableChannel.class));
      } catch (ReflectiveOperationException hidden) {
        return null;
      }
    }
  }

  private static final class Duplicate {
    static final MethodHandle DUP2 = Call.link("dup2", JAVA_INT, JAVA_INT);
  }

  private static final class ShutDown {
    static final int BOTH = 2;
    static final MethodHandle SHUTDOWN = Call.link("shutdown", JAVA_INT, JAVA_INT);
  }

  private static final class UnixCalls {
    static final int UNIX = 1;

    /// Datagrams (2), and closed where another program is started.
    static final int KIND = 2 | 0x80000;

    /// Who has gone is an error, not a signal.
    static final int NO_SIGNAL = 0x4000;

    static final int LONGEST_ADDRESS = 107;
    static final MethodHandle SOCKET = Call.link("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    static final MethodHandle SEND_TO =
        Call.bind(
            "sendto",
            JAVA_LONG,
            new ValueLayout[] {JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT},
            Call.CAPTURE);
  }

  private static final class BellCalls {
    private static final int NONBLOCK = 0x800;
    private static final int CLOEXEC = 0x80000;

    static final MethodHandle EVENTFD = Call.link("eventfd", JAVA_INT, JAVA_INT);
    static final MethodHandle CLOSE = Call.linkWithoutError("close", JAVA_INT);
    // C's names for write and read of eight bytes; they can fail only by having nothing to do.
    static final MethodHandle WRITE = Call.linkWithoutError("eventfd_write", JAVA_INT, JAVA_LONG);
    static final MethodHandle READ = Call.linkWithoutError("eventfd_read", JAVA_INT, ADDRESS);
  }

  private static final class EpollCalls {
    static final MethodHandle CREATE = Call.link("epoll_create1", JAVA_INT);
    static final MethodHandle CONTROL =
        Call.link("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    static final MethodHandle WAIT = Call.link("epoll_wait", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  }

  private static final class PollCalls {
    static final MethodHandle POLL = Call.link("poll", ADDRESS, JAVA_LONG, JAVA_INT);
  }

  private static final class SelectCalls {
    static final MethodHandle SELECT =
        Call.link("select", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
  }

  /// What each way of waiting has: memory, and a bell (an eventfd) that other threads ring to end
  /// the wait. The memory is freed and the descriptors are closed by [#close].
  ///
  /// For one thread at a time, but for [#ring].
  abstract static sealed class Waiter implements Closeable permits Epoll, Poll, Select {
    final Arena arena = Arena.ofShared();
    final MemorySegment errno = arena.allocate(Call.STATE);
    final int bell;
    private final MemorySegment rings = arena.allocate(JAVA_LONG);
    private boolean rung;
    private boolean closed;

    Waiter() throws IOException {
      int made;
      try {
        made =
            Call.answer(
                errno,
                (int)
                    BellCalls.EVENTFD.invokeExact(
                        errno, 0, BellCalls.NONBLOCK | BellCalls.CLOEXEC));
      } catch (Throwable fault) {
        arena.close();
        throw unexpected(fault);
      }
      bell = made;
      if (made < 0) {
        arena.close();
        throw error("a poller needs a descriptor of its own", made);
      }
    }

    /// Makes the bell's descriptor readable, until [#silence]. From any thread, and also when
    /// closed: nothing happens then.
    final synchronized void ring() {
      if (!rung && !closed) {
        rung = true;
        try {
          int _ = (int) BellCalls.WRITE.invokeExact(bell, 1L);
        } catch (Throwable fault) {
          throw unexpected(fault);
        }
      }
    }

    final synchronized void silence() {
      if (rung) {
        try {
          int _ = (int) BellCalls.READ.invokeExact(bell, rings);
        } catch (Throwable fault) {
          throw unexpected(fault);
        }
        rung = false;
      }
    }

    @Override
    public final synchronized void close() {
      if (!closed) {
        closed = true;
        release();
        shut(bell);
        arena.close();
      }
    }

    /// Closes what else there is.
    void release() {}

    static void shut(int descriptor) {
      try {
        int _ = (int) BellCalls.CLOSE.invokeExact(descriptor);
      } catch (Throwable fault) {
        throw unexpected(fault);
      }
    }
  }

  /// An epoll instance, and room for the events of one wait.
  static final class Epoll extends Waiter {
    static final int IN = 1;
    static final int OUT = 4;
    static final int ERR = 8;
    static final int HUP = 0x10;
    static final int EDGE = 1 << 31;

    /// What [#data] answers for the bell.
    static final long BELL = -1;

    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int MODIFY = 3;
    private static final int CLOEXEC = 0x80000;
    private static final int MOST_EVENTS = 512;
    private static final int LARGEST_EVENT = 16;

    private final MemorySegment events = arena.allocate(MOST_EVENTS * (long) LARGEST_EVENT, 8);
    private final MemorySegment event = arena.allocate(LARGEST_EVENT, 8);
    private final int epoll;
    private final int dataAt;
    private final int size;

    Epoll() throws IOException {
      int made;
      try {
        made = Call.answer(errno, (int) EpollCalls.CREATE.invokeExact(errno, CLOEXEC));
      } catch (Throwable fault) {
        throw unexpected(fault);
      }
      epoll = made;
      if (made < 0) {
        close();
        throw error("creating an epoll instance", made);
      }
      try {
        dataAt = addBell();
      } catch (IOException e) {
        close();
        throw e;
      }
      size = dataAt + Long.BYTES;
    }

    /// `struct epoll_event` is packed on x86 and not elsewhere. The kernel knows: it is given an
    /// event with other data for either shape, and shows by what it gives back which it took.
    ///
    /// @return where in the event the data is
    private int addBell() throws IOException {
      int packed = 4;
      int aligned = 8;
      int bellsPlace = -1;
      event.set(JAVA_INT, 0, IN);
      event.set(JAVA_INT, packed, bellsPlace);
      event.set(JAVA_INT, aligned, bellsPlace);
      event.set(JAVA_INT, 12, bellsPlace);
      int result = control(ADD, bell);
      if (result < 0) {
        throw error("waiting for a wake-up with epoll", result);
      }
      ring();
      int ready = await(0);
      silence();
      if (ready != 1) {
        throw error("a wake-up did not come", ready);
      }
      return events.get(JAVA_INT, 12) == bellsPlace ? aligned : packed;
    }

    int add(int descriptor, int what, long data) {
      return control(ADD, descriptor, what, data);
    }

    int modify(int descriptor, int what, long data) {
      return control(MODIFY, descriptor, what, data);
    }

    int delete(int descriptor) {
      return control(DELETE, descriptor);
    }

    private int control(int operation, int descriptor, int what, long data) {
      event.set(JAVA_INT, 0, what);
      event.set(JAVA_LONG_UNALIGNED, dataAt, data);
      return control(operation, descriptor);
    }

    private int control(int operation, int descriptor) {
      try {
        return Call.answer(
            errno,
            (int) EpollCalls.CONTROL.invokeExact(errno, epoll, operation, descriptor, event));
      } catch (Throwable fault) {
        throw unexpected(fault);
      }
    }

    /// Waits, and answers how many events there are.
    int await(int millis) {
      try {
        return Call.answer(
            errno, (int) EpollCalls.WAIT.invokeExact(errno, epoll, events, MOST_EVENTS, millis));
      } catch (Throwable fault) {
        throw unexpected(fault);
      }
    }

    int event(int index) {
      return events.get(JAVA_INT, index * (long) size);
    }

    long data(int index) {
      return events.get(JAVA_LONG_UNALIGNED, index * (long) size + dataAt);
    }

    @Override
    void release() {
      if (epoll >= 0) {
        shut(epoll);
      }
    }
  }

  /// The array that poll(2) is given: the bell, and then descriptors, each at its place from 0 on.
  static final class Poll extends Waiter {
    static final int IN = 1;
    static final int OUT = 4;
    static final int ERR = 8;
    static final int HUP = 0x10;
    static final int INVALID = 0x20;

    private static final long SIZE = 8;
    private static final long EVENTS = 4;
    private static final long RETURNED = 6;

    private MemorySegment array = arena.allocate(64 * SIZE, 8);
    private int count;

    Poll() throws IOException {
      put(0, bell, IN);
    }

    int count() {
      return count;
    }

    /// Answers its place: the last.
    int append(int descriptor, int what) {
      if ((count + 2) * SIZE > array.byteSize()) {
        // What was too small stays until close: all of it together is smaller than what comes.
        MemorySegment larger = arena.allocate(2 * array.byteSize(), 8);
        MemorySegment.copy(array, 0, larger, 0, array.byteSize());
        array = larger;
      }
      put((count + 1) * SIZE, descriptor, what);
      return count++;
    }

    void change(int place, int what) {
      array.set(JAVA_SHORT, at(place) + EVENTS, (short) what);
    }

    /// Removes the last, after it has taken the place of the one at `place`.
    void remove(int place) {
      count--;
      MemorySegment.copy(array, at(count), array, at(place), SIZE);
    }

    int descriptor(int place) {
      return array.get(JAVA_INT, at(place));
    }

    int returned(int place) {
      return array.get(JAVA_SHORT, at(place) + RETURNED);
    }

    boolean rung() {
      return array.get(JAVA_SHORT, RETURNED) != 0;
    }

    /// Waits, and answers how many are ready, the bell included.
    int await(int millis) {
      try {
        return Call.answer(
            errno, (int) PollCalls.POLL.invokeExact(errno, array, count + 1L, millis));
      } catch (Throwable fault) {
        throw unexpected(fault);
      }
    }

    private static long at(int place) {
      return (place + 1) * SIZE;
    }

    private void put(long at, int descriptor, int what) {
      array.set(JAVA_INT, at, descriptor);
      array.set(JAVA_SHORT, at + EVENTS, (short) what);
      array.set(JAVA_SHORT, at + RETURNED, (short) 0);
    }
  }

  /// The sets of bits that select(2) is given, of as many bits as one likes: 1,024 is what C's type
  /// has, not what the kernel allows.
  static final class Select extends Waiter {
    private final int words;
    private final MemorySegment wanted;
    private final MemorySegment result;
    private final MemorySegment resultOut;
    private final MemorySegment time = arena.allocate(2L * Long.BYTES, 8);
    private int end;

    /// @param limit a multiple of 64; the bell's descriptor may be beyond it, see [#bell]
    Select(int limit) throws IOException {
      words = limit / Long.SIZE;
      wanted = arena.allocate(2L * words * Long.BYTES, 8);
      result = arena.allocate(2L * words * Long.BYTES, 8);
      resultOut = result.asSlice(words * (long) Long.BYTES);
      if (bell < limit) {
        set(bell, true, false);
      }
    }

    /// How many words of 64 descriptors there may be something in.
    int usedWords() {
      return Math.ceilDiv(end, Long.SIZE);
    }

    void set(int descriptor, boolean in, boolean out) {
      set(descriptor / Long.SIZE, descriptor, in);
      set(words + descriptor / Long.SIZE, descriptor, out);
      if (in || out) {
        end = Math.max(end, descriptor + 1);
      } else if (descriptor + 1 == end) {
        lowerEnd();
      }
    }

    private void set(int word, int descriptor, boolean on) {
      long bit = 1L << descriptor;
      long others = wanted.getAtIndex(JAVA_LONG, word) & ~bit;
      wanted.setAtIndex(JAVA_LONG, word, on ? others | bit : others);
    }

    private void lowerEnd() {
      int word = usedWords() - 1;
      while (word >= 0 && any(wanted, word) == 0) {
        word--;
      }
      end = (word + 1) * Long.SIZE;
      if (word >= 0) {
        end -= Long.numberOfLeadingZeros(any(wanted, word));
      }
    }

    private long any(MemorySegment sets, int word) {
      return sets.getAtIndex(JAVA_LONG, word) | sets.getAtIndex(JAVA_LONG, words + word);
    }

    /// Waits, and answers how many are ready, the bell included.
    int await(long micros) {
      MemorySegment.copy(wanted, 0, result, 0, wanted.byteSize());
      // Set for every call: the kernel writes there how much was left.
      time.setAtIndex(JAVA_LONG, 0, micros / 1_000_000);
      time.setAtIndex(JAVA_LONG, 1, micros % 1_000_000);
      try {
        return Call.answer(
            errno,
            (int)
                SelectCalls.SELECT.invokeExact(
                    errno, end, result, resultOut, MemorySegment.NULL, time));
      } catch (Throwable fault) {
        throw unexpected(fault);
      }
    }

    /// The descriptors from `64 * word` on that can be read, a bit each.
    long in(int word) {
      return result.getAtIndex(JAVA_LONG, word);
    }

    long out(int word) {
      return result.getAtIndex(JAVA_LONG, words + word);
    }
  }
}
