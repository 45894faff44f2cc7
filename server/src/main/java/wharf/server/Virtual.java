package wharf.server;

import java.util.concurrent.ThreadFactory;

/// A virtual thread per session: coroutines, parked by the JDK while they wait.
public final class Virtual extends ServerModel {
  @Override
  public String name() {
    return "virtual";
  }

  @Override
  public String summary() {
    return "a virtual thread per session, parked while it waits";
  }

  @Override
  Running start(Context context, Sockets sockets) {
    ThreadFactory threads = Thread.ofVirtual().name("session-", 1).factory();
    return SessionThreads.start(
        context, sockets, threads, session -> threads.newThread(session).start());
  }
}
