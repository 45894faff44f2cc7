package wharf.server;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import wharf.protocol.Effect;
import wharf.protocol.Event;
import wharf.protocol.Protocol;
import wharf.protocol.Session;
import wharf.protocol.Transport;

/// Another protocol, and what its sessions are told of their beginning and end. For any thread.
class Watched extends Tally implements Protocol {
  private final Protocol inner;

  /// What was answered by [Event.Failed].
  final BlockingQueue<IOException> failures = new LinkedBlockingQueue<>();

  Watched(Protocol inner) {
    this.inner = inner;
  }

  @Override
  public Set<Transport> transports() {
    return inner.transports();
  }

  @Override
  public byte[] refusal(Refusal why) {
    return inner.refusal(why);
  }

  @Override
  public Session open() {
    Session session = inner.open();
    return event -> {
      switch (event) {
        case Event.Opened _, Event.Bound _ -> begins();
        case Event.Ended _ -> ends();
        case Event.Failed(Effect _, IOException problem) -> failures.add(problem);
        default -> {}
      }
      return session.on(event);
    };
  }
}
