package wharf.ftp.client;

import java.io.Serial;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Goes through a folder on a server and all that is below it, a folder before what is in it, in
/// the order of names. Each folder is listed whole, by a session that is then given back; so the
/// memory it takes grows with the largest folder, not with the tree.
///
/// ```
/// new RemoteWalk(sessions).through("pub", visitor);
/// ```
public final class RemoteWalk {
  /// How deep it goes unless told otherwise: a path of 4096 bytes, the most that Linux takes, with
  /// names of 40.
  public static final int DEPTH = 100;

  /// How many entries a folder may have, and how many folders may wait to be gone into. A server
  /// could go on for ever.
  static final int ENTRIES = 1_000_000;

  /// How long the names in a folder may be, all together, in characters.
  private static final long NAMES = 100_000_000;

  /// Through how many links a path may lead: one more is taken for going in a circle (as Linux does
  /// after 40, but each here may lead through a tree).
  private static final int LINKS = 8;

  private record Folder(
      String path, String relative, int depth, int links, @Nullable Folder in, String unique) {
    boolean isWithin(String other) {
      for (Folder folder = this; folder != null; folder = folder.in()) {
        if (!other.isEmpty() && folder.unique().equals(other)) {
          return true;
        }
      }
      return false;
    }
  }

  private final Sessions sessions;
  private final boolean links;
  private final int depth;

  private RemoteWalk(Sessions sessions, boolean links, int depth) {
    this.sessions = sessions;
    this.links = links;
    this.depth = depth;
  }

  /// A walk that finds links, but does not follow them.
  public RemoteWalk(Sessions sessions) {
    this(sessions, false, DEPTH);
  }

  /// The same, which takes a link for what it leads to.
  public RemoteWalk followingLinks() {
    return new RemoteWalk(sessions, true, depth);
  }

  /// The same, which goes only so deep; 1 for what is in the folder itself.
  public RemoteWalk depth(int other) {
    return new RemoteWalk(sessions, links, other);
  }

  /// Goes through `root`, which is not found itself.
  ///
  /// @throws FtpException when it cannot be listed, or the visitor throws it
  public void through(String root, Visitor<String> visitor) throws FtpException {
    Deque<Folder> ahead = new ArrayDeque<>();
    Folder first = new Folder(root, "", 1, 0, null, "");
    visit(first, listed(root), ahead, visitor);
    while (!ahead.isEmpty()) {
      Folder folder = ahead.pop();
      List<Entry> entries;
      try {
        entries = listed(folder.path());
      } catch (FtpException.Cancelled e) {
        throw e;
      } catch (FtpException e) {
        visitor.failed(folder.relative(), e);
        continue;
      }
      visit(folder, entries, ahead, visitor);
    }
  }

  private void visit(
      Folder folder, List<Entry> entries, Deque<Folder> ahead, Visitor<String> visitor)
      throws FtpException {
    List<Folder> below = new ArrayList<>();
    for (Entry entry : entries) {
      String relative = RemotePath.in(folder.relative(), entry.name());
      if (!RemotePath.isName(entry.name())) {
        visitor.failed(
            relative,
            new FtpException.NotPermitted(
                "the server calls something in %s %s, which is no name; it is left out"
                    .formatted(
                        folder.relative().isEmpty()
                            ? "the folder"
                            : Refusal.quote(folder.relative()),
                        Refusal.quote(entry.name()))));
        continue;
      }
      String path = RemotePath.in(folder.path(), entry.name());
      Entry known;
      try {
        known = resolved(path, entry);
      } catch (FtpException.Cancelled e) {
        throw e;
      } catch (FtpException e) {
        visitor.failed(relative, e);
        continue;
      }
      boolean enter = visitor.found(new Found<>(path, relative, known));
      if (!enter || known.kind() != Entry.Kind.FOLDER) {
        continue;
      }
      int through = folder.links() + (entry.kind() == Entry.Kind.LINK ? 1 : 0);
      String unique = known.details().unique() == null ? "" : known.details().unique();
      // Many a server shows a link as the folder that it leads to.
      if (through > LINKS || folder.isWithin(unique)) {
        visitor.failed(relative, tooFar(relative, "it seems to lead in a circle"));
      } else if (folder.depth() < depth) {
        below.add(new Folder(path, relative, folder.depth() + 1, through, folder, unique));
      } else if (depth == DEPTH) {
        visitor.failed(relative, tooFar(relative, "it is deeper than %d folders".formatted(DEPTH)));
      }
    }
    if (ahead.size() + below.size() > ENTRIES) {
      throw new FtpException.Protocol(
          "the server has more than %d folders that were not yet looked into; give up"
              .formatted(ENTRIES));
    }
    below.reversed().forEach(ahead::push);
  }

  private static FtpException tooFar(String relative, String why) {
    return new FtpException.NotPermitted(
        "%s is not gone into: %s".formatted(Refusal.quote(relative), why));
  }

  private List<Entry> listed(String path) throws FtpException {
    return listed(sessions, path);
  }

  /// All of a folder, in the order of names; of one that was left half listed, nothing.
  static List<Entry> listed(Sessions sessions, String path) throws FtpException {
    try {
      return sessions.run(
          client -> {
            List<Entry> entries = new ArrayList<>();
            long[] names = {0};
            client.list(
                path,
                entry -> {
                  names[0] += entry.name().length();
                  if (entries.size() == ENTRIES || names[0] > NAMES) {
                    throw new Endless();
                  }
                  entries.add(entry);
                });
            entries.sort(Comparator.comparing(Entry::name));
            return entries;
          });
    } catch (Endless _) {
      throw new FtpException.Protocol(
          "the folder %s has more than %d entries, or too long ones; fetch them in parts"
              .formatted(Refusal.quote(path), ENTRIES));
    }
  }

  /// Ends a listing that may have no end.
  private static final class Endless extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;
  }

  private Entry resolved(String path, Entry entry) throws FtpException {
    return resolved(sessions, path, entry, links);
  }

  /// What an entry is, where the listing does not say, or a link is to be followed.
  static Entry resolved(Sessions sessions, String path, Entry entry, boolean links)
      throws FtpException {
    boolean unknown =
        entry.kind() == Entry.Kind.OTHER && entry.size() < 0 && entry.modified() == null;
    if (!unknown && !(links && entry.kind() == Entry.Kind.LINK)) {
      return entry;
    }
    return sessions.run(
        client -> {
          if (client.isFolder(path)) {
            Entry itself = client.stat(path);
            return new Entry(entry.name(), Entry.Kind.FOLDER, -1, null, itself.details());
          }
          OptionalLong size = client.size(path);
          return size.isEmpty()
              ? entry
              : new Entry(
                  entry.name(),
                  Entry.Kind.FILE,
                  size.getAsLong(),
                  client.modified(path).orElse(null),
                  Entry.Details.NONE);
        });
  }
}
