package wharf.app;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `wharf config check|show [FILE]`.
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    subcommands = {ConfigVerb.Check.class, ConfigVerb.Show.class},
    synopsisSubcommandLabel = "check|show",
    description = "Tells of the configuration of 'wharf serve --config FILE'.")
final class ConfigVerb implements Runnable {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say what to do: wharf config check [FILE]");
  }

  private static Serve serve(@Nullable ConfigVerb parent, Path file, List<String> options) {
    List<String> words = new ArrayList<>(List.of("serve", "--config", file.toString()));
    words.addAll(options);
    return Main.serve(Objects.requireNonNull(Objects.requireNonNull(parent).main).around(), words);
  }

  /// Whether it is right.
  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description =
          "Says all that is wrong with a configuration, and ends with 2; with 0 when nothing is.%n",
      footer = {"", "Example:", "  wharf config check /etc/wharf/wharf.toml"})
  static final class Check implements Callable<Integer> {
    @ParentCommand private @Nullable ConfigVerb parent;

    @Parameters(
        arity = "0..1",
        paramLabel = "FILE",
        description = "The configuration (default: wharf.toml).")
    private Path file = Config.USUAL;

    @Override
    public Integer call() throws Exception {
      serve(parent, file, List.of()).check();
      return ExitCode.OK.number();
    }
  }

  /// What holds.
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description =
          "Tells the value of every key, and where it is from: the file, an option, or the"
              + " default.%n",
      footer = {
        "",
        "Examples:",
        "  wharf config show /etc/wharf/wharf.toml",
        "  wharf config show wharf.toml -- --port 2122",
      })
  static final class Show implements Callable<Integer> {
    @ParentCommand private @Nullable ConfigVerb parent;

    @Parameters(
        index = "0",
        arity = "0..1",
        paramLabel = "FILE",
        description = "The configuration (default: wharf.toml).")
    private Path file = Config.USUAL;

    @Parameters(
        index = "1..*",
        paramLabel = "OPTION",
        description = "Behind --: what 'wharf serve' would be told besides.")
    private List<String> options = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
      Main main = Objects.requireNonNull(Objects.requireNonNull(parent).main);
      serve(parent, file, options).shown().forEach(main.around().out()::println);
      return ExitCode.OK.number();
    }
  }
}
