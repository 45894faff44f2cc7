package wharf.app;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import wharf.ftp.client.FtpException;

/// `wharf hash URL...`.
@Command(
    name = "hash",
    mixinStandardHelpOptions = true,
    description = {
      "Tells the hash of files, as the server has computed it.",
      "One line for each: hash, two spaces, path, as sha256sum prints it.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf hash ftp.example.org/pub/big.iso",
      "  wharf hash --algorithm MD5 'ftp.example.org/pub/*.iso'",
      "  wharf hash --download ftp.example.org/pub/big.iso   # where the server cannot",
    })
final class Hash extends RemoteVerb {
  @Mixin private HashOptions hash = new HashOptions();

  @Parameters(
      arity = "1..*",
      paramLabel = "URL",
      description = "ftp://[USER@]HOST[:PORT]/FILE; with wildcards * ? [...].")
  private List<String> urls = List.of();

  @Override
  void run(Places places, Results results) throws FtpException {
    each(places, urls, results, place -> hash.tell(place.sessions(), place.path(), results));
  }
}
