package wharf.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Gathers what the rounds give. For one thread.
final class Results {
  private final Map<Key, Gathered> cells = new LinkedHashMap<>();

  private record Key(Load load, Subject subject) {}

  private static final class Gathered {
    private final Map<Quantity, List<Double>> values = new LinkedHashMap<>();
    private final Set<String> notes = new LinkedHashSet<>();
    private Outcome other = new Outcome.NotMeasured("it was not come to");
  }

  private Gathered cell(Load load, Subject subject) {
    return cells.computeIfAbsent(new Key(load, subject), _ -> new Gathered());
  }

  void measured(Load load, Subject subject, Room.Fit.Clients clients, Load.Sample sample) {
    Gathered cell = cell(load, subject);
    clients.note().ifPresent(cell.notes::add);
    sample
        .values()
        .forEach(
            (quantity, value) ->
                cell.values.computeIfAbsent(quantity, _ -> new ArrayList<>()).add(value));
  }

  void notMeasured(Load load, Subject subject, String why) {
    cell(load, subject).other = new Outcome.NotMeasured(why);
  }

  void failed(Load load, Subject subject, String why) {
    cell(load, subject).other = new Outcome.Failed(why);
  }

  /// A load that broke in one round has failed, whatever the others gave.
  Outcome of(Load load, Subject subject) {
    Gathered cell = cell(load, subject);
    if (cell.other instanceof Outcome.Failed || cell.values.isEmpty()) {
      return cell.other;
    }
    Map<Quantity, Samples> samples = new LinkedHashMap<>();
    cell.values.forEach((quantity, values) -> samples.put(quantity, new Samples(values)));
    return new Outcome.Measured(samples, cell.notes);
  }

  boolean anyFailed() {
    return cells.values().stream().anyMatch(cell -> cell.other instanceof Outcome.Failed);
  }
}
