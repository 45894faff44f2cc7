package wharf.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Receipt;
import wharf.ftp.client.TransferOptions;
import wharf.ftp.client.Upload;

/// `wharf put FILE URL`.
@Command(
    name = "put",
    mixinStandardHelpOptions = true,
    description = "Sends a file and compares the sizes afterwards.%n",
    footer = {
      "",
      "Examples:",
      "  wharf put report.pdf ftp://alice@files.example.org/inbox/",
      "  tar c folder | wharf put - ftp://alice@files.example.org/folder.tar",
    })
final class Put implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Mixin private RemoteOptions remote = new RemoteOptions();

  @Option(
      names = {"-c", "--continue"},
      description = "Go on from what the server has, if that is a part of this file.")
  private boolean resume;

  @Option(names = "--json", description = "Print what was done as a JSON object.")
  private boolean json;

  @Parameters(index = "0", paramLabel = "FILE", description = "The file; - for standard input.")
  private String file = "";

  @Parameters(
      index = "1",
      paramLabel = "URL",
      description = "ftp://[USER@]HOST[:PORT]/FILE, or a folder for the same name there.")
  private String url = "";

  @Override
  public Integer call() throws FtpException {
    Main program = Objects.requireNonNull(main);
    Surroundings around = program.around();
    FtpUrl to = remote.url(url);
    boolean fromInput = file.equals("-");
    if (fromInput && resume) {
      throw remote.usage("standard input cannot be continued");
    }
    if (fromInput && to.isFolder()) {
      throw remote.usage(to + " names a folder; standard input needs a file name there");
    }
    Path local = around.folder().resolve(file);
    if (!fromInput && !Files.isRegularFile(local)) {
      // Before anybody is asked for a password.
      throw new FtpException.LocalDisk(
          Files.exists(local) ? file + " is no file" : "there is no file " + file, null);
    }
    String name = String.valueOf(local.getFileName());
    try (FtpClient client = remote.connect(to)) {
      TransferNote note = TransferNote.start();
      TransferOptions options = TransferOptions.usual().resume(resume);
      String target = fromInput ? to.path() : Names.remote(client, to.path(), name);
      Receipt receipt =
          remote.watched(
              Names.last(target),
              around,
              progress ->
                  fromInput
                      ? Upload.run(client, around.in(), target, options, progress)
                      : Upload.run(client, local, target, options, progress));
      if (json) {
        around.out().println(note.json(file, to.withPath(target).toString(), receipt));
      } else if (!remote.quiet()) {
        program.note(note.text(Names.last(target), receipt));
      }
      return ExitCode.OK.number();
    } catch (FtpException e) {
      int code = program.failed(e);
      if (!fromInput && TransferNote.mayContinue(e)) {
        program.note("to go on:");
        around.err().println("  " + remote.again("--continue"));
      }
      return code;
    }
  }
}
