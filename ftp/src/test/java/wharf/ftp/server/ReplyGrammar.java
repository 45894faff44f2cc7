package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Reads what a session says as RFC 959 section 4.2 has it, and fails at the first byte that breaks
/// the grammar.
///
/// ```
///   reply    = line | "ddd-" text CRLF *(any line that is not the last) line
///   line     = "ddd " text CRLF
///   text     = UTF-8 without control characters; within a reply, no line begins with three digits
/// ```
final class ReplyGrammar {
  private final IntConsumer heard;
  private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
  private final Deque<String> lines = new ArrayDeque<>();
  private @Nullable String within;

  /// @param heard told the code of every reply when its last line has come
  ReplyGrammar(IntConsumer heard) {
    this.heard = heard;
  }

  void take(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      if (b == '\n') {
        line(unfinished.toByteArray());
        unfinished.reset();
      } else {
        unfinished.write(b);
      }
    }
  }

  private void line(byte[] bytes) {
    assertThat(bytes).as("a line ends in CR LF").endsWith('\r');
    String line;
    try {
      line =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, 0, bytes.length - 1))
              .toString();
    } catch (CharacterCodingException e) {
      throw new AssertionError("not UTF-8", e);
    }
    assertThat(line.chars().noneMatch(Character::isISOControl)).as("controls in %s", line).isTrue();
    lines.add(line);
    boolean coded = line.matches("[1-5]\\d\\d[ -].*");
    if (within == null) {
      assertThat(coded).as("begins with a code: %s", line).isTrue();
      if (line.charAt(3) == '-') {
        within = line.substring(0, 3);
        return;
      }
    } else if (!coded) {
      assertThat(line).doesNotMatch("\\d\\d\\d.*");
      return;
    } else {
      assertThat(line).as("the end of a reply").startsWith(within + " ");
      within = null;
    }
    heard.accept(Integer.parseInt(line, 0, 3, 10));
  }

  /// Lines that were said and not yet taken from here.
  Deque<String> lines() {
    return lines;
  }

  /// Whether every reply that was begun has been ended.
  boolean complete() {
    return within == null && unfinished.size() == 0;
  }
}
