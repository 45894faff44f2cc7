package wharf.app;

import java.io.PrintStream;
import wharf.ftp.client.Entry;
import wharf.ftp.client.Printable;

/// Prints listings, the same for every server: `file 1234 2026-01-02T03:04:05Z name`, or JSON, one
/// object per line, so that a listing of any length is printed as it comes.
final class EntryPrinter {
  private final PrintStream out;
  private final boolean json;

  EntryPrinter(PrintStream out, boolean json) {
    this.out = out;
    this.json = json;
  }

  void print(Entry entry) {
    out.println(json ? json(entry) : text(entry));
  }

  static String text(Entry entry) {
    return "%-4s %12s %-20s %s"
        .formatted(
            type(entry),
            entry.size() < 0 ? "-" : Long.toString(entry.size()),
            entry.modified() == null ? "-" : entry.modified(),
            Printable.of(entry.name()));
  }

  static String json(Entry entry) {
    StringBuilder json = new StringBuilder("{\"type\":").append(Json.string(type(entry)));
    if (entry.size() >= 0) {
      json.append(",\"size\":").append(entry.size());
    }
    if (entry.modified() != null) {
      json.append(",\"modified\":").append(Json.string(entry.modified().toString()));
    }
    return json.append(",\"name\":").append(Json.string(entry.name())).append('}').toString();
  }

  private static String type(Entry entry) {
    return switch (entry.kind()) {
      case FILE -> "file";
      case FOLDER -> "dir";
      case LINK -> "link";
      case OTHER -> "else";
    };
  }
}
