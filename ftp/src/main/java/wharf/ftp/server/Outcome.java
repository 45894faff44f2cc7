package wharf.ftp.server;

import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import wharf.files.FileProblem;
import wharf.protocol.Ending;
import wharf.protocol.Event;
import wharf.protocol.Happening;

/// What is told of a transfer that has ended: the receipt of one that is complete, the reason of
/// one that is not.
record Outcome(Event.Transferred end) {

  /// How much, and how long it took.
  Phrase receipt() {
    String seconds = String.format(Locale.ROOT, "%.3f", end.took().toNanos() / 1e9);
    return end.onWire() < end.bytes()
        ? Phrase.of("%s bytes, %s on the wire, in %s s", end.bytes(), end.onWire(), seconds)
        : Phrase.of("%s bytes in %s s", end.bytes(), seconds);
  }

  /// For the log.
  String note() {
    return end.ending() == Ending.SENT
        ? receipt().toString()
        : "cut off after " + end.bytes() + " bytes: " + why();
  }

  /// The receipt for programs, of one that is complete.
  Happening.Transfer complete(Happening.Cargo cargo, @Nullable String hash) {
    return new Happening.Transfer(
        cargo, end.bytes(), end.onWire(), end.took(), true, end.ending(), null, null, hash);
  }

  /// The same of one that is not.
  ///
  /// @param kept how much of it is
  Happening.Transfer incomplete(Happening.Cargo cargo, String why, @Nullable Long kept) {
    return new Happening.Transfer(
        cargo, end.bytes(), end.onWire(), end.took(), false, end.ending(), why, kept, null);
  }

  /// Why it ended, in words.
  String why() {
    IOException problem = end.problem();
    if (problem != null && problem.getMessage() != null) {
      return problem.getMessage();
    }
    return switch (end.ending()) {
      case SENT, BLOCK_EOF, CLOSE_NOTIFY, FIN -> "the data connection ended in order";
      case CUT_OFF -> "the data ended before the file did";
      case MALFORMED -> "the data is not what its mode says";
      case RESET -> "the data connection was reset";
      case ABORTED -> "it was broken off";
      case TIMED_OUT -> "nothing moved for too long";
      case TOO_LONG -> "it lasted as long as a transfer may";
      case STORE_FAILED -> "the file could not be read or written";
      case PEER_FAILED -> "no data connection could be made";
      case UNBOUND -> "the data connection was not the client's own";
    };
  }

  /// The reply to a transfer that is not complete.
  ///
  /// @param more what became of the part that came, to be added
  Reply incomplete(Phrase more) {
    return switch (end.ending()) {
      case PEER_FAILED -> Reply.of(425, "No data connection could be made: %s%s.", reason(), more);
      case UNBOUND ->
          Reply.of(
              522,
              "Refused: %s; let the client go on with that of the control connection%s.",
              reason(),
              more);
      case STORE_FAILED ->
          end.problem() instanceof FileProblem problem
              ? Reply.problem(problem)
              : Reply.of(451, "The file could not be read on: %s.", reason());
      case ABORTED -> Reply.of(426, "Broken off as you asked after %s bytes%s.", end.bytes(), more);
      case TIMED_OUT ->
          Reply.of(426, "Given up: %s, after %s bytes%s.", reason(), end.bytes(), more);
      case TOO_LONG ->
          Reply.of(
              426,
              "Given up: no transfer may last longer than %s s, after %s bytes%s.",
              end.took().toSeconds(),
              end.bytes(),
              more);
      case CUT_OFF ->
          Reply.of(426, "The data ended before the file did after %s bytes%s.", end.bytes(), more);
      case MALFORMED ->
          Reply.of(426, "Not stored: %s, after %s bytes%s.", reason(), end.bytes(), more);
      case RESET ->
          Reply.of(426, "The data connection was reset after %s bytes%s.", end.bytes(), more);
      case SENT, FIN, BLOCK_EOF, CLOSE_NOTIFY ->
          Reply.of(426, "Incomplete after %s bytes%s.", end.bytes(), more);
    };
  }

  private Object reason() {
    IOException problem = end.problem();
    return problem == null || problem.getMessage() == null
        ? Phrase.of("no reason is known")
        : problem.getMessage();
  }
}
