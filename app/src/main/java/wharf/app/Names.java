package wharf.app;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.RemotePath;

/// Where a file goes when the user names a folder, or nothing.
final class Names {
  private Names() {}

  /// The local file for what is `remote` there.
  ///
  /// @param given what the user named, null for the same name here
  static Path local(Path folder, @Nullable String given, String remote) throws FtpException {
    if (given != null) {
      Path named = folder.resolve(given);
      if (given.endsWith("/") && !Files.isDirectory(named)) {
        throw new FtpException.LocalDisk("there is no folder " + given, null);
      }
      if (!Files.isDirectory(named)) {
        return named;
      }
      folder = named;
    }
    String name = RemotePath.last(remote);
    // What a server, or a URL from somewhere, calls a name must not lead out of the folder.
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || folder.resolve(name).getNameCount() != folder.resolve("x").getNameCount()) {
      throw new FtpException.LocalDisk(
          "\"%s\" names no file; say how it shall be called here".formatted(remote), null);
    }
    return folder.resolve(name);
  }

  /// The remote file for what is called `name` here.
  ///
  /// @param given what the user named
  static String remote(FtpClient client, String given, String name) throws FtpException {
    if (given.isEmpty() || given.endsWith("/")) {
      return RemotePath.in(given, name);
    }
    return client.isFolder(given) ? RemotePath.in(given, name) : given;
  }
}
