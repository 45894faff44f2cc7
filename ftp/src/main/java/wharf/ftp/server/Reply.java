package wharf.ftp.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import wharf.files.FileProblem;
import wharf.protocol.Effect;
import wharf.protocol.Happening;

/// A reply in the grammar of RFC 959 section 4.2: three digits, and text that cannot forge another
/// reply.
///
/// @param between lines between the first and the last; none where `last` is null
/// @param last null for a reply of one line
/// @param note what the log says of what was done; null if nothing
record Reply(
    int code, Phrase first, List<?> between, @Nullable Phrase last, Effect.@Nullable Note note) {

  /// A reply of one line: `250 Done.`
  static Reply of(int code, String english, Object... values) {
    return of(code, Phrase.of(english, values));
  }

  /// A reply of one line.
  static Reply of(int code, Phrase said) {
    return new Reply(code, said, List.of(), null, null);
  }

  /// A reply of several lines. Those between the first and the last begin with a space, so that
  /// none looks like the last.
  ///
  /// @param between phrases and plain strings
  static Reply of(int code, Phrase first, List<?> between, Phrase last) {
    return new Reply(code, first, between, last, null);
  }

  /// The verb was said with an argument that makes no sense.
  static Reply misspoken(Verb verb) {
    return of(501, "Say it as: %s", verb.syntax());
  }

  /// What the store could not do, as the code for it. The one place where problems become codes.
  static Reply problem(FileProblem problem) {
    int code =
        switch (problem.kind()) {
          // RFC 959 section 4.1.3, ABOR: "to indicate that the service request terminated
          // abnormally".
          case BROKEN_OFF -> 426;
          case BUSY -> 450;
          case NO_SPACE -> 552;
          case BAD_NAME -> 553;
          case BAD_OFFSET -> 554;
          case IO, UNSUPPORTED -> 451;
          case NOT_FOUND,
              NOT_A_DIRECTORY,
              IS_A_DIRECTORY,
              EXISTS,
              NOT_EMPTY,
              DENIED,
              OUTSIDE,
              READ_ONLY_STORE,
              OTHER_STORE ->
              550;
        };
    Phrase predicate = new Phrase(problem.predicate(), problem.arguments());
    return problem.path() == null
        ? of(code, "%s.", predicate)
        : of(code, "%s %s.", problem.path(), predicate);
  }

  /// The same, to `who` has said `verb`: what is not allowed is worth a line in the log.
  static Reply problem(FileProblem problem, String who, Verb verb) {
    Reply reply = problem(problem);
    return problem.kind() == FileProblem.Kind.DENIED ? reply.refusing(who, verb) : reply;
  }

  /// The same, and in the log that `who` may not do that.
  Reply refusing(String who, Verb verb) {
    String why = first.toString();
    return noted(
        who + " " + verb + " refused: " + why, new Happening.Refused(who, verb.toString(), why));
  }

  /// The same, and this in the log: for people, and for programs.
  Reply noted(String line, Happening happening) {
    return new Reply(code, first, between, last, new Effect.Note(line, happening));
  }

  /// A path as in "257": in quotes, with those inside doubled (RFC 959 appendix II).
  static String quoted(Object path) {
    return "\"" + path.toString().replace("\"", "\"\"") + "\"";
  }

  Effect.Send in(Language language) {
    StringBuilder all = new StringBuilder();
    String text = clean(first.in(language));
    if (last == null) {
      all.append(code).append(' ').append(text).append("\r\n");
    } else {
      all.append(code).append('-').append(text).append("\r\n");
      for (Object line : between) {
        String said = line instanceof Phrase phrase ? phrase.in(language) : line.toString();
        all.append(' ').append(clean(said)).append("\r\n");
      }
      all.append(code).append(' ').append(clean(last.in(language))).append("\r\n");
    }
    return new Effect.Send(ByteBuffer.wrap(all.toString().getBytes(StandardCharsets.UTF_8)));
  }

  /// Without control characters and line ends of any kind, which would end the line or the reply
  /// early, or act on the terminal that shows it: U+009B does what ESC [ does.
  static String clean(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isUnsafe(text.charAt(i))) {
        StringBuilder safe = new StringBuilder(text);
        for (int j = i; j < safe.length(); j++) {
          if (isUnsafe(safe.charAt(j))) {
            safe.setCharAt(j, '?');
          }
        }
        return safe.toString();
      }
    }
    return text;
  }

  private static boolean isUnsafe(char c) {
    return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
  }
}
