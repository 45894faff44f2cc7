package wharf.ftp.client;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import wharf.net.TimedWire;

/// Goes through a folder here as [RemoteWalk] does through one on a server.
public final class LocalWalk {
  private record Folder(Path path, String relative, @Nullable Folder in, @Nullable Object key) {
    boolean isWithin(@Nullable Object other) {
      for (Folder folder = this; folder != null; folder = folder.in()) {
        if (other != null && other.equals(folder.key())) {
          return true;
        }
      }
      return false;
    }
  }

  private final boolean links;

  private LocalWalk(boolean links) {
    this.links = links;
  }

  /// A walk that finds links, but does not follow them.
  public LocalWalk() {
    this(false);
  }

  /// The same, which takes a link for what it leads to.
  public LocalWalk followingLinks() {
    return new LocalWalk(true);
  }

  /// Goes through `root`, which is not found itself.
  ///
  /// @throws FtpException when it cannot be read, or the visitor throws it
  public void through(Path root, Visitor<Path> visitor) throws FtpException {
    Deque<Folder> ahead = new ArrayDeque<>();
    try {
      Object key = Files.readAttributes(root, BasicFileAttributes.class).fileKey();
      Folder first = new Folder(root, "", null, key);
      visit(first, listed(root), ahead, visitor);
    } catch (IOException e) {
      throw problem(root, e);
    }
    while (!ahead.isEmpty()) {
      Folder folder = ahead.pop();
      List<Path> paths;
      try {
        paths = listed(folder.path());
      } catch (IOException e) {
        visitor.failed(folder.relative(), problem(folder.path(), e));
        continue;
      }
      visit(folder, paths, ahead, visitor);
    }
  }

  private void visit(Folder folder, List<Path> paths, Deque<Folder> ahead, Visitor<Path> visitor)
      throws FtpException {
    List<Folder> below = new ArrayList<>();
    for (Path path : paths) {
      if (TimedWire.stopAsked()) {
        throw new FtpException.Cancelled();
      }
      String name = String.valueOf(path.getFileName());
      String relative = RemotePath.in(folder.relative(), name);
      BasicFileAttributes attributes;
      try {
        attributes = attributes(path);
      } catch (IOException e) {
        visitor.failed(relative, problem(path, e));
        continue;
      }
      Entry.Kind kind =
          attributes.isRegularFile()
              ? Entry.Kind.FILE
              : attributes.isDirectory()
                  ? Entry.Kind.FOLDER
                  : attributes.isSymbolicLink() ? Entry.Kind.LINK : Entry.Kind.OTHER;
      long size = kind == Entry.Kind.FILE ? attributes.size() : -1;
      Entry entry = new Entry(name, kind, size, attributes.lastModifiedTime().toInstant());
      boolean enter = visitor.found(new Found<>(path, relative, entry));
      if (enter && kind == Entry.Kind.FOLDER) {
        if (links && folder.isWithin(attributes.fileKey())) {
          visitor.failed(
              relative,
              new FtpException.LocalDisk(path + " is not gone into: it leads in a circle", null));
        } else {
          below.add(new Folder(path, relative, folder, attributes.fileKey()));
        }
      }
    }
    below.reversed().forEach(ahead::push);
  }

  private BasicFileAttributes attributes(Path path) throws IOException {
    if (links) {
      try {
        return Files.readAttributes(path, BasicFileAttributes.class);
      } catch (IOException _) {
        // A link that leads nowhere is a link.
      }
    }
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private static List<Path> listed(Path folder) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      all.forEach(paths::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    paths.sort(Comparator.comparing(path -> String.valueOf(path.getFileName())));
    return paths;
  }

  private static FtpException problem(Path path, IOException e) {
    return e instanceof FtpException known
        ? known
        : new FtpException.LocalDisk("cannot read %s: %s".formatted(path, Download.reason(e)), e);
  }
}
