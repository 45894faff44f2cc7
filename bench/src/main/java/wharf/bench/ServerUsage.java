package wharf.bench;

import java.util.OptionalDouble;

/// What a server uses of the machine, together with the processes it has started. Empty where the
/// system does not tell.
interface ServerUsage {
  /// Seconds of processor time since it began, of user and system. The system counts in steps of
  /// about 10 ms.
  OptionalDouble cpuSeconds();

  /// Bytes of memory; pages that processes share count once, in shares (PSS).
  OptionalDouble memory();
}
