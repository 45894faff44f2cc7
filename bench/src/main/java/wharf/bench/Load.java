package wharf.bench;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// A kind of use that is measured under every model. Holds no state: a measurement's is in its
/// [Site].
sealed interface Load permits EchoLoad, IdleLoad, LoginLoad, TransferLoad {
  /// As the JSON file names it.
  String id();

  /// The heading of its table.
  String title();

  /// What is done, in a sentence or two.
  String what();

  /// Which server it needs.
  Plan.Service service();

  /// The columns of its table.
  List<Quantity> quantities();

  /// How it is done with a model.
  Room.Fit fit(Subject subject, Room room);

  /// Measures once.
  ///
  /// @param clients what [#fit] has said
  /// @throws IOException when the server does not do what it should
  Sample measure(Site site, Room.Fit.Clients clients) throws IOException, InterruptedException;

  /// What one measurement gave. A quantity that this system does not tell is not in it.
  record Sample(Map<Quantity, Double> values) {
    public Sample {
      values = Map.copyOf(values);
    }

    static Sample of(Map<Quantity, OptionalDouble> values) {
      Map<Quantity, Double> known = new LinkedHashMap<>();
      values.forEach((quantity, value) -> value.ifPresent(it -> known.put(quantity, it)));
      return new Sample(known);
    }
  }

  /// Values that are per something.
  static OptionalDouble scaled(OptionalDouble value, double factor) {
    return value.isPresent()
        ? OptionalDouble.of(value.getAsDouble() * factor)
        : OptionalDouble.empty();
  }
}
