package wharf.net;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;

/// A listener that several processes have.
public final class SharedListener {
  private SharedListener() {}

  /// Nobody can connect to it any more, whoever else still has it open, and those that wait to be
  /// accepted are turned away: `close` would leave them waiting until the last process has closed
  /// it. The channel is still the caller's to close. For the others, to accept fails from now on.
  ///
  /// @throws UnsupportedOperationException see [Native#unavailable]
  public static void end(ServerSocketChannel listener) throws IOException {
    Native.demand();
    Native.shutDown(Native.descriptor(listener));
  }
}
