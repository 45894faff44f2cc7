package wharf.app;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import wharf.protocol.Protocol;
import wharf.server.Endpoint;
import wharf.server.Processes;
import wharf.server.Server;
import wharf.server.Worker;

/// `wharf echo`.
@Command(
    name = "echo",
    mixinStandardHelpOptions = true,
    description = {
      "Sends back what it is sent (RFC 862), over TCP, UDP or a Unix-domain socket: for trying and"
          + " measuring.",
      "Only this machine reaches it, unless --bind says otherwise. Do not open it to the world:"
          + " over UDP it is an amplifier, for it answers to whatever sender was forged.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf echo",
      "  wharf echo --tcp --udp --port 7 --model epoll --loops 1",
      "  wharf echo --unix /tmp/echo.socket --mode 660",
      "  wharf echo --model processes --workers 4 --each nio",
    })
final class Echo implements Callable<Integer> {
  private static final int USUAL_PORT = 7007;
  private static final String OWNER_ONLY = "600";

  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;
  @Mixin private SocketSetup sockets = new SocketSetup();

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      description =
          "Listen at this address; may be given again (default: the loopback address, which only"
              + " this machine reaches).")
  private List<String> binds = new ArrayList<>();

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      description = "Listen at this port; 0 picks a free one (default: " + USUAL_PORT + ").")
  private @Nullable Integer port;

  @Option(names = "--tcp", description = "Over TCP (default, unless --udp or --unix is given).")
  private boolean tcp;

  @Option(names = "--udp", description = "Over UDP, at the same port.")
  private boolean udp;

  @Option(
      names = "--unix",
      paramLabel = "PATH",
      description = "Over a Unix-domain socket, whose file is made, and removed at the end.")
  private @Nullable Path unix;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description =
          "Who may connect to the file of --unix: those who may write to it (default: "
              + OWNER_ONLY
              + ").")
  private @Nullable String mode;

  @Option(
      names = "--owner",
      paramLabel = "NAME",
      description = "Give the file of --unix to NAME, which takes an administrator.")
  private @Nullable String owner;

  @Mixin private ModelOptions models = new ModelOptions();

  @Option(
      names = "--idle",
      paramLabel = "SECONDS",
      description =
          "Close a connection that has said nothing for so long (default: ${DEFAULT-VALUE}).",
      defaultValue = "300")
  private int idle;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Main program = Objects.requireNonNull(main);
    Surroundings around = program.around();
    if (idle < 1) {
      throw usage("--idle is at least 1 second, not " + idle);
    }
    List<Endpoint> endpoints = models.worker() ? List.of(given()) : endpoints(around.folder());
    // Whoever tries or measures comes from one address: there is no limit for that alone.
    Server.Options usual = Server.Options.at(endpoints).with(sockets.settings());
    Server.Options options =
        models.under(
            usual.withSessions(usual.sessions(), usual.sessions()), _ -> models.anotherWorker());
    Log.toStandardError(around.err(), false, models.worker());
    Protocol echo = new wharf.protocol.Echo(Duration.ofSeconds(idle));
    if (models.worker()) {
      Worker.serve(echo, options, around.out(), Serving.WORKERS_GRACE);
      return ExitCode.OK.number();
    }
    try (Server server = Server.start(echo, options)) {
      banner(around.out(), endpoints, server.addresses());
      Serving.awaitStop(server, around);
      return ExitCode.OK.number();
    } catch (Server.CannotListen problem) {
      return Serving.cannot(problem, program);
    } catch (Processes.CannotStart problem) {
      program.note(String.valueOf(problem.getMessage()));
      return ExitCode.FAILED.number();
    }
  }

  /// What a worker serves.
  private Endpoint given() {
    try {
      return Activation.ofStandardInput();
    } catch (IOException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  /// One line for each endpoint, for programs to read.
  private void banner(PrintStream out, List<Endpoint> endpoints, List<InetSocketAddress> at) {
    Iterator<InetSocketAddress> next = at.iterator();
    for (Endpoint endpoint : endpoints) {
      out.println(
          endpoint instanceof Endpoint.Unix(Path file, _, _)
              ? "echo+unix:" + file
              : "%s over %s (%s)"
                  .formatted(url(next.next()), endpoint.transport(), models.summary()));
    }
    out.println("Stop with Ctrl-C.");
    out.flush();
  }

  private static String url(InetSocketAddress at) {
    return "echo://" + Serving.host(at.getAddress()) + ":" + at.getPort() + "/";
  }

  private List<Endpoint> endpoints(Path here) {
    List<Endpoint> endpoints = new ArrayList<>();
    boolean overTcp = tcp || (!udp && unix == null);
    if (overTcp || udp) {
      for (InetSocketAddress at : addresses()) {
        if (overTcp) {
          endpoints.add(new Endpoint.Tcp(at));
        }
        if (udp) {
          endpoints.add(new Endpoint.Udp(at));
        }
      }
    } else if (!binds.isEmpty() || port != null) {
      throw usage("--bind and --port are of --tcp and --udp, not of --unix");
    }
    if (unix != null) {
      endpoints.add(new Endpoint.Unix(here.resolve(unix), permissions(), owner));
    } else if (mode != null || owner != null) {
      throw usage("--mode and --owner are of --unix PATH");
    }
    return endpoints;
  }

  private List<InetSocketAddress> addresses() {
    int at = port == null ? USUAL_PORT : port;
    if (at < 0 || at > 65_535) {
      throw usage("--port is 0 to 65535, not " + at);
    }
    List<InetAddress> addresses =
        binds.isEmpty()
            ? List.of(InetAddress.getLoopbackAddress())
            : Serving.addresses(binds, Objects.requireNonNull(spec).commandLine());
    return addresses.stream().map(address -> new InetSocketAddress(address, at)).toList();
  }

  private Set<PosixFilePermission> permissions() {
    String octal = mode == null ? OWNER_ONLY : mode;
    if (!octal.matches("0?[0-7]{3}")) {
      throw usage("--mode is written as for chmod, as 660, not '" + octal + "'");
    }
    int bits = Integer.parseInt(octal, 8);
    StringBuilder letters = new StringBuilder("rwxrwxrwx");
    for (int i = 0; i < letters.length(); i++) {
      if ((bits >> (letters.length() - 1 - i) & 1) == 0) {
        letters.setCharAt(i, '-');
      }
    }
    return PosixFilePermissions.fromString(letters.toString());
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
