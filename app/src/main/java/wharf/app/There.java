package wharf.app;

import java.util.List;
import wharf.ftp.client.FtpException;

/// An argument of a command of `wharf shell` that names something on the server.
///
/// @param word may have [Wildcards]
record There(String word) {
  /// The names that it stands for.
  List<String> names(Wildcards.Folder there) throws FtpException {
    return Wildcards.expand(word, there);
  }

  /// The one name that it stands for.
  String name(Wildcards.Folder there) throws FtpException {
    return Wildcards.only(word, there);
  }
}
