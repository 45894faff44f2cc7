package wharf.ftp.client;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import wharf.net.TimedWire;

/// A hash in the making. For one thread.
public final class Hasher {
  private static final int BUFFER = 256 * 1024;

  private final HashAlgorithm algorithm;
  private final CRC32 crc = new CRC32();
  private final @Nullable MessageDigest digest;

  /// Of nothing so far.
  public Hasher(HashAlgorithm algorithm) {
    this.algorithm = algorithm;
    this.digest = algorithm == HashAlgorithm.CRC32 ? null : digest(algorithm);
  }

  private static MessageDigest digest(HashAlgorithm algorithm) {
    try {
      return MessageDigest.getInstance(algorithm.toString());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }

  HashAlgorithm algorithm() {
    return algorithm;
  }

  /// Takes in what remains of `bytes`.
  public void update(ByteBuffer bytes) {
    if (digest == null) {
      crc.update(bytes);
    } else {
      digest.update(bytes);
    }
  }

  /// Takes in some of a file.
  void update(FileChannel file, long from, long to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(BUFFER);
    long position = from;
    while (position < to) {
      bytes.clear().limit((int) Math.min(BUFFER, to - position));
      int count = file.read(bytes, position);
      if (count < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
      if (TimedWire.stopAsked()) {
        throw new ClosedByInterruptException();
      }
      update(bytes.flip());
      position += count;
    }
  }

  /// The hash of all that was taken in so far, in lower-case hexadecimal digits. More may follow.
  public String hex() {
    if (digest == null) {
      return HexFormat.of().toHexDigits((int) crc.getValue());
    }
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(algorithm + " of every JDK can be cloned", e);
    }
  }
}
