package wharf.app;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import wharf.ftp.client.FtpException;

/// `wharf find URL...`.
@Command(
    name = "find",
    mixinStandardHelpOptions = true,
    description = {
      "Looks for files in folders on servers and all that is below them.",
      "One path on each line, in the order of names; a folder before what is in it.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf find @work/reports --name '*.pdf' --newer-than 7d",
      "  wharf find ftp.example.org/pub --type file --larger 1G",
    })
final class Find extends RemoteVerb {
  @Mixin private Search search = new Search();

  @Parameters(
      arity = "1..*",
      paramLabel = "URL",
      description = "ftp://[USER@]HOST[:PORT]/FOLDER; with wildcards * ? [...].")
  private List<String> urls = List.of();

  @Override
  void run(Places places, Results results) throws FtpException {
    each(places, urls, results, place -> search.tell(place.sessions(), place.path(), results));
  }
}
