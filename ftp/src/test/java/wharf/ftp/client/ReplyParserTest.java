package wharf.ftp.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyParserTest {
  private static final String TRANSCRIPT =
      """
      220 ready\r
      211-first\r
       spaced\r
      211-looks like the first\r
      226 looks like the end of another\r
      2110 is no code\r
      211 last\r
      150
      257 "/\u00e9"\r
      """;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void repliesAreTheSameHoweverTheyAreCut(int chunk) throws FtpException {
    assertThat(parse(TRANSCRIPT.getBytes(UTF_8), chunk))
        .containsExactly(
            new Reply(220, List.of("ready")),
            new Reply(
                211,
                List.of(
                    "first",
                    " spaced",
                    "211-looks like the first",
                    "226 looks like the end of another",
                    "2110 is no code",
                    "last")),
            new Reply(150, List.of("")),
            new Reply(257, List.of("\"/\u00e9\"")));
  }

  @Test
  void anUnfinishedReplyIsNone() throws FtpException {
    assertThat(parse("220-hello\r\n220 wor".getBytes(UTF_8), 100)).isEmpty();
  }

  @Test
  void whatIsNotUtf8KeepsItsBytes() throws FtpException {
    byte[] latin = "257 \"/\u00e9\"\r\n".getBytes(ISO_8859_1);
    assertThat(parse(latin, 100).getFirst().text()).isEqualTo("\"/\u00e9\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SSH-2.0-x\r\n", "\r\n", "22\r\n", "999 x\r\n", "220x\r\n", "12a x\r\n"})
  void whatIsNoReplyIsAnError(String text) {
    assertThatExceptionOfType(FtpException.Protocol.class)
        .isThrownBy(() -> parse(text.getBytes(UTF_8), 100));
  }

  @Test
  void aLineHasALimit() {
    byte[] line = ("220 " + "x".repeat(ReplyParser.LINE_LIMIT)).getBytes(UTF_8);
    assertThatExceptionOfType(FtpException.Protocol.class).isThrownBy(() -> parse(line, 100));
  }

  @Test
  void aReplyHasALimit() {
    String line = "x".repeat(1000) + "\r\n";
    byte[] reply = ("220-\r\n" + line.repeat(ReplyParser.REPLY_LIMIT / 1000)).getBytes(UTF_8);
    assertThatExceptionOfType(FtpException.Protocol.class).isThrownBy(() -> parse(reply, 100));
  }

  @Test
  void aReplyIsSafeToShow() {
    assertThat(new Reply(220, List.of("a\u001b[2Jb.")).toString()).isEqualTo("220 a?[2Jb");
  }

  private static List<Reply> parse(byte[] bytes, int chunk) throws FtpException {
    ReplyParser parser = new ReplyParser();
    List<Reply> replies = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += chunk) {
      parser.add(ByteBuffer.wrap(bytes, at, Math.min(chunk, bytes.length - at)));
      Reply reply;
      while ((reply = parser.next()) != null) {
        replies.add(reply);
      }
    }
    return replies;
  }
}
