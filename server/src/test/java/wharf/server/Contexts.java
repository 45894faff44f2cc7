package wharf.server;

import java.time.InstantSource;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import wharf.protocol.Protocol;

/// What conversations share of a server that is not there.
final class Contexts {
  private Contexts() {}

  /// One client, who may use any port.
  static Context of(Protocol protocol, SocketSettings settings, ExecutorService workers) {
    return new Context(
        protocol,
        new Door(1, 1, Entrance.OPEN),
        Entrance.OPEN,
        null,
        settings,
        Set.of(),
        null,
        Set.of(),
        -1,
        () -> {},
        workers,
        workers,
        System::nanoTime,
        new Random(),
        System.getLogger("wharf.server"),
        new Roster(new Random(1)),
        new Scribe(null, InstantSource.system(), System.getLogger("wharf.server")));
  }
}
