package wharf.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import wharf.app.Control.Banned;
import wharf.app.Control.Line;
import wharf.app.Control.Reply;
import wharf.app.Control.Request;
import wharf.app.Control.Status;
import wharf.server.Server;
import wharf.server.SessionSummary;
import wharf.users.Bans;

/// Does what [Control] is asked, in this process and in its workers. Safe for use by many threads.
///
/// @param serving what is served, for people
/// @param model under which
/// @param start when it began, of `System.nanoTime`
/// @param reload takes the configuration anew, and says what there is to tell; null of a worker,
///   who does not
/// @param retire takes no more clients; null of the first process, whose workers do
/// @param drain the same, and has each session end when its transfer has
/// @param workers the folder of the sockets of the workers; null where there are none
/// @param metrics what was counted; null where nothing is
record Desk(
    String serving,
    String model,
    long start,
    Server server,
    Bans bans,
    @Nullable Callable<List<String>> reload,
    @Nullable Runnable retire,
    Runnable drain,
    @Nullable Path workers,
    @Nullable Supplier<Map<String, Long>> metrics) {
  /// How long a worker may take to answer.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /// The ban that is meant where nobody says how long.
  static final Duration USUAL_BAN = Duration.ofHours(1);

  /// Ten years: for longer there is the configuration.
  private static final Duration LONGEST_BAN = Duration.ofDays(3650);

  Reply answer(Request request) {
    try {
      return switch (request.order()) {
        case "status" -> everywhere(Reply.of(status()), request);
        case "sessions" -> everywhere(Reply.ofSessions(sessions()), request);
        case "metrics" -> everywhere(Reply.ofMetrics(counted()), request);
        case "kick" -> everywhere(Reply.of(kick(who(request))), request);
        case "bans" -> everywhere(Reply.ofBans(banned(bans.list())), request);
        case "ban" -> everywhere(ban(request), request);
        case "unban" -> everywhere(Reply.of(bans.unban(address(request)) ? 1L : 0L), request);
        case "log" -> everywhere(log(who(request)), request);
        case "reload" -> takeAnew();
        case "retire" -> letNobodyIn();
        case "drain" -> {
          drain.run();
          yield everywhere(Reply.DONE, request);
        }
        default -> Reply.problem("there is no order '" + request.order() + "'");
      };
    } catch (Exception problem) {
      return Reply.problem(String.join("\n", Main.told(problem)));
    }
  }

  private Reply takeAnew() throws Exception {
    if (reload == null) {
      throw new Refused("the first process of a server takes its configuration anew");
    }
    // What workers know of bans goes with them.
    learn(everywhere(Reply.ofBans(List.of()), new Request("bans")));
    return Reply.saying(reload.call());
  }

  private Reply letNobodyIn() throws Refused {
    if (retire == null) {
      throw new Refused("worker processes retire; a server drains");
    }
    retire.run();
    return Reply.DONE;
  }

  /// What was asked for cannot be done as it was said.
  private static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    Refused(String why) {
      super(why);
    }
  }

  /// The same of the workers.
  private Reply everywhere(Reply own, Request request) throws IOException {
    Reply all = own;
    if (workers != null) {
      ControlCaller.Answers answers =
          ControlCaller.askAll(ControlCaller.sockets(workers), request, PATIENCE);
      for (Reply one : answers.replies()) {
        all = all.and(one);
      }
      if (answers.silent() > 0) {
        all = all.and(Reply.saying(List.of(answers.silent() + " worker processes do not answer")));
      }
    }
    return all;
  }

  private Status status() {
    List<SessionSummary> all = server.sessions();
    return new Status(
        Main.Version.number(),
        ProcessHandle.current().pid(),
        server.isRetired() ? "draining" : "serving",
        serving,
        model,
        Duration.ofNanos(System.nanoTime() - start).toSeconds(),
        all.size(),
        transfers(all),
        0,
        Log.detail().word());
  }

  private Map<String, Long> counted() {
    if (metrics == null) {
      return Map.of();
    }
    Map<String, Long> all = new HashMap<>(metrics.get());
    all.put(Metric.MOVING.with().toString(), transfers(server.sessions()));
    return all;
  }

  private static long transfers(List<SessionSummary> sessions) {
    return sessions.stream().filter(one -> one.transfer() != null).count();
  }

  private List<Line> sessions() {
    return server.sessions().stream().map(Desk::line).toList();
  }

  private static Line line(SessionSummary one) {
    SessionSummary.Running transfer = one.transfer();
    InetSocketAddress from = one.connection().peer() instanceof InetSocketAddress at ? at : null;
    return new Line(
        one.session(),
        from == null ? null : AddressForm.text(from.getAddress()),
        from == null ? null : Integer.valueOf(from.getPort()),
        one.connection().secure(),
        one.account(),
        one.age().toSeconds(),
        one.silent().toSeconds(),
        transfer == null ? (one.busy() ? "busy" : "idle") : transfer.cargo().verb(),
        transfer == null ? null : transfer.cargo().path(),
        transfer == null ? null : transfer.size(),
        transfer == null ? null : Long.valueOf(transfer.bytes()),
        transfer == null ? null : Long.valueOf(transfer.rate()));
  }

  /// Ends the session of that name, or all of that account, or from that address.
  private long kick(String whom) {
    InetAddress address = literal(whom).orElse(null);
    return server.sessions().stream()
        .filter(
            one ->
                whom.equals(one.session())
                    || whom.equals(one.account())
                    || (one.connection().peer() instanceof InetSocketAddress at
                        && at.getAddress().equals(address)))
        .filter(one -> server.end(one.session()))
        .count();
  }

  private Reply ban(Request request) throws Refused {
    Long seconds = request.seconds();
    Duration length = seconds == null ? USUAL_BAN : Duration.ofSeconds(seconds);
    if (!length.isPositive() || length.compareTo(LONGEST_BAN) > 0) {
      throw new Refused("a ban lasts 1 to " + LONGEST_BAN.toSeconds() + " seconds");
    }
    return Reply.ofBans(banned(List.of(bans.ban(address(request), length))));
  }

  /// Shuts out whom others have shut out, and logs what they log.
  void learn(Reply others) {
    if (others.status() != null) {
      Log.Detail.of(others.status().log()).ifPresent(Log::detail);
    }
    Instant now = Instant.now();
    for (Banned one : Objects.requireNonNullElse(others.bans(), List.<Banned>of())) {
      Duration left = Duration.between(now, Instant.parse(one.until()));
      if (left.isPositive()) {
        String address = one.who().substring(0, one.who().indexOf('/'));
        Bans.Ban _ = bans.ban(InetAddress.ofLiteral(address), left);
      }
    }
  }

  private static List<Banned> banned(List<Bans.Ban> all) {
    return all.stream()
        .map(
            ban ->
                new Banned(
                    ban.who().toString(), ban.until().truncatedTo(ChronoUnit.SECONDS).toString()))
        .toList();
  }

  private static Reply log(String word) throws Refused {
    Log.detail(
        Log.Detail.of(word)
            .orElseThrow(
                () -> new Refused("the log has warning, info and debug, not '" + word + "'")));
    return Reply.DONE;
  }

  private static String who(Request request) throws Refused {
    String who = request.who();
    if (who == null) {
      throw new Refused("it is not said whom '" + request.order() + "' is to be done to");
    }
    return who;
  }

  private static InetAddress address(Request request) throws Refused {
    String who = who(request);
    return literal(who).orElseThrow(() -> new Refused("'" + who + "' is no address"));
  }

  /// In full: "10" is one, too, and meant by nobody.
  private static Optional<InetAddress> literal(String text) {
    try {
      boolean whole = text.contains(":") || text.chars().filter(c -> c == '.').count() == 3;
      return whole ? Optional.of(InetAddress.ofLiteral(text)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
