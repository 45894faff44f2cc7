package wharf.app;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import wharf.ftp.client.Batch;
import wharf.ftp.client.Download;
import wharf.ftp.client.Entry;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Login;
import wharf.ftp.client.Mirror;
import wharf.ftp.client.MirrorOptions;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Progress;
import wharf.ftp.client.Receipt;
import wharf.ftp.client.Reply;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Summary;
import wharf.ftp.client.TransferOptions;
import wharf.ftp.client.Upload;

/// The commands of `wharf shell`, one method each. Their help, their options, what was meant by a
/// slip, what Tab completes and docs/shell.md all come from this model: an argument that is a
/// [There] names something on the server, one that is a [Here] something on this machine.
@Command(name = "")
final class ShellCommands {
  /// Those that change the shell itself, or need the terminal.
  static final Set<String> FOREGROUND =
      Set.of(
          "cd", "lcd", "open", "close", "edit", "less", "jobs", "wait", "kill", "help", "exit",
          "quit", "!");

  /// Those that leave.
  static final Set<String> LEAVING = Set.of("exit", "quit");

  private final ShellSession session;

  ShellCommands(ShellSession session) {
    this.session = session;
  }

  /// The commands, ready to be run.
  static CommandLine commandLine(ShellCommands commands) {
    ShellSession session = commands.session;
    CommandLine line = new CommandLine(commands);
    for (CommandLine command : line.getSubcommands().values()) {
      command
          .getCommandSpec()
          .addOption(
              OptionSpec.builder("--help")
                  .usageHelp(true)
                  .arity("0")
                  .type(boolean.class)
                  .description("Says what the command does.")
                  .build());
      // Their parent has no name, which picocli would put a space behind.
      command.getCommandSpec().usageMessage().customSynopsis(synopsis(command));
    }
    // A name may begin with @.
    line.setExpandAtFiles(false);
    line.registerConverter(String.class, Wildcards::plain);
    line.registerConverter(There.class, There::new);
    line.registerConverter(Here.class, Here::new);
    line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((e, _) -> session.misused(e));
    line.setExecutionExceptionHandler((e, _, _) -> session.failed(e));
    return line;
  }

  /// For the options that verbs have, too.
  Main program() {
    return new Main(around());
  }

  private Surroundings around() {
    return session.now();
  }

  private void say(String text) {
    around().out().println(Printable.of(text));
  }

  private FtpClient client() throws FtpException {
    return session.client();
  }

  private List<String> there(List<There> words) throws FtpException {
    List<String> names = new ArrayList<>();
    for (There word : words) {
      names.addAll(word.names(session.there()));
    }
    return names;
  }

  private List<String> here(List<Here> words) throws FtpException {
    List<String> names = new ArrayList<>();
    for (Here word : words) {
      names.addAll(word.names(session.here()));
    }
    return names;
  }

  /// Tells results as the verb of that name does.
  private int tell(String verb, Results.Work work) {
    JsonOptions.Form form = session.style().json() ? JsonOptions.Form.LINES : JsonOptions.Form.TEXT;
    return new Results(around().out(), form, verb, session::failed).of(work);
  }

  /// Does with each name there what a verb does with each place.
  private int each(String verb, @Nullable List<There> words, Step step) {
    return tell(
        verb,
        results -> {
          Sessions sessions = session.sessions();
          for (There word : words == null ? List.of(new There("")) : words) {
            try {
              for (String path : word.names(session.there())) {
                one(path, sessions, step, results);
              }
            } catch (FtpException e) {
              results.failed(Wildcards.plain(word.word()), e);
            }
          }
        });
  }

  private static void one(String path, Sessions sessions, Step step, Results results)
      throws FtpException {
    try {
      step.at(sessions, path, results);
    } catch (FtpException e) {
      results.failed(path, e);
    }
  }

  /// What is done with one name there.
  private interface Step {
    void at(Sessions sessions, String path, Results results) throws FtpException;
  }

  // Where we are.

  @Command(name = "ls", description = "Lists folders there, or files.%n")
  int ls(
      @Mixin ListingOptions listing,
      @Parameters(arity = "0..*", paramLabel = "PATH", description = "What to list.")
          @Nullable List<There> paths) {
    boolean several = paths != null && (paths.size() > 1 || Wildcards.has(paths.getFirst().word()));
    return each(
        "ls", paths, (sessions, path, results) -> listing.list(sessions, path, several, results));
  }

  @Command(
      name = "cd",
      description = "Goes to a folder there: without one, to the first; - is the one before.%n")
  void cd(
      @Parameters(arity = "0..1", paramLabel = "FOLDER", description = "Where to go.")
          @Nullable There folder)
      throws FtpException {
    session.cd(folder == null ? null : bare(folder.name(session.there())));
  }

  @Command(name = "pwd", description = "Says which folder that is.%n")
  void pwd() throws FtpException {
    FtpClient _ = client();
    say(session.folder());
  }

  @Command(name = "lcd", description = "Goes to a folder here; - is the one before.%n")
  void lcd(@Parameters(paramLabel = "FOLDER", description = "Where to go.") Here folder)
      throws FtpException {
    session.lcd(folder.name(session.here()));
  }

  @Command(name = "lls", description = "Lists folders here, or files.%n")
  int lls(
      @Parameters(arity = "0..*", paramLabel = "PATH", description = "What to list.")
          @Nullable List<Here> paths) {
    return tell(
        "lls",
        results -> {
          for (String name : paths == null ? List.of("") : here(paths)) {
            Path path = session.local(name);
            if (!Files.isDirectory(path)) {
              print(path, results);
              continue;
            }
            String in = name.isEmpty() || name.endsWith("/") ? name : name + "/";
            for (String one : session.here().names(in).stream().sorted().toList()) {
              print(path.resolve(one), results);
            }
          }
        });
  }

  private static void print(Path file, Results results) throws FtpException {
    Entry entry = entry(file);
    results.add(
        () -> EntryPrinter.USUAL.text(entry, entry.name()),
        () -> EntryPrinter.json(entry, file.toString()));
  }

  private static Entry entry(Path file) throws FtpException {
    try {
      Entry.Kind kind =
          Files.isSymbolicLink(file)
              ? Entry.Kind.LINK
              : Files.isDirectory(file)
                  ? Entry.Kind.FOLDER
                  : Files.isRegularFile(file) ? Entry.Kind.FILE : Entry.Kind.OTHER;
      Instant modified =
          Files.getLastModifiedTime(file, java.nio.file.LinkOption.NOFOLLOW_LINKS).toInstant();
      return new Entry(
          String.valueOf(file.getFileName()),
          kind,
          kind == Entry.Kind.FILE ? Files.size(file) : -1,
          Instant.ofEpochSecond(modified.getEpochSecond()));
    } catch (IOException e) {
      throw new FtpException.LocalDisk(Main.reason(e), e);
    }
  }

  @Command(name = "lpwd", description = "Says which folder here that is.%n")
  void lpwd() {
    say(session.local().toAbsolutePath().normalize().toString());
  }

  // Moving files.

  @Command(
      name = "wget",
      description = {
        "Fetches one file, to the same name here, or to PATH: a file or a folder.",
        "What an earlier transfer left is gone on with.%n",
      })
  int wget(
      @Parameters(index = "0", paramLabel = "FILE", description = "The file there.") There file,
      @Parameters(index = "1", arity = "0..1", paramLabel = "PATH", description = "Where to.")
          @Nullable Here path)
      throws FtpException {
    return fetch("wget", new MovingOptions(), false, List.of(file.name(session.there())), path);
  }

  @Command(
      name = "wput",
      description = {
        "Sends one file, to the same name there, or to PATH: a file or a folder.",
        "What an earlier transfer left is gone on with.%n",
      })
  int wput(
      @Parameters(index = "0", paramLabel = "FILE", description = "The file here.") Here file,
      @Parameters(index = "1", arity = "0..1", paramLabel = "PATH", description = "Where to.")
          @Nullable There path)
      throws FtpException {
    return send("wput", new MovingOptions(), false, List.of(file.name(session.here())), path);
  }

  @Command(
      name = "get",
      description = {
        "Fetches a file, or those that wildcards stand for, and with -r folders.",
        "What is here already, with the same size and time, is not fetched again.%n",
      })
  int get(
      @Mixin MovingOptions how,
      @Mixin Recursion folders,
      @Parameters(index = "0", paramLabel = "FILE", description = "The file there.") There file,
      @Parameters(index = "1", arity = "0..1", paramLabel = "PATH", description = "Where to.")
          @Nullable Here path)
      throws FtpException {
    return fetch("get", how, folders.asked(), file.names(session.there()), path);
  }

  @Command(
      name = "put",
      description = {
        "Sends a file, or those that wildcards stand for, and with -r folders.",
        "What is there already, with the same size and time, is not sent again.%n",
      })
  int put(
      @Mixin MovingOptions how,
      @Mixin Recursion folders,
      @Parameters(index = "0", paramLabel = "FILE", description = "The file here.") Here file,
      @Parameters(index = "1", arity = "0..1", paramLabel = "PATH", description = "Where to.")
          @Nullable There path)
      throws FtpException {
    return send("put", how, folders.asked(), file.names(session.here()), path);
  }

  @Command(name = "mget", description = "Fetches files to the folder here, and with -r folders.%n")
  int mget(
      @Mixin MovingOptions how,
      @Mixin Recursion folders,
      @Parameters(arity = "1..*", paramLabel = "FILE", description = "The files there.")
          List<There> files)
      throws FtpException {
    return fetch("mget", how, folders.asked(), there(files), null);
  }

  @Command(name = "mput", description = "Sends files to the folder there, and with -r folders.%n")
  int mput(
      @Mixin MovingOptions how,
      @Mixin Recursion folders,
      @Parameters(arity = "1..*", paramLabel = "FILE", description = "The files here.")
          List<Here> files)
      throws FtpException {
    return send("mput", how, folders.asked(), here(files), null);
  }

  @Command(
      name = "mirror",
      description = {
        "Makes a folder here like one there, or with -R one there like one here.",
        "What TARGET has besides stays, unless --delete is given.%n",
      })
  int mirror(
      @Mixin MovingOptions how,
      @Option(
              names = {"-R", "--reverse"},
              description = "SOURCE is here, TARGET there.")
          boolean reverse,
      @Option(
              names = "--delete",
              description =
                  "At the end, delete in TARGET what SOURCE does not have; nothing if SOURCE could"
                      + " not be seen whole, or is empty.")
          boolean delete,
      @Parameters(index = "0", paramLabel = "SOURCE", description = "A folder there.") There source,
      @Parameters(index = "1", paramLabel = "TARGET", description = "A folder here.") Here target)
      throws FtpException {
    MirrorOptions tree = how.tree(delete);
    if (reverse) {
      Path from = session.local(new Here(source.word()).name(session.here()));
      String to = bare(new There(target.word()).name(session.there()));
      if (!Files.isDirectory(from)) {
        throw new FtpException.LocalDisk("there is no folder " + from, null);
      }
      session.changed();
      return moving(
          "mirror",
          how,
          false,
          (sessions, report) -> Mirror.upload(sessions, from, to, tree, report));
    }
    String from = bare(source.name(session.there()));
    Path to = session.local(target.name(session.here()));
    return moving(
        "mirror",
        how,
        false,
        (sessions, report) -> Mirror.download(sessions, from, to, tree, report));
  }

  private int fetch(
      String verb, MovingOptions how, boolean recursive, List<String> files, @Nullable Here path)
      throws FtpException {
    String to = path == null ? null : path.name(session.here());
    MirrorOptions tree = how.named(recursive);
    Downloads downloads = new Downloads(session.local(), to, files.size() > 1, recursive, tree);
    return moving(
        verb,
        how,
        !recursive,
        (sessions, report) -> {
          try (Batch batch = new Batch(sessions, tree.files(), report)) {
            for (String file : files) {
              downloads.addOne(sessions, batch, bare(file));
            }
            return batch.end();
          }
        });
  }

  private int send(
      String verb, MovingOptions how, boolean recursive, List<String> files, @Nullable There path)
      throws FtpException {
    String to = path == null ? "" : path.name(session.there());
    MirrorOptions tree = how.named(recursive);
    Uploads uploads = Uploads.of(session.local(), files, recursive, tree);
    session.changed();
    return moving(
        verb,
        how,
        !recursive,
        (sessions, report) -> {
          try (Batch batch = new Batch(sessions, tree.files(), report)) {
            uploads.add(sessions, batch, to);
            return batch.end();
          }
        });
  }

  /// What moves files over sessions, and comes to this.
  private interface Moving {
    Summary over(Sessions sessions, Report report) throws FtpException;
  }

  /// @param each whether each file has a line of its own
  private int moving(String verb, MovingOptions how, boolean each, Moving work)
      throws FtpException {
    how.within(session.style());
    Report report = new Report(program(), verb, how, session.style().quiet(), each, session.url());
    int code =
        report.of(
            () -> {
              try (Sessions sessions = session.sessions(how.jobs(), how.retries(), report)) {
                report.add(work.over(sessions, report));
              }
            });
    if (report.mayGoOn()) {
      session.note("what has come is kept; the same again goes on");
    }
    return code;
  }

  // What is there.

  @Command(name = "cat", description = "Writes files out.%n")
  void cat(
      @Parameters(arity = "1..*", paramLabel = "FILE", description = "The files there.")
          List<There> files)
      throws FtpException {
    for (String name : there(files)) {
      copy(name, around().bytes());
    }
  }

  private void copy(String name, WritableByteChannel into) throws FtpException {
    around().out().flush();
    Receipt _ = Cat.copy(session.sessions(), name, into);
  }

  @Command(
      name = "less",
      description = {
        "Shows a file page by page, by the pager of this machine: $PAGER, or less.",
        "Without a terminal it is as cat.%n",
      })
  int less(@Parameters(paramLabel = "FILE", description = "The file there.") There file)
      throws FtpException {
    String name = file.name(session.there());
    LocalPrograms programs = session.programs();
    String pager = around().askable() ? programs.pager() : null;
    if (pager == null) {
      copy(name, around().bytes());
      return ExitCode.OK.number();
    }
    Process process = programs.feed(pager, session.local());
    try (OutputStream pages = new UntilClosed(process.getOutputStream())) {
      copy(name, Channels.newChannel(pages));
    } catch (IOException e) {
      throw new FtpException.LocalDisk("cannot show %s: %s".formatted(name, e.getMessage()), e);
    } finally {
      int _ = programs.end(process, pager);
    }
    return ExitCode.OK.number();
  }

  @Command(
      name = "edit",
      description = {
        "Opens a file there in the editor of this machine: $VISUAL, $EDITOR, or vi.",
        "It is put back if it was changed here, and nobody changed it there meanwhile.%n",
      })
  void edit(@Parameters(paramLabel = "FILE", description = "The file there.") There file)
      throws FtpException {
    LocalPrograms programs = session.programs();
    session.remark(
        Printable.of(
            Editing.run(
                new Editing.Remote() {
                  @Override
                  public byte @Nullable [] read(String path) throws FtpException {
                    FtpClient there = client();
                    try {
                      return Editing.bounded(
                          path,
                          into ->
                              Download.run(
                                  there, path, into, TransferOptions.usual(), Progress.NONE));
                    } catch (FtpException.NotFound _) {
                      return null;
                    }
                  }

                  @Override
                  public void write(Path from, String path) throws FtpException {
                    Receipt _ =
                        Upload.run(
                            client(),
                            from,
                            path,
                            TransferOptions.usual().resume(false),
                            Progress.NONE);
                    session.changed();
                  }
                },
                file.name(session.there()),
                copy -> programs.run(programs.editor(), List.of(copy.toString()), session.local()),
                session::note)));
  }

  @Command(name = "stat", description = "Says what is known of files and folders there.%n")
  int stat(
      @Parameters(arity = "1..*", paramLabel = "PATH", description = "Of what.")
          List<There> paths) {
    return each("stat", paths, Stat::tell);
  }

  @Command(name = "hash", description = "Says the hash of files there, as the server tells it.%n")
  int hash(
      @Mixin HashOptions hash,
      @Parameters(arity = "1..*", paramLabel = "FILE", description = "The files there.")
          List<There> files) {
    return each("hash", files, hash::tell);
  }

  @Command(name = "du", description = "Adds up how many bytes are in folders there.%n")
  int du(
      @Mixin Usage usage,
      @Parameters(arity = "0..*", paramLabel = "FOLDER", description = "In which.")
          @Nullable List<There> folders) {
    return each("du", folders, usage::tell);
  }

  @Command(
      name = "find",
      description = "Looks for files in folders there, and all that is below them.%n")
  int find(
      @Mixin Search search,
      @Parameters(arity = "0..*", paramLabel = "FOLDER", description = "In which.")
          @Nullable List<There> folders) {
    return each("find", folders, search::tell);
  }

  // Changing what is there.

  @Command(
      name = "rm",
      description = "Removes files there, and with -r folders with all that is in them.%n")
  int rm(
      @Mixin RemovalOptions removal,
      @Parameters(arity = "1..*", paramLabel = "FILE", description = "The files.")
          List<There> files) {
    return each(
        "rm",
        files,
        (sessions, path, results) -> {
          session.changed();
          removal.remove(sessions, bare(path), path, around(), results);
        });
  }

  @Command(
      name = "mv",
      description = "Renames what is there, or moves it to a folder: also several files.%n")
  int mv(
      @Option(
              names = {"-n", "--dry-run"},
              description = "Move nothing; print what would be moved.")
          boolean dryRun,
      @Parameters(index = "0", paramLabel = "FROM", description = "What to move.") There from,
      @Parameters(index = "1", paramLabel = "TO", description = "Its new name, or a folder.")
          There to) {
    return tell(
        "mv",
        results -> {
          List<String> names = from.names(session.there());
          String target = to.name(session.there());
          session.changed();
          for (String name : names) {
            one(
                bare(name),
                session.sessions(),
                (sessions, path, told) -> {
                  try (Sessions.Lent lent = sessions.borrow()) {
                    Mv.rename(lent.client(), path, target, names.size() > 1, dryRun, told);
                  }
                },
                results);
          }
        });
  }

  @Command(name = "mkdir", description = "Makes folders there.%n")
  int mkdir(
      @Option(
              names = {"-p", "--parents"},
              description =
                  "Those above it, too, where they are missing; no complaint if it is there.")
          boolean parents,
      @Option(
              names = {"-n", "--dry-run"},
              description = "Make nothing; print what would be made.")
          boolean dryRun,
      @Parameters(arity = "1..*", paramLabel = "FOLDER", description = "Which.")
          List<There> folders) {
    // A name that is to be is not looked for.
    List<There> quoted =
        folders.stream().map(folder -> new There(Wildcards.plain(folder.word()))).toList();
    return each(
        "mkdir",
        quoted,
        (sessions, path, results) -> {
          session.changed();
          sessions.run(
              client -> {
                Mkdir.make(client, path, parents, dryRun, results);
                return true;
              });
        });
  }

  @Command(name = "rmdir", description = "Removes empty folders there.%n")
  void rmdir(
      @Parameters(arity = "1..*", paramLabel = "FOLDER", description = "Which.")
          List<There> folders)
      throws FtpException {
    for (String name : there(folders)) {
      client().removeFolder(bare(name));
      session.changed();
    }
  }

  @Command(name = "chmod", description = "Sets who may do what with files there.%n")
  void chmod(
      @Parameters(index = "0", paramLabel = "MODE", description = "Three or four octal digits.")
          String mode,
      @Parameters(index = "1..*", arity = "1..*", paramLabel = "PATH", description = "Of what.")
          List<There> paths)
      throws FtpException {
    if (!mode.matches("[0-7]{3,4}")) {
      throw new FtpException.Refused("a mode is three or four octal digits, not " + mode, 501);
    }
    for (String path : there(paths)) {
      client().mode(path, Integer.parseInt(mode, 8));
    }
  }

  @Command(
      name = "quote",
      description = {
        "Sends a command of FTP as it is, and says what the server answers.",
        "Those that move data, or belong to the session, are not sent.%n",
      })
  int quote(
      @Parameters(arity = "1..*", paramLabel = "WORD", description = "The command.")
          List<String> words)
      throws FtpException {
    Reply reply = client().quote(String.join(" ", words));
    session.changed();
    List<String> lines = reply.lines();
    for (int i = 0; i < lines.size(); i++) {
      say(
          i == lines.size() - 1
              ? "%03d %s".formatted(reply.code(), lines.get(i))
              : i == 0 ? "%03d-%s".formatted(reply.code(), lines.get(i)) : lines.get(i));
    }
    return reply.code() < 400 ? ExitCode.OK.number() : ExitCode.FAILED.number();
  }

  // The shell itself.

  @Command(
      name = "jobs",
      description = {
        "Says what runs in the background, and how far it has come.",
        "A line that ends with & is run there, on sessions of its own.%n",
      })
  void jobs() {
    session.jobs().list(this::say);
  }

  @Command(name = "wait", description = "Waits for a job, or for all.%n")
  int waitFor(
      @Parameters(
              arity = "0..1",
              paramLabel = "JOB",
              defaultValue = "0",
              description = "Its number.")
          int job)
      throws FtpException {
    return session.jobs().await(job);
  }

  @Command(name = "kill", description = "Stops a job; what it has moved is kept.%n")
  void kill(@Parameters(paramLabel = "JOB", description = "Its number.") int job)
      throws FtpException {
    session.jobs().stop(job);
  }

  @Command(name = "open", description = "Connects to another server, and leaves this one.%n")
  void open(
      @Mixin RemoteOptions remote,
      @Parameters(
              paramLabel = "URL",
              description = "ftp://[USER@]HOST[:PORT]/FOLDER, or HOST/FOLDER.")
          String url)
      throws FtpException {
    FtpUrl to = remote.url(url);
    Login login = remote.login(to, around());
    session.open(new ShellSession.Server(to.withPath(""), remote.connector(to, login)), to.path());
  }

  @Command(name = "close", description = "Leaves the server, but not the shell.%n")
  void close() {
    session.disconnect();
  }

  @Command(
      name = "!",
      description = {
        "Runs a program of this machine in the folder here: all that follows is for it.",
        "Without one, a shell of this machine.%n",
      })
  int program(
      @Parameters(arity = "0..1", paramLabel = "PROGRAM", description = "As for a shell.")
          @Nullable String program)
      throws FtpException {
    LocalPrograms programs = session.programs();
    around().out().flush();
    return programs.run(
        program == null || program.isEmpty() ? programs.shell() : program,
        List.of(),
        session.local());
  }

  @Command(name = "help", description = "Lists the commands, or says what one does.%n")
  int help(
      @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "Which.")
          @Nullable String command) {
    CommandLine commands = session.commands();
    if (command == null) {
      for (Map.Entry<String, CommandLine> one : commands.getSubcommands().entrySet()) {
        say("%-34s %s".formatted(synopsis(one.getValue()), summary(one.getValue())));
      }
      return ExitCode.OK.number();
    }
    CommandLine known = commands.getSubcommands().get(command);
    if (known == null) {
      return session.misused("there is no command \"%s\"; 'help' lists them".formatted(command));
    }
    PrintWriter out = new PrintWriter(around().out(), false, around().out().charset());
    known.usage(out, Ansi.OFF);
    out.flush();
    return ExitCode.OK.number();
  }

  /// How a command is typed, on one line.
  static String synopsis(CommandLine command) {
    String told = command.getHelp().synopsis(0);
    return told.strip().replaceAll("\\s+", " ").replace(" [--help]", "");
  }

  /// What it does, in a sentence.
  static String summary(CommandLine command) {
    return command.getCommandSpec().usageMessage().description()[0].replace("%n", "");
  }

  @Command(
      name = "exit",
      description = "Leaves the shell; with jobs that still run only when it is said twice.%n")
  void exit() {
    session.leave();
  }

  @Command(name = "quit", description = "Leaves the shell, as exit does.%n")
  void quit() {
    session.leave();
  }

  /// A folder without the slash that completion puts behind it.
  private static String bare(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
