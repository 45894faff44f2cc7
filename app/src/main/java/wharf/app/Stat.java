package wharf.app;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import wharf.ftp.client.Entry;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Sessions;

/// `wharf stat URL...`.
@Command(
    name = "stat",
    mixinStandardHelpOptions = true,
    description = {
      "Tells what a server says of files and folders.",
      "Each line is a word, a tab and a value; what the server does not say is left out.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf stat ftp.example.org/pub/big.iso",
      "  wharf stat --json @work/reports/2026.pdf | jq '.results[0].size'",
    })
final class Stat extends RemoteVerb {
  @Parameters(
      arity = "1..*",
      paramLabel = "URL",
      description = "ftp://[USER@]HOST[:PORT]/FILE; with wildcards * ? [...].")
  private List<String> urls = List.of();

  @Override
  void run(Places places, Results results) throws FtpException {
    each(places, urls, results, place -> tell(place.sessions(), place.path(), results));
  }

  /// Tells what is known of one; also in the shell.
  static void tell(Sessions sessions, String path, Results results) throws FtpException {
    Entry entry =
        sessions.run(
            client -> {
              client.wantDetails();
              return client.stat(path);
            });
    results.add(
        () -> String.join(System.lineSeparator(), lines(entry, path)),
        () -> EntryPrinter.json(entry, path));
  }

  private static List<String> lines(Entry entry, String path) {
    List<String> lines = new ArrayList<>();
    Entry.Details details = entry.details();
    line(lines, "path", path.isEmpty() ? "." : path);
    line(lines, "type", EntryPrinter.type(entry));
    line(lines, "size", EntryPrinter.size(entry));
    line(lines, "modified", EntryPrinter.modified(entry));
    line(
        lines,
        "mode",
        details.mode() < 0
            ? "-"
            : "%04o %s".formatted(details.mode(), EntryPrinter.permissions(entry)));
    line(lines, "owner", details.owner());
    line(lines, "group", details.group());
    line(lines, "target", details.target());
    return lines;
  }

  private static void line(
      List<String> lines, String word, @org.jspecify.annotations.Nullable String value) {
    if (value != null && !value.equals("-")) {
      lines.add(word + "\t" + Printable.of(value));
    }
  }
}
