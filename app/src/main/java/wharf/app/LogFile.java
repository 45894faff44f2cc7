package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// A file that lines are added to, by a thread of its own: who adds one never waits for the disk.
/// Safe for use by many threads, and by many processes for one file: each line is one write, and
/// the system puts it at the end.
///
/// What cannot be written, because the disk is full or too slow, is dropped and counted. The log
/// says so when it begins and when it has ended, and then the file has a line that says how much is
/// missing.
///
/// A file that was moved away, as by logrotate, is made anew; one that was cut goes on at its new
/// end.
final class LogFile implements AutoCloseable {
  /// The most that waits to be written, in bytes: some ten thousand lines, or some hundred
  /// milliseconds of a server that does nothing else.
  static final int WAITING_LIMIT = 8 << 20;

  /// How often to look, when there is something to write, whether the file is still there.
  private static final Duration LOOK = Duration.ofSeconds(1);

  /// How long what waits may take when it is closed.
  private static final Duration LAST_LINES = Duration.ofSeconds(2);

  /// How often to try to open what others move away meanwhile.
  private static final int TRIES = 10;

  private final String name;

  /// Null for what has no name.
  private final @Nullable Path file;

  private final LongFunction<String> gap;
  private final System.Logger log = System.getLogger("wharf.log");
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private long lost;
  private boolean full;
  private boolean closing;
  private volatile boolean reopenAsked;

  // Of the thread that writes.

  private final Thread writer;
  private WritableByteChannel channel;
  private @Nullable Object identity;
  private long looked;
  private boolean failing;

  /// Whether the last line is there in part only: nothing may be added to that.
  private boolean torn;

  /// @param gap the line that says how many are missing; "" for none
  private LogFile(
      String name,
      @Nullable Path file,
      WritableByteChannel channel,
      @Nullable Object identity,
      LongFunction<String> gap) {
    this.name = name;
    this.file = file;
    this.channel = channel;
    this.identity = identity;
    this.gap = gap;
    this.looked = System.nanoTime();
    this.writer = Thread.ofPlatform().daemon().name("log").unstarted(this::write);
  }

  /// Opens the file, and makes it if there is none, for its owner alone.
  static LogFile at(Path file, LongFunction<String> gap) throws IOException {
    Opened opened = open(file);
    return started(new LogFile(file.toString(), file, opened.channel(), opened.identity(), gap));
  }

  /// The same with what is open already.
  static LogFile over(String name, WritableByteChannel channel, LongFunction<String> gap) {
    return started(new LogFile(name, null, channel, null, gap));
  }

  private static LogFile started(LogFile file) {
    file.writer.start();
    return file;
  }

  /// Adds a line. Never waits.
  void add(String line) {
    byte[] bytes = bytes(line);
    synchronized (this) {
      if (!closing && waitingBytes + bytes.length <= WAITING_LIMIT) {
        waiting.add(bytes);
        waitingBytes += bytes.length;
        notifyAll();
        return;
      }
      lost++;
      if (full || closing) {
        return;
      }
      full = true;
    }
    log.log(Level.WARNING, "{0} is written too slowly: lines are dropped, and counted", name);
  }

  /// Opens the file anew, under its name, before the next line.
  void reopen() {
    reopenAsked = true;
  }

  /// Writes what waits, if that can be done soon.
  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    try {
      writer.join(LAST_LINES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// How many lines it lacks; once it is closed, those included that are not written yet.
  synchronized long missing() {
    return lost + (closing ? waiting.size() : 0);
  }

  @Override
  public String toString() {
    return name;
  }

  private synchronized long lost() {
    return lost;
  }

  private synchronized void lose(long lines) {
    lost += lines;
  }

  private static byte[] bytes(String line) {
    return (line + "\n").getBytes(UTF_8);
  }

  // What the thread does.

  private void write() {
    try {
      byte[] line;
      while ((line = next()) != null) {
        write(line);
      }
      put(told(lost()));
    } catch (IOException e) {
      // It is counted, and told where this is closed.
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts it", e);
    } finally {
      if (file != null) {
        closeQuietly();
      }
    }
  }

  /// Waits for a line; null when there will be no more.
  private synchronized byte @Nullable [] next() throws InterruptedException {
    while (waiting.isEmpty() && !closing) {
      full = false;
      wait();
    }
    byte[] line = waiting.poll();
    waitingBytes -= line == null ? 0 : line.length;
    return line;
  }

  private void write(byte[] line) {
    try {
      look();
      long missing = lost();
      byte[] before = told(missing);
      put(ByteBuffer.allocate(before.length + line.length).put(before).put(line).array());
      failing = false;
      found(missing);
    } catch (IOException e) {
      lose(1);
      if (!failing) {
        failing = true;
        log.log(
            Level.WARNING,
            "{0} cannot be written: {1}; lines are dropped, and counted, until it can",
            name,
            e.getMessage());
      }
    }
  }

  /// The line that says how many are missing, if any are.
  private byte[] told(long missing) {
    String line = missing == 0 ? "" : gap.apply(missing);
    return line.isEmpty() ? new byte[0] : bytes(line);
  }

  private void found(long missing) {
    if (missing > 0) {
      lose(-missing);
      log.log(Level.WARNING, "{0} is written again; it lacks {1} lines", name, missing);
    }
  }

  private void put(byte[] line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(line);
    if (torn) {
      bytes = ByteBuffer.allocate(line.length + 1).put((byte) '\n').put(line).flip();
    }
    try {
      while (bytes.hasRemaining()) {
        int _ = channel.write(bytes);
      }
      torn = false;
    } finally {
      torn |= bytes.position() > 0 && bytes.hasRemaining();
    }
  }

  /// Finds out, now and then, whether the file is still the one of that name.
  private void look() throws IOException {
    long now = System.nanoTime();
    boolean asked = reopenAsked;
    if (file == null || (!asked && now - looked < LOOK.toNanos())) {
      return;
    }
    looked = now;
    reopenAsked = false;
    if (asked || !Objects.equals(identity(file), identity)) {
      Opened opened = open(file);
      closeQuietly();
      channel = opened.channel();
      identity = opened.identity();
      torn = false;
    }
  }

  private record Opened(FileChannel channel, @Nullable Object identity) {}

  private static Opened open(Path file) throws IOException {
    for (int i = 1; ; i++) {
      Object before = identity(file);
      FileChannel channel =
          FileChannel.open(
              file,
              Set.of(CREATE, WRITE, APPEND),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      // Only if it was there before and after is it known to be the one that was opened.
      if ((before != null && before.equals(identity(file))) || i == TRIES) {
        return new Opened(channel, before);
      }
      channel.close();
    }
  }

  /// What the system knows it by; null if it is not there.
  private static @Nullable Object identity(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private void closeQuietly() {
    try {
      channel.close();
    } catch (IOException e) {
      log.log(Level.DEBUG, "closing " + name, e);
    }
  }
}
