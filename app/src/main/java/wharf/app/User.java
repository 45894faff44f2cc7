package wharf.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import wharf.users.Secret;

/// `wharf user add NAME --accounts FILE`.
@Command(
    name = "user",
    mixinStandardHelpOptions = true,
    subcommands = User.Add.class,
    synopsisSubcommandLabel = "add",
    description = "Keeps the accounts of 'wharf serve --accounts FILE'.")
final class User implements Runnable {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say what to do: wharf user add NAME");
  }

  /// Adds one, or gives it another password.
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description =
          "Adds an account, or gives it another password. Only a hash of the password is kept.%n",
      footer = {"", "Example:", "  wharf user add alice --accounts accounts --writable"})
  static final class Add implements Callable<Integer> {
    @ParentCommand private @Nullable User parent;
    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "The name to log in with.")
    private String name = "";

    @Option(
        names = "--accounts",
        required = true,
        paramLabel = "FILE",
        description = "The file of accounts; it is made if it is not there.")
    private Path file = Path.of("");

    @Option(
        names = {"-w", "--writable"},
        description = "Let NAME write, not only read.")
    private boolean writable;

    @Option(names = "--admin", description = "Let NAME write, and see who else is here (SITE WHO).")
    private boolean admin;

    @Option(
        names = "--password-file",
        paramLabel = "FILE",
        description = "Read the password from the first line of FILE; else it is asked for.")
    private @Nullable Path passwordFile;

    @Override
    public Integer call() throws IOException {
      Main main = Objects.requireNonNull(Objects.requireNonNull(parent).main);
      Surroundings around = main.around();
      AccountFile.put(
          around.folder().resolve(file), name, right(), new ArgonHash().of(password(around)));
      main.note(
          name
              + " may "
              + switch (right()) {
                case "admin" -> "read and write, and see who is here";
                case "write" -> "read and write";
                default -> "read";
              });
      return ExitCode.OK.number();
    }

    private String right() {
      return admin ? "admin" : writable ? "write" : "read";
    }

    private Secret password(Surroundings around) throws IOException {
      if (passwordFile != null) {
        List<String> lines = Files.readAllLines(around.folder().resolve(passwordFile));
        return new Secret(lines.isEmpty() ? "" : lines.getFirst());
      }
      char[] typed = around.password().apply("Password for " + name + ": ");
      if (typed == null) {
        throw new ParameterException(
            Objects.requireNonNull(spec).commandLine(),
            "there is no terminal to ask for the password at; give --password-file FILE");
      }
      return new Secret(new String(typed));
    }
  }
}
