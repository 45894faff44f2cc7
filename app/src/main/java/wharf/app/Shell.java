package wharf.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
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
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Login;

/// `wharf shell [URL]`.
@Command(
    name = "shell",
    mixinStandardHelpOptions = true,
    description = {
      "Talks to a server command by command: ls, cd, wget, wput and more; 'help' there lists them.",
      "Commands may come from a file or a pipe: the first that fails then ends it, with its exit "
          + "code.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf shell files.example.org",
      "  printf 'cd pub\\nwget a.txt\\n' | wharf shell ftp.example.org",
      "  wharf shell -f nightly.wharf ftp://alice@files.example.org/",
      "",
      "docs/shell.md has all of it.",
    })
final class Shell implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;
  @Mixin private RemoteOptions remote = new RemoteOptions();

  @Option(
      names = "--json",
      description = "Print what is found and done as the verbs do with --json-lines.")
  private boolean json;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Read the commands from FILE.")
  private @Nullable Path file;

  @Option(
      names = "--keep-going",
      description = "Go on after a command that failed; the exit code is that of the first.")
  private boolean keepGoing;

  @Parameters(
      paramLabel = "URL",
      arity = "0..1",
      description = "ftp://[USER@]HOST[:PORT]/FOLDER, or HOST/FOLDER; without, 'open' connects.")
  private @Nullable String url;

  @Override
  public Integer call() throws FtpException {
    Surroundings around = Objects.requireNonNull(main).around();
    boolean typed = file == null && around.askable();
    Surroundings shown = typed ? around : around.inScript();
    FtpUrl server = url == null ? null : remote.url(url);
    Login login = server == null ? null : remote.login(server, around);
    ShellSession session =
        new ShellSession(
            shown,
            new ShellSession.Style(json, remote.quiet(), false),
            new Jobs(),
            new LocalPrograms(System::getenv));
    try {
      // A class of its own: only this needs JLine, which takes its time to load.
      Prompt prompt = typed ? Prompt.begin(around) : null;
      try (prompt) {
        if (server != null && login != null) {
          session.open(
              new ShellSession.Server(server.withPath(""), remote.connector(server, login)),
              server.path());
        }
        if (prompt != null) {
          session = prompt.run(session);
          // Who typed it has read what failed.
          return ExitCode.OK.number();
        }
      }
      return file == null
          ? script(session, Channels.newReader(around.in(), StandardCharsets.UTF_8))
          : script(session, around.folder().resolve(file));
    } finally {
      session.close();
    }
  }

  private int script(ShellSession session, Path from) throws FtpException {
    try (Reader lines = Files.newBufferedReader(from)) {
      return script(session, lines);
    } catch (IOException e) {
      throw new FtpException.LocalDisk("cannot read commands: " + Main.reason(e), e);
    }
  }

  /// Runs one line after the other, then waits for what runs in the background.
  ///
  /// @return the exit code
  private int script(ShellSession session, Reader from) throws FtpException {
    int first = 0;
    try {
      // Not closed: standard input is not ours.
      BufferedReader lines = new BufferedReader(from);
      String line;
      for (int number = 1; !session.ended() && (line = lines.readLine()) != null; number++) {
        int code = session.run(line);
        if (code != 0) {
          session.note("that was line %d: %s".formatted(number, shown(line)));
          first = first == 0 ? code : first;
        }
        if (Thread.currentThread().isInterrupted()) {
          session.jobs().stop(0);
          throw new FtpException.Cancelled();
        }
        if (code != 0 && !keepGoing) {
          break;
        }
      }
      int code = session.jobs().await(0);
      return first == 0 ? code : first;
    } catch (IOException e) {
      throw Thread.currentThread().isInterrupted()
          ? new FtpException.Cancelled()
          : new FtpException.LocalDisk("cannot read commands: " + e.getMessage(), e);
    } finally {
      session.jobs().tellEnded(session::note);
    }
  }

  private static String shown(String line) {
    return wharf.ftp.client.Printable.of(ShellLine.masked(line.strip()));
  }
}
