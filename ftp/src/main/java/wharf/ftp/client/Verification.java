package wharf.ftp.client;

/// How it is known that both ends have the same file.
public sealed interface Verification {
  /// The server said the hash of what it stored in the reply that calls the upload complete, and it
  /// is that of what was sent.
  record ByReceipt(HashAlgorithm algorithm, String hex) implements Verification {}

  /// The server was asked for the hash of what it has, and it agrees.
  ///
  /// @param command how it was asked: HASH, XSHA256 and so on
  record ByHash(String command, HashAlgorithm algorithm, String hex) implements Verification {}

  /// The sizes agree; the server can tell no hash, or none was wanted.
  record BySize() implements Verification {}

  /// Not at all: the server does not even say the size.
  record None() implements Verification {}

  /// Nothing was moved: what was there stays, as it was wanted.
  record Kept() implements Verification {}

  /// In words: `SHA-256 agrees (HASH)`.
  default String text() {
    return switch (this) {
      case ByReceipt(HashAlgorithm algorithm, _) -> algorithm + " agrees (the server's receipt)";
      case ByHash(String command, HashAlgorithm algorithm, _) ->
          "%s agrees (%s)".formatted(algorithm, command);
      case BySize() -> "sizes agree";
      case Kept() -> "left as it was";
      case None() -> "not verified: the server does not say the size";
    };
  }

  /// In a word, for programs: `receipt`, `hash`, `size`, `kept` or `none`.
  default String method() {
    return switch (this) {
      case ByReceipt _ -> "receipt";
      case ByHash _ -> "hash";
      case BySize _ -> "size";
      case Kept _ -> "kept";
      case None _ -> "none";
    };
  }
}
