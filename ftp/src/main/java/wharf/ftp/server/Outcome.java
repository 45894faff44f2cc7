package wharf.ftp.server;

import java.io.IOException;
import java.util.Locale;
import wharf.files.FileProblem;
import wharf.protocol.Effect;
import wharf.protocol.Ending;
import wharf.protocol.Event;

/// What is told of a transfer that has ended: the receipt of one that is complete, the reason of
/// one that is not.
record Outcome(Event.Transferred end) {

  /// How much, and how long it took.
  String receipt() {
    String compressed = end.onWire() < end.bytes() ? ", " + end.onWire() + " on the wire" : "";
    return String.format(
        Locale.ROOT, "%d bytes%s in %.3f s", end.bytes(), compressed, end.took().toNanos() / 1e9);
  }

  /// For the log.
  String note() {
    return end.ending() == Ending.SENT
        ? receipt()
        : "cut off after " + end.bytes() + " bytes (" + end.ending() + ")";
  }

  /// The reply to a transfer that is not complete.
  ///
  /// @param more what became of the part that came, to be added
  Effect.Send incomplete(String more) {
    String amount = " after " + end.bytes() + " bytes" + more + ".";
    return switch (end.ending()) {
      case PEER_FAILED ->
          Reply.of(425, "No data connection could be made: " + reason() + more + ".");
      case UNBOUND ->
          Reply.of(
              522,
              "Refused: "
                  + reason()
                  + "; let the client go on with that of the control connection"
                  + more
                  + ".");
      case STORE_FAILED ->
          end.problem() instanceof FileProblem problem
              ? Reply.problem(problem)
              : Reply.of(451, "The file could not be read on: " + reason() + ".");
      case ABORTED -> Reply.of(426, "Broken off as you asked" + amount);
      case TIMED_OUT -> Reply.of(426, "Given up: " + reason() + "," + amount);
      case CUT_OFF -> Reply.of(426, "The data ended before the file did" + amount);
      case MALFORMED -> Reply.of(426, "Not stored: " + reason() + "," + amount);
      case RESET -> Reply.of(426, "The data connection was reset" + amount);
      case SENT, FIN, BLOCK_EOF, CLOSE_NOTIFY -> Reply.of(426, "Incomplete" + amount);
    };
  }

  private String reason() {
    IOException problem = end.problem();
    return problem == null || problem.getMessage() == null
        ? "no reason is known"
        : problem.getMessage();
  }
}
