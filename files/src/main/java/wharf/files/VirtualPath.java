package wharf.files;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import wharf.files.FileProblem.Kind;

/// A path inside the served tree: absolute, normalised, and unable to say "outside the root".
///
/// Text from a client becomes one of these once, at the edge; nothing behind it parses again. Two
/// paths are equal when their names are: no case folding, no Unicode normalisation, as on the disk.
/// Immutable.
public final class VirtualPath {
  /// The longest name, in bytes of UTF-8: what common file systems hold.
  public static final int MAX_NAME_BYTES = 255;

  /// The longest path, in bytes of UTF-8, slashes included: Linux's `PATH_MAX`.
  public static final int MAX_PATH_BYTES = 4096;

  /// The most names in a path: each costs system calls at every use.
  public static final int MAX_DEPTH = 128;

  /// Names that begin so belong to Wharf (parts of unfinished uploads) and cannot be said. They are
  /// refused as bad names, not as missing: storing to one must fail too, and a client that is told
  /// why can choose another name.
  public static final String RESERVED_PREFIX = ".wharf-";

  public static final VirtualPath ROOT = new VirtualPath(List.of());

  private final List<String> names;
  private final String text;

  private VirtualPath(List<String> names) {
    this.names = names;
    this.text = "/" + String.join("/", names);
  }

  /// Reads an absolute path; "." and ".." and doubled slashes are normalised away, and ".." at the
  /// root stays at the root.
  ///
  /// @throws FileProblem `BAD_NAME` when it is not absolute or a name cannot be used
  public static VirtualPath parse(String absolute) throws FileProblem {
    if (!absolute.startsWith("/")) {
      throw new FileProblem(Kind.BAD_NAME, "an absolute path begins with a slash");
    }
    return ROOT.resolve(absolute);
  }

  /// What `path` means to someone who is here: absolute when it begins with a slash, else relative.
  /// The empty text means here.
  ///
  /// @throws FileProblem `BAD_NAME` when a name cannot be used
  public VirtualPath resolve(String path) throws FileProblem {
    var result = new ArrayList<String>(path.startsWith("/") ? List.of() : names);
    for (int start = 0; start <= path.length(); ) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      String name = path.substring(start, end);
      start = end + 1;
      switch (name) {
        case "", "." -> {}
        case ".." -> {
          if (!result.isEmpty()) {
            result.removeLast();
          }
        }
        default -> {
          requireUsable(name);
          result.add(name);
          if (result.size() > MAX_DEPTH) {
            throw new FileProblem(Kind.BAD_NAME, "a path has at most %s names", MAX_DEPTH);
          }
        }
      }
    }
    int bytes = 0;
    for (String name : result) {
      bytes += 1 + utf8Length(name);
    }
    if (bytes > MAX_PATH_BYTES) {
      throw new FileProblem(Kind.BAD_NAME, "a path has at most %s bytes", MAX_PATH_BYTES);
    }
    return result.isEmpty() ? ROOT : new VirtualPath(List.copyOf(result));
  }

  /// The entry called `name` in this directory.
  ///
  /// @throws FileProblem `BAD_NAME` when it is not one name, or cannot be used
  public VirtualPath child(String name) throws FileProblem {
    if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
      throw new FileProblem(Kind.BAD_NAME, "a single name is needed");
    }
    return resolve(name);
  }

  /// The directory this is in; the root is its own parent.
  public VirtualPath parent() {
    return names.size() <= 1 ? ROOT : new VirtualPath(names.subList(0, names.size() - 1));
  }

  /// The last name; empty for the root.
  public String name() {
    return names.isEmpty() ? "" : names.getLast();
  }

  /// Every name from the root down; empty for the root.
  public List<String> names() {
    return names;
  }

  public boolean isRoot() {
    return names.isEmpty();
  }

  /// Whether this is `ancestor`, or inside it.
  public boolean startsWith(VirtualPath ancestor) {
    int depth = ancestor.names.size();
    return depth <= names.size() && names.subList(0, depth).equals(ancestor.names);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof VirtualPath that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /// `/a/b`; `/` for the root.
  @Override
  public String toString() {
    return text;
  }

  private static void requireUsable(String name) throws FileProblem {
    if (hasControls(name)) {
      throw new FileProblem(Kind.BAD_NAME, "a name may not contain control characters");
    }
    int bytes = utf8Length(name);
    if (bytes < 0) {
      throw new FileProblem(Kind.BAD_NAME, "a name must be valid Unicode");
    }
    if (bytes > MAX_NAME_BYTES) {
      throw new FileProblem(Kind.BAD_NAME, "a name has at most %s bytes", MAX_NAME_BYTES);
    }
    if (name.startsWith(RESERVED_PREFIX)) {
      throw new FileProblem(
          Kind.BAD_NAME, "names that begin with %s are reserved", RESERVED_PREFIX);
    }
  }

  /// NUL ends a name for the system, CR and LF end a line for every protocol, the rest forge logs.
  static boolean hasControls(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < 0x20 || c == 0x7f) {
        return true;
      }
    }
    return false;
  }

  /// Bytes of UTF-8, or -1 for half a surrogate pair, which would be stored under another name.
  private static int utf8Length(String name) {
    int bytes = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < 0x80) {
        bytes += 1;
      } else if (c < 0x800) {
        bytes += 2;
      } else if (!Character.isSurrogate(c)) {
        bytes += 3;
      } else if (i + 1 < name.length() && Character.isSurrogatePair(c, name.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else {
        return -1;
      }
    }
    return bytes;
  }
}
