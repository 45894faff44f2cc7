package wharf.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import wharf.ftp.client.Batch;
import wharf.ftp.client.Entry;
import wharf.ftp.client.Found;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Glob;
import wharf.ftp.client.Job;
import wharf.ftp.client.Mirror;
import wharf.ftp.client.MirrorOptions;
import wharf.ftp.client.RemotePath;
import wharf.ftp.client.Sessions;

/// What `get` fetches: finds out what each source is, and where it goes.
///
/// @param folder what paths here count from
/// @param given what the user named to write to, null for the same names in `folder`
/// @param several whether there is more than one source, so that a folder is meant
record Downloads(
    Path folder,
    @Nullable String given,
    boolean several,
    boolean recursive,
    MirrorOptions tree,
    Set<Path> taken) {

  Downloads(
      Path folder, @Nullable String given, boolean several, boolean recursive, MirrorOptions tree) {
    this(folder, given, several, recursive, tree, new HashSet<>());
  }

  /// Adds to `batch` what `source` means, a path or a pattern.
  void add(Sessions sessions, Batch batch, String source) throws FtpException {
    String path = source.replaceFirst("(?<=.)/+$", "");
    if (Glob.isPattern(path)) {
      List<Found<String>> found = Glob.of(path).expand(sessions);
      for (Found<String> one : found) {
        add(sessions, batch, one.path(), one.entry(), true);
      }
      if (!found.isEmpty()) {
        return;
      }
      try {
        Entry itself = sessions.run(client -> client.stat(path));
        add(sessions, batch, path, itself, several);
      } catch (FtpException.NotFound _) {
        batch.fail(
            path, new FtpException.NotFound("nothing there fits %s; check it".formatted(path)));
      }
      return;
    }
    addOne(sessions, batch, path);
  }

  /// The same for a path in which nothing stands for something else.
  void addOne(Sessions sessions, Batch batch, String path) throws FtpException {
    Entry.Kind kind =
        path.isEmpty() || (recursive && sessions.run(client -> client.isFolder(path)))
            ? Entry.Kind.FOLDER
            : Entry.Kind.FILE;
    add(sessions, batch, path, new Entry(RemotePath.last(path), kind, -1, null), several);
  }

  private void add(Sessions sessions, Batch batch, String path, Entry entry, boolean intoFolder)
      throws FtpException {
    try {
      String name = RemotePath.last(path);
      Path local = place(name, intoFolder);
      if (!taken.add(local.toAbsolutePath().normalize())) {
        throw new FtpException.LocalDisk(
            "%s is fetched from two places; get one of them under another name".formatted(local),
            null);
      }
      if (entry.kind() != Entry.Kind.FOLDER) {
        boolean known = entry.kind() == Entry.Kind.FILE;
        Instant modified = known ? entry.modified() : null;
        batch.add(new Job.Fetch(name, path, local, known ? entry.size() : -1, modified));
      } else if (recursive) {
        Mirror.addDownload(sessions, path, local, tree, batch, name);
      } else {
        throw new FtpException.Refused(
            "%s is a folder; -r fetches it with what is in it".formatted(path), 550);
      }
    } catch (FtpException.Cancelled e) {
      throw e;
    } catch (FtpException e) {
      batch.fail(path, e);
    }
  }

  private Path place(String name, boolean intoFolder) throws FtpException {
    if (given == null) {
      return name.isEmpty() ? folder : RemotePath.local(folder, name);
    }
    Path named = folder.resolve(given);
    if (Files.isDirectory(named)) {
      return name.isEmpty() ? named : RemotePath.local(named, name);
    }
    if (!intoFolder && !given.endsWith("/")) {
      return named;
    }
    if (!tree.files().rehearsal()) {
      try {
        Files.createDirectories(named);
      } catch (IOException e) {
        throw new FtpException.LocalDisk(
            "cannot make the folder %s: %s".formatted(named, Main.reason(e)), e);
      }
    }
    return name.isEmpty() ? named : RemotePath.local(named, name);
  }
}
