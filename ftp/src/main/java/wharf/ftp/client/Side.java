package wharf.ftp.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One of the two trees that a [Mirror] compares. Paths are relative to its root, empty for the
/// root itself.
///
/// @param <P> what a path is
interface Side<P> {
  P path(String relative) throws FtpException;

  /// What is in a folder, in the order of names, those included that are none.
  List<Entry> entries(String relative) throws FtpException;

  /// The same of a folder that may not be there yet.
  ///
  /// @return null if it is not
  @Nullable List<Entry> entriesIfThere(String relative) throws FtpException;

  /// Whether its listings may leave out names that begin with a dot.
  boolean mayHide() throws FtpException;

  /// Makes a folder that may be there already.
  void makeFolder(String relative) throws FtpException;

  void delete(String relative, boolean folder) throws FtpException;

  /// The tree on a server.
  record Remote(Sessions sessions, String root, boolean links) implements Side<String> {
    @Override
    public String path(String relative) {
      return relative.isEmpty() ? root : RemotePath.in(root, relative);
    }

    @Override
    public List<Entry> entries(String relative) throws FtpException {
      String folder = path(relative);
      List<Entry> known = new ArrayList<>();
      for (Entry entry : RemoteWalk.listed(sessions, folder)) {
        known.add(
            RemotePath.isName(entry.name())
                ? RemoteWalk.resolved(sessions, RemotePath.in(folder, entry.name()), entry, links)
                : entry);
      }
      return known;
    }

    @Override
    public @Nullable List<Entry> entriesIfThere(String relative) throws FtpException {
      try {
        return entries(relative);
      } catch (FtpException.NotFound _) {
        return null;
      }
    }

    @Override
    public boolean mayHide() throws FtpException {
      return sessions.run(client -> !client.offers("MLST") && !client.offers("MLSD"));
    }

    @Override
    public void makeFolder(String relative) throws FtpException {
      String folder = path(relative);
      boolean _ =
          sessions.run(
              client -> {
                try {
                  client.makeFolder(folder);
                } catch (FtpException.Refused
                    | FtpException.NotPermitted
                    | FtpException.NotFound e) {
                  // Servers say it in many ways that there is one already, or none above it.
                  List<String> missing = client.missingFolders(folder);
                  if (missing.size() == 1) {
                    throw e;
                  }
                  for (String one : missing) {
                    client.makeFolder(one);
                  }
                }
                return true;
              });
    }

    @Override
    public void delete(String relative, boolean folder) throws FtpException {
      String path = path(relative);
      boolean _ =
          sessions.run(
              client -> {
                try {
                  if (folder) {
                    client.removeFolder(path);
                  } else {
                    client.delete(path);
                  }
                } catch (FtpException.NotFound _) {
                  // Also by a first try, whose answer was lost.
                }
                return true;
              });
    }
  }

  /// The tree here.
  record Local(Path root, boolean links) implements Side<Path> {
    @Override
    public Path path(String relative) throws FtpException {
      Path path = root;
      if (!relative.isEmpty()) {
        for (String name : relative.split("/", -1)) {
          path = RemotePath.local(path, name);
        }
      }
      return path;
    }

    @Override
    public List<Entry> entries(String relative) throws FtpException {
      List<Entry> entries = new ArrayList<>();
      LocalWalk walk = links ? new LocalWalk().followingLinks() : new LocalWalk();
      walk.through(
          path(relative),
          new Visitor<>() {
            @Override
            public boolean found(Found<Path> found) {
              entries.add(found.entry());
              return false;
            }

            @Override
            public void failed(String name, FtpException problem) throws FtpException {
              throw problem;
            }
          });
      return entries;
    }

    @Override
    public @Nullable List<Entry> entriesIfThere(String relative) throws FtpException {
      Path folder = path(relative);
      return Files.notExists(folder, LinkOption.NOFOLLOW_LINKS) ? null : entries(relative);
    }

    @Override
    public boolean mayHide() {
      return false;
    }

    @Override
    public void makeFolder(String relative) throws FtpException {
      Path folder = path(relative);
      try {
        Files.createDirectories(folder);
      } catch (IOException e) {
        throw new FtpException.LocalDisk(
            "cannot make the folder %s: %s".formatted(folder, Download.reason(e)), e);
      }
    }

    @Override
    public void delete(String relative, boolean folder) throws FtpException {
      Path path = path(relative);
      try {
        Files.deleteIfExists(path);
      } catch (IOException e) {
        throw new FtpException.LocalDisk(
            "cannot delete %s: %s".formatted(path, Download.reason(e)), e);
      }
    }
  }
}
