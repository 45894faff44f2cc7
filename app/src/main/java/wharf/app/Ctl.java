package wharf.app;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import wharf.app.Control.Line;
import wharf.app.Control.Reply;
import wharf.app.Control.Request;
import wharf.app.Control.Status;
import wharf.ftp.client.Printable;

/// `wharf ctl`.
@Command(
    name = "ctl",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "ORDER",
    description = {
      "Looks after a server that runs on this machine, of the same user.",
      "With --json the answer is printed as it comes: docs/control.md.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf ctl status",
      "  wharf ctl sessions",
      "  wharf ctl kick alice",
      "  wharf ctl ban 203.0.113.7 3600",
      "  wharf ctl --socket /run/wharf/ctl drain",
    })
final class Ctl implements Runnable {
  /// How long an answer may take. That to a reload waits for each worker, and for accounts.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--socket",
      paramLabel = "FILE",
      description =
          "The server's --control (default: that of the one server of this user that runs).")
  private @Nullable Path socket;

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say what to do: wharf ctl status");
  }

  private Surroundings around() {
    return Objects.requireNonNull(main).around();
  }

  private void note(String line) {
    Objects.requireNonNull(main).note(line);
  }

  /// Asks for what has no answer but what is said.
  private int ask(Request request) throws Failure, IOException {
    return ask(request, (_, _) -> ExitCode.OK);
  }

  private int ask(Request request, Told told) throws Failure, IOException {
    Reply reply;
    Path server = server();
    try {
      reply = ControlCaller.ask(server, request, PATIENCE);
    } catch (InterruptedException e) {
      throw Failure.interrupted();
    } catch (IOException e) {
      throw new Failure(
          ExitCode.UNREACHABLE, "no server answers at " + server + ": " + e.getMessage(), e);
    }
    PrintStream out = around().out();
    if (json) {
      out.println(JSON.std.asString(reply));
    }
    String problem = reply.problem();
    if (problem != null) {
      problem.lines().forEach(line -> note(Printable.of(line)));
      return ExitCode.FAILED.number();
    }
    Consumer<String> lines = json ? _ -> {} : line -> out.println(Printable.of(line));
    ExitCode code = told.tell(reply, lines);
    Objects.requireNonNullElse(reply.said(), List.<String>of()).forEach(lines);
    return code.number();
  }

  /// The socket that is meant.
  private Path server() throws Failure, IOException {
    if (socket != null) {
      return around().folder().resolve(socket);
    }
    List<Path> live =
        ControlCaller.sockets(ControlCaller.folder(around().state())).stream()
            .filter(ControlCaller::listens)
            .toList();
    if (live.isEmpty()) {
      throw new Failure(
          ExitCode.UNREACHABLE,
          "no server of this user runs here; another's, or one that was told --control FILE, is"
              + " named by --socket FILE",
          null);
    }
    if (live.size() > 1) {
      note("several servers of this user run here:");
      for (Path one : live) {
        note("  --socket " + one + served(one));
      }
      throw new Failure(ExitCode.USAGE, "say which with --socket FILE", null);
    }
    return live.getFirst();
  }

  private static String served(Path socket) throws Failure {
    try {
      Status status = ControlCaller.ask(socket, new Request("status"), PATIENCE).status();
      return status == null ? "" : " serves " + status.serving();
    } catch (InterruptedException e) {
      throw Failure.interrupted();
    } catch (IOException e) {
      return " does not answer";
    }
  }

  /// How an answer is told to people.
  private interface Told {
    ExitCode tell(Reply reply, Consumer<String> lines);
  }

  @Command(
      name = "status",
      mixinStandardHelpOptions = true,
      description = "Says how the server is.%n")
  int status() throws Failure, IOException {
    return ask(
        new Request("status"),
        (reply, lines) -> {
          Status status = Objects.requireNonNull(reply.status());
          lines.accept(
              "wharf %s, process %d, %s %s for %s"
                  .formatted(
                      status.version(),
                      status.pid(),
                      status.state(),
                      status.serving(),
                      Amount.clock(status.seconds())));
          lines.accept(
              "model "
                  + status.model()
                  + (status.workers() == 0 ? "" : ", " + status.workers() + " workers"));
          lines.accept(
              "%d sessions, %d transfers; log: %s"
                  .formatted(status.sessions(), status.transfers(), status.log()));
          return ExitCode.OK;
        });
  }

  @Command(
      name = "sessions",
      mixinStandardHelpOptions = true,
      description = "Says who is there, from where, doing what, and how far it has come.%n")
  int sessions() throws Failure, IOException {
    return ask(
        new Request("sessions"),
        (reply, lines) -> {
          List<List<String>> rows = new ArrayList<>();
          rows.add(List.of("SESSION", "ACCOUNT", "FROM", "FOR", "DOING"));
          for (Line one : Objects.requireNonNull(reply.sessions())) {
            rows.add(
                List.of(
                    one.session(),
                    Objects.requireNonNullElse(one.account(), "-"),
                    Objects.requireNonNullElse(one.address(), "-"),
                    Amount.clock(one.seconds()),
                    doing(one)));
          }
          table(rows).forEach(lines);
          return ExitCode.OK;
        });
  }

  private static String doing(Line one) {
    Long bytes = one.bytes();
    if (bytes == null) {
      return one.doing().equals("idle") && one.silent() > 0
          ? "idle for " + Amount.clock(one.silent())
          : one.doing();
    }
    Long size = one.size();
    String of =
        size == null || size == 0
            ? ""
            : " of %s, %d %%".formatted(Amount.bytes(size), Math.min(100, bytes * 100 / size));
    return "%s %s: %s%s, %s/s"
        .formatted(
            one.doing(),
            one.path(),
            Amount.bytes(bytes),
            of,
            Amount.bytes(Objects.requireNonNullElse(one.rate(), 0L)));
  }

  private static List<String> table(List<List<String>> rows) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns - 1; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return rows.stream()
        .map(
            row -> {
              StringBuilder line = new StringBuilder();
              for (int i = 0; i < columns - 1; i++) {
                line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length() + 2);
              }
              return line.append(row.getLast()).toString();
            })
        .toList();
  }

  @Command(
      name = "kick",
      mixinStandardHelpOptions = true,
      description = {
        "Ends sessions now, with their transfers; what has come of an upload is kept, to be"
            + " continued. Who was kicked may come again: see 'wharf ctl ban'.%n",
      })
  int kick(
      @Parameters(
              paramLabel = "WHOM",
              description =
                  "A session, as 'wharf ctl sessions' has it; or all of an account or address.")
          String whom)
      throws Failure, IOException {
    return ask(
        new Request("kick", whom, null),
        (reply, lines) -> {
          long ended = Objects.requireNonNullElse(reply.count(), 0L);
          lines.accept(ended == 0 ? "nobody there is " + whom : ended + " ended");
          return ended == 0 ? ExitCode.NOT_FOUND : ExitCode.OK;
        });
  }

  @Command(
      name = "bans",
      mixinStandardHelpOptions = true,
      description = "Says which addresses may not come now, and until when.%n")
  int bans() throws Failure, IOException {
    return ask(new Request("bans"), Ctl::tellBans);
  }

  @Command(
      name = "ban",
      mixinStandardHelpOptions = true,
      description = {
        "Shuts an address out for a while; of IPv6 its /64. Sessions that are there go on: see"
            + " 'wharf ctl kick'. A restart of the server forgets it.%n",
      })
  int ban(
      @Parameters(index = "0", paramLabel = "ADDRESS", description = "Whom.") String address,
      @Parameters(
              index = "1",
              arity = "0..1",
              paramLabel = "SECONDS",
              description = "For how long (default: 3600).")
          @Nullable Long seconds)
      throws Failure, IOException {
    return ask(new Request("ban", address, seconds), Ctl::tellBans);
  }

  private static ExitCode tellBans(Reply reply, Consumer<String> lines) {
    for (Control.Banned ban : Objects.requireNonNull(reply.bans())) {
      lines.accept(ban.who() + " until " + ban.until());
    }
    return ExitCode.OK;
  }

  @Command(
      name = "unban",
      mixinStandardHelpOptions = true,
      description = "Lets an address in again, and forgets its failed log-ins.%n")
  int unban(@Parameters(paramLabel = "ADDRESS", description = "Whom.") String address)
      throws Failure, IOException {
    return ask(
        new Request("unban", address, null),
        (reply, lines) -> {
          boolean was = Objects.requireNonNullElse(reply.count(), 0L) > 0;
          lines.accept(address + (was ? " may come again" : " was not banned"));
          return was ? ExitCode.OK : ExitCode.NOT_FOUND;
        });
  }

  @Command(
      name = "reload",
      mixinStandardHelpOptions = true,
      description = {
        "Has the server take its configuration, accounts and certificates anew, for the sessions"
            + " that begin from then on. A wrong configuration is refused whole.%n",
      })
  int reload() throws Failure, IOException {
    return ask(new Request("reload"));
  }

  @Command(
      name = "drain",
      mixinStandardHelpOptions = true,
      description = {
        "Has the server take no more clients, and end when all transfers have, however long they"
            + " take. Does not wait for that.%n",
      })
  int drain() throws Failure, IOException {
    return ask(new Request("drain"));
  }

  @Command(
      name = "log",
      mixinStandardHelpOptions = true,
      description = "Sets what is logged for people, on standard error, until the server ends.%n")
  int log(
      @Parameters(
              paramLabel = "LEVEL",
              description = "warning: what is wrong; info: what clients do, too; debug: all.")
          String level)
      throws Failure, IOException {
    return ask(new Request("log", level, null));
  }
}
