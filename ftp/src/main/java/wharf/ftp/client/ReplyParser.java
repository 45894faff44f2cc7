package wharf.ftp.client;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts replies out of a byte stream (RFC 959, section 4.2):
///
/// ```
/// 220 one line                 the whole reply
/// 211-first of many            a hyphen opens a reply of many lines ...
///  anything, even "211-x"      ... of which only
/// 211 last                     the same code and a space (or nothing) is the end
/// ```
///
/// A line ends with LF, with or without CR before it. Bounded and linear: every byte is looked at
/// once; a line or a reply over its limit is a protocol error, as is a line that is no reply.
///
/// Text is UTF-8 (RFC 2640). A line that is not shows that the server speaks an older character
/// set: it is read as ISO 8859-1, which gives back the same bytes when a name in it is sent.
final class ReplyParser {
  static final int LINE_LIMIT = 8 * 1024;
  static final int REPLY_LIMIT = 256 * 1024;

  private final ArrayDeque<Reply> replies = new ArrayDeque<>();
  private final byte[] line = new byte[LINE_LIMIT];
  private int lineLength;
  private final List<String> lines = new ArrayList<>();
  private int replyLength;
  private int code;
  private boolean notUtf8;

  /// Takes all of `bytes`.
  void add(ByteBuffer bytes) throws FtpException.Protocol {
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      if (b == '\n') {
        int length = lineLength > 0 && line[lineLength - 1] == '\r' ? lineLength - 1 : lineLength;
        lineLength = 0;
        line(decode(ByteBuffer.wrap(line, 0, length)));
      } else if (lineLength == LINE_LIMIT) {
        throw new FtpException.Protocol(
            "the server sent a reply line of more than " + LINE_LIMIT + " bytes");
      } else {
        line[lineLength++] = b;
      }
    }
  }

  /// The next complete reply, or null when its end has not come yet.
  @Nullable Reply next() {
    return replies.poll();
  }

  /// Whether nothing is left that was added and not given out: no reply, and no part of one.
  boolean empty() {
    return replies.isEmpty() && lines.isEmpty() && lineLength == 0;
  }

  /// Whether a line so far was not UTF-8.
  boolean sawOldCharacters() {
    return notUtf8;
  }

  private void line(String text) throws FtpException.Protocol {
    int before = lines.isEmpty() ? 0 : code;
    int found = codeOf(text);
    boolean open = text.length() > 3 && text.charAt(3) == '-';
    boolean end = found > 0 && !open && (text.length() == 3 || text.charAt(3) == ' ');
    if (before == 0) {
      if (found == 0 || (!open && !end)) {
        throw new FtpException.Protocol(
            "the server sent \""
                + shorten(text)
                + "\", which is no FTP reply; is this an FTP port?");
      }
      code = found;
      replyLength = 0;
    }
    replyLength += text.length() + 1;
    if (replyLength > REPLY_LIMIT) {
      throw new FtpException.Protocol(
          "the server sent a reply of more than " + REPLY_LIMIT + " characters");
    }
    boolean last = end && found == code;
    lines.add(last || before == 0 ? text.substring(Math.min(4, text.length())) : text);
    if (last) {
      replies.add(new Reply(code, lines));
      lines.clear();
    }
  }

  private static int codeOf(String text) {
    if (text.length() < 3 || text.charAt(0) < '1' || text.charAt(0) > '6') {
      return 0;
    }
    int value = 0;
    for (int i = 0; i < 3; i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        return 0;
      }
      value = value * 10 + digit - '0';
    }
    return value;
  }

  private String decode(ByteBuffer bytes) {
    Charset charset = charsetOf(bytes);
    notUtf8 |= !charset.equals(StandardCharsets.UTF_8);
    return charset.decode(bytes).toString();
  }

  /// UTF-8 when `bytes` are that, ISO 8859-1 otherwise. Consumes nothing.
  static Charset charsetOf(ByteBuffer bytes) {
    try {
      CharBuffer _ = StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate());
      return StandardCharsets.UTF_8;
    } catch (CharacterCodingException _) {
      return StandardCharsets.ISO_8859_1;
    }
  }

  private static String shorten(String text) {
    return Printable.of(text.length() > 60 ? text.substring(0, 60) + "..." : text);
  }
}
