package wharf.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import wharf.ftp.client.Batch;
import wharf.ftp.client.Found;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Glob;
import wharf.ftp.client.Job;
import wharf.ftp.client.LocalWalk;
import wharf.ftp.client.Mirror;
import wharf.ftp.client.MirrorOptions;
import wharf.ftp.client.RemotePath;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Visitor;

/// What `put` sends: files and folders here, and where they go.
///
/// @param sources all of them there
/// @param recursive whether folders are sent, with what is in them
record Uploads(List<Path> sources, boolean recursive, MirrorOptions tree) {
  /// Looks for what the user named; a pattern that the shell has left alone is looked for, too.
  ///
  /// @throws FtpException.LocalDisk when something is not there: before anybody is asked for a
  ///   password
  static Uploads of(Path folder, List<String> names, boolean recursive, MirrorOptions tree)
      throws FtpException {
    List<Path> sources = new ArrayList<>();
    for (String name : names) {
      Path path = folder.resolve(name);
      if (Files.exists(path)) {
        sources.add(path);
        continue;
      }
      List<Path> fitting = Glob.isPattern(name) ? fitting(folder, name) : List.of();
      if (fitting.isEmpty()) {
        throw new FtpException.LocalDisk("there is no file " + name, null);
      }
      sources.addAll(fitting);
    }
    for (Path source : sources) {
      if (Files.isDirectory(source) ? !recursive : !Files.isRegularFile(source)) {
        throw new FtpException.LocalDisk(
            source
                + (Files.isDirectory(source)
                    ? " is a folder; -r sends it with what is in it"
                    : " is no file"),
            null);
      }
    }
    return new Uploads(List.copyOf(sources), recursive, tree);
  }

  private static List<Path> fitting(Path folder, String name) throws FtpException {
    int slash = name.lastIndexOf('/');
    Path within = slash < 0 ? folder : folder.resolve(name.substring(0, slash + 1));
    Glob glob = Glob.of(name.substring(slash + 1));
    List<Path> fitting = new ArrayList<>();
    new LocalWalk()
        .followingLinks()
        .through(
            within,
            new Visitor<>() {
              @Override
              public boolean found(Found<Path> found) {
                if (glob.matches(found.entry().name()) && !found.entry().name().startsWith(".")) {
                  fitting.add(found.path());
                }
                return false;
              }

              @Override
              public void failed(String relative, FtpException problem) {
                // Not one of these.
              }
            });
    return fitting;
  }

  /// Adds to `batch` what has to be sent to `to`: a folder if there are several, or if it is one.
  void add(Sessions sessions, Batch batch, String to) throws FtpException {
    boolean folder =
        to.isEmpty() || to.endsWith("/") || sessions.run(client -> client.isFolder(to));
    if (!folder && sources.size() > 1) {
      if (!tree.files().rehearsal()) {
        boolean _ =
            sessions.run(
                client -> {
                  client.makeFolder(to);
                  return true;
                });
      }
      batch.madeFolder(to);
      folder = true;
    }
    for (Path source : sources) {
      String name = nameOf(source);
      String target = folder && !name.isEmpty() ? RemotePath.in(to, name) : to;
      try {
        add(sessions, batch, source, target, name);
      } catch (FtpException.Cancelled e) {
        throw e;
      } catch (FtpException e) {
        batch.fail(name, e);
      }
    }
  }

  private void add(Sessions sessions, Batch batch, Path source, String target, String name)
      throws FtpException {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(source, BasicFileAttributes.class);
    } catch (IOException e) {
      throw new FtpException.LocalDisk("cannot read %s: %s".formatted(source, Main.reason(e)), e);
    }
    if (attributes.isDirectory()) {
      Mirror.addUpload(sessions, source, target, tree, batch, name);
      return;
    }
    batch.add(
        new Job.Send(
            name,
            source,
            target,
            attributes.size(),
            attributes.lastModifiedTime().toInstant(),
            new Job.Existing.Unknown()));
  }

  /// How it is called, also if it was named as `.` or `..`.
  private static String nameOf(Path source) {
    @Nullable Path name = source.toAbsolutePath().normalize().getFileName();
    return name == null ? "" : name.toString();
  }
}
