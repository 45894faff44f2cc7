package wharf.app;

import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import wharf.app.Places.Place;
import wharf.ftp.client.Download;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Progress;
import wharf.ftp.client.Receipt;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.TransferOptions;

/// `wharf cat URL...`.
@Command(
    name = "cat",
    mixinStandardHelpOptions = true,
    description = {
      "Writes files to standard output, one after the other.",
      "What has left cannot be taken back: the exit code says whether it was all, and verified. "
          + "Ends with the first file that fails.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf cat ftp.example.org/pub/README | less",
      "  wharf cat '@logs/2026/*.log' | grep error",
    })
final class Cat implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Mixin private RemoteOptions remote = new RemoteOptions();

  @Parameters(
      arity = "1..*",
      paramLabel = "URL",
      description = "ftp://[USER@]HOST[:PORT]/FILE; with wildcards * ? [...].")
  private List<String> urls = List.of();

  @Override
  public Integer call() throws FtpException {
    Surroundings around = Objects.requireNonNull(main).around();
    try (Places places = new Places(remote, 1)) {
      for (String url : urls) {
        for (Place place : places.at(places.url(url)).expanded()) {
          Receipt _ = copy(place.sessions(), place.path(), around.bytes());
        }
      }
    }
    return ExitCode.OK.number();
  }

  /// Copies a file. Not tried again when it breaks off: some of it may have left.
  static Receipt copy(Sessions sessions, String path, WritableByteChannel into)
      throws FtpException {
    try (Sessions.Lent lent = sessions.borrow()) {
      return Download.run(lent.client(), path, into, TransferOptions.usual(), Progress.NONE);
    }
  }
}
