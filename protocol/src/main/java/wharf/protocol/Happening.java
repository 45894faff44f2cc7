package wharf.protocol;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What has happened, as facts for programs: what stands behind an [Effect.Note], and what a server
/// knows of its sessions by itself.
///
/// A journal has one kind of event for each record, and for each of its components a field of that
/// name, so names here are names that programs read: docs/logs.md has them all. Texts are as they
/// came; whoever writes them down escapes them. None holds a secret.
public sealed interface Happening {

  /// A client has connected.
  record Begun() implements Happening {}

  /// Everything of a session is closed.
  ///
  /// @param took from [Begun]
  /// @param fault whether it was ended by a fault of the server
  record Ended(Duration took, boolean fault) implements Happening {}

  /// A client was told to go before it had a session.
  ///
  /// @param why of which limit
  record TurnedAway(Protocol.Refusal why) implements Happening {}

  /// The connection is under TLS.
  ///
  /// @param version as `TLSv1.3`
  /// @param cipher the name of the cipher suite
  record Secured(String version, String cipher) implements Happening {}

  /// Somebody has tried to log in.
  ///
  /// @param account the name that was said; there need not be such an account if it was refused
  /// @param proof what was shown for it
  /// @param why it was refused, where that was not for its name or password; null else
  record Login(String account, boolean accepted, Proof proof, @Nullable String why)
      implements Happening {}

  /// Who was logged in is not any more, and the session goes on: somebody else may log in.
  record Logout(String account) implements Happening {}

  /// How somebody proves who they are.
  enum Proof {
    /// Nobody in particular needs none.
    NONE,
    PASSWORD,
    /// Of the client, in TLS.
    CERTIFICATE
  }

  /// A command was answered.
  ///
  /// @param verb null if the line was no command: what it was nobody is told, it may have been a
  ///   password
  /// @param argument what followed the verb; null if nothing did, or if it is a secret
  /// @param code of the reply; null if the session ended before there was one
  /// @param took from when it was begun, after those before it, to its last reply
  record Command(
      @Nullable String verb, @Nullable String argument, @Nullable Integer code, Duration took)
      implements Happening {}

  /// The client was told something that answers no command, as that it was silent for too long.
  record Told(int code, String text) implements Happening {}

  /// Something in the store is not as it was.
  ///
  /// @param verb by which command
  /// @param to the new name of what was renamed, the name of a copy, what a link leads to
  record Change(String account, String verb, String path, @Nullable String to)
      implements Happening {}

  /// A command was not allowed.
  ///
  /// @param why for people, with the rule that has decided
  record Refused(String account, String verb, String why) implements Happening {}

  /// What a transfer was to move.
  ///
  /// @param verb `STOR` for every kind of upload; the [Command] tells which it was
  /// @param mode how it was wrapped
  /// @param dataSecure whether the data connection was under TLS
  record Cargo(
      String account,
      Direction direction,
      String verb,
      String path,
      Effect.Transfer.Form form,
      Mode mode,
      boolean dataSecure) {}

  /// Seen from the server.
  enum Direction {
    IN,
    OUT
  }

  /// See [Effect.Transfer.Mode].
  enum Mode {
    STREAM,
    BLOCK,
    DEFLATE
  }

  /// A transfer begins, and a [Transfer] will tell of its end.
  ///
  /// @param size how many bytes of content there are to move; null if nobody knows
  record Started(Cargo cargo, @Nullable Long size) implements Happening {}

  /// A transfer has ended: its receipt.
  ///
  /// @param bytes of content
  /// @param onWire what went over the data connection for it
  /// @param took null if the session was ended from outside
  /// @param complete whether the client was told so
  /// @param ending the evidence
  /// @param why it is not complete, for people
  /// @param kept how much of an upload is there to be continued
  /// @param hash of a whole upload, where the client goes by hashes
  record Transfer(
      Cargo cargo,
      long bytes,
      long onWire,
      @Nullable Duration took,
      boolean complete,
      Ending ending,
      @Nullable String why,
      @Nullable Long kept,
      @Nullable String hash)
      implements Happening {}

  /// What has no form of its own, for people.
  record Remark(String text) implements Happening {}
}
