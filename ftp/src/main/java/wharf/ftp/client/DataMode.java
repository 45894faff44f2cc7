package wharf.ftp.client;

/// How a file looks on a data connection, and how its end is told (MODE).
public enum DataMode {
  /// Its bytes as they are; it ends with the connection (RFC 959, section 3.4.1).
  STREAM('S'),

  /// In blocks, of which the last says that it is; the connection stays for the next file (RFC 959,
  /// section 3.4.2).
  BLOCK('B'),

  /// As one zlib stream (draft-preston-ftpext-deflate).
  DEFLATE('Z');

  private final char letter;

  DataMode(char letter) {
    this.letter = letter;
  }

  String letter() {
    return String.valueOf(letter);
  }
}
