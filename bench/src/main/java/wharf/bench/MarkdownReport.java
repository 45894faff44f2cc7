package wharf.bench;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A report for people: a table for each load, a row for each model.
final class MarkdownReport {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Report report;
  private final StringBuilder text = new StringBuilder();

  private MarkdownReport(Report report) {
    this.report = report;
  }

  static String of(Report report, List<Chart> charts) {
    return new MarkdownReport(report).write(charts);
  }

  private String write(List<Chart> charts) {
    Plan plan = report.plan();
    line("# The server models, measured");
    line("");
    line(
        plan.rounds() == 1
            ? "One round: the figures are of a single measurement."
            : "Medians of %d rounds, in which the models took turns; in brackets the lowest and the highest."
                .formatted(plan.rounds()));
    line(
        "The load comes from the same machine. Rates are those of server and load together;"
            + " processor time and ratios between models tell more about a server than absolute"
            + " rates do.");
    line("");
    line("| where | |");
    line("|---|---|");
    line("| date | " + DATE.format(report.at()) + " |");
    report.machine().facts().forEach((name, fact) -> line("| " + name + " | " + safe(fact) + " |"));
    line("| again | `" + safe(plan.again()) + "` |");
    line("");
    report.machine().caution().ifPresent(caution -> line("**Mind:** " + caution + "\n"));
    line("| model | who waits on what |");
    line("|---|---|");
    plan.subjects().forEach(it -> line("| `" + it.name() + "` | " + safe(it.summary()) + " |"));
    line("");
    for (Load load : plan.loads()) {
      table(load);
      for (Chart chart : charts) {
        if (chart.after().equals(load.id())) {
          line("![" + chart.title() + "](" + chart.fileName() + ")");
          line("");
        }
      }
    }
    return text.toString();
  }

  private void table(Load load) {
    List<Quantity> quantities = load.quantities();
    line("## " + load.title());
    line("");
    line(load.what());
    line("");
    line(
        "| model | "
            + quantities.stream().map(Quantity::heading).collect(Collectors.joining(" | "))
            + " | |");
    line("|---|" + "--:|".repeat(quantities.size()) + "---|");
    for (Subject subject : report.plan().subjects()) {
      Outcome outcome = report.outcome(load, subject);
      String cells =
          quantities.stream().map(it -> cell(outcome, it)).collect(Collectors.joining(" | "));
      line("| `" + subject.name() + "` | " + cells + " | " + safe(remark(outcome)) + " |");
    }
    line("");
  }

  private static String cell(Outcome outcome, Quantity quantity) {
    return switch (outcome) {
      case Outcome.NotMeasured _ -> "n/a";
      case Outcome.Failed _ -> "failed";
      case Outcome.Measured(var samples, _) -> {
        Samples values = samples.get(quantity);
        if (values == null) {
          yield "n/a";
        }
        String median = quantity.show(values.median());
        yield values.values().size() == 1
            ? median
            : "%s (%s to %s)"
                .formatted(median, quantity.show(values.low()), quantity.show(values.high()));
      }
    };
  }

  private static String remark(Outcome outcome) {
    return switch (outcome) {
      case Outcome.NotMeasured(String why) -> why;
      case Outcome.Failed(String why) -> why;
      case Outcome.Measured(_, var notes) -> String.join("; ", notes);
    };
  }

  /// In a cell of a table, whatever it holds.
  private static String safe(String text) {
    return text.replaceAll("\\s+", " ").replace("|", "\\|").replace("<", "&lt;");
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
