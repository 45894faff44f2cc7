package wharf.users;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What an account may do. Every verb of every protocol needs exactly one of these, or none.
public enum Right {
  /// See what a folder holds, and the facts of a file.
  LIST("list"),
  /// Read a file's content.
  READ("read"),
  /// Make a file. To replace one's content takes away what was there: that needs [#DELETE], too.
  WRITE("write"),
  /// Add to a file's content.
  APPEND("append"),
  /// Remove a file or a folder.
  DELETE("delete"),
  /// Give a file or a folder another name or place.
  RENAME("rename"),
  /// Make a folder.
  MAKE_FOLDER("mkdir"),
  /// Change a file's facts, such as its time.
  CHANGE_FACTS("attributes"),
  /// See who else is here, and what they do. Of no folder.
  ADMINISTER("administer");

  private static final Map<String, Right> BY_WORD =
      Stream.of(values()).collect(Collectors.toUnmodifiableMap(Right::word, right -> right));

  private final String word;

  Right(String word) {
    this.word = word;
  }

  /// How people write it.
  public String word() {
    return word;
  }

  /// The right that people write as `word`.
  public static Optional<Right> of(String word) {
    return Optional.ofNullable(BY_WORD.get(word.toLowerCase(Locale.ROOT)));
  }

  /// Several of them as people write them, in the order of this list; "nothing" for none.
  public static String words(Set<Right> rights) {
    return rights.isEmpty()
        ? "nothing"
        : rights.stream().sorted().map(Right::word).collect(Collectors.joining(", "));
  }
}
