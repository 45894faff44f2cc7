package wharf.users;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What may be done in a folder, and in all below it that no more specific rule speaks of.
///
/// @param folder a pattern for each name from the root down; none for the root
/// @param rights what is allowed there; nothing else is
public record Rule(List<NamePattern> folder, Set<Right> rights) {
  public Rule {
    folder = List.copyOf(folder);
    rights = Set.copyOf(rights);
    if (!folder.isEmpty() && rights.contains(Right.ADMINISTER)) {
      throw new IllegalArgumentException("'administer' is a right of no folder");
    }
  }

  /// A rule for `path`, as people write it: `/in/*/done`.
  ///
  /// @throws IllegalArgumentException when it is not absolute, or has `.`, `..` or empty names
  public static Rule at(String path, Set<Right> rights) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("'" + path + "' does not begin with a slash");
    }
    List<NamePattern> folder = new ArrayList<>();
    String inner =
        path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    if (!inner.equals("/")) {
      for (String name : inner.substring(1).split("/", -1)) {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
          throw new IllegalArgumentException(
              "'" + path + "' has a name that is none: '" + name + "'");
        }
        folder.add(new NamePattern(name));
      }
    }
    return new Rule(folder, rights);
  }

  /// A rule for everything.
  public static Rule everywhere(Set<Right> rights) {
    return new Rule(List.of(), rights);
  }

  /// Whether it speaks of `place` or of a folder that this is in.
  boolean covers(List<String> place) {
    return folder.size() <= place.size() && agrees(place, folder.size());
  }

  /// Whether something below `place` may be what it speaks of first.
  boolean isBelow(List<String> place) {
    return folder.size() > place.size() && agrees(place, place.size());
  }

  private boolean agrees(List<String> place, int names) {
    for (int i = 0; i < names; i++) {
      if (!folder.get(i).matches(place.get(i))) {
        return false;
      }
    }
    return true;
  }

  /// Whether it is to be asked before `other` where both cover a place: the deeper one; of two as
  /// deep the one that says more letters, name by name from the root.
  boolean isMoreSpecificThan(Rule other) {
    if (folder.size() != other.folder.size()) {
      return folder.size() > other.folder.size();
    }
    for (int i = 0; i < folder.size(); i++) {
      NamePattern mine = folder.get(i);
      NamePattern theirs = other.folder.get(i);
      if (mine.isName() != theirs.isName()) {
        return mine.isName();
      }
      if (mine.letters() != theirs.letters()) {
        return mine.letters() > theirs.letters();
      }
    }
    return false;
  }

  /// The folder as people write it.
  public String path() {
    StringBuilder path = new StringBuilder();
    folder.forEach(name -> path.append('/').append(name));
    return path.isEmpty() ? "/" : path.toString();
  }

  /// As in "/in: write, mkdir".
  @Override
  public String toString() {
    return path() + ": " + Right.words(rights.isEmpty() ? Set.of() : EnumSet.copyOf(rights));
  }
}
