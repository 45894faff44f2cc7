package wharf.app;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
  @Mixin private RemovalOptions removal = new RemovalOptions();

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
        place ->
            removal.remove(
                place.sessions(), place.path(), place.url().toString(), around(), results));
  }
}
