package wharf.server;

import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import wharf.protocol.Protocol;

/// What every conversation of one server shares.
///
/// @param workers where tasks run that must not hold up an event loop or a carrier of virtual
///   threads
/// @param nanoTime the clock of deadlines, as `System.nanoTime`
record Context(
    Protocol protocol,
    Door door,
    PortRange passivePorts,
    ExecutorService workers,
    LongSupplier nanoTime,
    RandomGenerator random,
    System.Logger log) {

  /// The most bytes of a control connection that are received at once.
  int controlRead() {
    return 4096;
  }
}
