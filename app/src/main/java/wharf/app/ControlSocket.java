package wharf.app;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import wharf.server.Endpoint;
import wharf.server.Server;

/// Where a server listens for `wharf ctl`; closing ends that.
///
/// @param listening null where it could not be had
record ControlSocket(@Nullable Server listening) implements AutoCloseable {
  /// How long the last answers may take: one who has told the server to end is to hear that it
  /// will.
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

  /// Listens at `at`.
  static ControlSocket at(Path at, Desk desk) throws IOException {
    return new ControlSocket(
        Server.start(new Control(desk::answer), Server.Options.at(List.of(new Endpoint.Unix(at)))));
  }

  /// Listens where `wharf ctl` looks by itself. That this cannot be is no reason not to serve: the
  /// server can still be told to end, and to take its configuration anew.
  static ControlSocket usual(Path state, Desk desk) {
    try {
      return at(ControlCaller.placeIn(ControlCaller.folder(state)), desk);
    } catch (IOException e) {
      return none(Level.INFO, "there is no ''wharf ctl'' for this server (see --control): {0}", e);
    }
  }

  /// The same of a worker process, where its server looks.
  static ControlSocket ofWorker(Path at, Desk desk) {
    try {
      return at(at, desk);
    } catch (IOException e) {
      return none(Level.WARNING, "neither ''wharf ctl'' nor a reload reaches this worker: {0}", e);
    }
  }

  private static ControlSocket none(Level level, String what, IOException why) {
    System.getLogger("wharf.app").log(level, what, why.getMessage());
    return new ControlSocket(null);
  }

  @Override
  public void close() {
    if (listening != null) {
      try {
        boolean _ = listening.stop(LAST_ANSWERS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
