package wharf.app;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wharf.app.Places.Place;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Printable;
import wharf.ftp.client.RemotePath;

/// `wharf mv URL... TO`.
@Command(
    name = "mv",
    mixinStandardHelpOptions = true,
    description = {
      "Renames what is on a server, or moves it into another folder there.",
      "Whether something of the new name is replaced is the server's to decide.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf mv ftp://alice@files.example.org/inbox/a.txt b.txt",
      "  wharf mv '@work/inbox/*.pdf' @work/archive/",
    })
final class Mv extends RemoteVerb {
  @Option(
      names = {"-n", "--dry-run"},
      description = "Move nothing; print what would be moved.")
  private boolean dryRun;

  @Parameters(
      arity = "2..*",
      paramLabel = "URL... TO",
      hideParamSyntax = true,
      description = {
        "ftp://[USER@]HOST[:PORT]/FILE, with wildcards * ? [...].",
        "TO is a URL of the same server, or a path from the folder of the one that is moved; a "
            + "folder takes what is moved under its name."
      })
  private List<String> words = List.of();

  @Override
  void run(Places places, Results results) throws FtpException {
    String to = words.getLast();
    boolean far = to.contains("://") || to.startsWith("@") || sameShort(words.getFirst(), to);
    List<Place> sources = new ArrayList<>();
    for (String word : words.subList(0, words.size() - 1)) {
      FtpUrl url = places.url(word);
      try {
        sources.addAll(places.at(url).expanded());
      } catch (FtpException e) {
        results.failed(url.toString(), e);
      }
    }
    for (Place source : sources) {
      try {
        move(source, far ? places.at(places.url(to)) : null, to, sources.size() > 1, results);
      } catch (FtpException e) {
        results.failed(source.path(), e);
      }
    }
  }

  /// Whether both are short URLs of one place, `HOST/PATH`: a path that begins like the host is not
  /// what was meant.
  private static boolean sameShort(String first, String to) {
    int slash = first.contains("://") || first.startsWith("@") ? -1 : first.indexOf('/');
    return slash > 0 && to.startsWith(first.substring(0, slash + 1));
  }

  private void move(
      Place source,
      @org.jspecify.annotations.Nullable Place target,
      String to,
      boolean several,
      Results results)
      throws FtpException {
    if (target != null && target.sessions() != source.sessions()) {
      throw remote.usage(
          "%s is not on the server of %s: get it and put it there".formatted(to, source.url()));
    }
    String from = source.path();
    String folder = from.substring(0, from.lastIndexOf('/') + 1);
    String path = target != null ? target.path() : to.startsWith("/") ? to : folder + to;
    // Not tried again: the first try may have done it.
    try (var lent = source.sessions().borrow()) {
      rename(lent.client(), from, path, several, dryRun, results);
    }
  }

  /// Moves one.
  ///
  /// @param to the new name, or the folder
  /// @param several whether it can only be a folder
  static void rename(
      FtpClient client, String from, String to, boolean several, boolean dryRun, Results results)
      throws FtpException {
    String name = RemotePath.last(from.replaceFirst("(?<=[^/])/+$", ""));
    boolean folder = client.isFolder(to);
    if (!folder && (several || to.endsWith("/"))) {
      throw new FtpException.NotFound("there is no folder \"%s\" to move it to".formatted(to));
    }
    String path = folder ? RemotePath.in(to, name) : to;
    if (dryRun) {
      // What is not there cannot be moved.
      var _ = client.stat(from);
      results.add(
          () -> "would move %s to %s".formatted(Printable.of(from), Printable.of(path)),
          () -> fields(from, path, true));
    } else {
      client.rename(from, path);
      results.addQuietly(() -> fields(from, path, false));
    }
  }

  private static Json.Fields fields(String from, String to, boolean dryRun) {
    return new Json.Fields().add("from", from).add("to", to).add("dryRun", dryRun);
  }
}
