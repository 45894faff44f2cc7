package wharf.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.server.Loops;
import wharf.server.ServerModel;

/// A model of one process, by its name, and the options that go with some.
final class NamedModel {
  /// What is served under when nothing is said.
  static final String DEFAULT = "virtual";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description = "Event loops, of the models that have them (default: one per processor).")
  private @Nullable Integer loops;

  @Option(
      names = "--select-limit",
      paramLabel = "N",
      description =
          "Of --model select: serve descriptors below N (default: 1024, as C's fd_set has it).")
  private @Nullable Integer selectLimit;

  /// The names, for help.
  static final class Names extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Names() {
      super(names(ServerModel.all().stream()).toList());
    }
  }

  /// The model of this name, with what was said of it.
  ///
  /// @param known the names to tell of if there is none of it
  /// @throws ParameterException when there is none, or it cannot be had here, or the options do not
  ///   go with it
  ServerModel named(String name, List<String> known) {
    ServerModel named =
        ServerModel.named(name)
            .orElseThrow(
                () ->
                    usage(
                        "there is no model '" + name + "'; there are " + String.join(", ", known)));
    named
        .unavailable()
        .ifPresent(
            why -> {
              throw usage(
                  "the model "
                      + name
                      + " cannot be had here: "
                      + why
                      + "; there are "
                      + names(ServerModel.all().stream().filter(it -> it.unavailable().isEmpty()))
                          .collect(Collectors.joining(", ")));
            });
    return looping(selectLimit == null ? named : limited(named, selectLimit));
  }

  private ServerModel limited(ServerModel named, int limit) {
    if (!named.name().equals("select")) {
      throw usage("--select-limit is of the model select, not of " + named);
    }
    if (limit < 64) {
      throw usage("--select-limit is at least 64, not " + limit);
    }
    return Loops.onSelect(limit);
  }

  private ServerModel looping(ServerModel named) {
    if (loops == null) {
      return named;
    }
    if (!(named instanceof Loops looping)) {
      throw usage(
          "--loops is of the models with event loops, "
              + names(ServerModel.all().stream().filter(Loops.class::isInstance))
                  .collect(Collectors.joining(", "))
              + ", not of "
              + named);
    }
    if (loops < 1) {
      throw usage("--loops is at least 1, not " + loops);
    }
    return looping.times(loops);
  }

  private static Stream<String> names(Stream<ServerModel> models) {
    return models.map(ServerModel::name);
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(verb).commandLine(), message);
  }
}
