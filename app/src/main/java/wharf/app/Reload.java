package wharf.app;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import wharf.ftp.server.FtpService;

/// Takes the configuration and the accounts of a running server anew, for the sessions that begin
/// from then on; a wrong one is refused whole, and all stays as it is. Logs go on in files that are
/// opened anew. Safe for use by many threads.
final class Reload implements Callable<List<String>> {
  private static final System.Logger LOG = System.getLogger("wharf.app");

  /// How long a worker may take to hear that it is to retire.
  private static final Duration RETIRING = Duration.ofSeconds(5);

  private final Main program;
  private final LogIns who;
  private final String configuration;
  private final Map<String, String> values;
  private final Current current;
  private final Handover.@Nullable Place workers;
  private final Logs logs;
  private final Supervision supervision;

  /// @param began what the server was told when it began
  /// @param who could log in then
  /// @param workers where its worker processes take theirs from; null where there are none
  Reload(
      Main program,
      Serve began,
      LogIns who,
      Current current,
      Handover.@Nullable Place workers,
      Logs logs,
      Supervision supervision) {
    this.program = program;
    this.who = who;
    this.configuration = began.configuration();
    this.values = began.values();
    this.current = current;
    this.workers = workers;
    this.logs = logs;
    this.supervision = supervision;
  }

  /// @return what there is to tell whoever has asked for it
  @Override
  public synchronized List<String> call() throws Exception {
    supervision.reloading();
    try {
      logs.reopen();
      Serve anew = Main.serve(program.around(), program.words());
      List<String> told = take(anew.check(), anew);
      told.forEach(line -> LOG.log(Level.INFO, "{0}", line));
      return told;
    } catch (Exception problem) {
      LOG.log(Level.WARNING, "the configuration stays as it was: it cannot be taken anew");
      throw problem;
    } finally {
      supervision.reloaded();
    }
  }

  private List<String> take(Serve.Plan now, Serve anew) throws IOException, Failure {
    LogIns come = come(now.logIns());
    List<String> told = new ArrayList<>();
    told.add(
        "taken anew: %d accounts; sessions that are here go on as they began"
            .formatted(come.known().size()));
    FtpService service = current.service();
    if (come.anonymous() != null && !service.accounts().anonymousAllowed()) {
      told.add("from now on people without an account are let in");
    }
    if (workers != null) {
      workers.renew(
          new Handover(come.known(), come.anonymous(), configuration, anew.configuration()));
      // Each ends with its last session, and has a successor that knows what was laid down now.
      int silent =
          ControlCaller.askAll(
                  ControlCaller.sockets(workers.workers()), new Control.Request("retire"), RETIRING)
              .silent();
      if (silent > 0) {
        told.add(silent + " worker processes do not answer, and may go on as they were");
      }
    }
    current.become(
        service
            .with(service.accounts().replacedBy(come.known(), come.anonymous()))
            .with(now.patience())
            .with(service.rates().with(now.rates()))
            .with(now.advertised())
            .offeringCompression(now.compress()));
    anew.values()
        .forEach(
            (key, value) -> {
              if (!Key.LIVE.contains(key) && !value.equals(values.get(key))) {
                told.add(key + " takes a restart: " + value);
              }
            });
    return told;
  }

  /// Who may log in from now on. A password that was made up anew nobody would know.
  private LogIns come(LogIns now) throws Failure {
    if (now.oneTimePassword() == null) {
      return now;
    }
    if (who.oneTimePassword() == null) {
      throw new Failure(
          ExitCode.USAGE,
          "there is no account left, and with --writable a password would be made up that nobody is"
              + " told: keep one, or start anew",
          null);
    }
    return who;
  }
}
