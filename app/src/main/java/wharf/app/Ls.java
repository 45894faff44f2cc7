package wharf.app;

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

/// `wharf ls URL`.
@Command(
    name = "ls",
    mixinStandardHelpOptions = true,
    description = {
      "Lists a folder on a server, or one file.",
      "One line for each entry: type (file, dir, link, else), size in bytes, time, name; '-' is "
          + "what the server does not say. In the order in which the server sends them.%n",
    },
    footer = {"", "Example:", "  wharf ls ftp://ftp.example.org/pub/ | sort -n -k 2"})
final class Ls implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Mixin private RemoteOptions remote = new RemoteOptions();

  @Option(names = "--json", description = "Print each entry as a JSON object on a line of its own.")
  private boolean json;

  @Parameters(paramLabel = "URL", description = "ftp://[USER@]HOST[:PORT]/FOLDER, or HOST/FOLDER.")
  private String url = "";

  @Override
  public Integer call() throws FtpException {
    Surroundings around = java.util.Objects.requireNonNull(main).around();
    FtpUrl from = remote.url(url);
    EntryPrinter printer = new EntryPrinter(around.out(), json);
    try (FtpClient client = remote.connect(from)) {
      client.list(from.path(), printer::print);
    }
    if (around.out().checkError()) {
      throw new FtpException.LocalDisk("cannot write the listing to standard output", null);
    }
    return ExitCode.OK.number();
  }
}
