package wharf.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.server.Processes;
import wharf.server.Server;
import wharf.server.ServerModel;

/// How a server shares itself among its clients, as the command line says it.
final class ModelOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description =
          "How the server shares itself among clients: ${COMPLETION-CANDIDATES} (default:"
              + " ${DEFAULT-VALUE}).",
      completionCandidates = Names.class,
      defaultValue = NamedModel.DEFAULT)
  private String model = NamedModel.DEFAULT;

  @Mixin private NamedModel named = new NamedModel();

  @Option(
      names = "--workers",
      paramLabel = "N",
      description =
          "Of --model processes: worker processes for each address (default: one per processor)."
              + " The limits of sessions hold for each of them.")
  private @Nullable Integer workers;

  @Option(
      names = "--each",
      paramLabel = "NAME",
      description =
          "Of --model processes: the model of each worker, ${COMPLETION-CANDIDATES} (default: "
              + NamedModel.DEFAULT
              + ").",
      completionCandidates = NamedModel.Names.class)
  private @Nullable String each;

  @Option(
      names = "--connections-per-worker",
      paramLabel = "N",
      description =
          "Of --model processes: replace a worker that has accepted N clients; 1 is a process per"
              + " client, 0 is never (default).")
  private @Nullable Integer connections;

  @Option(names = "--worker", hidden = true)
  private boolean worker;

  /// The names for --model, for help.
  static final class Names extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Names() {
      super(new NamedModel.Names());
      add(Processes.NAME);
    }
  }

  /// Whether this process is a worker: what it serves is its standard input.
  boolean worker() {
    return worker;
  }

  /// Whether there are worker processes.
  boolean processes() {
    return model.equals(Processes.NAME);
  }

  /// This program once more, as a worker: it is told the same.
  ProcessBuilder anotherWorker() {
    CommandSpec spec = Objects.requireNonNull(verb);
    List<String> words = new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
    // Before what may follow a "--".
    words.add(words.indexOf(spec.name()) + 1, "--worker");
    return new ProcessBuilder(ThisProgram.command(words));
  }

  /// The model in a few words.
  String summary() {
    return processes() ? workers() + " processes, each " + each().name() : model;
  }

  /// The same options, with the model that was asked for; in a worker with that of each worker.
  ///
  /// @param launch how a worker is started
  /// @throws ParameterException when what was said of it does not agree
  Server.Options under(Server.Options options, Processes.Launch launch) {
    ServerModel chosen = chosen(launch);
    int most = connections == null || connections == 0 ? -1 : connections;
    return worker ? options.with(each()).withConnections(most) : options.with(chosen);
  }

  private ServerModel chosen(Processes.Launch launch) {
    if (processes()) {
      ServerModel _ = each();
      if (connections != null && connections < 0) {
        throw usage("--connections-per-worker is at least 0, not " + connections);
      }
      if (workers() < 1 || workers() > Processes.MOST_ALIVE) {
        throw usage("--workers is 1 to " + Processes.MOST_ALIVE + ", not " + workers());
      }
      return Processes.of(launch, workers());
    }
    if (workers != null || each != null || connections != null || worker) {
      throw usage("--workers, --each and --connections-per-worker are of --model processes");
    }
    return named.named(model, new Names());
  }

  private ServerModel each() {
    return named.named(each == null ? NamedModel.DEFAULT : each, new NamedModel.Names());
  }

  private int workers() {
    return workers == null ? Runtime.getRuntime().availableProcessors() : workers;
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(verb).commandLine(), message);
  }
}
