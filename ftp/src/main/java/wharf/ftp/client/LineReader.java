package wharf.ftp.client;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Cuts a listing into lines as it arrives and reports its entries. Bounded by its longest line.
final class LineReader {
  static final int LINE_LIMIT = 16 * 1024;

  /// Reads one line; null when it holds no entry.
  interface Parser {
    @Nullable Entry parse(String line);
  }

  private final Parser parser;
  private final Consumer<Entry> each;
  private final byte[] line = new byte[LINE_LIMIT];
  private int length;
  private long understood;
  private long strange;

  LineReader(Parser parser, Consumer<Entry> each) {
    this.parser = parser;
    this.each = each;
  }

  void add(ByteBuffer bytes) throws FtpException.Protocol {
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      if (b == '\n') {
        end();
      } else if (length == LINE_LIMIT) {
        throw new FtpException.Protocol(
            "the listing has a line of more than " + LINE_LIMIT + " bytes");
      } else {
        line[length++] = b;
      }
    }
  }

  /// No more comes: the last line may lack its end.
  void end() {
    int used = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    length = 0;
    if (used == 0) {
      return;
    }
    ByteBuffer bytes = ByteBuffer.wrap(line, 0, used);
    String text = ReplyParser.charsetOf(bytes).decode(bytes).toString();
    Entry entry = parser.parse(text);
    if (entry != null) {
      understood++;
      each.accept(entry);
    } else if (!text.startsWith("total ")) {
      strange++;
    }
  }

  long understood() {
    return understood;
  }

  /// Lines without an entry in them.
  long strange() {
    return strange;
  }
}
