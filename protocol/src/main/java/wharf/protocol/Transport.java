package wharf.protocol;

/// What carries a session: the first factor of *server = transport x model x protocol*.
public enum Transport {
  /// Byte streams between IP addresses.
  TCP,
  /// Byte streams between processes of one machine, over a Unix-domain socket.
  UNIX,
  /// Datagrams between IP addresses. One session serves the socket, and so all who send to it.
  UDP
}
