package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The shells themselves are asked what they would complete.
@Timeout(120)
class CompletionTest {
  @TempDir Path folder;

  /// How a shell is asked, once it has read its script: what it would offer for the last word.
  enum Asked {
    BASH(
        """
        ask() {
          COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
          _wharf
          echo "${COMPREPLY[*]}"
        }
        """,
        "bash --norc --noprofile"),
    /// What zsh's own functions are told to offer.
    ZSH(
        """
        ask() {
          words=("$@") CURRENT=$# found=()
          _wharf
          print -r -- "${(M)found[@]:#${words[CURRENT]##*=}*}"
        }
        compadd() { shift; found+=("$@") }
        compset() { : }
        _describe() { local name; for name in "${(@P)${@[-1]}}"; do found+=("${name%%:*}"); done }
        _files() { [[ $1 == -/ ]] && found+=(*(/)) || found+=(*) }
        compdef() { : }
        """,
        "zsh -f"),
    FISH(
        """
        function ask
            set -l line (string join ' ' -- $argv)
            set -l found (complete -C "$line" | string replace -r '\\t.*' '' | string replace -r '^--[a-z-]+=' '')
            echo "$found"
        end
        """,
        "fish --no-config");

    final String asking;
    final String command;

    Asked(String asking, String command) {
      this.asking = asking;
      this.command = command;
    }
  }

  @BeforeEach
  void makeFiles() throws IOException {
    Files.writeString(folder.resolve("report.pdf"), "");
    Files.createDirectory(folder.resolve("reports"));
  }

  private CommandSpec program() {
    return new CommandLine(new Main(Ran.around(folder))).getCommandSpec();
  }

  /// What a shell offers for each line, in one run of it.
  private List<List<String>> offered(Asked shell, List<String> lines) throws Exception {
    List<String> command = new ArrayList<>(List.of(shell.command.split(" ", -1)));
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(place -> Files.isExecutable(Path.of(place, command.getFirst()))),
        () -> "there is no " + command.getFirst());
    Ran script =
        Ran.wharf(
            Channels.newChannel(InputStream.nullInputStream()),
            folder,
            "completion",
            shell.name().toLowerCase(Locale.ROOT));
    assertThat(script.code()).isZero();
    assertThat(script.err()).isEmpty();
    StringBuilder text = new StringBuilder(shell.asking).append(script.out());
    for (String line : lines) {
      text.append("ask ").append(line).append('\n');
    }
    Path file = Files.writeString(folder.resolve(".script"), text);
    command.add(file.toString());
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("HOME", folder.toString());
    Process process = builder.redirectErrorStream(true).start();
    List<List<String>> answers = new ArrayList<>();
    new String(process.getInputStream().readAllBytes(), UTF_8)
        .lines()
        .forEach(line -> answers.add(line.isBlank() ? List.of() : List.of(line.split(" +", -1))));
    assertThat(answers).hasSameSizeAs(lines);
    return answers;
  }

  @ParameterizedTest
  @EnumSource
  void eachPlaceHasItsWords(Asked shell) throws Exception {
    // bash takes --option=value apart before it asks.
    String apart = shell == Asked.BASH ? "--tls = re" : "--tls=re";
    List<List<String>> answers =
        offered(
            shell,
            List.of(
                "wharf sh",
                "wharf user pass",
                "wharf help sh",
                "wharf man us",
                "wharf ls --time",
                "wharf ls --tls re",
                "wharf ls " + apart,
                "wharf put -q rep",
                "wharf put --password-file rep",
                "wharf serve rep",
                "wharf ls --timeout rep",
                "wharf completion z",
                "wharf train"));
    assertThat(answers.get(0)).contains("shell").doesNotContain("serve");
    assertThat(answers.get(1)).containsExactly("passwd");
    assertThat(answers.get(2)).contains("shell");
    assertThat(answers.get(3)).containsExactly("user");
    assertThat(answers.get(4)).containsExactly("--timeout");
    assertThat(answers.get(5)).containsExactly("require");
    assertThat(answers.get(6)).containsExactly("require");
    assertThat(answers.get(7)).contains("report.pdf");
    assertThat(answers.get(8)).contains("report.pdf");
    assertThat(answers.get(9)).hasSize(1).allMatch(word -> word.startsWith("reports"));
    assertThat(answers.get(10)).isEmpty();
    assertThat(answers.get(11)).containsExactly("zsh");
    assertThat(answers.get(12)).isEmpty();
  }

  /// What is added to the program is completed without further work.
  @ParameterizedTest
  @EnumSource
  void everyVerbAndOptionIsKnown(Asked shell) throws Exception {
    List<String> lines = new ArrayList<>();
    List<List<String>> expected = new ArrayList<>();
    walk(program(), lines, expected);
    List<List<String>> answers = offered(shell, lines);
    assertThat(lines).hasSizeGreaterThan(50);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(answers.get(i)).as(lines.get(i)).containsAll(expected.get(i));
    }
  }

  private static void walk(CommandSpec verb, List<String> lines, List<List<String>> expected) {
    String line = verb.qualifiedName(" ");
    List<OptionSpec> options = verb.options().stream().filter(one -> !one.hidden()).toList();
    // fish offers the long ones and the short ones apart.
    lines.add(line + " --");
    expected.add(
        options.stream()
            .flatMap(one -> Stream.of(one.names()))
            .filter(name -> name.startsWith("--"))
            .toList());
    for (OptionSpec option : options) {
      if (option.completionCandidates() != null && option.arity().min() > 0) {
        List<String> values = new ArrayList<>();
        boolean constants = Stream.of(option.auxiliaryTypes()).anyMatch(Class::isEnum);
        option
            .completionCandidates()
            .forEach(one -> values.add(constants ? one.toLowerCase(Locale.ROOT) : one));
        lines.add(line + " " + option.longestName() + " ''");
        expected.add(values);
      }
    }
    Map<String, CommandSpec> below = CompletionScript.visible(verb);
    if (!below.isEmpty()) {
      lines.add(line + " ''");
      expected.add(List.copyOf(below.keySet()));
    }
    below.values().forEach(one -> walk(one, lines, expected));
  }

  @Test
  void eachShellLooksInItsOwnPlace() throws IOException {
    Path data = folder.resolve("data");
    Path config = folder.resolve("config");
    assertThat(
            Stream.of(CompletionVerb.Shell.values())
                .map(shell -> folder.relativize(shell.place(data, config)).toString()))
        .containsExactly(
            "data/bash-completion/completions/wharf",
            "data/zsh/site-functions/_wharf",
            "config/fish/completions/wharf.fish");
    Path file = CompletionVerb.Shell.FISH.place(data, config);
    CompletionVerb.write("old", file);
    CompletionVerb.write("new", file);
    assertThat(file).hasContent("new");
    assertThat(file.resolveSibling(".")).isDirectoryNotContaining("glob:**.wharf*");
  }
}
