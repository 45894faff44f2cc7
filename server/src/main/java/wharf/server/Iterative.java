package wharf.server;

/// One client after another, on the thread that accepts: the textbook's first server. The next is
/// accepted when the one before has gone.
public final class Iterative extends ServerModel {
  @Override
  public String name() {
    return "iterative";
  }

  @Override
  public String summary() {
    return "one client at a time, the others wait at the door";
  }

  @Override
  Running start(Context context, Sockets sockets) {
    return SessionThreads.start(
        context, sockets, Thread.ofPlatform().name("door-", 1).daemon().factory(), Runnable::run);
  }
}
