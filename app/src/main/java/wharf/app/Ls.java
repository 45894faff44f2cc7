package wharf.app;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Glob;

/// `wharf ls URL...`.
@Command(
    name = "ls",
    mixinStandardHelpOptions = true,
    description = {
      "Lists folders on servers, and files.",
      "One line for each entry: type (file, dir, link, else), size in bytes, time, name; '-' is "
          + "what the server does not say. In the order in which the server sends them.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf ls ftp://ftp.example.org/pub/ | sort -n -k 2",
      "  wharf ls -l 'ftp.example.org/pub/*.iso'",
      "  wharf ls -R --json-lines @work/reports | jq -r .path",
    })
final class Ls extends RemoteVerb {
  @Mixin private ListingOptions listing = new ListingOptions();

  @Parameters(
      arity = "1..*",
      paramLabel = "URL",
      description = "ftp://[USER@]HOST[:PORT]/FOLDER, or HOST/FOLDER; with wildcards * ? [...].")
  private List<String> urls = List.of();

  @Override
  void run(Places places, Results results) throws FtpException {
    boolean several = urls.size() > 1 || Glob.isPattern(urls.getFirst());
    each(
        places,
        urls,
        results,
        place -> listing.list(place.sessions(), place.path(), several, results));
  }
}
