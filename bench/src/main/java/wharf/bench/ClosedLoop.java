package wharf.bench;

import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;

/// Clients that ask again when they have been answered, so the load is as high as the server lets
/// it be, and no higher. For the generator's thread.
final class ClosedLoop {
  private Histogram answers = new Histogram();
  private BooleanSupplier more = () -> false;
  private int waiting;

  /// A client that can ask.
  interface Asker {
    /// Asks; the answer is told to [ClosedLoop#answered].
    void ask() throws IOException;
  }

  /// What a lap gave.
  ///
  /// @param answers how long each took
  /// @param seconds how long all took
  /// @param cpuSeconds what the server spent meanwhile; empty where that is not known
  record Lap(Histogram answers, double seconds, OptionalDouble cpuSeconds) {
    double perSecond() {
      return answers.count() / seconds;
    }
  }

  /// Lets every asker ask, again and again, while there is `more` to ask for, and returns when all
  /// are answered.
  Lap lap(
      Generator generator, ServerUsage server, List<? extends Asker> askers, BooleanSupplier more)
      throws IOException, InterruptedException {
    this.more = more;
    answers = new Histogram();
    OptionalDouble cpuBefore = server.cpuSeconds();
    long began = System.nanoTime();
    for (Asker asker : askers) {
      next(asker);
    }
    generator.await(() -> waiting == 0);
    long ended = System.nanoTime();
    OptionalDouble cpuAfter = server.cpuSeconds();
    OptionalDouble cpu =
        cpuBefore.isPresent() && cpuAfter.isPresent()
            ? OptionalDouble.of(cpuAfter.getAsDouble() - cpuBefore.getAsDouble())
            : OptionalDouble.empty();
    return new Lap(answers, (ended - began) / 1e9, cpu);
  }

  /// One asker was answered, `nanos` after it had asked.
  void answered(Asker asker, long nanos) throws IOException {
    answers.record(nanos);
    waiting--;
    next(asker);
  }

  private void next(Asker asker) throws IOException {
    if (more.getAsBoolean()) {
      waiting++;
      asker.ask();
    }
  }
}
