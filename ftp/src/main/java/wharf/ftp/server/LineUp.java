package wharf.ftp.server;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import wharf.protocol.LineBuffer;

/// What a client has sent and nothing has come of yet: the commands that wait for those before
/// them, and the beginning of the next.
final class LineUp {
  /// The longest command line, in bytes with its end: Linux's longest path.
  static final int LINE_LIMIT = 4096;

  /// The most that may wait, in bytes.
  static final int LIMIT = 16 << 10;

  private LineBuffer lines = new LineBuffer(LINE_LIMIT);
  private final ArrayDeque<Said> waiting = new ArrayDeque<>();
  private int weight;

  /// It is understood at once, line by line.
  void add(ByteBuffer bytes) {
    lines.add(bytes);
    LineBuffer.Found found;
    while ((found = lines.next()) != null) {
      Said said = Said.of(found);
      waiting.add(said);
      weight += said.weight();
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /// Whose turn it is; null if nobody waits.
  @Nullable Said first() {
    return waiting.peek();
  }

  /// It waits no more.
  Said next() {
    Said said = waiting.remove();
    weight -= said.weight();
    return said;
  }

  /// Whether `verb` waits, wherever it stands.
  boolean holds(Verb verb) {
    return waiting.stream().anyMatch(said -> said instanceof Said.Command c && c.is(verb));
  }

  boolean isTooLong() {
    return weight > LIMIT;
  }

  /// How many bytes there is room for.
  int room() {
    return Math.max(0, LIMIT - weight - lines.held());
  }

  /// Forgets all of it.
  ///
  /// @return whether there was anything
  boolean drop() {
    boolean any = !waiting.isEmpty() || lines.held() > 0;
    waiting.clear();
    weight = 0;
    lines = new LineBuffer(LINE_LIMIT);
    return any;
  }
}
