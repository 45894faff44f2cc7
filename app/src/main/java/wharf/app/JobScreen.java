package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import wharf.ftp.client.Printable;

/// What a command in the background writes, kept until somebody wants to know: its last lines, and
/// the one that it draws over and over.
final class JobScreen extends OutputStream {
  /// Enough to see what came of it; more goes to a file, with `>`.
  private static final int LINES = 200;

  private static final int LINE_LIMIT = 4096;

  private final Deque<String> lines = new ArrayDeque<>();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private String drawn = "";
  private long lost;

  @Override
  public synchronized void write(int b) {
    switch (b) {
      case '\n' -> {
        if (lines.size() == LINES) {
          lines.removeFirst();
          lost++;
        }
        lines.addLast(take());
        drawn = "";
      }
      case '\r' -> drawn = take();
      default -> {
        if (line.size() < LINE_LIMIT) {
          line.write(b);
        }
      }
    }
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int count) {
    for (int i = from; i < from + count; i++) {
      write(bytes[i]);
    }
  }

  private String take() {
    String text = line.toString(UTF_8);
    line.reset();
    return plain(text);
  }

  /// Without what clears the rest of a line, or of the screen.
  private static String plain(String text) {
    return Printable.of(text.replace("\033[K", "").replace("\033[J", "")).strip();
  }

  /// How far it has come, as it last said; empty when it does not.
  synchronized String drawn() {
    String now = plain(line.toString(UTF_8));
    return now.isEmpty() ? drawn : now;
  }

  /// Its last lines.
  synchronized List<String> lines() {
    List<String> all = new java.util.ArrayList<>(lines);
    if (lost > 0) {
      all.addFirst("(%d lines before)".formatted(lost));
    }
    String rest = take();
    if (!rest.isEmpty()) {
      all.add(rest);
    }
    return all;
  }
}
