package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `wharf completion SHELL`.
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a shell complete verbs, options, their values and names of files.",
      "Prints the script for it, or puts it where the shell finds it by itself: bash (with the"
          + " package bash-completion) and fish do at their next start; for zsh it says what"
          + " ~/.zshrc needs.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf completion bash --install",
      "  source <(wharf completion zsh)",
    })
final class CompletionVerb implements Callable<Integer> {
  /// The shells that are known.
  enum Shell {
    BASH {
      @Override
      String script(CompletionScript of) {
        return of.bash();
      }

      @Override
      Path place(Path data, Path config) {
        return data.resolve("bash-completion/completions/wharf");
      }
    },
    ZSH {
      @Override
      String script(CompletionScript of) {
        return of.zsh();
      }

      @Override
      Path place(Path data, Path config) {
        return data.resolve("zsh/site-functions/_wharf");
      }
    },
    FISH {
      @Override
      String script(CompletionScript of) {
        return of.fish();
      }

      @Override
      Path place(Path data, Path config) {
        return config.resolve("fish/completions/wharf.fish");
      }
    };

    abstract String script(CompletionScript of);

    /// The file in which it looks for what completes `wharf`.
    ///
    /// @param data where the user keeps what programs share
    /// @param config where the user keeps what programs are told
    abstract Path place(Path data, Path config);
  }

  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
  private Shell shell = Shell.BASH;

  @Option(
      names = "--install",
      description = "Write it to where the shell looks for it, in your own folders, and say where.")
  private boolean install;

  @Override
  public Integer call() throws IOException {
    Main program = Objects.requireNonNull(main);
    String script = shell.script(new CompletionScript(Objects.requireNonNull(spec).root()));
    if (!install) {
      program.around().out().print(script);
      return ExitCode.OK.number();
    }
    Path config = Objects.requireNonNull(program.around().config().getParent());
    Path file = shell.place(Surroundings.data(), config);
    write(script, file);
    program.note(
        "completion for " + shell.name().toLowerCase(java.util.Locale.ROOT) + " is in " + file);
    if (shell == Shell.ZSH) {
      program.note(
          "~/.zshrc needs, before compinit: fpath=(%s $fpath)".formatted(file.getParent()));
    }
    return ExitCode.OK.number();
  }

  /// Makes `file` say `text`, whole or not at all.
  static void write(String text, Path file) throws IOException {
    Path folder = Objects.requireNonNull(file.getParent());
    Files.createDirectories(folder);
    Path part = Files.createTempFile(folder, ".wharf", null);
    try {
      Files.writeString(part, text, UTF_8);
      part.toFile().setReadable(true, false);
      Files.move(part, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
