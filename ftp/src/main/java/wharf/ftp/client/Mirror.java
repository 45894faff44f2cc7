package wharf.ftp.client;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Makes one tree like another, from a server to here or from here to a server:
///
/// ```
/// Summary summary = Mirror.download(sessions, "pub", Path.of("pub"), options, Watcher.NONE);
/// ```
///
/// Both trees are gone through at the same time, folder by folder, while the files of those before
/// are being moved. What is not in the source is deleted last, and only if the source could be seen
/// whole.
///
/// @param <S> what a path of the source is
/// @param <T> what one of the target is
public final class Mirror<S, T> {
  /// How deep it goes.
  private static final int DEPTH = RemoteWalk.DEPTH;

  private record Folder(String relative, int depth, boolean there) {}

  private record Extra(String relative, boolean folder) {}

  /// Makes the job of one file.
  private interface Jobs<S, T> {
    Job of(String name, S from, T to, Entry source, @Nullable Entry target);
  }

  private final Side<S> source;
  private final Side<T> target;
  private final Jobs<S, T> jobs;
  private final MirrorOptions options;
  private final Batch batch;
  private final List<Extra> extras = new ArrayList<>();
  private boolean whole = true;

  private Mirror(
      Side<S> source, Side<T> target, Jobs<S, T> jobs, MirrorOptions options, Batch batch) {
    this.source = source;
    this.target = target;
    this.jobs = jobs;
    this.options = options;
    this.batch = batch;
  }

  /// Makes `to`, here, like `from`, a folder on the server.
  ///
  /// @throws FtpException when `from` cannot be listed; what else fails is told to the watcher and
  ///   counted
  public static Summary download(
      Sessions sessions, String from, Path to, MirrorOptions options, Watcher watcher)
      throws FtpException {
    try (Batch batch = new Batch(sessions, options.files(), watcher)) {
      return download(sessions, from, to, options, batch).run();
    }
  }

  /// Adds to `batch` what makes `to` like `from`; nothing is deleted.
  ///
  /// @param called before the names of files, for people
  /// @throws FtpException when `from` cannot be listed
  public static void addDownload(
      Sessions sessions, String from, Path to, MirrorOptions options, Batch batch, String called)
      throws FtpException {
    download(sessions, from, to, options, batch).addTo(called);
  }

  /// Adds to `batch` what makes `to` like `from`; nothing is deleted.
  ///
  /// @param called before the names of files, for people
  /// @throws FtpException when `from` cannot be read
  public static void addUpload(
      Sessions sessions, Path from, String to, MirrorOptions options, Batch batch, String called)
      throws FtpException {
    upload(sessions, from, to, options, batch).addTo(called);
  }

  private static Mirror<String, Path> download(
      Sessions sessions, String from, Path to, MirrorOptions options, Batch batch) {
    return new Mirror<>(
        new Side.Remote(sessions, from, options.followLinks()),
        new Side.Local(to, false),
        (name, remote, local, entry, _) ->
            new Job.Fetch(name, remote, local, entry.size(), entry.modified()),
        options,
        batch);
  }

  /// Makes `to`, a folder on the server, like `from`, here.
  ///
  /// @throws FtpException when `from` cannot be read; what else fails is told to the watcher and
  ///   counted
  public static Summary upload(
      Sessions sessions, Path from, String to, MirrorOptions options, Watcher watcher)
      throws FtpException {
    try (Batch batch = new Batch(sessions, options.files(), watcher)) {
      return upload(sessions, from, to, options, batch).run();
    }
  }

  private static Mirror<Path, String> upload(
      Sessions sessions, Path from, String to, MirrorOptions options, Batch batch) {
    return new Mirror<>(
        new Side.Local(from, options.followLinks()),
        new Side.Remote(sessions, to, false),
        (name, local, remote, entry, there) ->
            new Job.Send(
                name,
                local,
                remote,
                entry.size(),
                Objects.requireNonNullElse(entry.modified(), Instant.EPOCH),
                there == null ? new Job.Existing.Nothing() : new Job.Existing.This(there)),
        options,
        batch);
  }

  private Summary run() throws FtpException {
    addTo("");
    Summary moved = batch.end();
    if (extras.isEmpty() || !options.delete()) {
      return moved;
    }
    if (!whole) {
      batch.leftOut(
          "",
          "nothing is deleted: what is not in the source cannot be told, it was not seen whole");
      return batch.summary();
    }
    for (Extra extra : extras) {
      boolean _ = remove(extra.relative(), extra.folder(), 0);
    }
    return batch.summary();
  }

  private void addTo(String called) throws FtpException {
    Deque<Folder> ahead = new ArrayDeque<>();
    List<Entry> first = source.entries("");
    List<Entry> there = target.entriesIfThere("");
    if (there == null) {
      made("");
    }
    whole &= !first.isEmpty();
    compare(new Folder("", 1, there != null), first, there, called, ahead);
    while (!ahead.isEmpty()) {
      Folder folder = ahead.pop();
      try {
        List<Entry> entries = source.entries(folder.relative());
        List<Entry> others = folder.there() ? target.entriesIfThere(folder.relative()) : null;
        if (others == null) {
          made(folder.relative());
        }
        compare(folder, entries, others, called, ahead);
      } catch (FtpException.Cancelled e) {
        throw e;
      } catch (FtpException e) {
        whole = false;
        batch.fail(RemotePath.in(called, folder.relative()), e);
      }
    }
  }

  private void made(String relative) throws FtpException {
    if (!options.files().rehearsal()) {
      target.makeFolder(relative);
    }
    batch.madeFolder(relative.isEmpty() ? String.valueOf(target.path(relative)) : relative);
  }

  private void compare(
      Folder folder,
      List<Entry> entries,
      @Nullable List<Entry> others,
      String called,
      Deque<Folder> ahead)
      throws FtpException {
    Map<String, Entry> there = new HashMap<>();
    if (others != null) {
      others.forEach(entry -> there.put(entry.name(), entry));
    }
    Set<String> seen = new HashSet<>();
    List<Folder> below = new ArrayList<>();
    for (Entry entry : entries) {
      String relative = RemotePath.in(folder.relative(), entry.name());
      String name = RemotePath.in(called, relative);
      if (!seen.add(entry.name())) {
        batch.leftOut(name, "it is listed twice");
        continue;
      }
      boolean isFolder = entry.kind() == Entry.Kind.FOLDER;
      try {
        if (!RemotePath.isName(entry.name())) {
          whole = false;
          throw new FtpException.NotPermitted(
              "%s is no name; it is left out".formatted(Refusal.quote(entry.name())));
        }
        if (!options.filter().wants(relative, isFolder)) {
          continue;
        }
        Entry other = there.get(entry.name());
        switch (entry.kind()) {
          case LINK -> batch.leftOut(name, "a link");
          case OTHER -> batch.leftOut(name, "neither a file nor a folder");
          case FOLDER -> {
            if (other != null && other.kind() == Entry.Kind.FILE) {
              throw new FtpException.NotPermitted(
                  "%s is a folder, but a file in the target; rename one".formatted(name));
            }
            if (folder.depth() == DEPTH) {
              whole = false;
              throw new FtpException.NotPermitted(
                  "%s is not gone into: it is deeper than %d folders".formatted(name, DEPTH));
            }
            below.add(new Folder(relative, folder.depth() + 1, other != null));
          }
          case FILE ->
              batch.add(jobs.of(name, source.path(relative), target.path(relative), entry, other));
        }
      } catch (FtpException.Cancelled e) {
        throw e;
      } catch (FtpException e) {
        batch.fail(name, e);
      }
    }
    below.reversed().forEach(ahead::push);
    if (options.delete() && others != null) {
      extras(folder, others, seen);
    }
  }

  private void extras(Folder folder, List<Entry> others, Set<String> seen) throws FtpException {
    for (Entry other : others) {
      String relative = RemotePath.in(folder.relative(), other.name());
      boolean isFolder = other.kind() == Entry.Kind.FOLDER;
      if (seen.contains(other.name())
          || isPartOfOne(other.name(), seen)
          || !RemotePath.isName(other.name())
          || !options.filter().wants(relative, isFolder)
          || (other.name().startsWith(".") && source.mayHide())) {
        continue;
      }
      extras.add(new Extra(relative, isFolder));
    }
  }

  /// What is kept to be gone on with.
  private static boolean isPartOfOne(String name, Set<String> seen) {
    for (String ending : List.of(".part", ".bad")) {
      if (name.endsWith(ending)
          && seen.contains(name.substring(0, name.length() - ending.length()))) {
        return true;
      }
    }
    return false;
  }

  /// Removes something, a folder with what is in it; what is not wanted stays.
  ///
  /// @return whether it is gone
  private boolean remove(String relative, boolean folder, int depth) throws FtpException {
    try {
      if (folder) {
        boolean empty = true;
        for (Entry entry : target.entries(relative)) {
          String below = RemotePath.in(relative, entry.name());
          boolean isFolder = entry.kind() == Entry.Kind.FOLDER;
          boolean removable =
              RemotePath.isName(entry.name())
                  && depth < DEPTH
                  && options.filter().wants(below, isFolder);
          empty &= removable && remove(below, isFolder, depth + 1);
        }
        if (!empty) {
          return false;
        }
      }
      if (!options.files().rehearsal()) {
        target.delete(relative, folder);
      }
      batch.countDeleted(relative);
      return true;
    } catch (FtpException.Cancelled e) {
      throw e;
    } catch (FtpException e) {
      batch.fail(relative, e);
      return false;
    }
  }
}
