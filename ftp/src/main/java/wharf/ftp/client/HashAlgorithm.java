package wharf.ftp.client;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How a file's content is told in a few bytes, so that two ends can compare what they have. In the
/// order in which they are preferred: SHA-256 is beyond doubt and quick, SHA-512 no safer in
/// practice and slower; the others find accidents, not malice.
public enum HashAlgorithm {
  SHA_256("SHA-256", 64, "XSHA256"),
  SHA_512("SHA-512", 128, "XSHA512"),
  SHA_1("SHA-1", 40, "XSHA1"),
  MD5("MD5", 32, "XMD5"),
  CRC32("CRC32", 8, "XCRC");

  private final String text;
  private final int digits;
  private final String command;

  HashAlgorithm(String text, int digits, String command) {
    this.text = text;
    this.digits = digits;
    this.command = command;
  }

  /// The one of this name, in any case.
  public static Optional<HashAlgorithm> named(String name) {
    return Arrays.stream(values())
        .filter(one -> one.text.equals(name.toUpperCase(Locale.ROOT)))
        .findFirst();
  }

  /// How many hexadecimal digits it has.
  int digits() {
    return digits;
  }

  /// The command that tells it where HASH is not known.
  String command() {
    return command;
  }

  /// The name: `SHA-256`.
  @Override
  public String toString() {
    return text;
  }
}
