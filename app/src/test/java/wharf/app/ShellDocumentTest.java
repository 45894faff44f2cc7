package wharf.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/// docs/shell.md has the commands that there are; written by `-Dwharf.docs.write=true`.
class ShellDocumentTest {
  @Test
  void hasEveryCommand() throws IOException {
    Document document = Document.named("shell.md");
    document.is(Document.with(document.text(), "commands", commands()));
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
