package wharf.app;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wharf.ftp.client.FtpException;

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

  @Parameters(
      arity = "1..*",
      paramLabel = "URL",
      description = "ftp://[USER@]HOST[:PORT]/FILE; with wildcards * ? [...].")
  private List<String> urls = List.of();

  @Override
  public Integer call() throws FtpException {
    try (Places places = new Places(remote, around(), 1);
        Results results = results("wharf/rm/1")) {
      each(
          places,
          urls,
          results,
          place -> new Removal(place.sessions(), recursive, dryRun, results).run(place.path()));
      results.close();
      return ended(results);
    }
  }
}
