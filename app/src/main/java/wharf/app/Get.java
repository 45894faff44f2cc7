package wharf.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import wharf.ftp.client.Batch;
import wharf.ftp.client.Download;
import wharf.ftp.client.Found;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Glob;
import wharf.ftp.client.MirrorOptions;
import wharf.ftp.client.RemotePath;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Site;

/// `wharf get URL... [PATH]`.
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    description = {
      "Fetches files, and folders with -r.",
      "What is here already, with the same size and time, is not fetched again; what an earlier run"
          + " left is gone on with. Until a file is whole it is called NAME.part.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf get ftp://ftp.example.org/pub/big.iso",
      "  wharf get 'ftp://ftp.example.org/pub/*.txt' Downloads/",
      "  wharf get -r ftp://alice@files.example.org/photos",
      "  wharf get ftp://ftp.example.org/pub/list.txt - | less",
    })
final class Get implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Mixin private RemoteOptions remote = new RemoteOptions();
  @Mixin private MovingOptions how = new MovingOptions();
  @Mixin private Recursion folders = new Recursion();

  @Parameters(
      arity = "1..*",
      paramLabel = "URL... [PATH]",
      description = {
        "ftp://[USER@]HOST[:PORT]/FILE; in FILE, * ? [] and ** stand for what is there.",
        "PATH is the file or folder to write; - for standard output; else the same name here.",
      })
  private List<String> words = new ArrayList<>();

  @Override
  public Integer call() throws FtpException {
    Main program = Objects.requireNonNull(main);
    Surroundings around = program.around();
    List<String> sources = words;
    String path = null;
    if (words.size() > 1 && !isUrl(words.getLast())) {
      path = words.getLast();
      sources = words.subList(0, words.size() - 1);
    }
    boolean several = sources.size() > 1;
    Map<FtpUrl, List<FtpUrl>> servers = new LinkedHashMap<>();
    for (String source : sources) {
      FtpUrl url = remote.url(source);
      if (url.isFolder() && !folders.asked()) {
        throw remote.usage(url + " names a folder; -r fetches it with what is in it");
      }
      servers.computeIfAbsent(url.withPath(""), _ -> new ArrayList<>()).add(url);
    }
    if ("-".equals(path)) {
      if (how.needFiles() || folders.asked()) {
        throw remote.usage(
            "what is compared, continued, told in JSON or a folder does not go to standard output");
      }
      return toOutput(program, servers);
    }
    MirrorOptions tree = how.named(folders.asked());
    Downloads downloads = new Downloads(around.folder(), path, several, folders.asked(), tree);
    Report report =
        new Report(
            program,
            "get",
            how,
            remote.quiet(),
            !folders.asked() || remote.verbose(),
            servers.keySet().iterator().next());
    int code =
        report.of(
            () -> {
              for (Map.Entry<FtpUrl, List<FtpUrl>> server : servers.entrySet()) {
                report.server(server.getKey());
                Site site = remote.site(server.getKey());
                try (Sessions sessions = Sessions.with(site, how.jobs(), how.retries(), report);
                    Batch batch = new Batch(sessions, tree.files(), report)) {
                  for (FtpUrl url : server.getValue()) {
                    downloads.add(sessions, batch, url.path());
                  }
                  report.add(batch.end());
                }
              }
            });
    if (report.mayGoOn()) {
      remote.tellToGoOn("what came is kept; ");
    }
    return code;
  }

  /// Whether a word can only be meant as a source.
  static boolean isUrl(String word) {
    return word.contains("://") || word.startsWith("@");
  }

  private int toOutput(Main program, Map<FtpUrl, List<FtpUrl>> servers) {
    Surroundings around = program.around();
    try {
      for (Map.Entry<FtpUrl, List<FtpUrl>> server : servers.entrySet()) {
        Site site = remote.site(server.getKey());
        try (Sessions sessions = Sessions.with(site, 1)) {
          for (FtpUrl url : server.getValue()) {
            for (String file : files(sessions, url.path())) {
              copy(program, around, sessions, file);
            }
          }
        }
      }
      return ExitCode.OK.number();
    } catch (FtpException e) {
      return program.failed(e);
    }
  }

  private static List<String> files(Sessions sessions, String path) throws FtpException {
    if (!Glob.isPattern(path)) {
      return List.of(path);
    }
    List<String> found = Glob.of(path).expand(sessions).stream().map(Found::path).toList();
    return found.isEmpty() ? List.of(path) : found;
  }

  /// Not tried again: what is out is out.
  private void copy(Main program, Surroundings around, Sessions sessions, String file)
      throws FtpException {
    try (Sessions.Lent lent = sessions.borrow()) {
      TransferNote note = TransferNote.start();
      String text =
          note.text(
              RemotePath.last(file),
              remote.watched(
                  RemotePath.last(file),
                  around,
                  progress ->
                      Download.run(lent.client(), file, around.bytes(), how.transfer(), progress)));
      if (!remote.quiet()) {
        program.note(text);
      }
    }
  }
}
