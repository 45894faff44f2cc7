package wharf.app;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import wharf.files.FileProblem;
import wharf.files.Tree;
import wharf.files.VirtualPath;
import wharf.ftp.server.Why;
import wharf.users.Account;

/// `wharf why NAME COMMAND PATH`.
@Command(
    name = "why",
    mixinStandardHelpOptions = true,
    description = {
      "Tells whether an account may do something, and by which rule: what the server would decide.",
      "Nothing is done. Ends with 0 if it may, with 7 if not.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf why ann RETR /in/report.pdf --config /etc/wharf/wharf.toml",
      "  wharf why anonymous 'SITE COPY' /pub -- --anonymous /srv/files",
    })
final class WhyVerb implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;

  @Parameters(index = "0", paramLabel = "NAME", description = "The account.")
  private String name = "";

  @Parameters(
      index = "1",
      paramLabel = "COMMAND",
      description = "A command of FTP, as RETR or 'SITE COPY'.")
  private String command = "";

  @Parameters(index = "2", paramLabel = "PATH", description = "What it is said of, from /.")
  private String path = "/";

  @Option(names = "--config", paramLabel = "FILE", description = "The configuration of the server.")
  private @Nullable Path file;

  @Parameters(
      index = "3..*",
      paramLabel = "OPTION",
      description = "Behind --: what 'wharf serve' is told besides.")
  private List<String> options = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    Main program = Objects.requireNonNull(main);
    List<String> words = new ArrayList<>(List.of("serve"));
    if (file != null) {
      words.addAll(List.of("--config", file.toString()));
    }
    words.addAll(options);
    Serve serve = Main.serve(program.around(), words);
    Path folder = program.around().folder().resolve(serve.check().folder());
    Account account =
        serve
            .known(name)
            .orElseThrow(
                () -> new Failure(ExitCode.NOT_FOUND, "there is no account '" + name + "'", null));
    Why why =
        told(account, account.root() == null ? folder : account.root())
            .orElseThrow(
                () ->
                    new ParameterException(
                        Objects.requireNonNull(spec).commandLine(),
                        "there is no command '" + command + "'"));
    PrintStream out = program.around().out();
    why.story().forEach(out::println);
    return (why.allowed() ? ExitCode.OK : ExitCode.NOT_PERMITTED).number();
  }

  private Optional<Why> told(Account account, Path root) throws FileProblem {
    VirtualPath said = VirtualPath.parse(path.startsWith("/") ? path : "/" + path);
    try (Tree tree = Tree.open(root, InstantSource.system())) {
      return Why.of(account, command, said, Optional.of(tree));
    }
  }
}
