package wharf.app;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import wharf.ftp.client.Download;
import wharf.ftp.client.Entry;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Receipt;
import wharf.ftp.client.TransferOptions;
import wharf.ftp.client.Upload;

/// The commands of `wharf shell`, and what they share: the connection, the folder there and the one
/// here. A connection that was lost is made again by the next command.
final class ShellSession implements AutoCloseable {
  /// Connects and logs in.
  interface Connector {
    FtpClient connect() throws FtpException;
  }

  /// What a command's words after the first name, for completion.
  enum Argument {
    NONE,
    REMOTE,
    LOCAL
  }

  private interface Action {
    void run(List<String> arguments) throws FtpException;
  }

  /// One command; `least` and `most` count its arguments, without options.
  private record ShellCommand(
      String usage, String help, Argument argument, int least, int most, Action action) {}

  private final Surroundings around;
  private final RemoteOptions options;
  private final boolean json;
  private final Connector connector;
  private final ToIntFunction<Exception> failed;
  private final Map<String, ShellCommand> commands = new LinkedHashMap<>();

  private @Nullable FtpClient client;
  private String home = "";
  private String folder = "";
  private Path local;
  private int code;
  private boolean ended;

  /// @param failed tells a problem and gives its exit code
  ShellSession(
      Surroundings around,
      RemoteOptions options,
      boolean json,
      Connector connector,
      ToIntFunction<Exception> failed) {
    this.around = around;
    this.options = options;
    this.json = json;
    this.connector = connector;
    this.failed = failed;
    this.local = around.folder();

    add("ls", "ls [PATH]", "list a folder", Argument.REMOTE, 0, 1, this::ls);
    add("cd", "cd [FOLDER]", "go to a folder there", Argument.REMOTE, 0, 1, this::cd);
    add("pwd", "pwd", "say which folder that is", Argument.NONE, 0, 0, _ -> say(folder()));
    add("lcd", "lcd FOLDER", "go to a folder here", Argument.LOCAL, 1, 1, this::lcd);
    add("lpwd", "lpwd", "say which folder that is", Argument.NONE, 0, 0, _ -> lpwd());
    add(
        "wget",
        "wget [-c] FILE [PATH]",
        "fetch a file; -c continues",
        Argument.REMOTE,
        1,
        2,
        this::get);
    same("get", "wget");
    add(
        "wput",
        "wput [-c] FILE [PATH]",
        "send a file; -c continues",
        Argument.LOCAL,
        1,
        2,
        this::put);
    same("put", "wput");
    add(
        "mkdir",
        "mkdir FOLDER",
        "make a folder",
        Argument.REMOTE,
        1,
        1,
        arguments -> client().makeFolder(arguments.getFirst()));
    add(
        "rmdir",
        "rmdir FOLDER",
        "remove an empty folder",
        Argument.REMOTE,
        1,
        1,
        arguments -> client().removeFolder(arguments.getFirst()));
    add(
        "rm",
        "rm FILE",
        "delete a file",
        Argument.REMOTE,
        1,
        1,
        arguments -> client().delete(arguments.getFirst()));
    add(
        "mv",
        "mv FROM TO",
        "rename or move",
        Argument.REMOTE,
        2,
        2,
        arguments -> client().rename(arguments.getFirst(), arguments.getLast()));
    add("help", "help [COMMAND]", "list the commands", Argument.NONE, 0, 1, this::help);
    add("quit", "quit", "leave", Argument.NONE, 0, 0, _ -> ended = true);
    same("exit", "quit");
  }

  private void add(
      String name, String usage, String help, Argument of, int least, int most, Action action) {
    commands.put(name, new ShellCommand(usage, help, of, least, most, action));
  }

  private void same(String name, String as) {
    ShellCommand command = commands.get(as);
    if (command != null) {
      commands.put(name, command);
    }
  }

  /// Connects and goes to the first folder.
  void open(String path) throws FtpException {
    FtpClient first = connector.connect();
    client = first;
    if (!path.isEmpty()) {
      first.cwd(path);
    }
    home = first.pwd();
    folder = home;
  }

  /// Runs one line; tells problems itself.
  void run(String line) {
    try {
      List<String> words = Words.split(line);
      if (!words.isEmpty() && !words.getFirst().startsWith("#")) {
        run(words.getFirst(), words.subList(1, words.size()));
      }
    } catch (IllegalArgumentException e) {
      misused(e.getMessage() + "; a name with spaces goes in quotes");
    } catch (FtpException | RuntimeException e) {
      failure(failed.applyAsInt(e));
    }
    around.out().flush();
  }

  private void run(String name, List<String> arguments) throws FtpException {
    ShellCommand command = commands.get(name);
    if (command == null) {
      misused("there is no command \"%s\"; help lists them".formatted(Printable.of(name)));
      return;
    }
    long options = arguments.stream().filter(ShellSession::isContinue).count();
    long count = arguments.size() - (command.usage().contains("[-c]") ? options : 0);
    if (count < command.least() || count > command.most()) {
      misused("usage: " + command.usage());
      return;
    }
    command.action().run(arguments);
  }

  private void misused(String message) {
    around.err().println("wharf: " + message);
    failure(ExitCode.USAGE.number());
  }

  private void failure(int with) {
    if (code == 0) {
      code = with;
    }
  }

  /// The exit code of the first command that failed.
  int code() {
    return code;
  }

  /// Whether the user wants to leave.
  boolean ended() {
    return ended;
  }

  /// The folder there.
  String folder() {
    return folder;
  }

  List<String> names() {
    return List.copyOf(commands.keySet());
  }

  /// What kind of path the argument of a command is.
  Argument argumentOf(String name) {
    ShellCommand command = commands.get(name);
    return command == null ? Argument.NONE : command.argument();
  }

  /// What is in a folder there, for completion.
  List<Entry> entries(String path) throws FtpException {
    return client().list(path);
  }

  /// The folder here.
  Path local() {
    return local;
  }

  /// A connection that answers: the one there was, or a new one in the same folder.
  private FtpClient client() throws FtpException {
    if (client != null) {
      if (client.usable()) {
        try {
          // A server hangs up on who is silent for long; better found out now than half way.
          client.noop();
          return client;
        } catch (FtpException.ConnectionLost | FtpException.TimedOut | FtpException.Protocol _) {
          // Connect again.
        }
      }
      client.close();
      client = null;
    }
    FtpClient again = connector.connect();
    client = again;
    again.cwd(folder);
    if (!options.quiet()) {
      around.err().println("wharf: connected again, in " + Printable.of(folder));
    }
    return again;
  }

  private void ls(List<String> arguments) throws FtpException {
    client().list(arguments.isEmpty() ? "" : arguments.getFirst(), this::print);
  }

  private void print(Entry entry) {
    around
        .out()
        .println(
            json
                ? EntryPrinter.json(entry, entry.name())
                : EntryPrinter.USUAL.text(entry, entry.name()));
  }

  private void cd(List<String> arguments) throws FtpException {
    FtpClient there = client();
    there.cwd(arguments.isEmpty() ? home : arguments.getFirst());
    folder = there.pwd();
  }

  private void lcd(List<String> arguments) throws FtpException {
    Path to = local.resolve(arguments.getFirst()).toAbsolutePath().normalize();
    if (!Files.isDirectory(to)) {
      throw new FtpException.LocalDisk("there is no folder " + to, null);
    }
    local = to;
  }

  private void lpwd() {
    say(local.toAbsolutePath().normalize().toString());
  }

  private void get(List<String> arguments) throws FtpException {
    List<String> names = withoutOptions(arguments);
    String from = names.getFirst();
    Path target = Names.local(local, names.size() > 1 ? names.getLast() : null, from);
    TransferNote note = TransferNote.start();
    FtpClient there = client();
    TransferOptions how = TransferOptions.usual().resume(names.size() < arguments.size());
    Receipt receipt =
        options.watched(
            Names.last(from), around, progress -> Download.run(there, from, target, how, progress));
    moved(note.text(Names.last(from), receipt));
  }

  private void put(List<String> arguments) throws FtpException {
    List<String> names = withoutOptions(arguments);
    Path from = local.resolve(names.getFirst());
    String name = String.valueOf(from.getFileName());
    TransferNote note = TransferNote.start();
    FtpClient there = client();
    String target = Names.remote(there, names.size() > 1 ? names.getLast() : "", name);
    TransferOptions how = TransferOptions.usual().resume(names.size() < arguments.size());
    Receipt receipt =
        options.watched(name, around, progress -> Upload.run(there, from, target, how, progress));
    moved(note.text(Names.last(target), receipt));
  }

  private void moved(String text) {
    if (!options.quiet()) {
      around.err().println("wharf: " + text);
    }
  }

  private void help(List<String> arguments) {
    if (!arguments.isEmpty()) {
      ShellCommand command = commands.get(arguments.getFirst());
      if (command == null) {
        misused("there is no command \"%s\"".formatted(Printable.of(arguments.getFirst())));
        return;
      }
      say(command.usage() + ": " + command.help());
      return;
    }
    commands.forEach(
        (name, command) -> say("%-6s %-24s %s".formatted(name, command.usage(), command.help())));
  }

  private void say(String text) {
    around.out().println(Printable.of(text));
  }

  private static List<String> withoutOptions(List<String> arguments) {
    List<String> names = new ArrayList<>(arguments);
    names.removeIf(ShellSession::isContinue);
    return names;
  }

  private static boolean isContinue(String word) {
    return word.equals("-c") || word.equals("--continue");
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
  }
}
