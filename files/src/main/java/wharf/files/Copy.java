package wharf.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import wharf.files.FileProblem.Kind;

/// One copy of a file or a tree in the making. One caller, once.
///
/// As with `cp -r`, what is copied is new: changed now, with the permissions of the original as far
/// as this process gives them (its umask), its owner this process. A directory never gets more
/// permissions than the original, but its owner keeps all.
///
/// In a tree, links are copied as links and mean the same: what the original means, or the copy of
/// that where it is in the tree. Left out is what no client sees: links that lead outside or to
/// nothing, pipes, devices and sockets, parts of unfinished uploads.
final class Copy {
  /// So many bytes are copied before it is asked again whether to go on.
  static final long AT_ONCE = 8L << 20;

  private final Confinement confinement;
  private final Staging staging;
  private final Hashes hashes;
  private final Durability durability;
  private final Access access;
  private final int mostEntries;
  private final BooleanSupplier goOn;
  private long bytes;
  private int entries;

  /// @param goOn is asked before every entry and every few megabytes; at the first "no" a
  ///   [FileProblem] is thrown
  Copy(
      Confinement confinement,
      Staging staging,
      Hashes hashes,
      Durability durability,
      Access access,
      int mostEntries,
      BooleanSupplier goOn) {
    this.confinement = confinement;
    this.staging = staging;
    this.hashes = hashes;
    this.durability = durability;
    this.access = access;
    this.mostEntries = mostEntries;
    this.goOn = goOn;
  }

  /// Makes it, and answers its size in bytes.
  long make(VirtualPath from, VirtualPath to, String owner) throws FileProblem {
    Access original = access.ofSource();
    try (var source = confinement.find(from, true, original)) {
      original.require(from, source.called());
      if (source.existing().isDirectory()) {
        original.requireWhole(from, source.called());
        tree(source, to);
      } else {
        file(source, to, owner);
      }
      return bytes;
    } catch (IOException e) {
      throw FileProblem.of(e, from);
    }
  }

  private void file(Confinement.Place source, VirtualPath to, String owner) throws IOException {
    PosixFileAttributes original = source.existing();
    Path name = source.nameInDirectory();
    try (FileChannel in = Confinement.openFile(source.directory(), name, StandardOpenOption.READ)) {
      Upload upload = begin(source, original, to, owner);
      boolean published = false;
      try {
        transfer(in, upload.channel(), source.path(), to, upload::grows);
        remember(original, source.directory(), name, upload.identity());
        upload.publish();
        published = true;
      } catch (IOException e) {
        throw FileProblem.of(e, to);
      } finally {
        if (!published) {
          discard(upload);
        }
      }
    }
  }

  private Upload begin(
      Confinement.Place source, PosixFileAttributes original, VirtualPath to, String owner)
      throws FileProblem {
    Confinement.Place target = confinement.find(to, true, access);
    Upload upload = null;
    try {
      access.require(to, target.called());
      boolean mayReplace = access.mayReplace(target.called());
      if (target.attributes() != null
          && Objects.equals(target.attributes().fileKey(), original.fileKey())) {
        throw FileProblem.about(Kind.DENIED, source.path(), "cannot be copied onto itself");
      }
      if (target.attributes() != null && !mayReplace) {
        throw Tree.irreplaceable(to);
      }
      upload = Upload.beginCopy(staging, hashes, durability, target, owner, original.permissions());
      upload.mayReplace(mayReplace);
      return upload;
    } catch (IOException e) {
      throw FileProblem.of(e, to);
    } finally {
      if (upload == null) {
        target.close();
      }
    }
  }

  private static void discard(Upload upload) {
    try {
      upload.discard();
    } catch (IOException e) {
      // Another problem is on its way; what is left is hidden, and removed when it is old.
    }
  }

  private void tree(Confinement.Place source, VirtualPath to) throws IOException {
    try (var target = confinement.find(to, false, access)) {
      access.require(to, target.called());
      access.requireWhole(to, target.called());
      requireFree(target);
      List<Path> original = source.whole();
      List<Path> destination = target.whole();
      if (startsWith(destination, original)) {
        throw FileProblem.about(Kind.DENIED, source.path(), "cannot be copied into itself");
      }
      staging.tidy(target.directory());
      try (var hidden = HiddenPlace.make(confinement, staging, target.directory(), to)) {
        boolean published = false;
        try {
          staging.quota.making(
              to, () -> confinement.makeDirectory(hidden.inside(), HiddenPlace.TREE));
          try (var in = source.openDirectory();
              var out = Confinement.enter(hidden.inside(), HiddenPlace.TREE, to)) {
            directory(
                new Level(in, out, source.path(), to, original, destination),
                original,
                destination);
          }
          synchronized (confinement.naming) {
            requireFree(target);
            hidden.inside().move(HiddenPlace.TREE, target.directory(), target.nameInDirectory());
          }
          published = true;
        } finally {
          if (!published) {
            removeQuietly(hidden, to);
          }
        }
      }
      if (durability == Durability.ALWAYS) {
        Confinement.sync(target.directory());
      }
    } catch (IOException e) {
      throw FileProblem.of(e, to);
    }
  }

  private static void requireFree(Confinement.Place target) throws IOException {
    if (target.name() == null
        || Confinement.attributes(target.directory(), target.name()) != null) {
      throw FileProblem.about(Kind.EXISTS, target.path(), "exists already");
    }
  }

  private void removeQuietly(HiddenPlace hidden, VirtualPath path) {
    try {
      new Removal(confinement.names, staging, () -> true)
          .remove(hidden.inside(), HiddenPlace.TREE, path);
    } catch (IOException e) {
      // As in discard().
    }
  }

  /// A directory of the original, and what becomes its copy.
  ///
  /// @param realFrom the names from the root to `in`, and `realTo` to where `out` will be; no link
  ///   is among them
  private record Level(
      SecureDirectoryStream<Path> in,
      SecureDirectoryStream<Path> out,
      VirtualPath from,
      VirtualPath to,
      List<Path> realFrom,
      List<Path> realTo) {}

  private void directory(Level level, List<Path> original, List<Path> destination)
      throws IOException {
    Removal.requireDepth(level.to(), level.realTo().size());
    restrict(level);
    try {
      for (Path entry : level.in()) {
        Path name = entry.getFileName();
        if (!Staging.isReserved(name)) {
          entry(level, name, original, destination);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw FileProblem.of(Objects.requireNonNull(e.getCause()), level.from());
    }
    if (durability == Durability.ALWAYS) {
      Confinement.sync(level.out());
    }
  }

  private void entry(Level level, Path name, List<Path> original, List<Path> destination)
      throws IOException {
    requireGoOn(level.from());
    PosixFileAttributes attributes = Confinement.attributes(level.in(), name);
    if (attributes == null
        || attributes.isOther()
        || !access.ofSource().shows(confinement.called(level.realFrom(), name))
        || Confinement.attributes(level.out(), name) != null) {
      // It has gone, or is not served, or not shown, or was met already: a name that is given while
      // a directory is read may come twice.
      return;
    }
    if (++entries > mostEntries) {
      throw FileProblem.about(
          Kind.DENIED,
          level.from(),
          "has more than %s entries to copy: copy it in parts",
          mostEntries);
    }
    VirtualPath from = confinement.names.below(level.from(), name);
    VirtualPath to = confinement.names.below(level.to(), name);
    if (attributes.isSymbolicLink()) {
      link(level, name, from, original, destination);
    } else if (attributes.isDirectory()) {
      SecureDirectoryStream<Path> inner;
      try {
        inner = Confinement.enter(level.in(), name, from);
      } catch (NoSuchFileException e) {
        return;
      } catch (IOException e) {
        throw FileProblem.of(e, from);
      }
      try (inner) {
        staging.quota.making(to, () -> confinement.makeDirectory(level.out(), name));
        try (var copy = Confinement.enter(level.out(), name, to)) {
          directory(
              new Level(
                  inner, copy, from, to, with(level.realFrom(), name), with(level.realTo(), name)),
              original,
              destination);
        }
      } catch (IOException e) {
        throw FileProblem.of(e, to);
      }
    } else {
      try (FileChannel in = Confinement.openFile(level.in(), name, StandardOpenOption.READ)) {
        file(level, name, attributes, in, from, to);
      } catch (NoSuchFileException e) {
        // It has gone.
      } catch (IOException e) {
        throw FileProblem.of(e, from);
      }
    }
  }

  private void file(
      Level level,
      Path name,
      PosixFileAttributes original,
      FileChannel in,
      VirtualPath from,
      VirtualPath to)
      throws FileProblem {
    Quota.Charge charge = staging.quota.nothing();
    charge.become(to, 0, 1);
    boolean made = false;
    try (FileChannel out = Confinement.makeFile(level.out(), name, original.permissions())) {
      made = true;
      boolean whole = false;
      try {
        transfer(in, out, from, to, size -> charge.become(to, size));
        whole = true;
      } finally {
        if (!whole) {
          charge.shrinkTo(out.size());
        }
      }
      if (durability == Durability.ALWAYS) {
        out.force(true);
      }
      remember(
          original,
          level.in(),
          name,
          Hashes.Identity.of(Confinement.attributes(level.out(), name)));
    } catch (IOException e) {
      throw FileProblem.of(e, to);
    } finally {
      if (!made) {
        charge.release();
      }
    }
  }

  /// Copies a link that leads somewhere inside. What it says is kept where every name on its way is
  /// copied too, and so means the same there.
  private void link(
      Level level, Path name, VirtualPath path, List<Path> original, List<Path> destination)
      throws IOException {
    if (!confinement.isAt(level.realFrom(), level.in())) {
      // What links say is read by path.
      throw FileProblem.about(Kind.BUSY, path, "changed while it was being reached");
    }
    List<Path> end;
    try (var reached = confinement.follow(path, level.realFrom(), name, access.ofSource())) {
      reached.existing();
      end = reached.whole();
    } catch (FileProblem e) {
      switch (e.kind()) {
        case OUTSIDE, NOT_FOUND, NOT_A_DIRECTORY, DENIED -> {
          return;
        }
        default -> throw e;
      }
    }
    Path text = confinement.readLink(level.realFrom(), name);
    if (text.isAbsolute() || climbs(text)) {
      if (startsWith(end, original)) {
        var copied = new ArrayList<>(destination);
        copied.addAll(end.subList(original.size(), end.size()));
        end = copied;
      }
      text = Confinement.relative(level.realTo(), end);
    }
    Path means = text;
    staging.quota.making(path, () -> confinement.makeLink(level.out(), name, means));
  }

  private static boolean climbs(Path text) {
    for (Path name : text) {
      if (name.toString().equals("..")) {
        return true;
      }
    }
    return false;
  }

  /// Takes from the new directory what the original does not give to its group and others, before
  /// anything is in it.
  private static void restrict(Level level) throws IOException {
    Set<PosixFilePermission> allowed =
        EnumSet.of(
            PosixFilePermission.OWNER_READ,
            PosixFilePermission.OWNER_WRITE,
            PosixFilePermission.OWNER_EXECUTE);
    allowed.addAll(Confinement.attributes(level.in()).permissions());
    Set<PosixFilePermission> given = Confinement.attributes(level.out()).permissions();
    if (!allowed.containsAll(given)) {
      allowed.retainAll(given);
      level.out().getFileAttributeView(PosixFileAttributeView.class).setPermissions(allowed);
    }
  }

  /// All of `in` to `out`, in the kernel.
  private void transfer(
      FileChannel in, FileChannel out, VirtualPath from, VirtualPath to, Growth growth)
      throws IOException {
    long size = in.size();
    for (long done = 0; done < size; ) {
      requireGoOn(from);
      long n;
      long wanted = Math.min(AT_ONCE, size - done);
      growth.to(done + wanted);
      try {
        n = in.transferTo(done, wanted, out);
      } catch (IOException e) {
        FileProblem problem = FileProblem.of(e, to);
        // What was a file when it was looked at was a directory when it was opened.
        throw problem.kind() == Kind.IS_A_DIRECTORY
            ? FileProblem.about(Kind.BUSY, from, "changed while it was being reached")
            : problem;
      }
      if (n == 0) {
        throw FileProblem.about(Kind.BUSY, from, "became shorter while it was read");
      }
      done += n;
      bytes += n;
      growth.to(done);
    }
  }

  /// What a copy is about to grow to, or has become instead.
  private interface Growth {
    void to(long size) throws FileProblem;
  }

  /// What is known of the original's hash is true of the copy, if the original is still the same.
  private void remember(
      PosixFileAttributes original,
      SecureDirectoryStream<Path> directory,
      Path name,
      Optional<Hashes.Identity> copy)
      throws IOException {
    Optional<Hashes.Identity> before = Hashes.Identity.of(original);
    if (before.isPresent()
        && copy.isPresent()
        && before.equals(Hashes.Identity.of(Confinement.attributes(directory, name)))) {
      hashes.copied(before.get(), copy.get());
    }
  }

  private void requireGoOn(VirtualPath path) throws FileProblem {
    if (!goOn.getAsBoolean()) {
      throw FileProblem.brokenOff(path, "was not copied: that was broken off");
    }
  }

  private static List<Path> with(List<Path> names, Path name) {
    var all = new ArrayList<>(names);
    all.add(name);
    return all;
  }

  static boolean startsWith(List<Path> names, List<Path> beginning) {
    return names.size() >= beginning.size() && names.subList(0, beginning.size()).equals(beginning);
  }
}
