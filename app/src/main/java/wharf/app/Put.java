package wharf.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import wharf.ftp.client.Batch;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.MirrorOptions;
import wharf.ftp.client.RemotePath;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Site;
import wharf.ftp.client.Upload;

/// `wharf put FILE... URL`.
@Command(
    name = "put",
    mixinStandardHelpOptions = true,
    description = {
      "Sends files, and folders with -r, and compares afterwards.",
      "What is there already, with the same size and time, is not sent again; what an earlier run"
          + " left there is gone on with.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf put report.pdf ftp://alice@files.example.org/inbox/",
      "  wharf put *.jpg ftp://alice@files.example.org/photos/",
      "  wharf put -r site ftp://alice@files.example.org/",
      "  tar c folder | wharf put - ftp://alice@files.example.org/folder.tar",
    })
final class Put implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Mixin private RemoteOptions remote = new RemoteOptions();
  @Mixin private MovingOptions how = new MovingOptions();
  @Mixin private Recursion folders = new Recursion();

  @Parameters(
      arity = "2..*",
      paramLabel = "FILE... URL",
      description = {
        "Files; - for standard input.",
        "ftp://[USER@]HOST[:PORT]/FILE, or a folder for the same names there.",
      })
  private List<String> words = new ArrayList<>();

  @Override
  public Integer call() throws FtpException {
    Main program = Objects.requireNonNull(main);
    Surroundings around = program.around();
    FtpUrl to = remote.url(words.getLast());
    List<String> files = words.subList(0, words.size() - 1);
    if (files.contains("-")) {
      if (files.size() > 1 || how.needFiles() || folders.asked()) {
        throw remote.usage("standard input is one file, which cannot be compared or continued");
      }
      if (to.isFolder()) {
        throw remote.usage(to + " names a folder; standard input needs a file name there");
      }
      return fromInput(program, to);
    }
    MirrorOptions tree = how.named(folders.asked());
    Uploads uploads = Uploads.of(around.folder(), files, folders.asked(), tree);
    Report report =
        new Report(
            program,
            "put",
            how,
            remote.quiet(),
            !folders.asked() || remote.verbose(),
            to.withPath(""));
    Site site = remote.site(to);
    int code =
        report.of(
            () -> {
              try (Sessions sessions = Sessions.with(site, how.jobs(), how.retries(), report);
                  Batch batch = new Batch(sessions, tree.files(), report)) {
                uploads.add(sessions, batch, to.path());
                report.add(batch.end());
              }
            });
    if (report.mayGoOn()) {
      remote.tellToGoOn("");
    }
    return code;
  }

  private int fromInput(Main program, FtpUrl to) throws FtpException {
    Surroundings around = program.around();
    Site site = remote.site(to);
    try (FtpClient client = FtpClient.connect(site)) {
      TransferNote note = TransferNote.start();
      String target = to.path();
      String text =
          note.text(
              RemotePath.last(target),
              remote.watched(
                  RemotePath.last(target),
                  around,
                  progress -> Upload.run(client, around.in(), target, how.transfer(), progress)));
      if (!remote.quiet()) {
        program.note(text);
      }
      return ExitCode.OK.number();
    } catch (FtpException e) {
      return program.failed(e);
    }
  }
}
