package wharf.ftp.server;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Happening;

/// Which command each reply answers, so that each command is told once, with the code of its last
/// reply and without a secret. Made only where somebody reads that.
///
/// A command is answered while it is carried out, or else later: then before those that were
/// carried out after it and are not answered yet. There are never more than a few of them: a
/// transfer, or a task, and the QUIT that waits for its end.
final class Dialogue {
  /// The codes of RFC 959 below this announce that another reply comes.
  private static final int FIRST_FINAL = 200;

  private static final int GREETING = 220;

  /// What follows these is for nobody to read.
  private static final Set<Verb> SECRET = Set.of(Verb.PASS, Verb.ACCT);

  private record Open(@Nullable String verb, @Nullable String argument, Instant since) {}

  private final Supplier<Instant> now;
  private final ArrayDeque<Open> later = new ArrayDeque<>();
  private @Nullable Open current;

  Dialogue(Supplier<Instant> now) {
    this.now = now;
  }

  /// It is carried out now.
  void begun(Said said) {
    Instant since = now.get();
    current =
        switch (said) {
          case Said.Command(Verb verb, String argument) ->
              new Open(
                  verb.toString(),
                  argument.isEmpty() || SECRET.contains(verb) ? null : argument,
                  since);
          case Said.Unsupported(Absent command) -> new Open(command.name(), null, since);
          case Said.Nonsense _ -> new Open(null, null, since);
        };
  }

  void carriedOut() {
    if (current != null) {
      later.add(current);
      current = null;
    }
  }

  /// The client is told this.
  ///
  /// @return what there is to tell of it; null if nothing, as of the greeting
  @Nullable Happening replied(Reply reply) {
    if (reply.code() < FIRST_FINAL) {
      return null;
    }
    Open answered = current != null ? current : later.poll();
    current = null;
    if (answered != null) {
      return told(answered, reply.code());
    }
    return reply.code() == GREETING
        ? null
        : new Happening.Told(reply.code(), reply.first().toString());
  }

  /// What is told of those that were never answered.
  List<Happening> ended() {
    carriedOut();
    List<Happening> all = later.stream().map(open -> told(open, null)).toList();
    later.clear();
    return all;
  }

  private Happening told(Open open, @Nullable Integer code) {
    Duration took = Duration.between(open.since(), now.get());
    // The time of day may have been set back.
    return new Happening.Command(
        open.verb(), open.argument(), code, took.isNegative() ? Duration.ZERO : took);
  }
}
