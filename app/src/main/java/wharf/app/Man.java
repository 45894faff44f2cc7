package wharf.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `wharf man VERB`.
@Command(
    name = "man",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the manual page of a verb, or of the program.",
      "On a terminal by way of the system's man; elsewhere it prints the page as man reads it.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf man get",
      "  wharf man --install ~/.local/share/man",
    })
final class Man implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "VERB",
      description = "The verb, and the one below it: user add.")
  private List<String> verbs = new ArrayList<>();

  @Option(
      names = "--install",
      paramLabel = "DIR",
      description =
          "Write the pages of all verbs to DIR/man1, where man finds them if DIR is on its path.")
  private @Nullable Path install;

  @Override
  public Integer call() throws IOException, Failure {
    Surroundings around = Objects.requireNonNull(main).around();
    CommandSpec root = Objects.requireNonNull(spec).root();
    if (install != null) {
      if (!verbs.isEmpty()) {
        throw usage("--install writes the pages of all verbs: leave out " + verbs.getFirst());
      }
      Path folder = around.folder().resolve(install).resolve("man1");
      for (Map.Entry<String, CommandSpec> page : ManPage.all(root).entrySet()) {
        CompletionVerb.write(ManPage.of(page.getValue()), folder.resolve(page.getKey() + ".1"));
      }
      return ExitCode.OK.number();
    }
    CommandSpec verb = root;
    for (String word : verbs) {
      CommandLine below = verb.subcommands().get(word);
      if (below == null) {
        throw usage("there is no verb \"%s\"".formatted(word));
      }
      verb = below.getCommandSpec();
    }
    String page = ManPage.of(verb);
    if (!around.lively() || !Terminal.is(1) || !shown(page, ManPage.title(verb))) {
      around.out().print(page);
    }
    return ExitCode.OK.number();
  }

  /// Has the system's man show a page.
  ///
  /// @return whether there is one
  private static boolean shown(String page, String title) throws IOException, Failure {
    Path folder = Files.createTempDirectory("wharf");
    Path file = folder.resolve(title + ".1");
    try {
      Files.writeString(file, page);
      // A name with a slash is a file to every man.
      new ProcessBuilder("man", file.toString()).inheritIO().start().waitFor();
      return true;
    } catch (InterruptedException _) {
      throw Failure.interrupted();
    } catch (IOException _) {
      return false;
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(folder);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
