package wharf.files;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32;

/// How a file's content is told in a few bytes, so that two ends can compare what they have.
///
/// SHA-1, MD5 and CRC32 find accidents, not malice; they are there for clients that know no other.
public enum HashAlgorithm {
  SHA_256("SHA-256"),
  SHA_512("SHA-512"),
  SHA_1("SHA-1"),
  MD5("MD5"),
  CRC32("CRC32");

  private final String text;

  HashAlgorithm(String text) {
    this.text = text;
  }

  /// The one of this name, in any case.
  public static Optional<HashAlgorithm> named(String name) {
    return Arrays.stream(values())
        .filter(one -> one.text.equals(name.toUpperCase(Locale.ROOT)))
        .findFirst();
  }

  /// One that has seen nothing yet.
  Hasher hasher() {
    if (this == CRC32) {
      return new Crc();
    }
    try {
      return new Digesting(MessageDigest.getInstance(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + text, e);
    }
  }

  /// The name: `SHA-256`.
  @Override
  public String toString() {
    return text;
  }

  /// A hash in the making. Used by one thread at a time.
  sealed interface Hasher {
    /// Takes in what remains of `bytes`.
    void update(ByteBuffer bytes);

    /// The hash of all of it, in hexadecimal digits, lower case. It is used up then.
    String hex();
  }

  private record Digesting(MessageDigest digest) implements Hasher {
    @Override
    public void update(ByteBuffer bytes) {
      digest.update(bytes);
    }

    @Override
    public String hex() {
      return HexFormat.of().formatHex(digest.digest());
    }
  }

  private static final class Crc implements Hasher {
    private final CRC32 crc = new CRC32();

    @Override
    public void update(ByteBuffer bytes) {
      crc.update(bytes);
    }

    @Override
    public String hex() {
      return HexFormat.of().toHexDigits((int) crc.getValue());
    }
  }
}
