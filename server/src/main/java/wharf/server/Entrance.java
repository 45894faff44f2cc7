package wharf.server;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Protocol.Refusal;

/// Who may connect, by their address alone: asked before a client is counted, and before anything
/// is made for it.
///
/// @param guard says who may not
public record Entrance(Guard guard) {
  /// Everybody may.
  public static final Entrance OPEN = new Entrance(_ -> null);

  /// Turns clients away. Asked from any thread, which must not wait.
  public interface Guard {
    /// Why a client from there is turned away, or null if it is not.
    @Nullable Refusal refuses(InetAddress from);
  }
}
