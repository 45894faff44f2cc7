package wharf.app;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Printable;

/// `wharf mkdir URL...`.
@Command(
    name = "mkdir",
    mixinStandardHelpOptions = true,
    description = "Makes folders on servers.%n",
    footer = {
      "",
      "Examples:",
      "  wharf mkdir ftp://alice@files.example.org/inbox/2026",
      "  wharf mkdir -p @work/reports/2026/11",
    })
final class Mkdir extends RemoteVerb {
  @Option(
      names = {"-p", "--parents"},
      description = "Those above it, too, where they are missing; no complaint if it is there.")
  private boolean parents;

  @Option(
      names = {"-n", "--dry-run"},
      description = "Make nothing; print what would be made.")
  private boolean dryRun;

  @Parameters(arity = "1..*", paramLabel = "URL", description = "ftp://[USER@]HOST[:PORT]/FOLDER")
  private List<String> urls = List.of();

  @Override
  void run(Places places, Results results) throws FtpException {
    for (String word : urls) {
      FtpUrl url = places.url(word);
      try {
        places
            .at(url)
            .sessions()
            .run(
                client -> {
                  make(client, url.path(), parents, dryRun, results);
                  return true;
                });
      } catch (FtpException e) {
        results.failed(url.path().isEmpty() ? url.toString() : url.path(), e);
      }
    }
  }

  /// Makes a folder.
  ///
  /// @param parents whether those above it are made, too, and it may be there
  /// @param results hears of each that is made
  static void make(FtpClient client, String path, boolean parents, boolean dryRun, Results results)
      throws FtpException {
    String bare = path.replaceFirst("(?<=[^/])/+$", "");
    if (bare.isEmpty() || bare.equals("/")) {
      throw new FtpException.NotPermitted("name the folder that is to be made");
    }
    if (!parents) {
      if (dryRun && client.isFolder(bare)) {
        throw new FtpException.NotPermitted("\"%s\" is there already".formatted(path));
      }
      one(client, bare, dryRun, results);
      return;
    }
    for (String missing : client.missingFolders(bare)) {
      one(client, missing, dryRun, results);
    }
  }

  private static void one(FtpClient client, String path, boolean dryRun, Results results)
      throws FtpException {
    if (!dryRun) {
      client.makeFolder(path);
      results.addQuietly(() -> fields(path, false));
    } else {
      results.add(() -> "would make " + Printable.of(path), () -> fields(path, true));
    }
  }

  private static Json.Fields fields(String path, boolean dryRun) {
    return new Json.Fields().add("type", "dir").add("path", path).add("dryRun", dryRun);
  }
}
