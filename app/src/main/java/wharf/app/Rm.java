package wharf.app;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;

/// `wharf rm URL...`.
@Command(
    name = "rm",
    mixinStandardHelpOptions = true,
    description = {
      "Removes files on servers, and with -r folders with all that is in them.",
      "A link is removed, not what it leads to.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf rm ftp://alice@files.example.org/inbox/old.pdf",
      "  wharf rm --dry-run '@work/reports/*.tmp'",
      "  wharf rm -r @work/reports/2024",
    })
final class Rm extends RemoteVerb {
  @Option(
      names = {"-r", "--recursive"},
      description = "Folders, too.")
  private boolean recursive;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Remove nothing; print what would be removed.")
  private boolean dryRun;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask before a folder is removed with all that is in it.")
  private boolean yes;

  @Parameters(
      arity = "1..*",
      paramLabel = "URL",
      description = "ftp://[USER@]HOST[:PORT]/FILE; with wildcards * ? [...].")
  private List<String> urls = List.of();

  @Override
  void run(Places places, Results results) throws FtpException {
    each(
        places,
        urls,
        results,
        place -> {
          Removal removal = new Removal(place.sessions(), recursive, dryRun, results);
          // Who runs a script has said -r.
          boolean asks = recursive && !dryRun && !yes && around().askable();
          if (asks && removal.isFolder(place.path())) {
            confirm(place.url());
          }
          removal.run(place.path());
        });
  }

  private void confirm(FtpUrl url) throws FtpException {
    String answer = around().answer().apply("Remove " + url + " and all that is in it? [y/N] ");
    if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
      throw new FtpException.NotPermitted("you have said no; " + url + " is left as it is");
    }
  }
}
