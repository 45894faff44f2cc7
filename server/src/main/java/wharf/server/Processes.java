package wharf.server;

import java.io.IOException;
import java.util.Optional;
import wharf.net.Native;

/// Worker processes, started beforehand, that share the listeners; each serves under a model of its
/// own, as [Worker] does. This process accepts nobody: it starts them, replaces those that die, and
/// stops them. What kills one costs the sessions of that one.
///
/// ```
///   this process --- its socket, as the worker's standard input ---> worker   (as many as wanted,
///        ^                                                             |       for every socket)
///        +------- "ready", "full": lines of its standard output -------+
/// ```
///
/// A worker that has let its last client in says so, and gets a successor while it serves on: with
/// one client for each worker this is the textbook's process per client.
///
/// The standard input of this process is used up for the hand-over: from the first start on it is
/// at its end. Limits of sessions hold for each worker by itself. Sockets for datagrams are for
/// both families of addresses, and so without the broadcast addresses of IPv4.
public final class Processes extends ServerModel {
  /// The name on the command line.
  public static final String NAME = "processes";

  /// As [#summary] says it.
  public static final String SUMMARY =
      "worker processes that share the door, each under a model of its own";

  /// Workers alive at a time, those included that serve their last clients. Beyond it clients wait
  /// in the kernel's queue. Each is a JVM of 40 MB or more.
  public static final int MOST_ALIVE = 64;

  /// What a worker says when clients can come.
  static final String READY = "wharf-worker ready";

  /// What a worker says when it has let in as many as it was to.
  static final String FULL = "wharf-worker full";

  private final Launch launch;
  private final int workers;

  /// How a worker is started.
  @FunctionalInterface
  public interface Launch {
    /// The command of a program that does what [Worker#serve] does, with its environment. Standard
    /// input and output are set by the caller; standard error is shared unless it is set. Called
    /// for every start, by one thread at a time.
    ///
    /// @param secure whether connections to its socket are under TLS from their first byte: then it
    ///   is to listen at [Endpoint.Inherited#secured]
    ProcessBuilder worker(boolean secure);
  }

  /// Thrown when a worker cannot be started, or ends before it is ready; none is left then.
  public static final class CannotStart extends IOException {
    private static final long serialVersionUID = 1;

    CannotStart(String message) {
      super(message);
    }

    CannotStart(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private Processes(Launch launch, int workers) {
    this.launch = launch;
    this.workers = workers;
  }

  /// The model with so many workers.
  ///
  /// @param workers how many, for each socket that is served
  /// @throws IllegalArgumentException when that is less than one or more than [#MOST_ALIVE]
  public static Processes of(Launch launch, int workers) {
    if (workers < 1 || workers > MOST_ALIVE) {
      throw new IllegalArgumentException(
          "there are 1 to " + MOST_ALIVE + " workers, not " + workers);
    }
    return new Processes(launch, workers);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String summary() {
    return SUMMARY;
  }

  @Override
  public Optional<String> unavailable() {
    return obstacle();
  }

  /// Why there can be no worker processes here; nothing if there can.
  public static Optional<String> obstacle() {
    return Native.unavailable().map(why -> "worker processes cannot be had: " + why);
  }

  @Override
  Running start(Context context, Sockets sockets) throws IOException {
    if (context.connections() >= 0) {
      throw new IllegalArgumentException("each worker counts its own clients: tell it");
    }
    String obstacle = obstacle().orElse(null);
    if (obstacle != null) {
      throw new CannotStart(obstacle);
    }
    int places = sockets.listeners().size() + sockets.datagrams().size();
    if (workers * places > MOST_ALIVE) {
      throw new CannotStart(
          "%d workers at each of %d addresses are more than the %d there may be"
              .formatted(workers, places, MOST_ALIVE));
    }
    return Crew.start(launch, workers, context, sockets);
  }
}
