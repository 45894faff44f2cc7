package wharf.app;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ObjDoubleConsumer;
import java.util.stream.Stream;
import wharf.app.Metric.Series;
import wharf.app.Metric.Sort;

/// What [Metrics] has counted, as a plain value: that of several processes is their sum.
///
/// @param values of each [Series], by its name; those with another name come from another version,
///   and are not told
record Counts(Map<String, Long> values) {
  static final Counts NONE = new Counts(Map.of());

  private static final double NANOS = 1e9;

  Counts {
    values = Map.copyOf(values);
  }

  Counts plus(Counts other) {
    Map<String, Long> sum = new HashMap<>(values);
    other.values.forEach((name, value) -> sum.merge(name, value, Long::sum));
    return new Counts(sum);
  }

  /// What is still to be told when the process has gone: what has been counted, so that nothing
  /// that only grows ever shrinks.
  Counts ofGone() {
    Map<String, Long> lasting = new TreeMap<>();
    Stream.of(Metric.values())
        .filter(metric -> metric.sort() != Sort.GAUGE)
        .flatMap(metric -> metric.series().stream())
        .map(Series::toString)
        .filter(values::containsKey)
        .forEach(name -> lasting.put(name, Objects.requireNonNull(values.get(name))));
    return new Counts(lasting);
  }

  /// All that Prometheus is told, by this process.
  MetricSnapshots told() {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    for (Metric metric : Metric.values()) {
      all.metricSnapshot(told(metric));
    }
    String version = Main.class.getPackage().getImplementationVersion();
    return all.metricSnapshot(
            InfoSnapshot.builder()
                .name("wharf_build")
                .help("Which Wharf, on which Java.")
                .dataPoint(
                    InfoDataPointSnapshot.builder()
                        .labels(
                            Labels.of(
                                "version",
                                version == null ? "" : version,
                                "java",
                                Runtime.version().toString()))
                        .build())
                .build())
        .metricSnapshot(
            GaugeSnapshot.builder()
                .name("process_start_time_seconds")
                .help("When the server was started, in seconds since 1970.")
                .dataPoint(
                    GaugeDataPointSnapshot.builder()
                        .value(ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3)
                        .build())
                .build())
        .build();
  }

  private MetricSnapshot told(Metric metric) {
    if (metric.sort() == Sort.GAUGE) {
      GaugeSnapshot.Builder gauge =
          GaugeSnapshot.builder().name(metric.exposed()).help(metric.help());
      each(
          metric,
          (labels, value) ->
              gauge.dataPoint(
                  GaugeDataPointSnapshot.builder().labels(labels).value(value).build()));
      return gauge.build();
    }
    CounterSnapshot.Builder counter =
        CounterSnapshot.builder()
            .name(metric.exposed().replaceFirst("_total$", ""))
            .help(metric.help());
    each(
        metric,
        (labels, value) ->
            counter.dataPoint(
                CounterDataPointSnapshot.builder().labels(labels).value(value).build()));
    return counter.build();
  }

  private void each(Metric metric, ObjDoubleConsumer<Labels> point) {
    double unit = metric.sort() == Sort.SECONDS ? NANOS : 1;
    for (Series series : metric.series()) {
      Long value = values.get(series.toString());
      if (value != null) {
        point.accept(Labels.of(metric.labels(), series.values()), value / unit);
      }
    }
  }
}
