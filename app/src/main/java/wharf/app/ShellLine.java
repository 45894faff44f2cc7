package wharf.app;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One line of `wharf shell`, understood: `WORD... [> FILE | >> FILE | "|" PROGRAM] [&]`, or `!
/// PROGRAM`. Words are cut as [Words] cuts them; what follows a `#` that begins a word is a
/// comment.
///
/// A wildcard stands for itself when it is quoted, so those that are not are told apart: they are
/// [Wildcards] in a word until somebody makes of it what it means.
///
/// @param output where the output goes; null for where it always goes
/// @param background whether the shell does not wait for it
record ShellLine(List<String> words, @Nullable Output output, boolean background) {
  /// Where a command's output goes.
  sealed interface Output {
    /// A local file, written anew.
    record Over(String file) implements Output {}

    /// A local file, at its end.
    record Onto(String file) implements Output {}

    /// A program's input, as the user's own shell understands it.
    record Into(String program) implements Output {}
  }

  /// What a part of a line is.
  enum Kind {
    WORD,
    OVER,
    ONTO,
    INTO,
    BACKGROUND,
    COMMENT,
    LOCAL,
  }

  /// A part of a line.
  ///
  /// @param text of a word without its quotes; of INTO and LOCAL the program
  /// @param start where it begins in the line
  /// @param end where it ends, exclusive
  /// @param open the quote, or backslash, that the line leaves open in it; 0 when none
  record Part(Kind kind, String text, int start, int end, char open) {}

  /// Passwords in URLs, those of `open` also without a scheme; and what is said to the server.
  private static final List<Pattern> SECRETS =
      List.of(
          Pattern.compile("(?i)(ftps?://[^\\s:/@]+:)[^\\s/@]+(?=@)"),
          Pattern.compile("(?i)(^\\s*open\\s(?:.*\\s)?['\"]?[^\\s:/@'\"]+:)[^\\s/@]+(?=@)"),
          Pattern.compile("(?i)(^\\s*quote\\s+['\"]?(?:pass|acct)\\s).*"));

  /// Understands a line.
  ///
  /// @throws IllegalArgumentException with a message for people
  static ShellLine parse(String line) {
    List<String> words = new ArrayList<>();
    Output output = null;
    boolean background = false;
    List<Part> parts = parts(line);
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      if (part.open() == '\\') {
        throw new IllegalArgumentException("nothing follows the last \\");
      }
      if (part.open() != 0) {
        throw new IllegalArgumentException(
            "a " + part.open() + " is not closed; a name with spaces goes in quotes");
      }
      switch (part.kind()) {
        case WORD -> words.add(part.text());
        case OVER, ONTO -> {
          if (i + 1 == parts.size() || parts.get(i + 1).kind() != Kind.WORD) {
            throw new IllegalArgumentException("no file follows the >; quoted it is a sign");
          }
          String file = Wildcards.plain(parts.get(++i).text());
          output =
              one(output, part.kind() == Kind.OVER ? new Output.Over(file) : new Output.Onto(file));
        }
        case INTO -> {
          if (part.text().isEmpty()) {
            throw new IllegalArgumentException("no program follows the |; quoted it is a sign");
          }
          output = one(output, new Output.Into(part.text()));
        }
        case LOCAL -> words.addAll(List.of("!", part.text()));
        case BACKGROUND -> background = true;
        case COMMENT -> {}
      }
    }
    if (words.isEmpty() && (output != null || background)) {
      throw new IllegalArgumentException("there is no command before the sign");
    }
    return new ShellLine(List.copyOf(words), output, background);
  }

  private static Output one(@Nullable Output before, Output output) {
    if (before != null) {
      throw new IllegalArgumentException("the output can go to one place only");
    }
    return output;
  }

  /// Cuts a line that may not be finished yet.
  static List<Part> parts(String line) {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    while (at < line.length()) {
      char c = line.charAt(at);
      if (isSpace(c)) {
        at++;
      } else if (c == '#') {
        parts.add(new Part(Kind.COMMENT, line.substring(at), at, line.length(), (char) 0));
        break;
      } else if (c == '!' && parts.isEmpty()) {
        parts.add(rest(Kind.LOCAL, line, at));
        break;
      } else if (c == '|') {
        parts.add(rest(Kind.INTO, line, at));
        break;
      } else if (c == '>') {
        boolean twice = at + 1 < line.length() && line.charAt(at + 1) == '>';
        int end = at + (twice ? 2 : 1);
        parts.add(new Part(twice ? Kind.ONTO : Kind.OVER, "", at, end, (char) 0));
        at = end;
      } else if (isBackground(line, at)) {
        parts.add(new Part(Kind.BACKGROUND, "", at, at + 1, (char) 0));
        at++;
      } else {
        Part word = word(line, at);
        parts.add(word);
        at = word.end();
      }
    }
    return parts;
  }

  private static Part rest(Kind kind, String line, int at) {
    return new Part(kind, line.substring(at + 1).strip(), at, line.length(), (char) 0);
  }

  /// An `&` within a line is a sign like any other: file names have it.
  private static boolean isBackground(String line, int at) {
    return line.charAt(at) == '&' && line.substring(at + 1).isBlank();
  }

  private static Part word(String line, int start) {
    StringBuilder text = new StringBuilder();
    char quote = 0;
    int at = start;
    for (; at < line.length(); at++) {
      char c = line.charAt(at);
      if (c == '\\' && quote != '\'') {
        if (at + 1 == line.length()) {
          return new Part(Kind.WORD, text.toString(), start, line.length(), '\\');
        }
        text.append(line.charAt(++at));
      } else if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          text.append(c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (isSpace(c) || c == '|' || c == '>' || isBackground(line, at)) {
        break;
      } else {
        text.append(Wildcards.marked(c));
      }
    }
    return new Part(Kind.WORD, text.toString(), start, at, quote);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }

  /// The line as it may be shown and kept: without the passwords that may stand in it.
  static String masked(String line) {
    String shown = line;
    for (Pattern secret : SECRETS) {
      shown = secret.matcher(shown).replaceAll("$1***");
    }
    return shown;
  }
}
