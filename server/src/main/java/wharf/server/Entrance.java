package wharf.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Protocol.Refusal;

/// Who may connect, by their address alone: asked before a client is counted, and before anything
/// is made for it.
///
/// @param guard says who may not
/// @param balancers which addresses are those of balancers: what comes from there begins with a
///   header of the PROXY protocol that says who the client is, also on data connections. Nobody
///   else is believed such a thing. Asked as the guard is
public record Entrance(Guard guard, Predicate<InetAddress> balancers) {
  /// Everybody may.
  public static final Entrance OPEN = new Entrance(_ -> null, _ -> false);

  /// Without balancers.
  public Entrance(Guard guard) {
    this(guard, _ -> false);
  }

  /// The same with other balancers.
  public Entrance with(Predicate<InetAddress> other) {
    return new Entrance(guard, other);
  }

  /// Whether what comes from `end` is passed on by a balancer.
  boolean isBalanced(SocketAddress end) {
    return end instanceof InetSocketAddress at && balancers.test(at.getAddress());
  }

  /// Turns clients away. Asked from any thread, which must not wait.
  public interface Guard {
    /// Why a client from there is turned away, or null if it is not.
    @Nullable Refusal refuses(InetAddress from);
  }
}
