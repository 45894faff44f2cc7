package wharf.ftp.client;

import java.util.List;

/// Which files and folders of a tree are wanted.
///
/// A pattern without a slash is for names at any depth, `*.tmp`; one with a slash for the path from
/// the top, `build/*.o` or `/todo`; one that ends with a slash for folders only, `cache/`. What
/// fits an exclusion is left out, a folder with all that is in it. If there are inclusions, of the
/// files only those are taken that fit one.
///
/// @param include patterns, none for everything
/// @param exclude patterns
public record Filter(List<String> include, List<String> exclude) {
  /// Everything.
  public static final Filter ALL = new Filter(List.of(), List.of());

  public Filter {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }

  /// Whether something is wanted.
  ///
  /// @param relative its path from the top
  public boolean wants(String relative, boolean folder) {
    if (exclude.stream().anyMatch(pattern -> fits(pattern, relative, folder))) {
      return false;
    }
    return folder
        || include.isEmpty()
        || include.stream().anyMatch(pattern -> fits(pattern, relative, false));
  }

  private static boolean fits(String pattern, String relative, boolean folder) {
    if (pattern.endsWith("/")) {
      return folder && fits(pattern.substring(0, pattern.length() - 1), relative, true);
    }
    Glob glob = Glob.of(pattern.startsWith("/") ? pattern.substring(1) : pattern);
    boolean fromTop = pattern.startsWith("/") || glob.hasFolders();
    return glob.matches(fromTop ? relative : RemotePath.last(relative));
  }
}
