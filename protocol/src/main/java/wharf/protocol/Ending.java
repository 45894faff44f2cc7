package wharf.protocol;

/// How a transfer ended: the evidence behind every "complete" and every "interrupted".
public enum Ending {
  /// A download was handed to the network to its last byte and the connection closed in order.
  SENT,
  /// An upload's data said so itself: block mode's end-of-file (RFC 959 section 3.4.2), or the end
  /// of the compressed stream. All of it has come.
  BLOCK_EOF,
  /// An upload over TLS ended by the peer's close_notify.
  CLOSE_NOTIFY,
  /// An upload in the clear ended by FIN. What that proves is the session's to judge: a client that
  /// was killed sends one, too.
  FIN,
  /// An upload whose data says its end itself stopped before that: what came is not all.
  CUT_OFF,
  /// What came of an upload is not what its mode says: none of it can be relied on.
  MALFORMED,
  /// The peer reset the data connection.
  RESET,
  /// The session asked for the end.
  ABORTED,
  /// Nothing moved for as long as the transfer allowed.
  TIMED_OUT,
  /// It lasted as long as it was allowed to.
  TOO_LONG,
  /// The source could not be read, or was shorter than announced, or the sink could not be written.
  STORE_FAILED,
  /// The data connection never came about.
  PEER_FAILED,
  /// It came under TLS, but in another session of TLS than the control connection: perhaps it was
  /// somebody else.
  UNBOUND
}
