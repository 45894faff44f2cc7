package wharf.ftp.client;

/// Told what a walk comes upon, by the thread that walks. May wait: no session is held meanwhile.
///
/// @param <P> what a path is
public interface Visitor<P> {
  /// One entry; a folder before what is in it.
  ///
  /// @return whether to go into it, if it is a folder
  boolean found(Found<P> found) throws FtpException;

  /// What cannot be gone into, or has a name that could lead elsewhere. The walk goes on without
  /// it; what it has come upon is not all there is.
  void failed(String relative, FtpException problem) throws FtpException;
}
