package wharf.server;

import java.util.concurrent.ThreadFactory;

/// A platform thread per session: the textbook's thread per client. The door's limit of sessions
/// bounds the threads.
public final class Threads extends ServerModel {
  /// A session's calls are few and shallow; the system reserves this much for each thread.
  private static final long STACK = 256 << 10;

  @Override
  public String name() {
    return "threads";
  }

  @Override
  public String summary() {
    return "a platform thread per session, blocked while it waits";
  }

  @Override
  Running start(Context context, Sockets sockets) {
    ThreadFactory threads =
        Thread.ofPlatform().name("session-", 1).daemon().stackSize(STACK).factory();
    return SessionThreads.start(
        context, sockets, threads, session -> threads.newThread(session).start());
  }
}
