package wharf.protocol;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Cuts frames that announce their length out of a byte stream: the second kind of message
/// boundary.
///
/// ```
///   head bytes | length, unsigned, big-endian | length bytes of body
/// ```
///
/// The head may be empty; FTP's block mode (RFC 959 section 3.4.2) has one of a byte, and a length
/// of two. Bounded and linear: a body over the limit is thrown away as it arrives and reported
/// once, so that a peer cannot make anybody hold what it only announces. Not safe for use by many
/// threads.
public final class FrameBuffer {
  /// What [#next] found.
  public sealed interface Found {
    /// A whole frame.
    record Frame(ByteBuffer head, ByteBuffer body) implements Found {}

    /// A frame whose body is longer than the limit; the body is skipped, and the stream goes on
    /// behind it.
    record TooLong(ByteBuffer head, long length) implements Found {}
  }

  private final int headBytes;
  private final int lengthBytes;
  private final int bodyLimit;
  private final Held held = new Held();
  private long toSkip;

  /// @param headBytes how many bytes stand before the length
  /// @param lengthBytes how many bytes the length has, 1 to 4
  /// @param bodyLimit the longest body, in bytes
  public FrameBuffer(int headBytes, int lengthBytes, int bodyLimit) {
    if (headBytes < 0 || lengthBytes < 1 || lengthBytes > 4 || bodyLimit < 0) {
      throw new IllegalArgumentException("no such frames");
    }
    this.headBytes = headBytes;
    this.lengthBytes = lengthBytes;
    this.bodyLimit = bodyLimit;
  }

  /// Takes all of `bytes`. The caller bounds what it holds here by [#held()].
  public void add(ByteBuffer bytes) {
    int skipped = (int) Math.min(toSkip, bytes.remaining());
    toSkip -= skipped;
    bytes.position(bytes.position() + skipped);
    held.add(bytes);
  }

  /// How many bytes wait for the rest of their frame; not 0 at the end of a stream means that it
  /// ended within one.
  public int held() {
    return held.size();
  }

  /// Whether the stream stands within a frame: it must not end here.
  public boolean withinFrame() {
    return held.size() > 0 || toSkip > 0;
  }

  /// The next frame, or null when it has not come whole yet.
  public @Nullable Found next() {
    int before = headBytes + lengthBytes;
    if (held.size() < before) {
      return null;
    }
    long length = 0;
    for (int i = headBytes; i < before; i++) {
      length = length << 8 | (held.at(i) & 0xff);
    }
    if (length <= bodyLimit && held.size() - before < length) {
      return null;
    }
    ByteBuffer head = held.take(headBytes);
    held.drop(lengthBytes);
    if (length <= bodyLimit) {
      return new Found.Frame(head, held.take((int) length));
    }
    int here = (int) Math.min(length, held.size());
    held.drop(here);
    toSkip = length - here;
    return new Found.TooLong(head, length);
  }

  /// A frame as it goes over the wire, ready to be sent.
  ///
  /// @throws IllegalArgumentException when the head is not of the length of these frames, or the
  ///   body is over the limit or longer than its length can say
  public ByteBuffer frame(ByteBuffer head, ByteBuffer body) {
    int length = body.remaining();
    boolean fits = length <= bodyLimit && (long) length >>> (8 * lengthBytes) == 0;
    if (head.remaining() != headBytes || !fits) {
      throw new IllegalArgumentException(
          "a body of " + length + " bytes, or its head, is too long");
    }
    ByteBuffer whole = ByteBuffer.allocate(headBytes + lengthBytes + length).put(head);
    for (int shift = 8 * (lengthBytes - 1); shift >= 0; shift -= 8) {
      whole.put((byte) (length >>> shift));
    }
    return whole.put(body).flip();
  }
}
