package wharf.app;

import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import wharf.server.Endpoint;
import wharf.server.Server;

/// What the verbs that serve have in common: where they listen, what is said when they cannot, and
/// how they stop.
final class Serving {
  /// How long running transfers may go on when the server is stopped.
  static final Duration GRACE = Duration.ofSeconds(10);

  /// The same for a worker process, which is to have ended when its parent is done with waiting.
  static final Duration WORKERS_GRACE = ofWorker(GRACE);

  private Serving() {}

  /// What is left for a worker process of the time that its parent gives.
  static Duration ofWorker(Duration grace) {
    return grace.compareTo(Duration.ofSeconds(2)) < 0 ? grace : grace.minusSeconds(1);
  }

  /// The addresses of `--bind`.
  ///
  /// @throws ParameterException when one is not known
  static List<InetAddress> addresses(List<String> binds, CommandLine verb) {
    List<InetAddress> addresses = new ArrayList<>();
    for (String bind : binds) {
      try {
        addresses.add(InetAddress.getByName(bind));
      } catch (UnknownHostException e) {
        throw new ParameterException(
            verb, "--bind: no address is known by the name '" + bind + "'");
      }
    }
    return addresses;
  }

  /// `address` as the host of a URL.
  static String host(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    String bare = scope < 0 ? text : text.substring(0, scope);
    return address instanceof Inet6Address ? "[" + bare + "]" : bare;
  }

  /// Waits until the program is asked to end, and stops `server` with [#GRACE].
  static void awaitStop(Server server, Surroundings around) throws InterruptedException {
    awaitStop(server, around, GRACE, Supervision.of(Map.of()), new CountDownLatch(1));
  }

  /// The same with another time for running transfers.
  ///
  /// @param supervision told of that
  /// @param drained open until the server is to end by itself, when the last transfer has
  static void awaitStop(
      Server server,
      Surroundings around,
      Duration grace,
      Supervision supervision,
      CountDownLatch drained)
      throws InterruptedException {
    try {
      drained.await();
      supervision.draining();
      around.err().println("wharf: draining: it ends when all transfers have");
      while (!server.awaitSessions(Duration.ofDays(1))) {}
      supervision.stopping();
      server.stop(grace);
    } catch (InterruptedException stop) {
      supervision.stopping();
      around
          .err()
          .println(
              "wharf: stopping; running transfers may finish, for at most "
                  + grace.toSeconds()
                  + " s");
      server.stop(grace);
    }
  }

  /// Tells why it cannot listen, and what to do.
  ///
  /// @return the exit code
  static int cannot(Server.CannotListen problem, Main main) {
    int port =
        switch (problem.endpoint()) {
          case Endpoint.Tcp(InetSocketAddress at, _) -> at.getPort();
          case Endpoint.Udp(InetSocketAddress at) -> at.getPort();
          case Endpoint.Unix _, Endpoint.Inherited _ -> 0;
        };
    boolean secure = problem.endpoint() instanceof Endpoint.Tcp(_, boolean tls) && tls;
    String option = secure ? "--ftps-port" : "--port";
    return main.failed(cannot(problem, port, problem.endpoint() instanceof Endpoint.Udp, option));
  }

  /// The same, to be told by who catches it.
  ///
  /// @param problem or its cause: what the system said
  /// @param option says another port
  static Failure cannot(Exception problem, int port, boolean udp, String option) {
    Throwable said = problem.getCause() == null ? problem : problem.getCause();
    if (said instanceof BindException
        && String.valueOf(said.getMessage()).contains("in use")
        && port > 0) {
      String who = udp ? " for UDP" : PortOwner.of(port).map(owner -> " by " + owner).orElse("");
      return new Failure(
          ExitCode.FAILED,
          "port %d is taken%s; choose another with %s, or 0 for any".formatted(port, who, option),
          problem);
    }
    boolean privileged =
        port > 0 && port < 1024 && String.valueOf(problem.getMessage()).contains("ermission");
    return new Failure(
        privileged ? ExitCode.NOT_PERMITTED : ExitCode.FAILED,
        privileged
            ? "ports below 1024 are for administrators: choose another than %d with %s"
                .formatted(port, option)
            : String.valueOf(problem.getMessage()),
        problem);
  }
}
