package wharf.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The entries of one directory, one at a time. Whoever asked for it closes it. One caller at a
/// time.
///
/// Sorted by name up to [#SORTED_UP_TO] entries; a larger directory comes in the order of the
/// directory, as its names are never all in memory. Each entry is looked up when it is its turn.
///
/// Left out: what vanished meanwhile; links that lead outside or to nothing; pipes, devices and
/// sockets; names with control characters, which no client could say; parts of unfinished uploads;
/// and what is not shown to whoever it is for ([Access#shows]).
public final class Listing implements AutoCloseable {
  public static final int SORTED_UP_TO = 4096;

  /// One entry.
  ///
  /// @param name bytes that are not UTF-8 are shown as U+FFFD
  /// @param facts of what a link leads to, where the entry is a link
  public record Entry(String name, FileFacts facts) {}

  private final Confinement confinement;
  private final Staging staging;
  private final Access access;
  private final VirtualPath path;
  private final SecureDirectoryStream<Path> directory;
  private final List<Path> real;

  /// What those names are called.
  private final List<String> here;

  private final ArrayDeque<Path> first;
  private final Iterator<Path> rest;
  private @Nullable Entry entry;

  /// Takes over `directory`, which is reached by the names `real`.
  Listing(
      Confinement confinement,
      Staging staging,
      Access access,
      VirtualPath path,
      SecureDirectoryStream<Path> directory,
      List<Path> real)
      throws IOException {
    this.confinement = confinement;
    this.staging = staging;
    this.access = access;
    this.path = path;
    this.directory = directory;
    this.real = real;
    this.here = confinement.called(real, null);
    this.rest = directory.iterator();
    var names = new ArrayList<Path>();
    while (names.size() <= SORTED_UP_TO) {
      Path name = nextName();
      if (name == null) {
        names.sort(Comparator.naturalOrder());
        break;
      }
      names.add(name);
    }
    this.first = new ArrayDeque<>(names);
  }

  /// Looks at the next name, which is looked up only if it is chosen. So a caller who looks for few
  /// names among many can stop in between.
  ///
  /// @param chosen told names as they are shown
  /// @return whether there was one: [#entry] is what it names
  /// @throws FileProblem when the directory cannot be read on
  public boolean advance(Predicate<String> chosen) throws FileProblem {
    entry = null;
    try {
      Path name = first.isEmpty() ? nextName() : first.poll();
      if (name == null) {
        return false;
      }
      String text = confinement.names.text(name);
      if (text.startsWith(VirtualPath.RESERVED_PREFIX)) {
        staging.removeIfAbandoned(directory, name);
      } else if (!VirtualPath.hasControls(text) && chosen.test(text) && isShown(text)) {
        FileFacts facts = facts(name);
        entry = facts == null ? null : new Entry(text, facts);
      }
      return true;
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }

  private boolean isShown(String name) {
    if (access.equals(Access.EVERYTHING)) {
      return true;
    }
    var place = new ArrayList<>(here);
    place.add(name);
    return access.shows(place);
  }

  /// What the name that [#advance] has looked at last is of; null where it was not chosen, or is
  /// left out.
  public @Nullable Entry entry() {
    return entry;
  }

  /// The next entry of all, however many names before it are left out; null at the end.
  ///
  /// @throws FileProblem when the directory cannot be read on
  public @Nullable Entry next() throws FileProblem {
    while (advance(_ -> true)) {
      if (entry != null) {
        return entry;
      }
    }
    return null;
  }

  /// How many names are in memory.
  int namesAhead() {
    return first.size();
  }

  private @Nullable Path nextName() throws IOException {
    try {
      return rest.hasNext() ? rest.next().getFileName() : null;
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private @Nullable FileFacts facts(Path name) throws IOException {
    PosixFileAttributes attributes = Confinement.attributes(directory, name);
    if (attributes != null && attributes.isSymbolicLink()) {
      try (var place = confinement.follow(path, real, name, access)) {
        access.require(path, place.called());
        attributes = place.attributes();
      } catch (FileProblem e) {
        // Leads outside, to nothing, in circles, or to what is not for them.
        return null;
      }
    }
    return attributes == null || attributes.isOther() ? null : FileFacts.of(attributes);
  }

  /// Closing again does nothing.
  @Override
  public void close() throws FileProblem {
    try {
      directory.close();
    } catch (IOException e) {
      throw FileProblem.of(e, path);
    }
  }
}
