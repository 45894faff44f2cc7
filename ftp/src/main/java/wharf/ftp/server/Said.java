package wharf.ftp.server;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import wharf.protocol.LineBuffer;

/// What a client said in one line of the control connection, understood once.
sealed interface Said {
  /// A verb of the table, and what followed it.
  record Command(Verb verb, String argument) implements Said {
    boolean is(Verb other) {
      return verb == other;
    }
  }

  /// A command that this server does not have, for a reason.
  record Unsupported(Absent command) implements Said {}

  /// Something that is no command, and the reply to it.
  record Nonsense(Reply reply) implements Said {}

  /// How a browser begins that was made to talk to this port, with a page's words in what follows
  /// (ALPACA; RFC 9110 section 9).
  Set<String> HTTP =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

  /// Understands a line.
  static Said of(LineBuffer.Found found) {
    return switch (found) {
      case LineBuffer.Found.TooLong() ->
          nonsense(500, "That line is too long: the limit is %s bytes.", LineUp.LINE_LIMIT);
      case LineBuffer.Found.Line(ByteBuffer bytes) -> of(bytes);
    };
  }

  private static Nonsense nonsense(int code, String english, Object... values) {
    return new Nonsense(Reply.of(code, english, values));
  }

  private static Said of(ByteBuffer bytes) {
    String line;
    try {
      line = text(bytes);
    } catch (CharacterCodingException e) {
      return nonsense(501, "That is not UTF-8, in which names and commands are written here.");
    }
    if (line.indexOf('\0') >= 0 || line.indexOf('\r') >= 0) {
      return nonsense(501, "A command may not contain NUL or CR.");
    }
    int space = endOfVerb(line);
    String name = space < 0 ? line : line.substring(0, space);
    Optional<Verb> verb = Verb.named(name);
    if (verb.isPresent()) {
      // One space ends the verb; more of them belong to a name (RFC 2640 section 3.1).
      return new Command(verb.get(), space < 0 ? "" : line.substring(space + 1));
    }
    Optional<Absent> absent = Absent.named(name);
    if (absent.isPresent()) {
      return new Unsupported(absent.get());
    }
    if (HTTP.contains(name)) {
      return nonsense(421, "This is FTP, and that was HTTP. Goodbye.");
    }
    return isOfSite(name)
        ? nonsense(500, "Unknown command of SITE. SITE HELP lists those that are known.")
        : nonsense(500, "Unknown command. HELP lists those that are known.");
  }

  private static boolean isOfSite(String line) {
    return line.regionMatches(true, 0, "SITE", 0, 4)
        && (line.length() == 4 || line.charAt(4) == ' ');
  }

  /// Where the verb ends, that of SITE with its second word; -1 at the end of the line.
  private static int endOfVerb(String line) {
    return line.indexOf(' ', isOfSite(line) ? 5 : 0);
  }

  /// The line without the Telnet commands that go before an ABOR (RFC 959 section 4.1.3, RFC 854).
  /// None of their bytes occurs at the beginning of a command, and 255 never in UTF-8.
  private static String text(ByteBuffer line) throws CharacterCodingException {
    byte[] bytes = new byte[line.remaining()];
    line.get(line.position(), bytes);
    int kept = 0;
    for (int i = 0; i < bytes.length; i++) {
      int b = Byte.toUnsignedInt(bytes[i]);
      if (b == 255) {
        boolean command = i + 1 < bytes.length && Byte.toUnsignedInt(bytes[i + 1]) >= 240;
        i += command ? 1 : 0;
      } else if (b < 240 || kept > 0) {
        bytes[kept++] = bytes[i];
      }
    }
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, kept)).toString();
  }

  /// About how much memory it takes to keep.
  default int weight() {
    return this instanceof Command(_, String argument) ? 32 + argument.length() : 32;
  }
}
