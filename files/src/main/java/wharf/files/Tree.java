package wharf.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import wharf.files.Confinement.Place;
import wharf.files.FileProblem.Kind;

/// A folder of this machine as clients see it: nothing outside it can be reached through it.
///
/// Symbolic links that stay inside work as everywhere; those that lead outside are refused
/// (`OUTSIDE`), as are those to nothing and in circles (`NOT_FOUND`). A link is followed wherever
/// it stands, except that [#deleteFile], [#removeDirectory], [#removeTree], [#rename] and
/// [#makeLink] mean the link itself in last place.
///
/// Directories must be readable to the process; to be searchable is not enough, even for what is in
/// them (Java opens them to read). Otherwise the system's permissions decide, call by call.
///
/// Safe from many threads. Calls are short but are system calls; those that may take long say so.
/// Every method throws [FileProblem]: `NOT_FOUND`, `NOT_A_DIRECTORY`, `OUTSIDE`, `DENIED`, `BUSY`
/// and `IO` may come from any, what is particular to one is said there. What it hands out is closed
/// by the caller, and before the tree.
public final class Tree implements AutoCloseable {
  /// The most entries that one copy has: a client could otherwise fill the disk's table of files
  /// with one command. [VirtualPath#MAX_DEPTH] bounds how deep it is.
  public static final int MAX_COPIED_ENTRIES = 100_000;

  private final Confinement confinement;
  private final Staging staging;
  private final Hashes hashes;
  private final Durability durability;
  private final Quota quota;

  /// What those may do who see it so.
  private final Access access;

  private Tree(
      Confinement confinement,
      Staging staging,
      Hashes hashes,
      Durability durability,
      Access access) {
    this.confinement = confinement;
    this.staging = staging;
    this.hashes = hashes;
    this.durability = durability;
    this.quota = staging.quota;
    this.access = access;
  }

  /// Opens the folder `root`, with what is stored in it safe from a power cut.
  ///
  /// @throws FileProblem as [#open(Path, InstantSource, Durability, Quota)]
  public static Tree open(Path root, InstantSource clock) throws FileProblem {
    return open(root, clock, Durability.ALWAYS, Quota.none());
  }

  /// Opens the folder `root`. In one process, one tree for one folder: two keep their uploads
  /// apart, but other processes might then take a running upload for an abandoned one.
  ///
  /// @param clock tells when an abandoned upload is old
  /// @param durability what of an upload or a copy is on the disk when it is said to be there
  /// @param quota how much may be in it; what is there is counted first, which takes as long as
  ///   there are files
  /// @throws FileProblem `NOT_FOUND`, `NOT_A_DIRECTORY`, `DENIED`; `UNSUPPORTED` on a platform
  ///   where Java cannot keep clients inside a folder
  public static Tree open(Path root, InstantSource clock, Durability durability, Quota quota)
      throws FileProblem {
    Confinement confinement = Confinement.open(root);
    Tree tree = null;
    try {
      quota.count(confinement.disk());
      var staging = new Staging(clock, confinement.names, quota);
      tree = new Tree(confinement, staging, new Hashes(), durability, Access.EVERYTHING);
      return tree;
    } catch (IOException e) {
      throw FileProblem.of(e, VirtualPath.ROOT);
    } finally {
      if (tree == null) {
        confinement.close();
      }
    }
  }

  /// The same tree as somebody may use it; it is closed with this one. Every method then throws
  /// what `access` has against it, at the places that the paths mean, before it tells or does
  /// anything.
  public Tree under(Access access) {
    return new Tree(confinement, staging, hashes, durability, access);
  }

  /// The same as far as it is only taken from ([Access#ofSource]).
  public Tree asSource() {
    return under(access.ofSource());
  }

  /// Walks to `path`, to do there what this tree's access is asked for.
  private Place reach(VirtualPath path, boolean followLast) throws FileProblem {
    return reach(path, followLast, access);
  }

  private Place reach(VirtualPath path, boolean followLast, Access by) throws FileProblem {
    Place place = confinement.find(path, followLast, by);
    boolean allowed = false;
    try {
      by.require(path, place.called());
      allowed = true;
      return place;
    } finally {
      if (!allowed) {
        place.close();
      }
    }
  }

  /// How much may be in it, and how much is.
  public Quota quota() {
    return quota;
  }

  /// What is known of a file or directory.
  public FileFacts stat(VirtualPath path) throws FileProblem {
    try (var place = reach(path, true)) {
      return FileFacts.of(place.existing());
    }
  }

  /// The names of the place that `path` means, links followed, for whoever asks about access to it;
  /// those of the path itself where there is no way to it.
  public List<String> whereIs(VirtualPath path, boolean followLast) throws FileProblem {
    try (var place = reach(path, followLast)) {
      return place.called();
    } catch (FileProblem problem) {
      return switch (problem.kind()) {
        case NOT_FOUND, NOT_A_DIRECTORY -> path.names();
        default -> throw problem;
      };
    }
  }

  /// Whether this is a link itself, wherever it leads; not where there is nothing.
  public boolean isLink(VirtualPath path) throws FileProblem {
    try (var place = reach(path, false)) {
      return place.isLink();
    }
  }

  /// The entries of a directory. The caller closes it.
  public Listing list(VirtualPath path) throws FileProblem {
    try (var place = reach(path, true)) {
      SecureDirectoryStream<Path> directory = place.openDirectory();
      Listing listing = null;
      try {
        listing = new Listing(confinement, staging, access, path, directory, place.whole());
        return listing;
      } finally {
        if (listing == null) {
          directory.close();
        }
      }
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }

  /// Opens a file for reading. The caller closes it.
  ///
  /// @throws FileProblem also `IS_A_DIRECTORY`
  public OpenFile open(VirtualPath path) throws FileProblem {
    try (var place = reach(path, true)) {
      PosixFileAttributes attributes = place.existing();
      if (attributes.isDirectory()) {
        throw FileProblem.about(Kind.IS_A_DIRECTORY, path, "is a directory");
      }
      FileChannel channel =
          Confinement.openFile(place.directory(), place.nameInDirectory(), StandardOpenOption.READ);
      return new OpenFile(channel, channel.size(), attributes.lastModifiedTime().toInstant());
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }

  /// The hash of a part of a file, in hexadecimal digits, lower case. That of a whole file is
  /// remembered while the file stays the same; else the file is read, which takes as long as that
  /// takes: not for an event loop.
  ///
  /// @param from the first byte
  /// @param to the one after the last; what is beyond the end of the file does not count
  /// @param goOn asked now and then, on this thread; "no" breaks it off
  /// @throws FileProblem also `IS_A_DIRECTORY`; `BAD_OFFSET` when the file ends before `from`;
  ///   `BUSY` when it changed while it was read; `BROKEN_OFF`
  public String hash(
      VirtualPath path, HashAlgorithm algorithm, long from, long to, BooleanSupplier goOn)
      throws FileProblem {
    try (var place = reach(path, true)) {
      PosixFileAttributes before = place.existing();
      if (before.isDirectory()) {
        throw FileProblem.about(Kind.IS_A_DIRECTORY, path, "is a directory");
      }
      if (from > before.size()) {
        throw FileProblem.about(Kind.BAD_OFFSET, path, "has only %s bytes", before.size());
      }
      Optional<Hashes.Identity> identity = Hashes.Identity.of(before);
      boolean whole = from == 0 && to >= before.size();
      Optional<String> known =
          whole ? identity.flatMap(it -> hashes.known(it, algorithm)) : Optional.empty();
      if (known.isPresent()) {
        return known.get();
      }
      Path name = place.nameInDirectory();
      try (FileChannel file =
          Confinement.openFile(place.directory(), name, StandardOpenOption.READ)) {
        String hex = hashes.read(file, path, algorithm, from, Math.min(to, before.size()), goOn);
        // Of the file of that name, which may be another by now.
        if (!identity.equals(Hashes.Identity.of(Confinement.attributes(place.directory(), name)))) {
          throw FileProblem.about(Kind.BUSY, path, "changed while it was read");
        }
        if (whole && identity.isPresent()) {
          hashes.remember(identity.get(), algorithm, hex);
        }
        return hex;
      }
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }

  /// Makes a directory, in one that exists. Takes longer the more files the process has open:
  /// milliseconds with thousands.
  ///
  /// @throws FileProblem also `EXISTS`, `NO_SPACE`, `READ_ONLY_STORE`
  public void makeDirectory(VirtualPath path) throws FileProblem {
    try (var place = reach(path, false)) {
      if (place.attributes() != null) {
        throw FileProblem.about(Kind.EXISTS, path, "exists already");
      }
      Path name = place.nameInDirectory();
      synchronized (confinement.naming) {
        if (Confinement.attributes(place.directory(), name) != null) {
          throw FileProblem.about(Kind.EXISTS, path, "exists already");
        }
        quota.making(path, () -> confinement.makeDirectory(place.directory(), name));
      }
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }

  /// Removes an empty directory. Parts of unfinished uploads that nobody is writing do not count:
  /// they are removed with it.
  ///
  /// @throws FileProblem also `NOT_EMPTY`; `BUSY` while an upload into it is running; `DENIED` for
  ///   the root; `NOT_A_DIRECTORY` for a link, which [#deleteFile] removes
  public void removeDirectory(VirtualPath path) throws FileProblem {
    try (var place = reach(path, false)) {
      Path name = directoryToRemove(place);
      try {
        quota.deleteDirectory(place.directory(), name);
      } catch (DirectoryNotEmptyException e) {
        try (var inside = place.openDirectory()) {
          switch (staging.clear(inside, path)) {
            case NOTHING -> quota.deleteDirectory(place.directory(), name);
            case ENTRIES -> throw FileProblem.of(e, path);
            case RUNNING_UPLOAD ->
                throw FileProblem.about(Kind.BUSY, path, "is being uploaded into");
          }
        }
      }
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }

  private static Path directoryToRemove(Place place) throws FileProblem {
    place.existing();
    Path name = place.nameInDirectory();
    if (!place.isDirectory()) {
      throw FileProblem.about(
          Kind.NOT_A_DIRECTORY,
          place.path(),
          place.isLink() ? "is a link: delete it as a file" : "is not a directory");
    }
    return name;
  }

  /// Removes a directory with all in it, links themselves rather than what they lead to, and parts
  /// of unfinished uploads that nobody is writing. Takes as long as there are entries: not for an
  /// event loop.
  ///
  /// It disappears in one step, and is then taken apart out of sight. When that fails, or is broken
  /// off, what is left of it appears again, unless there is something else of that name by then.
  /// What a killed process leaves stays hidden, and is removed after a week by who lists or uploads
  /// there. An upload that is begun in it in the same instant fails, or goes with it.
  ///
  /// @param goOn asked before every entry, on this thread; "no" breaks it off
  /// @return how many entries were removed, `path` among them
  /// @throws FileProblem also `DENIED` for the root, and for what may not be removed;
  ///   `NOT_A_DIRECTORY` for a file or link, which [#deleteFile] removes; `BUSY` while an upload or
  ///   a copy into it is running, and nothing is removed; `BROKEN_OFF`
  public long removeTree(VirtualPath path, BooleanSupplier goOn) throws FileProblem {
    var removal = new Removal(confinement.names, staging, goOn);
    try (var place = reach(path, false)) {
      Path name = directoryToRemove(place);
      access.requireWhole(path, place.called());
      removal.sparing(hidden(place));
      try (var inside = place.openDirectory()) {
        removal.requireUnused(inside, path);
      }
      try {
        // An empty one may be removed by who may not move it.
        quota.deleteDirectory(place.directory(), name);
        return 1;
      } catch (DirectoryNotEmptyException e) {
        // Then the long way.
      }
      try (var hidden = HiddenPlace.make(confinement, staging, place.directory(), path)) {
        quota.move(place.directory(), name, hidden.inside(), HiddenPlace.TREE);
        boolean gone = false;
        try {
          requireSame(place, Confinement.attributes(hidden.inside(), HiddenPlace.TREE));
          removal.remove(hidden.inside(), HiddenPlace.TREE, path);
          gone = true;
        } finally {
          if (!gone) {
            putBack(hidden, place.directory(), name);
          }
        }
      }
      return removal.removed();
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }

  private static void requireSame(Place place, @Nullable PosixFileAttributes now)
      throws FileProblem {
    if (now == null || !Objects.equals(now.fileKey(), place.existing().fileKey())) {
      throw FileProblem.about(Kind.BUSY, place.path(), "changed while it was being reached");
    }
  }

  /// Which of the names in a directory, told from it downward, are not shown: they are not removed
  /// unseen.
  private Predicate<List<String>> hidden(Place place) {
    List<String> from = place.called();
    return below -> {
      var all = new ArrayList<>(from);
      all.addAll(below);
      return !access.shows(all);
    };
  }

  private void putBack(HiddenPlace hidden, SecureDirectoryStream<Path> directory, Path name) {
    try {
      synchronized (confinement.naming) {
        if (Confinement.attributes(directory, name) == null) {
          hidden.inside().move(HiddenPlace.TREE, directory, name);
        }
      }
    } catch (IOException e) {
      // Another problem is on its way; what is left stays hidden, and is removed when it is old.
    }
  }

  /// Copies a file, or a directory with all in it, inside this tree. Takes as long as copying
  /// takes: not for an event loop. Nothing of the copy is visible before all of it is; an earlier
  /// file is replaced, and readable until then; a directory is never replaced nor added to.
  ///
  /// The copy is new, as that of `cp -r`: changed now, with the permissions of the original under
  /// this process's umask, except that a file that is replaced hands on its own. In a directory,
  /// links are copied as links, and mean the same; what no client sees is left out, such as links
  /// that lead outside. What others change in the meantime may be in the copy or not. Where the
  /// hash of an original is known, so is that of the copy.
  ///
  /// @param owner whose copy it is, as of an upload; what is kept of that owner's uploads stays
  /// @param goOn asked now and then, on this thread; "no" breaks it off, and nothing is left
  /// @return how many bytes the files have that were copied
  /// @throws FileProblem also `EXISTS` when `from` is a directory and there is something called
  ///   `to`; `IS_A_DIRECTORY` when only `to` is one; `DENIED` for a copy onto or into itself, and
  ///   for more than [#MAX_COPIED_ENTRIES]; `NO_SPACE`, `READ_ONLY_STORE`, after which nothing is
  ///   left; `BUSY` when a file became shorter meanwhile; `BROKEN_OFF`
  public long copy(VirtualPath from, VirtualPath to, String owner, BooleanSupplier goOn)
      throws FileProblem {
    return new Copy(confinement, staging, hashes, durability, access, MAX_COPIED_ENTRIES, goOn)
        .make(from, to, owner);
  }

  /// Deletes a file; of a link, the link.
  ///
  /// @throws FileProblem also `IS_A_DIRECTORY`
  public void deleteFile(VirtualPath path) throws FileProblem {
    try (var place = reach(path, false)) {
      place.existing();
      if (place.isDirectory()) {
        throw FileProblem.about(Kind.IS_A_DIRECTORY, path, "is a directory");
      }
      quota.deleteFile(place.directory(), place.nameInDirectory());
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }

  /// Gives a file or directory another name, in one step. A file that has that name is replaced; a
  /// directory never is. Of a link in last place the link is renamed, or replaced.
  ///
  /// @throws FileProblem also `EXISTS` when `to` is a directory, or a file and `from` a directory;
  ///   `DENIED` for the root and for a directory moved into itself; `OTHER_STORE` when `to` is on
  ///   another file system
  public void rename(VirtualPath from, VirtualPath to) throws FileProblem {
    try (var source = reach(from, false, access.ofSource());
        var target = reach(to, false)) {
      source.existing();
      Path oldName = source.nameInDirectory();
      Path newName = target.nameInDirectory();
      target.requireServed();
      // Both are free of links, so this holds whatever way "to" was said.
      List<Path> moved = source.whole();
      List<Path> destination = target.whole();
      if (moved.equals(destination)) {
        return;
      }
      if (source.isDirectory() && Copy.startsWith(destination, moved)) {
        throw FileProblem.about(Kind.DENIED, from, "cannot be moved into itself");
      }
      List<String> there = target.called();
      if (source.isDirectory()) {
        access.ofSource().requireWhole(from, source.called());
        access.requireWhole(to, there);
      }
      access.requireMove(from, source.called(), there);
      boolean mayReplace = access.mayReplace(there);
      synchronized (confinement.naming) {
        PosixFileAttributes old = Confinement.attributes(target.directory(), newName);
        if (old != null && (old.isDirectory() || source.isDirectory())) {
          throw FileProblem.about(Kind.EXISTS, to, "exists already");
        }
        if (old != null && !mayReplace) {
          throw irreplaceable(to);
        }
        quota.move(source.directory(), oldName, target.directory(), newName);
      }
    } catch (NoSuchFileException e) {
      throw FileProblem.of(e, from);
    } catch (AccessDeniedException e) {
      throw FileProblem.of(e, to);
    } catch (IOException e) {
      throw FileProblem.of(e, from);
    }
  }

  /// Sets when the content of a file or directory was last changed, as precisely as the file system
  /// can say it.
  public void setModified(VirtualPath path, Instant modified) throws FileProblem {
    var time = FileTime.from(modified);
    try (var place = reach(path, true)) {
      place.existing();
      if (place.isDirectory()) {
        try (var directory = place.openDirectory()) {
          directory.getFileAttributeView(BasicFileAttributeView.class).setTimes(time, null, null);
        }
      } else {
        Path name = place.nameInDirectory();
        place
            .directory()
            .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .setTimes(time, null, null);
        Optional<Hashes.Identity> before = Hashes.Identity.of(place.existing());
        Optional<Hashes.Identity> after =
            Hashes.Identity.of(Confinement.attributes(place.directory(), name));
        if (before.isPresent()
            && after.isPresent()
            && before.get().place().equals(after.get().place())
            && before.get().size() == after.get().size()) {
          hashes.renamed(before.get(), after.get());
        }
      }
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }

  /// Sets the nine permission bits, as in `0644`. The sticky and setgid bits of a directory are
  /// lost, as with the system call.
  ///
  /// @throws FileProblem also `DENIED` for more than the nine bits, as nobody is made to run
  ///   programs in another's name by a client; for a mode that takes the owner's right to read, or
  ///   to search a directory: the server opens what it changes, so that neither it nor, through it,
  ///   the client could take that back
  public void setMode(VirtualPath path, int mode) throws FileProblem {
    if ((mode & ~0777) != 0) {
      throw FileProblem.about(
          Kind.DENIED, path, "cannot get mode %s: it is 777 at most", Integer.toOctalString(mode));
    }
    try (var place = reach(path, true)) {
      int needed = place.existing().isDirectory() ? 0500 : 0400;
      if ((mode & needed) != needed) {
        throw FileProblem.about(
            Kind.DENIED,
            path,
            "cannot get mode %s: the server itself could not use it any more",
            Integer.toOctalString(mode));
      }
      Set<PosixFilePermission> permissions = FileFacts.permissions(mode);
      if (place.isDirectory()) {
        try (var directory = place.openDirectory()) {
          directory.getFileAttributeView(PosixFileAttributeView.class).setPermissions(permissions);
        }
      } else {
        place
            .directory()
            .getFileAttributeView(
                place.nameInDirectory(), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
            .setPermissions(permissions);
      }
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }

  /// Makes a symbolic link to `target`, which exists. What it says is relative, so that it holds
  /// when the served folder is moved, and stays inside. A link in last place of `target` is linked
  /// to, not followed. Takes as long as [#makeDirectory].
  ///
  /// @throws FileProblem also `EXISTS` when there is something called `link`; `NOT_FOUND`,
  ///   `OUTSIDE` and `DENIED` when `target` is not to be reached
  public void makeLink(VirtualPath link, VirtualPath target) throws FileProblem {
    List<Path> end;
    try (var reached = reach(target, true, access.ofSource());
        var named = reach(target, false, access.ofSource())) {
      reached.existing();
      end = named.whole();
    }
    try (var place = reach(link, false)) {
      if (place.attributes() != null) {
        throw FileProblem.about(Kind.EXISTS, link, "exists already");
      }
      Path name = place.nameInDirectory();
      synchronized (confinement.naming) {
        if (Confinement.attributes(place.directory(), name) != null) {
          throw FileProblem.about(Kind.EXISTS, link, "exists already");
        }
        Path text = Confinement.relative(place.real(), end);
        quota.making(link, () -> confinement.makeLink(place.directory(), name, text));
      }
    } catch (IOException e) {
      throw FileProblem.of(e, link);
    }
  }

  /// How many bytes may yet be stored: as the disk has room, and the quota.
  public long usableSpace() throws FileProblem {
    return Math.min(diskSpace(), quota.room());
  }

  /// The most bytes that one file may have, if all that the quota counts is replaced by it.
  public long largest() throws FileProblem {
    return Math.min(diskSpace(), quota.mostBytes());
  }

  /// How many bytes this process may yet write to the file system of the root.
  public long diskSpace() throws FileProblem {
    try {
      return Files.getFileStore(confinement.disk()).getUsableSpace();
    } catch (IOException e) {
      throw FileProblem.of(e, VirtualPath.ROOT);
    }
  }

  /// Begins an upload of `target`, of which nothing is visible before [Upload#publish()]. The
  /// caller ends it. Where `target` is a link, what it leads to is replaced, and the link stays.
  ///
  /// A second upload of the same target at the same time is a second file; the one published last
  /// stays. [Start.At] and [Start.Append] may have to copy the published file first, which takes as
  /// long as copying takes. Once a day the names in the directory are read through, for parts that
  /// were abandoned a week ago.
  ///
  /// @param owner whose upload it is: only the same owner can continue it
  /// @param whole how many bytes the file will have, to refuse what the quota has no room for
  ///   before anything is touched; -1 if nobody knows
  /// @param goOn asked now and then while the published file is copied, on this thread; "no" breaks
  ///   it off, and nothing is left
  /// @throws FileProblem also `IS_A_DIRECTORY`; `BAD_OFFSET` when there are fewer bytes than
  ///   [Start.At] says; `BUSY` when the part to be continued is still being written; `NO_SPACE`,
  ///   `READ_ONLY_STORE`; `BROKEN_OFF`
  public Upload upload(
      VirtualPath target, String owner, Start start, long whole, BooleanSupplier goOn)
      throws FileProblem {
    Place place = reach(target, true);
    Upload upload = null;
    boolean begun = false;
    try {
      List<String> called = place.called();
      if (place.attributes() == null) {
        access.requireMaking(target, called);
      }
      boolean mayReplace = access.mayReplace(called);
      if (place.attributes() != null && !mayReplace && !(start instanceof Start.Append)) {
        throw irreplaceable(target);
      }
      upload = Upload.begin(staging, hashes, durability, place, owner, start, whole, goOn);
      upload.mayReplace(mayReplace);
      if (!mayReplace && !upload.addsToWhatIsThere(goOn)) {
        throw irreplaceable(target);
      }
      begun = true;
      return upload;
    } catch (IOException e) {
      throw FileProblem.of(e, target);
    } finally {
      if (upload == null) {
        place.close();
      } else if (!begun) {
        upload.close();
      }
    }
  }

  /// The same, not to be broken off.
  public Upload upload(VirtualPath target, String owner, Start start, long whole)
      throws FileProblem {
    return upload(target, owner, start, whole, () -> true);
  }

  /// The same of a file whose size nobody knows.
  public Upload upload(VirtualPath target, String owner, Start start) throws FileProblem {
    return upload(target, owner, start, -1);
  }

  /// What is there stays for those who may not replace it.
  static FileProblem irreplaceable(VirtualPath path) {
    return FileProblem.about(Kind.EXISTS, path, "exists already, and you may not replace it");
  }

  /// How many bytes of an upload of `target` by `owner` are kept to be continued; empty when there
  /// are none, and while that upload is running in this tree.
  public OptionalLong resumable(VirtualPath target, String owner) throws FileProblem {
    // It is the owner's own, whatever else may be done there.
    try (var place = confinement.find(target, true, access)) {
      if (place.name() == null || place.isDirectory()) {
        return OptionalLong.empty();
      }
      BasicFileAttributes part =
          Confinement.attributes(place.directory(), staging.keptName(owner, place.name()));
      return part == null || !part.isRegularFile() || part.size() == 0 || staging.isHeld(part)
          ? OptionalLong.empty()
          : OptionalLong.of(part.size());
    } catch (IOException e) {
      throw FileProblem.of(e, target);
    }
  }

  /// Closing again does nothing.
  @Override
  public void close() throws FileProblem {
    confinement.close();
  }
}
