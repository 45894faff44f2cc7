package wharf.app;

import java.util.List;
import java.util.Objects;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.Parser;
import wharf.app.ShellLine.Kind;
import wharf.app.ShellLine.Part;

/// A line of `wharf shell` while it is typed, for JLine: cut at the cursor, where a word is to be
/// completed.
final class TypedLine implements CompletingParsedLine {
  /// What acts when it is not quoted.
  private static final String SIGNS = " \t\\\"'*?[>|&#!";

  private final String line;
  private final int cursor;
  private final List<Part> before;
  private final Part current;

  private TypedLine(String line, int cursor) {
    this.line = line;
    this.cursor = cursor;
    List<Part> parts = ShellLine.parts(line.substring(0, cursor));
    if (!parts.isEmpty()
        && parts.getLast().kind() != Kind.OVER
        && parts.getLast().kind() != Kind.ONTO
        && parts.getLast().end() == cursor) {
      before = List.copyOf(parts.subList(0, parts.size() - 1));
      current = parts.getLast();
    } else {
      before = List.copyOf(parts);
      current = new Part(Kind.WORD, "", cursor, cursor, (char) 0);
    }
  }

  /// Reads a line; what is wrong with one is told when it is run.
  static Parser parser() {
    return (line, cursor, _) -> {
      String whole = Objects.requireNonNullElse(line, "");
      try {
        return new TypedLine(whole, Math.clamp(cursor, 0, whole.length()));
      } catch (IllegalArgumentException _) {
        // Nothing to complete, then.
        return new TypedLine("", 0);
      }
    };
  }

  /// What stands before the word.
  List<Part> before() {
    return before;
  }

  /// What is to be completed.
  Part current() {
    return current;
  }

  @Override
  public String word() {
    return Wildcards.plain(current.text());
  }

  @Override
  public int wordCursor() {
    return word().length();
  }

  @Override
  public int wordIndex() {
    return before.size();
  }

  @Override
  public List<String> words() {
    return java.util.stream.Stream.concat(before.stream(), java.util.stream.Stream.of(current))
        .map(part -> Wildcards.plain(part.text()))
        .toList();
  }

  @Override
  public String line() {
    return line;
  }

  @Override
  public int cursor() {
    return cursor;
  }

  @Override
  public int rawWordCursor() {
    return cursor - current.start();
  }

  @Override
  public int rawWordLength() {
    return rawWordCursor();
  }

  /// In the quotes that were begun, else behind backslashes.
  @Override
  public CharSequence escape(CharSequence candidate, boolean complete) {
    String text = candidate.toString();
    char open = current.open();
    boolean quotable = open == '"' || (open == '\'' && text.indexOf('\'') < 0);
    StringBuilder escaped = new StringBuilder();
    if (quotable) {
      escaped.append(open);
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean acts = quotable ? open == '"' && (c == '"' || c == '\\') : SIGNS.indexOf(c) >= 0;
      if (acts) {
        escaped.append('\\');
      }
      escaped.append(c);
    }
    if (quotable && complete) {
      escaped.append(open);
    }
    return escaped;
  }
}
