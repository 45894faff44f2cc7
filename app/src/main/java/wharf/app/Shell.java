package wharf.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Login;

/// `wharf shell URL`.
@Command(
    name = "shell",
    mixinStandardHelpOptions = true,
    description = {
      "Talks to a server command by command: ls, cd, get, put and more; 'help' there lists them.",
      "Commands may come from a pipe; the exit code is then that of the first that failed.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf shell files.example.org",
      "  printf 'cd pub\\nwget a.txt\\n' | wharf shell ftp.example.org",
    })
final class Shell implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Mixin private RemoteOptions remote = new RemoteOptions();

  @Option(names = "--json", description = "Print listings as JSON objects, one per line.")
  private boolean json;

  @Parameters(paramLabel = "URL", description = "ftp://[USER@]HOST[:PORT]/FOLDER, or HOST/FOLDER.")
  private String url = "";

  @Override
  public Integer call() throws FtpException {
    Main program = Objects.requireNonNull(main);
    Surroundings around = program.around();
    FtpUrl server = remote.url(url);
    Login login = remote.login(server, around);
    try (ShellSession session =
        new ShellSession(
            around, remote, json, () -> remote.connect(server, login), program::failed)) {
      session.open(server.path());
      if (around.askable()) {
        // A class of its own: only this needs JLine, which takes its time to load.
        Prompt.run(session, server.host());
        // Who typed it has read what failed.
        return ExitCode.OK.number();
      }
      readAll(session, around);
      return session.code();
    }
  }

  private static void readAll(ShellSession session, Surroundings around) throws FtpException {
    try {
      // Not closed: standard input is not ours.
      BufferedReader lines =
          new BufferedReader(Channels.newReader(around.in(), StandardCharsets.UTF_8));
      String line;
      while (!session.ended() && (line = lines.readLine()) != null) {
        session.run(line);
        if (Thread.currentThread().isInterrupted()) {
          throw new FtpException.Cancelled();
        }
      }
    } catch (IOException e) {
      throw Thread.currentThread().isInterrupted()
          ? new FtpException.Cancelled()
          : new FtpException.LocalDisk("cannot read commands: " + e.getMessage(), e);
    }
  }
}
