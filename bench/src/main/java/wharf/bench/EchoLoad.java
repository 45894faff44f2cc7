package wharf.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// Small requests over connections that stay: what a model costs by itself.
///
/// @param active clients that ask all the time
/// @param idle clients that are connected and say nothing
record EchoLoad(int active, int idle) implements Load {
  static final Quantity RATE = new Quantity("rate", "answers", "1/s", 0);
  static final Quantity MEDIAN = new Quantity("p50", "p50", "µs", 0);
  static final Quantity LATE = new Quantity("p99", "p99", "µs", 0);
  static final Quantity CPU = new Quantity("cpu", "server CPU per request", "µs", 1);

  @Override
  public String id() {
    return "echo-" + active + "-" + idle;
  }

  @Override
  public String title() {
    return "Echo, %d active and %s idle".formatted(active, Figures.of(idle));
  }

  @Override
  public String what() {
    return "Requests of %d bytes, each sent when the last was answered, by %s%s."
        .formatted(
            EchoLink.SIZE,
            active == 1 ? "one client" : active + " clients at the same time",
            idle == 0 ? "" : ", while " + Figures.of(idle) + " others are connected and silent");
  }

  @Override
  public Plan.Service service() {
    return Plan.Service.ECHO;
  }

  @Override
  public List<Quantity> quantities() {
    return List.of(RATE, MEDIAN, LATE, CPU);
  }

  @Override
  public Room.Fit fit(Subject subject, Room room) {
    return room.together(subject, active, idle);
  }

  @Override
  public Sample measure(Site site, Room.Fit.Clients clients)
      throws IOException, InterruptedException {
    ByteBuffer request = EchoLink.request();
    Generator.Opener<EchoLink> opener =
        from -> new EchoLink(site.generator(), from, site.loop(), request);
    site.generator().establish(clients.idle(), site.addresses(), opener);
    List<EchoLink> askers = site.generator().establish(clients.active(), site.addresses(), opener);
    ClosedLoop.Lap lap = site.warmedLap(askers);
    Histogram answers = lap.answers();
    Map<Quantity, OptionalDouble> values = new LinkedHashMap<>();
    values.put(RATE, OptionalDouble.of(lap.perSecond()));
    values.put(MEDIAN, OptionalDouble.of(answers.quantile(0.5) / 1e3));
    values.put(LATE, OptionalDouble.of(answers.quantile(0.99) / 1e3));
    values.put(CPU, Load.scaled(lap.cpuSeconds(), 1e6 / answers.count()));
    return Sample.of(values);
  }
}
