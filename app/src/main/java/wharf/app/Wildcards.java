package wharf.app;

import java.util.ArrayList;
import java.util.List;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Glob;

/// Wildcards in the words of a line, told apart from the same characters quoted: until a word is
/// used, each is a code point that is no character and so in no name.
///
/// `*` is any characters, `?` any one, `[a-z]` one of these, `[!a-z]` one other; a dot at the
/// beginning of a name is matched by a dot only, as in shells.
final class Wildcards {
  private static final String SIGNS = "*?[";
  private static final char FIRST_MARK = '\uFDD0';

  private Wildcards() {}

  /// The mark for a sign that means something; any other character as it is.
  static char marked(char c) {
    int sign = SIGNS.indexOf(c);
    if (sign >= 0) {
      return (char) (FIRST_MARK + sign);
    }
    if (isMark(c)) {
      throw new IllegalArgumentException("the line has what is no character in it");
    }
    return c;
  }

  private static boolean isMark(char c) {
    return c >= FIRST_MARK && c < FIRST_MARK + SIGNS.length();
  }

  /// Whether the word stands for other names.
  static boolean has(String word) {
    return word.chars().anyMatch(c -> isMark((char) c));
  }

  /// The word as it was typed, but for its quotes.
  static String plain(String word) {
    StringBuilder plain = new StringBuilder(word.length());
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      plain.append(isMark(c) ? SIGNS.charAt(c - FIRST_MARK) : c);
    }
    return plain.toString();
  }

  /// What a folder has, for the names that a word stands for.
  interface Folder {
    /// The names in it.
    ///
    /// @param path empty, or ends with a slash
    List<String> names(String path) throws FtpException;
  }

  /// The names that a word stands for, in order; a word without wildcards stands for itself.
  ///
  /// @throws FtpException.NotFound when nothing is called so
  static List<String> expand(String word, Folder folder) throws FtpException {
    if (!has(word)) {
      return List.of(word);
    }
    List<String> paths = List.of("");
    boolean looked = false;
    int start = 0;
    while (start < word.length()) {
      int slash = word.indexOf('/', start);
      int end = slash < 0 ? word.length() : slash;
      String segment = word.substring(start, end);
      String after = slash < 0 ? "" : "/";
      looked |= has(segment);
      List<String> found = new ArrayList<>();
      for (String path : paths) {
        if (looked && !segment.isEmpty()) {
          for (String name : names(folder, path, path.isEmpty() || paths.size() == 1)) {
            if (matches(segment, name)) {
              found.add(path + name + after);
            }
          }
        } else {
          found.add(path + segment + after);
        }
      }
      paths = found;
      start = end + after.length();
    }
    if (paths.isEmpty()) {
      throw new FtpException.NotFound(
          "nothing is called like %s; quote it if the sign is part of a name"
              .formatted(plain(word)));
    }
    return paths.stream().sorted().toList();
  }

  /// The one name that a word stands for.
  static String only(String word, Folder folder) throws FtpException {
    List<String> names = expand(word, folder);
    if (names.size() > 1) {
      throw new FtpException.NotFound(
          "%s is the name of %d; one is wanted here".formatted(plain(word), names.size()));
    }
    return names.getFirst();
  }

  /// Of several folders that a wildcard has found, those that cannot be looked into have nothing.
  private static List<String> names(Folder folder, String path, boolean only) throws FtpException {
    try {
      return folder.names(path);
    } catch (FtpException.NotFound | FtpException.NotPermitted | FtpException.Refused e) {
      if (only) {
        throw e;
      }
      return List.of();
    }
  }

  /// Whether a name is one of those that a marked segment stands for.
  static boolean matches(String segment, String name) {
    boolean hidden = name.startsWith(".") && !segment.startsWith(".");
    return !hidden && glob(segment).matches(name);
  }

  /// The pattern in which what was quoted is escaped.
  private static Glob glob(String segment) {
    StringBuilder pattern = new StringBuilder();
    int i = 0;
    while (i < segment.length()) {
      char c = segment.charAt(i);
      int close = c == marked('[') ? segment.indexOf(']', i + 2) : -1;
      if (close >= 0) {
        // In a set nothing has a meaning to be taken.
        pattern.append(plain(segment.substring(i, close + 1)));
        i = close + 1;
        continue;
      }
      boolean quoted = SIGNS.indexOf(c) >= 0 || c == '\\' || c == marked('[');
      pattern.append(quoted ? "\\" : "").append(isMark(c) ? SIGNS.charAt(c - FIRST_MARK) : c);
      i++;
    }
    return Glob.of(pattern.toString());
  }
}
