package wharf.app;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wharf.ftp.client.FtpException;

/// `wharf du URL...`.
@Command(
    name = "du",
    description = {
      "Adds up how many bytes are in folders on servers.",
      "One line for each folder, after those that are in it: bytes, tab, path. The sizes of the "
          + "files are added, not the room that they take on the disk.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf du -h -d 1 @work/reports",
      "  wharf du -s ftp.example.org/pub/a ftp.example.org/pub/b",
    })
final class Du extends RemoteVerb {
  @Mixin private Usage usage = new Usage();

  // Not -h, which everybody types after du for another thing.
  @SuppressWarnings("UnusedVariable") // picocli reads it
  @Option(names = "--help", usageHelp = true, description = "Show this help message and exit.")
  private boolean help;

  @Parameters(
      arity = "1..*",
      paramLabel = "URL",
      description = "ftp://[USER@]HOST[:PORT]/FOLDER; with wildcards * ? [...].")
  private List<String> urls = List.of();

  @Override
  void run(Places places, Results results) throws FtpException {
    each(places, urls, results, place -> usage.tell(place.sessions(), place.path(), results));
  }
}
