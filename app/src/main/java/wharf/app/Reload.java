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

  /// The same where nobody waits to be told.
  void unasked() {
    try {
      List<String> _ = call();
    } catch (Exception problem) {
      int _ = program.failed(problem);
    }
  }

  private List<String> take(Serve.Plan now, Serve anew) throws IOException {
    // A password that was made up anew nobody would know.
    LogIns come = now.logIns().oneTimePassword() == null ? now.logIns() : who;
    if (workers != null) {
      workers.renew(
          new Handover(come.known(), come.anonymous(), configuration, anew.configuration()));
      // Each ends with its last session, and has a successor that knows what was laid down now.
      List<Control.Reply> _ =
          ControlCaller.askAll(
              ControlCaller.sockets(workers.workers()), new Control.Request("retire"), RETIRING);
    }
    FtpService service = current.service();
    current.become(
        service
            .with(service.accounts().replacedBy(come.known(), come.anonymous()))
            .with(now.patience())
            .with(service.rates().with(now.rates()))
            .with(now.advertised())
            .offeringCompression(now.compress()));
    List<String> told = new ArrayList<>();
    told.add(
        "taken anew: %d accounts; sessions that are here go on as they began"
            .formatted(come.known().size()));
    anew.values()
        .forEach(
            (key, value) -> {
              if (!Key.LIVE.contains(key) && !value.equals(values.get(key))) {
                told.add(key + " takes a restart: " + value);
              }
            });
    return told;
  }
}
