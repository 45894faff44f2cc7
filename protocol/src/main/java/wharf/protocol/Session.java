package wharf.protocol;

import java.util.List;

/// One client's dialogue, as pure control plane: it is told what happened and answers what it
/// wants.
///
/// A session holds no socket, no thread and no timer, and never waits: what can take long it asks
/// for as an [Effect.Perform]. File bytes do not pass through it: it asks for an [Effect.Transfer]
/// and is told how that ended. So the same session runs under every server model, and is tested
/// without a network.
///
/// ```
///   Opened  Received  Drained  Listening  Marked  Transferred  Performed  Expired  Stopping  PeerClosed  Failed
///      |       |         |         |        |          |           |         |        |          |         |
///      v       v         v         v        v          v           v         v        v          v         v
///    +------------------------------------------------------------------------------------------------------+
///    |                                             on(Event)                                                |
///    +------------------------------------------------------------------------------------------------------+
///           |      |       |        |          |        |         |        |      |      |
///           v      v       v        v          v        v         v        v      v      v
///         Send   Drain   Listen  Transfer   HangUp   Abort     Perform    Arm    Note  Close
/// ```
///
/// The driver calls [#on] one event at a time, from one thread at a time, [Event.Opened] first. It
/// carries the effects out in their order. After [Event.PeerClosed] or [Effect.Close] a session
/// hears only of the transfer or the task that was still running, so that it can settle them.
public interface Session {
  /// Takes note of `event` and says what is to be done, in this order.
  ///
  /// A session never throws for what a peer did. What it throws is a fault of its own: the driver
  /// logs it once and ends this session only.
  List<Effect> on(Event event);
}
