package wharf.ftp.client;

/// Hears what is said on a control connection, as it is said; called by the thread that talks. What
/// it throws ends nothing well: it should not.
public interface Listener {
  /// Hears nothing.
  Listener NONE = new Listener() {};

  /// A command has been sent. What follows PASS and ACCT is `****`.
  default void sent(String line) {}

  /// A reply has come, with the server's own characters: show them through [Printable].
  default void received(Reply reply) {}
}
