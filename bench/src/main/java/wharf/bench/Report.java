package wharf.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/// What was measured, to be written down.
public final class Report {
  /// The files that it consists of begin with this.
  private static final String NAME = "models";

  private final Plan plan;
  private final Machine machine;
  private final Instant at;
  private final Results results;

  Report(Plan plan, Machine machine, Instant at, Results results) {
    this.plan = plan;
    this.machine = machine;
    this.at = at;
    this.results = results;
  }

  /// Whether a load broke under a model.
  public boolean anyFailed() {
    return results.anyFailed();
  }

  /// Writes it: `models.md`, `models.json`, and a chart in SVG for each of several figures. Files
  /// of these names are replaced.
  ///
  /// @param folder made if it is not there
  /// @return the Markdown file, which names the others
  public Path write(Path folder) throws IOException {
    Files.createDirectories(folder);
    List<Chart> charts = Charts.of(this);
    for (Chart chart : charts) {
      Files.writeString(folder.resolve(chart.fileName()), chart.svg());
    }
    Files.writeString(folder.resolve(NAME + ".json"), JsonReport.of(this));
    return Files.writeString(folder.resolve(NAME + ".md"), MarkdownReport.of(this, charts));
  }

  Plan plan() {
    return plan;
  }

  Machine machine() {
    return machine;
  }

  Instant at() {
    return at;
  }

  Outcome outcome(Load load, Subject subject) {
    return results.of(load, subject);
  }
}
