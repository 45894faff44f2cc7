package wharf.ftp.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A pattern for names and paths, as shells have it: `*` stands for any characters but `/`, `?` for
/// one, `[a-z]` for one of these and `[!a-z]` for one of no others, `**` between slashes for any
/// folders, also none; a backslash takes its meaning from the character that follows.
///
/// Takes time in proportion to pattern times name, whatever the pattern.
public final class Glob {
  private static final String ANY_FOLDERS = "**";

  private final String pattern;
  private final List<String> parts;

  private Glob(String pattern) {
    this.pattern = pattern;
    this.parts = Arrays.asList(pattern.split("/", -1));
  }

  /// Reads a pattern; every text is one.
  public static Glob of(String pattern) {
    return new Glob(pattern);
  }

  /// Whether a text would mean something else as a pattern than as it stands.
  public static boolean isPattern(String text) {
    return text.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
  }

  /// Whether the pattern is for a path, not for a name wherever that is.
  boolean hasFolders() {
    return parts.size() > 1;
  }

  /// Whether all of a path fits, one with slashes between its names.
  public boolean matches(String path) {
    List<String> names = Arrays.asList(path.split("/", -1));
    // For each number of parts: whether they fit the names so far.
    boolean[] fits = new boolean[parts.size() + 1];
    fits[0] = true;
    anyFoldersFitNothing(fits);
    for (String name : names) {
      boolean[] next = new boolean[parts.size() + 1];
      for (int i = 0; i < parts.size(); i++) {
        if (parts.get(i).equals(ANY_FOLDERS)) {
          next[i + 1] = fits[i + 1] || fits[i];
        } else {
          next[i + 1] = fits[i] && fits(parts.get(i), name);
        }
      }
      anyFoldersFitNothing(next);
      fits = next;
    }
    return fits[parts.size()];
  }

  private void anyFoldersFitNothing(boolean[] fits) {
    for (int i = 0; i < parts.size(); i++) {
      fits[i + 1] |= fits[i] && parts.get(i).equals(ANY_FOLDERS);
    }
  }

  /// Whether a name fits a pattern without slashes. Goes back to the last star only: an earlier one
  /// can do nothing that this cannot.
  private static boolean fits(String pattern, String name) {
    int at = 0;
    int in = 0;
    int star = -1;
    int starIn = 0;
    while (in < name.length()) {
      int c = name.codePointAt(in);
      int step = at < pattern.length() ? one(pattern, at, c) : 0;
      if (at < pattern.length() && pattern.charAt(at) == '*') {
        star = ++at;
        starIn = in;
      } else if (step > 0) {
        at += step;
        in += Character.charCount(c);
      } else if (star >= 0) {
        at = star;
        starIn += Character.charCount(name.codePointAt(starIn));
        in = starIn;
      } else {
        return false;
      }
    }
    while (at < pattern.length() && pattern.charAt(at) == '*') {
      at++;
    }
    return at == pattern.length();
  }

  /// How long the piece of pattern at `at` is, if it fits the character; 0 if it does not.
  private static int one(String pattern, int at, int c) {
    int p = pattern.codePointAt(at);
    if (p == '?') {
      return 1;
    }
    if (p == '\\' && at + 1 < pattern.length()) {
      return pattern.codePointAt(at + 1) == c ? 1 + Character.charCount(c) : 0;
    }
    boolean not =
        p == '[' && at + 1 < pattern.length() && "!^".indexOf(pattern.charAt(at + 1)) >= 0;
    int first = at + (not ? 2 : 1);
    // A ] at the first place is one of the characters.
    int end = p == '[' ? pattern.indexOf(']', first + 1) : -1;
    if (end < 0) {
      return p == c ? Character.charCount(c) : 0;
    }
    return isIn(pattern.substring(first, end).codePoints().toArray(), c) == not ? 0 : end + 1 - at;
  }

  private static boolean isIn(int[] set, int c) {
    for (int i = 0; i < set.length; i++) {
      if (i + 2 < set.length && set[i + 1] == '-') {
        if (set[i] <= c && c <= set[i + 2]) {
          return true;
        }
        i += 2;
      } else if (set[i] == c) {
        return true;
      }
    }
    return false;
  }

  /// What on a server fits, in order, each with its path from where the pattern begins. As in a
  /// shell, a name with a dot before it fits only a pattern with one.
  ///
  /// @throws FtpException when a folder that the pattern names cannot be listed
  public List<Found<String>> expand(Sessions sessions) throws FtpException {
    boolean absolute = pattern.startsWith("/");
    List<String> wanted = parts.stream().filter(part -> !part.isEmpty()).toList();
    SequencedMap<String, Entry> places = new LinkedHashMap<>();
    String root = absolute ? "/" : "";
    places.put(root, new Entry("/", Entry.Kind.FOLDER, -1, null));
    for (int i = 0; i < wanted.size() && !places.isEmpty(); i++) {
      String part = wanted.get(i);
      boolean last = i + 1 == wanted.size();
      SequencedMap<String, Entry> next = new LinkedHashMap<>();
      for (Map.Entry<String, Entry> place : places.entrySet()) {
        if (part.equals(ANY_FOLDERS)) {
          if (!last) {
            next.put(place.getKey(), place.getValue());
          }
          below(sessions, place.getKey(), last, next);
        } else if (isPattern(part) || last) {
          named(sessions, place.getKey(), part, last, next);
        } else {
          // Not looked for: a folder may be one that cannot be listed, but gone through.
          String name = part.replaceAll("\\\\(.)", "$1");
          next.put(
              RemotePath.in(place.getKey(), name), new Entry(name, Entry.Kind.FOLDER, -1, null));
        }
      }
      places = next;
    }
    places.remove(root);
    return places.entrySet().stream()
        .map(place -> new Found<>(place.getKey(), place.getKey(), place.getValue()))
        .toList();
  }

  private static void named(
      Sessions sessions, String folder, String part, boolean last, Map<String, Entry> into)
      throws FtpException {
    List<Entry> entries = new ArrayList<>();
    new RemoteWalk(sessions)
        .depth(1)
        .through(
            folder,
            visitor(
                found -> {
                  String name = found.entry().name();
                  boolean hidden = name.startsWith(".") && !part.startsWith(".");
                  if (!hidden && fits(part, name) && (last || mayBeFolder(found.entry()))) {
                    entries.add(found.entry());
                  }
                }));
    entries.sort(Comparator.comparing(Entry::name));
    entries.forEach(entry -> into.put(RemotePath.in(folder, entry.name()), entry));
  }

  private static boolean mayBeFolder(Entry entry) {
    return entry.kind() != Entry.Kind.FILE;
  }

  private static void below(
      Sessions sessions, String folder, boolean filesToo, Map<String, Entry> into)
      throws FtpException {
    new RemoteWalk(sessions)
        .through(
            folder,
            visitor(
                found -> {
                  if (!found.entry().name().startsWith(".")
                      && (filesToo || found.entry().kind() == Entry.Kind.FOLDER)) {
                    into.put(found.path(), found.entry());
                  }
                }));
  }

  private interface Each {
    void found(Found<String> found);
  }

  private static Visitor<String> visitor(Each each) {
    return new Visitor<>() {
      @Override
      public boolean found(Found<String> found) {
        each.found(found);
        return !found.entry().name().startsWith(".");
      }

      @Override
      public void failed(String relative, FtpException problem) throws FtpException {
        // A name that is none fits nothing; a folder that cannot be looked into might have had it.
        if (RemotePath.isName(RemotePath.last(relative))) {
          throw problem;
        }
      }
    };
  }

  @Override
  public String toString() {
    return pattern;
  }
}
