package wharf.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// A wire under TLS 1.2 or 1.3 over another wire, which it owns; as client or as server, whichever
/// the engine was set to be.
///
/// ```
///   write(from) ------------+
///   send(file) -> content --+-> engine.wrap ---> outgoing ---> below
///   read(into) <- plain <------ engine.unwrap <- incoming <--- below
///              (only when a record is larger than `into`)
/// ```
///
/// **The handshake** begins with the first call that moves anything, and goes on with every one;
/// until it is done they answer 0, and [#interest] says what it waits for. It has no deadline here:
/// whoever waits has the clock. The engine's tasks, public-key work of a few milliseconds, run on
/// the calling thread.
///
/// **The end** is told apart as nowhere else: [#read] answers -1 only when the peer has said
/// close_notify. A connection below that ends without it was [CutOff], by whomever, and what came
/// may not be all.
///
/// **A ticket** never resets an upload. A TLS 1.3 server's ticket and the answer to a key update
/// are held back and leave with what is written next, or at the end; so a client that only writes,
/// and closes without having read, has nothing unread. A client is best to read to the end of the
/// input before it closes, within a limit of time; [#close] itself takes no more than what has
/// arrived.
///
/// **What came before** the handshake never gets in: the buffers are empty at first, and this reads
/// from the wire below only. What was received along with a command like AUTH TLS is not to be
/// passed on in any form; it was said in the clear.
///
/// Renegotiation (TLS 1.2) is refused, the connection with it. Buffers are on the heap, which is
/// what the JDK's ciphers are fast with; there are none while nothing moves, and at most [#BATCH]
/// records for each direction. Used by one thread at a time.
public final class TlsWire implements Wire {
  /// The most records that leave in one write: 256 KiB, what a socket takes at once.
  public static final int BATCH = 16;

  /// The most content of a record (RFC 8446, section 5.1).
  private static final int RECORD = 1 << 14;

  /// How many records without content may come one after another: tickets, key updates, and what is
  /// sent to keep a server busy. As BoringSSL has it.
  private static final int EMPTY_LIMIT = 32;

  /// How many key updates may be answered together: a peer that asks again and again is not to fill
  /// the memory with answers.
  private static final int OWED_LIMIT = 32;

  /// How many bytes [#close] takes of what has arrived: what a peer says that is sent to, and not
  /// listened to, with room to spare.
  private static final int DRAINED = 16 << 10;

  private final ByteBuffer nothing = ByteBuffer.allocate(0);
  private final Wire below;
  private final SSLEngine engine;

  private boolean begun;
  private boolean handshaken;

  /// What the handshake waits for.
  private int handshakeNeeds;

  /// Received and not yet unwrapped, from position to limit.
  private @Nullable ByteBuffer incoming;

  /// Unwrapped and not yet read, from position to limit.
  private @Nullable ByteBuffer plain;

  /// Wrapped and not yet taken by the wire below, from position to limit.
  private @Nullable ByteBuffer outgoing;

  /// What [#send] reads a file into; holds nothing between calls.
  private @Nullable ByteBuffer content;

  /// How many records to read at once: as many as the last reads had use for.
  private int readRecords = 1;

  private int empty;
  private int owed;
  private boolean inputEnded;

  /// Whether the end of the output was asked for.
  private boolean ending;

  /// Whether the engine takes nothing more.
  private boolean outputEnded;

  private boolean belowEnded;

  /// Why TLS broke off. From then on nothing moves, but for the alert that says so.
  private @Nullable SSLException problem;

  /// Why nothing more can be read.
  private @Nullable IOException inputProblem;

  /// The connection below ended, and the TLS stream over it did not: what came may not be all.
  public static final class CutOff extends SSLException {
    private static final long serialVersionUID = 1;

    CutOff(String message) {
      super(message);
    }
  }

  /// @param below this object's from here on
  /// @param engine fresh, set to be client or server; this object's from here on
  public TlsWire(Wire below, SSLEngine engine) {
    this.below = below;
    this.engine = engine;
    handshakeNeeds = engine.getUseClientMode() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ;
  }

  /// Whether the handshake is done: the peer is who its certificate says, if it was asked for one.
  public boolean handshaken() {
    return handshaken;
  }

  /// What was agreed on with the peer; of meaning once [#handshaken].
  public SSLSession session() {
    return engine.getSession();
  }

  // Reading.

  /// @throws CutOff when the connection below has ended, and the stream has not
  /// @throws SSLException when the peer breaks the rules; an alert has told it so, as far as there
  ///   was room
  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!handshake()) {
      return 0;
    }
    passQuietly();
    if (plain != null) {
      return readPlain(plain, into);
    }
    int before = into.position();
    try {
      while (into.hasRemaining() && unwrap(into, before)) {}
    } catch (SSLException e) {
      // What came before it is whole.
      inputProblem = e;
    }
    int count = into.position() - before;
    if (count > 0) {
      return count;
    }
    if (inputProblem != null) {
      throw inputProblem;
    }
    return inputEnded ? -1 : 0;
  }

  /// Unwraps a record, or gets the bytes for one.
  ///
  /// @param before where the content begins that was read by the same call
  /// @return whether there may be more
  private boolean unwrap(ByteBuffer into, int before) throws IOException {
    if (inputEnded || inputProblem != null || !mayHearMore()) {
      return false;
    }
    SSLEngineResult result = unwrap(into);
    if (result.getStatus() == Status.BUFFER_OVERFLOW && into.position() == before) {
      ByteBuffer aside = ByteBuffer.allocate(session().getApplicationBufferSize());
      result = unwrap(aside);
      int _ = readPlain(aside.flip(), into);
    }
    return switch (result.getStatus()) {
      case BUFFER_UNDERFLOW -> into.position() == before && fill();
      case BUFFER_OVERFLOW -> false;
      case CLOSED -> {
        inputEnded = true;
        incoming = null;
        concludeQuietly();
        yield false;
      }
      case OK -> {
        heard(result);
        yield plain == null;
      }
    };
  }

  private SSLEngineResult unwrap(ByteBuffer into) throws SSLException {
    try {
      return engine.unwrap(incoming == null ? nothing : incoming, into);
    } catch (SSLException e) {
      throw failed(e);
    }
  }

  /// Looks at what a record was, other than content.
  private void heard(SSLEngineResult result) throws SSLException {
    HandshakeStatus status = engine.getHandshakeStatus();
    if (status == HandshakeStatus.NEED_TASK) {
      throw failed(new SSLException("the peer asked to renegotiate, which is refused"));
    }
    if (result.bytesProduced() > 0) {
      empty = 0;
    } else if (++empty > EMPTY_LIMIT) {
      throw failed(new SSLException("the peer sends records without content, again and again"));
    } else if (status == HandshakeStatus.NEED_WRAP) {
      owed++;
    }
  }

  /// Whether nothing is owed to the peer that must leave before more of it is heard.
  private boolean mayHearMore() throws IOException {
    if (owed > OWED_LIMIT) {
      while (pass() && wrap(nothing)) {}
    }
    return owed <= OWED_LIMIT;
  }

  private int readPlain(ByteBuffer from, ByteBuffer into) {
    int count = Math.min(from.remaining(), into.remaining());
    ByteBuffer part = from.slice(from.position(), count);
    into.put(part);
    from.position(from.position() + count);
    plain = trimmed(from);
    return count;
  }

  /// Reads from the wire below.
  ///
  /// @return whether there was something
  private boolean fill() throws IOException {
    ByteBuffer buffer = incoming;
    int size = readRecords * session().getPacketBufferSize();
    if (buffer == null) {
      buffer = ByteBuffer.allocate(size);
    } else if (buffer.capacity() < size) {
      buffer = ByteBuffer.allocate(size).put(buffer);
    } else {
      buffer.compact();
    }
    int count;
    try {
      count = below.read(buffer);
    } finally {
      incoming = buffer.flip();
    }
    if (count > 0) {
      boolean full = buffer.limit() == buffer.capacity();
      boolean wide = buffer.limit() < buffer.capacity() / 2;
      readRecords = full ? Math.min(readRecords * 2, BATCH) : wide ? 1 : readRecords;
      return true;
    }
    incoming = trimmed(incoming);
    releaseOutput();
    if (count < 0) {
      throw new CutOff(
          handshaken
              ? "the connection ended without close_notify"
              : "the connection ended in the middle of the handshake");
    }
    return false;
  }

  // Writing.

  @Override
  public int write(ByteBuffer from) throws IOException {
    if (!readyToWrite()) {
      return 0;
    }
    int before = from.remaining();
    do {
      wrap(from);
    } while (pass() && from.hasRemaining() && !outputEnded);
    return written(before - from.remaining());
  }

  @Override
  public long send(FileChannel file, long position, long count) throws IOException {
    if (!readyToWrite()) {
      return 0;
    }
    int most = (int) Math.min(count, BATCH * RECORD);
    if (content == null || content.capacity() < most) {
      content = ByteBuffer.allocate(most);
    }
    ByteBuffer read = content.clear().limit(most);
    if (file.read(read, position) <= 0) {
      return 0;
    }
    wrap(read.flip());
    if (!pass()) {
      // For a slow peer the records are kept, not what they were made of, too.
      content = null;
    }
    return written(read.position());
  }

  /// Whether records can be made now: the handshake is done, and the last ones have left.
  private boolean readyToWrite() throws IOException {
    if (!handshake()) {
      return false;
    }
    if (ending) {
      throw new IOException("written after the end of the output");
    }
    return pass();
  }

  private int written(int count) throws IOException {
    if (count == 0 && outputEnded) {
      throw new IOException(
          "the peer has ended the stream, and in its way of %s that ends both directions"
              .formatted(protocol()));
    }
    return count;
  }

  /// Makes records of `from`, as many as a batch holds, after what the engine itself has to say.
  /// For content only when the last batch has left.
  ///
  /// @return whether there was anything
  private boolean wrap(ByteBuffer from) throws SSLException {
    int records = Math.clamp((from.remaining() + RECORD - 1) / RECORD, 1, BATCH);
    if (saysMore()) {
      // The engine wants room for the largest record each time: with that, all its small ones leave
      // together.
      records++;
    }
    ByteBuffer unsent = outgoing == null ? nothing : outgoing;
    int size = unsent.remaining() + records * session().getPacketBufferSize();
    ByteBuffer out =
        unsent.capacity() < size ? ByteBuffer.allocate(size).put(unsent) : unsent.compact();
    outgoing = out;
    boolean any = false;
    try {
      boolean moved = true;
      while (moved && (from.hasRemaining() || saysMore() || !any)) {
        SSLEngineResult result = engine.wrap(from, out);
        moved =
            result.bytesProduced() > 0 || result.getHandshakeStatus() == HandshakeStatus.FINISHED;
        any |= moved;
        if (result.getStatus() == Status.CLOSED) {
          outputEnded = true;
        }
      }
      owed = saysMore() ? owed : 0;
      if (!any && from.hasRemaining() && !outputEnded) {
        throw new SSLException("TLS takes nothing more");
      }
    } catch (SSLException e) {
      out.flip();
      throw failed(e);
    }
    out.flip();
    return any;
  }

  private boolean saysMore() {
    return engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
  }

  /// Hands what is wrapped to the wire below.
  ///
  /// @return whether all of it has left
  private boolean pass() throws IOException {
    ByteBuffer out = outgoing;
    if (out == null) {
      return true;
    }
    while (out.hasRemaining()) {
      if (below.write(out) == 0) {
        return false;
      }
    }
    if (out.capacity() <= 2 * session().getPacketBufferSize()) {
      outgoing = null;
    }
    return true;
  }

  /// The same for whoever reads: that nothing can be written any more is told to whoever writes.
  private void passQuietly() {
    try {
      boolean _ = pass();
    } catch (IOException _) {
      // What has arrived can still be read.
    }
  }

  private void releaseOutput() {
    outgoing = trimmed(outgoing);
    content = null;
  }

  /// A buffer with nothing in it is none.
  private static @Nullable ByteBuffer trimmed(@Nullable ByteBuffer buffer) {
    return buffer != null && buffer.hasRemaining() ? buffer : null;
  }

  // The handshake.

  /// Goes on with it.
  ///
  /// @return whether it is done
  private boolean handshake() throws IOException {
    if (problem != null) {
      throw problem;
    }
    if (!begun) {
      begun = true;
      engine.beginHandshake();
    }
    while (!handshaken) {
      HandshakeStatus status = engine.getHandshakeStatus();
      if (agreed(status)) {
        if (pass()) {
          handshaken = true;
          incoming = trimmed(incoming);
        } else if (!exchange()) {
          return false;
        }
        continue;
      }
      switch (status) {
        case NEED_TASK -> runTasks();
        case NEED_WRAP -> {
          if (!wrap(nothing)) {
            throw failed(new SSLException("the handshake broke off"));
          }
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          if (!unwrapHandshake()) {
            return false;
          }
        }
        case NOT_HANDSHAKING, FINISHED -> throw failed(new SSLException("the handshake broke off"));
      }
    }
    return true;
  }

  /// Whether all of the handshake proper was exchanged. What a TLS 1.3 server has to say after that
  /// are tickets: held back, see above.
  private boolean agreed(HandshakeStatus status) {
    return engine.getHandshakeSession() == null
        && !protocol().equals("NONE")
        && (status != HandshakeStatus.NEED_WRAP
            || (!engine.getUseClientMode() && protocol().equals("TLSv1.3")));
  }

  private String protocol() {
    return session().getProtocol();
  }

  private void runTasks() {
    Runnable task;
    while ((task = engine.getDelegatedTask()) != null) {
      task.run();
    }
  }

  private boolean unwrapHandshake() throws IOException {
    SSLEngineResult result = unwrap(nothing);
    return switch (result.getStatus()) {
      case OK -> true;
      case BUFFER_UNDERFLOW -> exchange();
      case CLOSED -> throw failed(new SSLException("the peer called the handshake off"));
      case BUFFER_OVERFLOW -> throw failed(new SSLException("content within the handshake"));
    };
  }

  /// Passes on what is wrapped, all that was said since the peer was last heard: two small segments
  /// one after the other would wait for the peer's system to confirm the first. And reads, also
  /// while there is no room: the peer may have none for the same reason.
  ///
  /// @return whether there was something to read
  private boolean exchange() throws IOException {
    boolean left = pass();
    boolean room = incoming == null || incoming.remaining() < session().getPacketBufferSize();
    if (room && fill()) {
      return true;
    }
    handshakeNeeds = (left ? 0 : SelectionKey.OP_WRITE) | (room ? SelectionKey.OP_READ : 0);
    return false;
  }

  // Waiting, and the end.

  @Override
  public int interest(int wanted) {
    if (!handshaken && problem == null) {
      return below.interest(handshakeNeeds);
    }
    if (trimmed(outgoing) == null && (!ending || problem != null || belowEnded)) {
      return below.interest(wanted);
    }
    int hears = owed > OWED_LIMIT ? wanted & ~SelectionKey.OP_READ : wanted;
    return below.interest(hears | SelectionKey.OP_WRITE);
  }

  /// Goes on with the handshake, with what was written, and with the end of the output.
  @Override
  public boolean flush() throws IOException {
    if (problem == null) {
      if (!handshake()) {
        return false;
      }
      if (ending) {
        // Nothing happens the second time.
        engine.closeOutbound();
        outputEnded = true;
      }
    }
    boolean left = conclude();
    if (left && problem != null) {
      throw problem;
    }
    return left;
  }

  /// Says what is held back, once the handshake is done: where the peer is sure to listen. Some
  /// keep for the next connection only what has come by the time the handshake is over.
  public void sayAll() throws IOException {
    if (handshaken && problem == null && pass() && saysMore()) {
      boolean _ = wrap(nothing);
      boolean _ = pass();
    }
  }

  /// Ends the output with close_notify and, when that has left, the output of the wire below: ask
  /// [#flush]. The handshake is finished first. Under TLS 1.3 the peer may go on sending; under 1.2
  /// most do, though they need not.
  @Override
  public void endOutput() throws IOException {
    ending = true;
    boolean _ = flush();
  }

  /// Passes on what is wrapped and, at the end, whatever the engine still has to say: an alert, a
  /// ticket, close_notify.
  ///
  /// @return whether nothing is left
  private boolean conclude() throws IOException {
    boolean last = problem != null || outputEnded || inputEnded;
    boolean left = pass();
    while (left && last && saysMore() && wrap(nothing)) {
      left = pass();
    }
    if (!left) {
      return false;
    }
    releaseOutput();
    if (ending && problem == null && !belowEnded) {
      belowEnded = true;
      below.endOutput();
    }
    return below.flush();
  }

  private void concludeQuietly() {
    try {
      boolean _ = conclude();
    } catch (IOException _) {
      // The peer does not listen, and misses nothing: what it is told is that it was heard.
    }
  }

  /// Notes what went wrong, and tells the peer, as far as there is room.
  private SSLException failed(SSLException why) {
    if (problem != null) {
      return problem;
    }
    problem = why;
    concludeQuietly();
    return why;
  }

  @Override
  public void reset() throws IOException {
    release();
    below.reset();
  }

  /// Closes the wire below, too. It says no close_notify: a peer that was not told by [#endOutput]
  /// knows that it was cut off. What has arrived is taken first, for the system resets a connection
  /// that is closed with something unread, and what was sent might be lost.
  @Override
  public void close() throws IOException {
    try {
      concludeQuietly();
      release();
      ByteBuffer unread = ByteBuffer.allocate(DRAINED);
      while (unread.hasRemaining() && below.read(unread) > 0) {}
    } catch (IOException _) {
      // It is closed anyway.
    } finally {
      below.close();
    }
  }

  private void release() {
    incoming = null;
    plain = null;
    outgoing = null;
    content = null;
  }
}
