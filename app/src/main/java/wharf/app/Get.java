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
import wharf.ftp.client.Download;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Receipt;
import wharf.ftp.client.TransferOptions;

/// `wharf get URL [PATH]`.
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    description = {
      "Fetches a file.",
      "Until it is whole it is called PATH.part, and is kept when the transfer breaks off.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf get ftp://ftp.example.org/pub/big.iso",
      "  wharf get --continue ftp://ftp.example.org/pub/big.iso Downloads/",
      "  wharf get ftp://ftp.example.org/pub/list.txt - | less",
    })
final class Get implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Mixin private RemoteOptions remote = new RemoteOptions();

  @Option(
      names = {"-c", "--continue"},
      description = "Go on from what an earlier run left, if the file there is still the same.")
  private boolean resume;

  @Option(names = "--json", description = "Print what was done as a JSON object.")
  private boolean json;

  @Parameters(index = "0", paramLabel = "URL", description = "ftp://[USER@]HOST[:PORT]/FILE")
  private String url = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      description = "The file or folder to write; - for standard output; else the same name here.")
  private @Nullable String path;

  @Override
  public Integer call() throws FtpException {
    Main program = Objects.requireNonNull(main);
    Surroundings around = program.around();
    FtpUrl from = remote.url(url);
    if (from.isFolder()) {
      throw remote.usage(from + " names a folder; get fetches one file");
    }
    boolean toOutput = "-".equals(path);
    if (toOutput && (resume || json)) {
      throw remote.usage("--continue and --json do not go with standard output");
    }
    Path target = toOutput ? Path.of("-") : Names.local(around.folder(), path, from.path());
    try (FtpClient client = remote.connect(from)) {
      TransferNote note = TransferNote.start();
      TransferOptions options = TransferOptions.usual().resume(resume);
      Receipt receipt =
          remote.watched(
              from.name(),
              around,
              progress ->
                  toOutput
                      ? Download.run(client, from.path(), around.bytes(), options, progress)
                      : Download.run(client, from.path(), target, options, progress));
      if (json) {
        around.out().println(note.json(from.toString(), target.toString(), receipt));
      } else if (!remote.quiet()) {
        program.note(note.text(from.name(), receipt));
      }
      return ExitCode.OK.number();
    } catch (FtpException e) {
      int code = program.failed(e);
      if (!toOutput && TransferNote.mayContinue(e) && Files.exists(Download.partOf(target))) {
        program.note("what came is kept in " + Download.partOf(target) + "; to go on:");
        around.err().println("  " + remote.again("--continue"));
      }
      return code;
    }
  }
}
