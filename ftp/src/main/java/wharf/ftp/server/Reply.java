package wharf.ftp.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import wharf.files.FileProblem;
import wharf.protocol.Effect;

/// Replies in the grammar of RFC 959 section 4.2: three digits, and text that cannot forge another
/// reply.
final class Reply {
  private Reply() {}

  /// A reply of one line: `250 Done.`
  static Effect.Send of(int code, String text) {
    return send(code + " " + clean(text) + "\r\n");
  }

  /// A reply of several lines. Those between the first and the last begin with a space, so that
  /// none looks like the last.
  static Effect.Send of(int code, String first, List<String> between, String last) {
    StringBuilder all = new StringBuilder();
    all.append(code).append('-').append(clean(first)).append("\r\n");
    for (String line : between) {
      all.append(' ').append(clean(line)).append("\r\n");
    }
    return send(all.append(code).append(' ').append(clean(last)).append("\r\n").toString());
  }

  /// Text that is in the grammar already, or a part of a reply that is.
  static Effect.Send raw(ByteBuffer bytes) {
    return new Effect.Send(bytes);
  }

  /// What the store could not do, as the code for it. The one place where problems become codes.
  static Effect.Send problem(FileProblem problem) {
    int code =
        switch (problem.kind()) {
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
    return of(code, problem.getMessage() + ".");
  }

  /// A path as in "257": in quotes, with those inside doubled (RFC 959 appendix II).
  static String quoted(Object path) {
    return "\"" + path.toString().replace("\"", "\"\"") + "\"";
  }

  private static Effect.Send send(String text) {
    return new Effect.Send(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
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
