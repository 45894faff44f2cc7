package wharf.app.interop;

import java.io.OutputStream;

/// A client that is uploading what it is fed.
interface Running {
  OutputStream feed();

  /// Ends it as SIGKILL does: its connections are closed by the system, nothing is said.
  void kill();
}
