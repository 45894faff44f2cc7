package wharf.app;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import wharf.ftp.client.Entry;
import wharf.ftp.client.Found;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Printable;
import wharf.ftp.client.RemotePath;
import wharf.ftp.client.RemoteWalk;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Visitor;

/// Removes things on a server. Links are removed, not what they lead to.
///
/// @param recursive whether folders are removed with all that is in them
/// @param dryRun whether it is only said what would be removed
/// @param results hears of each that is removed, and of each that cannot be
record Removal(Sessions sessions, boolean recursive, boolean dryRun, Results results) {
  /// Removes one file, or folder.
  void run(String path) throws FtpException {
    boolean folder = (recursive || dryRun) && isFolder(path);
    if (!folder) {
      delete(path);
    } else if (!recursive) {
      throw isAFolder(path);
    } else if (RemotePath.last(path.replaceFirst("/+$", "")).isEmpty()) {
      throw new FtpException.NotPermitted(
          "all that is on the server is not removed at once: name what shall go");
    } else if (!unlinked(path)) {
      tree(path);
    }
  }

  /// Whether there is a folder at `path`.
  boolean isFolder(String path) throws FtpException {
    return sessions.run(client -> client.stat(path)).kind() == Entry.Kind.FOLDER;
  }

  private void tree(String path) throws FtpException {
    List<String> folders = new ArrayList<>(List.of(path));
    // Those in which something is left.
    Set<String> kept = new HashSet<>();
    new RemoteWalk(sessions)
        .through(
            path,
            new Visitor<>() {
              @Override
              public boolean found(Found<String> found) throws FtpException {
                if (found.entry().kind() == Entry.Kind.FOLDER) {
                  boolean enter = !unlinked(found.path());
                  if (enter) {
                    folders.add(found.path());
                  }
                  return enter;
                }
                try {
                  delete(found.path());
                } catch (FtpException e) {
                  left(found.path(), e);
                }
                return false;
              }

              @Override
              public void failed(String relative, FtpException problem) throws FtpException {
                left(RemotePath.in(path, relative), problem);
              }

              private void left(String what, FtpException problem) throws FtpException {
                results.failed(what, problem);
                String in = what;
                kept.add(in);
                while (in.length() > path.length()) {
                  in = in.substring(0, in.lastIndexOf('/'));
                  kept.add(in);
                }
              }
            });
    for (String folder : folders.reversed()) {
      if (!kept.contains(folder)) {
        remove(folder, "dir", client -> client.removeFolder(folder));
      }
    }
  }

  /// Removes what the server calls a folder, if it can be deleted as a file: then it is a link, and
  /// what it leads to stays. Many servers do not tell the two apart in listings; none deletes a
  /// folder that is one, unless it means to do all of our work.
  private boolean unlinked(String path) throws FtpException {
    if (dryRun) {
      return false;
    }
    boolean link =
        sessions.run(
            client -> {
              try {
                client.delete(path);
                return true;
              } catch (FtpException.NotPermitted | FtpException.NotFound | FtpException.Refused _) {
                return false;
              }
            });
    if (link) {
      results.addQuietly(() -> fields(path, "link"));
    }
    return link;
  }

  private void delete(String path) throws FtpException {
    remove(
        path,
        "file",
        client -> {
          try {
            client.delete(path);
          } catch (FtpException.NotPermitted | FtpException.NotFound | FtpException.Refused e) {
            throw client.isFolder(path) ? isAFolder(path) : e;
          }
        });
  }

  private static FtpException isAFolder(String path) {
    return new FtpException.Refused(
        "\"%s\" is a folder; -r removes it with all that is in it".formatted(path), 550);
  }

  private interface Deed {
    void over(FtpClient client) throws FtpException;
  }

  private void remove(String path, String type, Deed deed) throws FtpException {
    if (!dryRun) {
      int[] tries = {0};
      sessions.run(
          client -> {
            try {
              tries[0]++;
              deed.over(client);
            } catch (FtpException.NotFound e) {
              // One that was asked for when the connection broke may have gone.
              if (tries[0] == 1) {
                throw e;
              }
            }
            return true;
          });
    }
    if (dryRun) {
      results.add(() -> "would remove " + Printable.of(path), () -> fields(path, type));
    } else {
      results.addQuietly(() -> fields(path, type));
    }
  }

  private Json.Fields fields(String path, String type) {
    return new Json.Fields().add("type", type).add("path", path).add("dryRun", dryRun);
  }
}
