package wharf.server;

import java.nio.channels.ServerSocketChannel;
import java.util.List;

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
  Running start(Context context, List<ServerSocketChannel> listeners) {
    return SessionThreads.start(
        context, listeners, Thread.ofVirtual().name("session-", 1).factory());
  }
}
