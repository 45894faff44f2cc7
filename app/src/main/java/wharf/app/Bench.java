package wharf.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import wharf.bench.ModelsBench;
import wharf.bench.Plan;
import wharf.bench.Report;
import wharf.bench.Subject;
import wharf.server.Processes;
import wharf.server.ServerModel;

/// `wharf bench models`.
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    subcommands = Bench.Models.class,
    synopsisSubcommandLabel = "models",
    description = "Measures this program on this machine.")
final class Bench implements Runnable {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say what to measure: wharf bench models");
  }

  /// Compares the models.
  @Command(
      name = "models",
      mixinStandardHelpOptions = true,
      description = {
        "Runs the servers under every model, each in a process of its own, under the same load.",
        "Writes tables (models.md), every figure (models.json) and charts (SVG) into a folder.%n",
      },
      footer = {
        "",
        "Examples:",
        "  wharf bench models --quick",
        "  wharf bench models --models virtual,nio --rounds 5 --out measured",
      })
  static final class Models implements Callable<Integer> {
    private static final int USUAL_ROUNDS = 3;
    private static final String USUAL_FOLDER = "bench-models";

    @ParentCommand private @Nullable Bench parent;
    @Spec private @Nullable CommandSpec spec;

    @Option(
        names = "--models",
        paramLabel = "NAME",
        split = ",",
        description =
            "Only these, separated by commas, of ${COMPLETION-CANDIDATES} (default: all).",
        completionCandidates = ModelOptions.Names.class)
    private List<String> models = new ArrayList<>();

    @Option(
        names = "--servers",
        paramLabel = "NAME",
        split = ",",
        description = "Only with these servers, of ${COMPLETION-CANDIDATES} (default: all).")
    private Set<Plan.Service> servers = EnumSet.allOf(Plan.Service.class);

    @Option(
        names = "--rounds",
        paramLabel = "N",
        description =
            "Measure N times, with the models taking turns, and tell the medians (default: "
                + USUAL_ROUNDS
                + "; 1 with --quick).")
    private @Nullable Integer rounds;

    @Option(
        names = "--quick",
        description = "Fewer loads and shorter ones: about five seconds for each model.")
    private boolean quick;

    @Option(
        names = "--out",
        paramLabel = "DIR",
        description = "The folder to write to (default: ${DEFAULT-VALUE}).",
        defaultValue = USUAL_FOLDER)
    private Path out = Path.of(USUAL_FOLDER);

    @Override
    public Integer call() throws IOException {
      Main program = Objects.requireNonNull(Objects.requireNonNull(parent).main);
      Surroundings around = program.around();
      Plan plan = plan();
      BenchProgress progress = new BenchProgress(around);
      Report report;
      try {
        report = ModelsBench.run(plan, progress, Instant.now());
      } catch (InterruptedException stop) {
        progress.clear();
        program.note("stopped; nothing was written");
        return ExitCode.INTERRUPTED.number();
      }
      progress.clear();
      around.out().println(report.write(around.folder().resolve(out)));
      if (report.anyFailed()) {
        program.note("some of it failed, see the report");
        return ExitCode.FAILED.number();
      }
      return ExitCode.OK.number();
    }

    private Plan plan() {
      int times = rounds != null ? rounds : quick ? 1 : USUAL_ROUNDS;
      if (times < 1) {
        throw usage("--rounds is at least 1, not " + times);
      }
      List<String> all = new ModelOptions.Names();
      List<Subject> subjects =
          new LinkedHashSet<>(models.isEmpty() ? all : models)
              .stream().map(name -> subject(name, all)).toList();
      return new Plan(ThisProgram.words(), subjects, servers, times, quick, again(times));
    }

    private Subject subject(String name, List<String> all) {
      if (name.equals(Processes.NAME)) {
        return Subject.of(name, Processes.SUMMARY, Processes.obstacle());
      }
      return ServerModel.named(name)
          .map(model -> Subject.of(name, model.summary(), model.unavailable()))
          .orElseThrow(
              () ->
                  usage(
                      "there is no model '%s'; there are %s"
                          .formatted(name, String.join(", ", all))));
    }

    /// The command line that measures the same.
    private String again(int times) {
      StringBuilder words = new StringBuilder("wharf bench models");
      if (!models.isEmpty()) {
        words.append(" --models ").append(String.join(",", models));
      }
      if (servers.size() < Plan.Service.values().length) {
        words
            .append(" --servers ")
            .append(
                servers.stream()
                    .map(one -> one.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(",")));
      }
      words.append(" --rounds ").append(times);
      return words.append(quick ? " --quick" : "").toString();
    }

    private ParameterException usage(String message) {
      return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }
  }
}
