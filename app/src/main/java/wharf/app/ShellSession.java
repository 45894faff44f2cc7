package wharf.app;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import wharf.ftp.client.Entry;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Retries;
import wharf.ftp.client.Sessions;

/// What the commands of `wharf shell` share: the connection, the folder there and the one here; and
/// how a line is run. A connection that was lost is made again by the next command.
///
/// For one thread. A command in the background has a session of its own ([#fork]).
final class ShellSession implements AutoCloseable {
  /// How long a connection may be idle before it is asked whether it is still there.
  private static final long FRESH_NANOS = Duration.ofSeconds(10).toNanos();

  /// Connects and logs in.
  interface Connector {
    FtpClient connect() throws FtpException;
  }

  /// A server to be connected to.
  ///
  /// @param url with nothing in its path
  record Server(FtpUrl url, Connector connector) {
    /// For people.
    String name() {
      return url.host();
    }
  }

  private final Surroundings around;
  private final Style style;
  private final Jobs jobs;
  private final LocalPrograms programs;
  private final Listings listings = new Listings(System::nanoTime);

  /// Those of the command that runs: its output may go elsewhere.
  private Surroundings now;

  private @Nullable Server server;
  private @Nullable FtpClient client;
  private long usedAt;
  private String home = "";
  private String folder = "";
  private @Nullable String folderBefore;
  private Path local;
  private @Nullable Path localBefore;
  private boolean ended;
  private boolean warned;

  /// How a shell is to talk.
  ///
  /// @param json whether listings are JSON
  /// @param quiet whether there are no notes
  /// @param background whether this is a job: what it runs cannot have the terminal
  record Style(boolean json, boolean quiet, boolean background) {}

  ShellSession(Surroundings around, Style style, Jobs jobs, LocalPrograms programs) {
    this.around = around;
    this.now = around;
    this.style = style;
    this.jobs = jobs;
    this.programs = programs;
    this.local = around.folder();
  }

  /// The names of the bookmarks.
  Set<String> bookmarks() throws IOException {
    try {
      return new Bookmarks(around.config()).all().keySet();
    } catch (Config.Wrong _) {
      // Who uses one will be told.
      return Set.of();
    }
  }

  /// Another session that is in the same folders, without a connection yet.
  ShellSession fork(Surroundings elsewhere, boolean background) {
    ShellSession other =
        new ShellSession(
            elsewhere, new Style(style.json(), style.quiet(), background), jobs, programs);
    other.server = server;
    other.home = home;
    other.folder = folder;
    other.folderBefore = folderBefore;
    other.local = local;
    other.localBefore = localBefore;
    return other;
  }

  /// Takes another's connection.
  void adopt(ShellSession other) {
    client = other.client;
    usedAt = other.usedAt;
    other.client = null;
  }

  /// Connects and goes to the first folder.
  void open(Server to, String path) throws FtpException {
    FtpClient first = to.connector().connect();
    String at;
    try {
      if (!path.isEmpty()) {
        first.cwd(path);
      }
      at = first.pwd();
    } catch (FtpException e) {
      first.close();
      throw e;
    }
    disconnect();
    client = first;
    usedAt = System.nanoTime();
    server = to;
    home = at;
    folder = at;
  }

  /// Says goodbye to the server, if there is one.
  void disconnect() {
    if (client != null) {
      client.close();
      client = null;
    }
    server = null;
    folder = "";
    folderBefore = null;
    listings.clear();
  }

  /// Runs one line; tells problems itself.
  ///
  /// @return the exit code
  int run(String line) {
    try {
      ShellLine parsed = ShellLine.parse(line);
      if (parsed.words().isEmpty()) {
        return ExitCode.OK.number();
      }
      return parsed.background() ? inBackground(parsed, line) : run(parsed);
    } catch (IllegalArgumentException e) {
      return misused(String.valueOf(e.getMessage()));
    } catch (FtpException e) {
      return failed(e);
    } finally {
      around.out().flush();
    }
  }

  private int inBackground(ShellLine line, String typed) throws FtpException {
    String name = line.words().getFirst();
    if (ShellCommands.FOREGROUND.contains(name)) {
      return misused(name + " cannot run in the background");
    }
    JobScreen screen = new JobScreen();
    PrintStream said = new PrintStream(screen, true, StandardCharsets.UTF_8);
    ShellSession other = fork(around.unattended(said), true);
    String shown = ShellLine.masked(typed.strip());
    note(
        jobs.start(
            shown,
            screen,
            () -> {
              try (other) {
                return other.run(line);
              } catch (FtpException | RuntimeException e) {
                return other.failed(e);
              }
            }));
    return ExitCode.OK.number();
  }

  private int run(ShellLine line) throws FtpException {
    String[] words = line.words().toArray(String[]::new);
    words[0] = Wildcards.plain(words[0]);
    warned &= ShellCommands.LEAVING.contains(words[0]);
    int code =
        switch (line.output()) {
          case null -> commands().execute(words);
          case ShellLine.Output.Over(String file) -> intoFile(words, file, false);
          case ShellLine.Output.Onto(String file) -> intoFile(words, file, true);
          case ShellLine.Output.Into(String program) -> intoProgram(words, program);
        };
    usedAt = System.nanoTime();
    return code;
  }

  private int intoFile(String[] words, String file, boolean onto) throws FtpException {
    Path target = local(file);
    try (OutputStream out =
        Files.newOutputStream(
            target,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            onto ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING)) {
      return into(words, out);
    } catch (IOException e) {
      throw new FtpException.LocalDisk("cannot write %s: %s".formatted(file, Main.reason(e)), e);
    }
  }

  private int intoProgram(String[] words, String program) throws FtpException {
    Process process = programs.feed(program, local);
    int code;
    try (OutputStream out = new UntilClosed(process.getOutputStream())) {
      code = into(words, out);
    } catch (IOException e) {
      throw new FtpException.LocalDisk(Main.reason(e), e);
    } finally {
      int _ = programs.end(process, program);
    }
    return code;
  }

  private int into(String[] words, OutputStream out) throws IOException {
    around.out().flush();
    try (PrintStream text = new PrintStream(out, false, StandardCharsets.UTF_8)) {
      now = around.writing(text, Channels.newChannel(text));
      int code = commands().execute(words);
      if (text.checkError()) {
        throw new IOException("the output could not all be written");
      }
      return code;
    } finally {
      now = around;
    }
  }

  /// Tells what went wrong.
  ///
  /// @return the exit code for it
  int failed(Exception problem) {
    return new Main(now).failed(problem);
  }

  /// Tells what was wrong with a line.
  ///
  /// @return the exit code for it
  int misused(String message) {
    now.err().println("wharf: " + Printable.of(message));
    return ExitCode.USAGE.number();
  }

  int misused(ParameterException problem) {
    CommandLine.Model.CommandSpec command = problem.getCommandLine().getCommandSpec();
    boolean none = command.parent() == null;
    Optional<String> meant = Optional.empty();
    String message = Wildcards.plain(String.valueOf(problem.getMessage()));
    if (problem instanceof UnmatchedArgumentException unmatched) {
      String word = Wildcards.plain(unmatched.getUnmatched().getFirst());
      Set<String> known = new HashSet<>(command.subcommands().keySet());
      known.addAll(command.optionsMap().keySet());
      meant = Nearest.to(word, known);
      if (none) {
        message = "there is no command \"%s\"".formatted(word);
      }
    }
    String manual = none ? "help" : "help " + command.name();
    int code = misused(message);
    note(meant.map(word -> "did you mean " + word + "?").orElse("see '" + manual + "'"));
    return code;
  }

  /// A line for the user that is no problem.
  void note(String text) {
    now.err().println("wharf: " + text);
  }

  /// A note that `--quiet` keeps back.
  void remark(String text) {
    if (!style.quiet()) {
      note(text);
    }
  }

  /// Where the command that runs writes to, and what it may do.
  Surroundings now() {
    return now;
  }

  Style style() {
    return style;
  }

  Jobs jobs() {
    return jobs;
  }

  LocalPrograms programs() {
    return programs;
  }

  /// The commands, without anything left of what was said before: an `open` knows a password.
  CommandLine commands() {
    return ShellCommands.commandLine(new ShellCommands(this));
  }

  /// Whether the user wants to leave.
  boolean ended() {
    return ended;
  }

  /// The user wants to leave; asks once to think of what runs.
  void leave() {
    int running = around.askable() ? jobs.running() : 0;
    if (running == 0 || warned) {
      ended = true;
      return;
    }
    warned = true;
    note(
        "%s still: 'wait' for %s, or leave again to stop %s; what was moved is kept"
            .formatted(
                running == 1 ? "a job runs" : running + " jobs run",
                running == 1 ? "it" : "them",
                running == 1 ? "it" : "them"));
  }

  /// The name of the server, empty without one.
  String host() {
    return server == null ? "" : server.name();
  }

  /// The folder there.
  String folder() {
    return folder;
  }

  /// The folder here.
  Path local() {
    return local;
  }

  /// A file here.
  Path local(String name) throws FtpException {
    try {
      return local.resolve(name);
    } catch (InvalidPathException e) {
      throw new FtpException.LocalDisk(Main.reason(e), e);
    }
  }

  /// What a folder there has; as it was seen a moment ago, perhaps.
  List<Entry> entries(String path) throws FtpException {
    return listings.of(folder, path, there -> client().list(there));
  }

  /// For wildcards.
  Wildcards.Folder there() {
    return path -> entries(path).stream().map(Entry::name).toList();
  }

  /// For wildcards.
  Wildcards.Folder here() {
    return path -> {
      try (Stream<Path> files = Files.list(local(path))) {
        return files.map(file -> String.valueOf(file.getFileName())).toList();
      } catch (IOException | UncheckedIOException e) {
        throw new FtpException.LocalDisk(
            "cannot list %s: %s".formatted(local(path), e.getMessage()), e);
      }
    };
  }

  /// Something there is not as it was.
  void changed() {
    listings.clear();
  }

  /// A connection that answers: the one there was, or a new one in the same folder.
  FtpClient client() throws FtpException {
    Server to = connected();
    FtpClient before = client;
    if (before != null) {
      if (before.usable()) {
        try {
          // A server hangs up on who is silent for long; better found out now than half way.
          if (System.nanoTime() - usedAt > FRESH_NANOS) {
            before.noop();
          }
          usedAt = System.nanoTime();
          return before;
        } catch (FtpException.ConnectionLost | FtpException.TimedOut | FtpException.Protocol _) {
          // Connect again.
        }
      }
      before.close();
      client = null;
    }
    FtpClient again = to.connector().connect();
    client = again;
    usedAt = System.nanoTime();
    again.cwd(folder);
    if (before != null) {
      remark("connected again, in " + Printable.of(folder));
    }
    return again;
  }

  /// For what takes sessions: [#client], whichever that is by then, and no other. Nothing is tried
  /// again: whoever typed the command may type it again.
  Sessions sessions() {
    return sessions(1, Retries.none(), Sessions.Listener.NONE);
  }

  /// The same with others beside it, in the same folder, that are ended with the pool.
  Sessions sessions(int most, Retries retries, Sessions.Listener listener) {
    AtomicReference<@Nullable FtpClient> own = new AtomicReference<>();
    return Sessions.with(
        new Sessions.Connector() {
          @Override
          public FtpClient connect() throws FtpException {
            return own.get() == null ? first() : another();
          }

          private synchronized FtpClient first() throws FtpException {
            FtpClient first = client();
            own.set(first);
            return first;
          }

          @Override
          public void disconnect(FtpClient client) {
            if (!own.compareAndSet(client, null)) {
              client.close();
            }
          }
        },
        most,
        retries,
        listener);
  }

  private FtpClient another() throws FtpException {
    FtpClient another = connected().connector().connect();
    try {
      another.cwd(folder);
      return another;
    } catch (FtpException e) {
      another.close();
      throw e;
    }
  }

  private Server connected() throws FtpException {
    if (server == null) {
      throw new FtpException.Unreachable("there is no connection: 'open' makes one", null);
    }
    return server;
  }

  /// Where the server is.
  FtpUrl url() throws FtpException {
    return connected().url();
  }

  /// Goes to a folder there.
  ///
  /// @param to null for the first, `-` for the one before
  void cd(@Nullable String to) throws FtpException {
    FtpClient there = client();
    String target = to == null ? home : to;
    if (target.equals("-")) {
      if (folderBefore == null) {
        throw new FtpException.NotFound("there is no folder before this one");
      }
      target = folderBefore;
    }
    there.cwd(target);
    folderBefore = folder;
    folder = there.pwd();
  }

  /// Goes to a folder here; `-` is the one before.
  void lcd(String to) throws FtpException {
    Path target = to.equals("-") ? localBefore : local(to).toAbsolutePath().normalize();
    if (target == null) {
      throw new FtpException.NotFound("there is no folder before this one");
    }
    if (!Files.isDirectory(target)) {
      throw new FtpException.LocalDisk("there is no folder " + target, null);
    }
    localBefore = local.toAbsolutePath().normalize();
    local = target;
  }

  @Override
  public void close() {
    disconnect();
  }
}
