package wharf.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/// The charts of a report: few, each for one question.
final class Charts {
  private final Report report;
  private final List<Chart> charts = new ArrayList<>();

  private Charts(Report report) {
    this.report = report;
  }

  /// A bar of each group: a quantity of a load.
  private record Bar(String name, Load load, Quantity quantity) {}

  static List<Chart> of(Report report) {
    Charts all = new Charts(report);
    List<EchoLoad> crowds =
        all.loads(EchoLoad.class).stream().filter(it -> it.active() > 1).toList();
    all.add(
        "echo-cpu",
        "What idle clients cost: CPU per echo",
        crowds.stream()
            .map(it -> new Bar(Figures.of(it.idle()) + " idle", it, EchoLoad.CPU))
            .toList());
    all.add(
        "echo-rate",
        "Echoes per second, by idle clients",
        crowds.stream()
            .map(it -> new Bar(Figures.of(it.idle()) + " idle", it, EchoLoad.RATE))
            .toList());
    all.loads(EchoLoad.class).stream()
        .filter(it -> it.active() == 1)
        .forEach(
            it ->
                all.add(
                    "echo-latency",
                    "How long one client waits for its echo",
                    List.of(
                        new Bar("half of the echoes", it, EchoLoad.MEDIAN),
                        new Bar("99 of 100", it, EchoLoad.LATE))));
    all.loads(IdleLoad.class)
        .forEach(
            it ->
                all.add(
                    "ftp-memory",
                    "Memory of an idle FTP session",
                    List.of(new Bar("memory", it, IdleLoad.MEMORY))));
    all.loads(LoginLoad.class)
        .forEach(
            it ->
                all.add(
                    "ftp-logins",
                    "FTP log-ins per second",
                    List.of(new Bar("log-ins", it, LoginLoad.RATE))));
    List<TransferLoad> transfers = all.loads(TransferLoad.class);
    all.add(
        "ftp-transfer-rate",
        "FTP transfers",
        transfers.stream().map(it -> new Bar(name(it), it, TransferLoad.RATE)).toList());
    all.add(
        "ftp-transfer-cpu",
        "FTP transfers: CPU per GiB",
        transfers.stream().map(it -> new Bar(name(it), it, TransferLoad.CPU)).toList());
    return all.charts;
  }

  private static String name(TransferLoad load) {
    return switch (load.direction()) {
      case DOWNLOAD -> "download";
      case UPLOAD -> "upload";
    };
  }

  private <L extends Load> List<L> loads(Class<L> kind) {
    return report.plan().loads().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private void add(String name, String title, List<Bar> bars) {
    if (bars.isEmpty()) {
      return;
    }
    List<Chart.Group> groups =
        report.plan().subjects().stream()
            .map(
                subject ->
                    new Chart.Group(
                        subject.name(),
                        bars.stream()
                            .map(bar -> median(report.outcome(bar.load(), subject), bar.quantity()))
                            .toList()))
            .toList();
    Quantity quantity = bars.getFirst().quantity();
    boolean same = bars.stream().allMatch(bar -> bar.quantity().equals(quantity));
    charts.add(
        new Chart(
            name + ".svg",
            bars.getLast().load().id(),
            title,
            same ? quantity.heading() : quantity.unit(),
            bars.stream().map(Bar::name).toList(),
            groups,
            quantity.decimals()));
  }

  private static OptionalDouble median(Outcome outcome, Quantity quantity) {
    if (outcome instanceof Outcome.Measured(var samples, _)) {
      Samples values = samples.get(quantity);
      return values == null ? OptionalDouble.empty() : OptionalDouble.of(values.median());
    }
    return OptionalDouble.empty();
  }
}
