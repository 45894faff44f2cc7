package wharf.app;

import java.util.List;
import wharf.ftp.client.FtpException;

/// An argument of a command of `wharf shell` that names something on this machine.
///
/// @param word may have [Wildcards]
record Here(String word) {
  /// The names that it stands for.
  List<String> names(Wildcards.Folder here) throws FtpException {
    return Wildcards.expand(word, here);
  }

  /// The one name that it stands for.
  String name(Wildcards.Folder here) throws FtpException {
    return Wildcards.only(word, here);
  }
}
