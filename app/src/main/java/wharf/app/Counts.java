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
import java.util.Map;
import java.util.function.ObjDoubleConsumer;
import wharf.app.Metric.Series;
import wharf.app.Metric.Sort;

/// What [Metrics] has counted, to be told to Prometheus.
///
/// @param values of each [Series], by its name; those with another name come from another version,
///   and are not told
record Counts(Map<String, Long> values) {
  private static final double NANOS = 1e9;

  Counts {
    values = Map.copyOf(values);
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
