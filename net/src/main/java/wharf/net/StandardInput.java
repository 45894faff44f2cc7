package wharf.net;

import java.io.IOException;
import java.nio.channels.SelectableChannel;

/// Puts a socket where `System.inheritedChannel` finds it: at descriptor 0, the standard input.
///
/// A child process that inherits the standard input (`Redirect.INHERIT`) then has the socket, and
/// nothing else of what is open here. What was the standard input before is closed, if nobody else
/// has it. The change is the whole process's and for good; make it once, before threads read from
/// `System.in`.
public final class StandardInput {
  private static final int NUMBER = 0;

  private StandardInput() {}

  /// For a parent that hands its listener to its workers: makes the standard input another name of
  /// the socket under `channel`, which stays open and is still the caller's to close. Both are in
  /// non-blocking mode or neither is, in every process that has the socket.
  ///
  /// @throws UnsupportedOperationException see [Native#unavailable]
  public static void become(SelectableChannel channel) throws IOException {
    Native.demand();
    Native.duplicate(Native.descriptor(channel), NUMBER);
  }

  /// For a program that was given a socket under another number: systemd's first is 3. That number
  /// stays open.
  ///
  /// @throws IOException when nothing is open under that number
  /// @throws UnsupportedOperationException see [Native#unavailable]
  public static void become(int descriptor) throws IOException {
    Native.demand();
    Native.duplicate(descriptor, NUMBER);
  }
}
