package wharf.app;

import wharf.ftp.client.Entry;
import wharf.ftp.client.Printable;

/// What is said of one entry of a listing, the same for every server.
enum EntryPrinter {
  /// `file 1234 2026-01-02T03:04:05Z name`.
  USUAL {
    @Override
    String text(Entry entry, String name) {
      return "%-4s %12s %-20s %s"
          .formatted(type(entry), size(entry), modified(entry), Printable.of(name));
    }
  },

  /// With permissions, owner and group before it, and where a link leads behind it.
  LONG {
    @Override
    String text(Entry entry, String name) {
      Entry.Details details = entry.details();
      return "%-10s %-8s %-8s %12s %-20s %s"
          .formatted(
              permissions(entry),
              orHyphen(details.owner()),
              orHyphen(details.group()),
              size(entry),
              modified(entry),
              Printable.of(details.target() == null ? name : name + " -> " + details.target()));
    }
  },

  /// Type, size, time, mode in octal, owner, group and name, with a tab between each two.
  PLAIN {
    @Override
    String text(Entry entry, String name) {
      Entry.Details details = entry.details();
      return String.join(
          "\t",
          type(entry),
          size(entry),
          modified(entry),
          details.mode() < 0 ? "-" : "%04o".formatted(details.mode()),
          orHyphen(details.owner()),
          orHyphen(details.group()),
          Printable.of(name));
    }
  };

  /// The line.
  ///
  /// @param name how to call it
  abstract String text(Entry entry, String name);

  /// The fields for programs.
  ///
  /// @param path where it is on the server
  static Json.Fields json(Entry entry, String path) {
    Json.Fields fields = new Json.Fields().add("type", type(entry));
    if (entry.size() >= 0) {
      fields.add("size", entry.size());
    }
    if (entry.modified() != null) {
      fields.add("modified", entry.modified().toString());
    }
    Entry.Details details = entry.details();
    if (details.mode() >= 0) {
      fields.add("mode", "%04o".formatted(details.mode()));
    }
    add(fields, "owner", details.owner());
    add(fields, "group", details.group());
    add(fields, "target", details.target());
    return fields.add("name", entry.name()).add("path", path);
  }

  private static void add(
      Json.Fields fields, String name, @org.jspecify.annotations.Nullable String value) {
    if (value != null) {
      fields.add(name, value);
    }
  }

  static String type(Entry entry) {
    return switch (entry.kind()) {
      case FILE -> "file";
      case FOLDER -> "dir";
      case LINK -> "link";
      case OTHER -> "else";
    };
  }

  /// In bytes, or `-`.
  static String size(Entry entry) {
    return entry.size() < 0 ? "-" : Long.toString(entry.size());
  }

  /// In ISO 8601, or `-`.
  static String modified(Entry entry) {
    return entry.modified() == null ? "-" : entry.modified().toString();
  }

  /// As `ls -l` has it, `drwxr-x---`; `d?????????` when the server tells no more than the type.
  static String permissions(Entry entry) {
    char type =
        switch (entry.kind()) {
          case FILE -> '-';
          case FOLDER -> 'd';
          case LINK -> 'l';
          case OTHER -> '?';
        };
    int mode = entry.details().mode();
    if (mode < 0) {
      return type + "?".repeat(9);
    }
    StringBuilder text = new StringBuilder().append(type);
    for (int shift = 6; shift >= 0; shift -= 3) {
      int bits = mode >> shift;
      text.append((bits & 4) != 0 ? 'r' : '-');
      text.append((bits & 2) != 0 ? 'w' : '-');
      boolean special = (mode >> (9 + shift / 3) & 1) != 0;
      char letter = shift == 0 ? 't' : 's';
      boolean runs = (bits & 1) != 0;
      text.append(special ? (runs ? letter : Character.toUpperCase(letter)) : runs ? 'x' : '-');
    }
    return text.toString();
  }

  private static String orHyphen(@org.jspecify.annotations.Nullable String text) {
    return text == null || text.isEmpty() ? "-" : Printable.of(text).replace(' ', '_');
  }
}
