package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

@Timeout(60)
class ManTest {
  @TempDir Path folder;

  private Ran wharf(String... arguments) {
    return Ran.wharf(Channels.newChannel(InputStream.nullInputStream()), folder, arguments);
  }

  @Test
  void aPageSaysWhatTheHelpSays() {
    Ran page = wharf("man", "user", "add");
    assertThat(page.code()).isZero();
    assertThat(page.err()).isEmpty();
    assertThat(page.out())
        .startsWith(".TH \"WHARF\\-USER\\-ADD\" \"1\"")
        .contains(".SH \"NAME\"\nwharf-user-add \\- ")
        .contains("\n\\fB\\-\\-accounts\\fR \\fIFILE\\fR\n")
        .contains("\\fBwharf\\-user\\fR(1)");
    assertThat(wharf("man", "ls").out())
        .containsSubsequence(".SH \"EXAMPLES\"\n.EX\n", "wharf ls ftp://", ".EE\n");
  }

  @Test
  void aVerbThatIsNotThereHasNone() {
    assertThat(wharf("man", "sl").code()).isEqualTo(2);
    assertThat(wharf("man", "sl").err()).startsWith("wharf: there is no verb \"sl\"");
    assertThat(wharf("man", "ls", "--install", "x").code()).isEqualTo(2);
    assertThat(folder.resolve("x")).doesNotExist();
  }

  @Test
  void everyVerbHasAPageAndEveryOptionIsInIt() throws Exception {
    assertThat(wharf("man", "--install", "pages").code()).isZero();
    List<CommandSpec> verbs = new ArrayList<>();
    walk(new CommandLine(new Main(Ran.around(folder))).getCommandSpec(), verbs);
    for (CommandSpec verb : verbs) {
      String page = Files.readString(page(verb));
      verb.optionsMap()
          .forEach(
              (name, option) ->
                  assertThat(option.hidden() || page.contains(name.replace("-", "\\-")))
                      .as(verb.qualifiedName() + " " + name)
                      .isTrue());
    }
    assertThat(verbs).hasSizeGreaterThan(20);
  }

  /// Those who read pages for a living find nothing to complain of.
  @Test
  void everyPageIsWellFormed() throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(place -> Files.isExecutable(Path.of(place, "mandoc"))),
        "there is no mandoc");
    assertThat(wharf("man", "--install", "pages").code()).isZero();
    List<String> command = new ArrayList<>(List.of("mandoc", "-T", "lint", "-W", "warning"));
    try (Stream<Path> pages = Files.list(folder.resolve("pages/man1"))) {
      pages.sorted().forEach(page -> command.add(page.toString()));
    }
    Process lint = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(lint.getInputStream().readAllBytes(), UTF_8);
    // They are made when they are asked for, so a date would say nothing.
    assertThat(said.lines().filter(line -> !line.contains("missing date"))).isEmpty();
  }

  private Path page(CommandSpec verb) {
    return folder.resolve("pages/man1").resolve(verb.qualifiedName("-") + ".1");
  }

  private static void walk(CommandSpec verb, List<CommandSpec> verbs) {
    verbs.add(verb);
    verb.subcommands().values().stream()
        .map(CommandLine::getCommandSpec)
        .filter(one -> !one.usageMessage().hidden())
        .forEach(one -> walk(one, verbs));
  }
}
