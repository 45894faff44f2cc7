package wharf.bench;

import java.util.Map;
import java.util.Set;

/// What came of a load under a model, in all rounds.
sealed interface Outcome {
  /// It was measured at least once.
  ///
  /// @param samples what this system does not tell is not among them
  /// @param notes in what it differed from what was to be measured
  record Measured(Map<Quantity, Samples> samples, Set<String> notes) implements Outcome {}

  /// It means nothing under this model, or cannot be done here.
  record NotMeasured(String why) implements Outcome {}

  /// It broke.
  record Failed(String why) implements Outcome {}
}
