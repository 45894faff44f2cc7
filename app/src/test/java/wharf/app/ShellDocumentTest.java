package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// docs/shell.md has the commands that there are; written by `-Dwharf.docs.write=true`.
class ShellDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "shell.md");

  @Test
  void hasEveryCommand() throws IOException {
    String text = Files.readString(DOCUMENT);
    String begin = "<!-- commands: made from the code -->\n";
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf("<!-- end of commands -->");
    assertThat(to).isGreaterThanOrEqualTo(from);
    String written = text.substring(0, from) + commands() + text.substring(to);
    if (Boolean.getBoolean("wharf.docs.write")) {
      Files.writeString(DOCUMENT, written);
      text = written;
    }
    assertThat(text).isEqualTo(written);
  }

  private static String commands() {
    ShellSession session =
        new ShellSession(
            Ran.around(Path.of("")),
            new ShellSession.Style(false, false, false),
            new Jobs(),
            new LocalPrograms(_ -> null));
    StringBuilder table = new StringBuilder("| command | what it does |\n|---|---|\n");
    for (Map.Entry<String, CommandLine> one : session.commands().getSubcommands().entrySet()) {
      String summary =
          String.join(" ", one.getValue().getCommandSpec().usageMessage().description());
      table
          .append("| `")
          .append(ShellCommands.synopsis(one.getValue()).replace("|", "\\|"))
          .append("` | ")
          .append(summary.replace("%n", "").replace("|", "\\|").strip())
          .append(" |\n");
    }
    return table.toString();
  }
}
