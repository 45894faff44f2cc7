package wharf.server;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import wharf.net.EpollPoller;
import wharf.net.PollPoller;
import wharf.net.SelectPoller;

/// How a server shares itself among its clients: who waits, and on what. The same sessions run
/// under each.
public abstract class ServerModel {
  /// Models are of this package: what they are made of is.
  ServerModel() {}

  /// Every model that runs in one process, the default first; [Processes] is to be told more than
  /// its name.
  public static List<ServerModel> all() {
    return List.of(
        new Virtual(),
        new Threads(),
        new Iterative(),
        Loops.onNio(),
        Loops.onSystemCall("epoll", "event loops on epoll, level-triggered", EpollPoller::level),
        Loops.onSystemCall("epoll-et", "event loops on epoll, edge-triggered", EpollPoller::edge),
        Loops.onSystemCall("poll", "event loops on poll", PollPoller::open),
        Loops.onSelect(SelectPoller.LIMIT),
        Loops.onNothing());
  }

  /// The model of this name, as the command line has it.
  public static Optional<ServerModel> named(String name) {
    return all().stream().filter(model -> model.name().equals(name)).findFirst();
  }

  /// The name on the command line.
  public abstract String name();

  /// Who waits on what, in a few words.
  public abstract String summary();

  /// Why this model cannot be had here; nothing if it can.
  public Optional<String> unavailable() {
    return Optional.empty();
  }

  /// Begins to serve.
  ///
  /// @param sockets the model's from here on
  abstract Running start(Context context, Sockets sockets) throws IOException;

  @Override
  public final String toString() {
    return name();
  }

  /// A model at work. All methods are for any thread; only [#awaitSessions] and [#end] wait.
  interface Running {
    /// Takes no more clients in and closes the listeners.
    void stopAccepting();

    /// Asks every session to end when its transfer has.
    void stopSessions();

    /// Waits until no session runs.
    ///
    /// @return whether that came true within `atMost`
    boolean awaitSessions(Duration atMost) throws InterruptedException;

    /// Ends every session now.
    void closeSessions();

    /// Whether what carries the sessions is alive and gets its turn.
    ///
    /// @return false if that did not show within `atMost`
    boolean responds(Duration atMost) throws InterruptedException;

    /// Lets go of what the model itself holds, once every session has ended. When it returns, its
    /// ports can be listened at again.
    void end() throws InterruptedException;
  }
}
