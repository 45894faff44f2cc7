package wharf.ftp.client;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// Paths made of what a server says. It may say anything.
public final class RemotePath {
  private RemotePath() {}

  /// What is called `name` in `folder`.
  ///
  /// @param folder empty for the folder one is in
  public static String in(String folder, String name) {
    return folder.isEmpty() || folder.endsWith("/") ? folder + name : folder + "/" + name;
  }

  /// The last name of a path; empty when it ends with a slash.
  public static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /// Whether a name means something in its folder, and nowhere else: no server can make a client
  /// read or write elsewhere by what it calls a file.
  public static boolean isName(String name) {
    return !name.isEmpty()
        && !name.equals(".")
        && !name.equals("..")
        && name.chars().noneMatch(c -> c == '/' || c == 0 || c == '\r' || c == '\n');
  }

  /// What a server calls `name`, in a folder here, and nowhere else.
  ///
  /// @throws FtpException.LocalDisk when there can be no such file here
  public static Path local(Path folder, String name) throws FtpException {
    if (isName(name)) {
      try {
        Path there = folder.resolve(name);
        boolean inside = there.getNameCount() == folder.resolve("x").getNameCount();
        if (inside && String.valueOf(there.getFileName()).equals(name)) {
          return there;
        }
      } catch (InvalidPathException _) {
        // Not in this system, or not in this locale.
      }
    }
    throw new FtpException.LocalDisk(
        "%s is no name that a file can have here; say how it shall be called"
            .formatted(Refusal.quote(name)),
        null);
  }
}
