package wharf.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;
import wharf.ftp.client.FtpUrl;

/// The bookmarks of one user, a table of TOML each:
///
/// ```
/// [work]
/// url = "ftp://ann@files.example.org/inbox/"
/// tls = "require"
/// password-file = "/home/ann/.work"
/// ```
///
/// It may be edited by hand: what is added or removed here leaves all other lines as they are.
final class Bookmarks {
  static final String FILE = "bookmarks.toml";

  private static final String URL = "url";
  private static final String TLS = "tls";
  private static final String PINS = "pin";
  private static final String CA_FILE = "ca-file";
  private static final String PASSWORD_FILE = "password-file";
  private static final List<String> KEYS = List.of(URL, TLS, PINS, CA_FILE, PASSWORD_FILE);

  private final Path file;

  /// @param config the folder
  Bookmarks(Path config) {
    file = config.resolve(FILE);
  }

  Path file() {
    return file;
  }

  /// All of them, in the order of the file.
  ///
  /// @throws Config.Wrong with all that is wrong in it
  Map<String, Bookmark> all() throws IOException, Config.Wrong {
    try {
      return read(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Map.of();
    }
  }

  private Map<String, Bookmark> read(String text) throws Config.Wrong {
    TomlParseResult toml = Toml.parse(text);
    List<Config.Complaint> complaints = new ArrayList<>();
    toml.errors()
        .forEach(
            error ->
                complaints.add(
                    new Config.Complaint(error.position(), String.valueOf(error.getMessage()))));
    Map<String, Bookmark> all = new LinkedHashMap<>();
    for (String name : complaints.isEmpty() ? toml.keySet() : List.<String>of()) {
      TomlPosition at = Objects.requireNonNull(toml.inputPositionOf(List.of(name)));
      try {
        if (!(toml.get(List.of(name)) instanceof TomlTable table) || !Bookmark.isName(name)) {
          throw new IllegalArgumentException(
              "a bookmark is a table under its name: letters, digits and ._-");
        }
        all.put(name, bookmark(name, table));
      } catch (IllegalArgumentException e) {
        complaints.add(new Config.Complaint(at, String.valueOf(e.getMessage())));
      }
    }
    if (!complaints.isEmpty()) {
      throw new Config.Wrong(file, complaints);
    }
    return all;
  }

  private static Bookmark bookmark(String name, TomlTable table) {
    for (String key : table.keySet()) {
      if (key.equals("password")) {
        throw new IllegalArgumentException(noPassword());
      }
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException(
            "a bookmark has no key %s; there are %s".formatted(key, String.join(", ", KEYS)));
      }
    }
    String url = text(table, URL);
    if (url == null) {
      throw new IllegalArgumentException("the bookmark %s has no url".formatted(name));
    }
    return new Bookmark(
        name,
        url(url),
        wish(text(table, TLS)),
        pins(table),
        path(text(table, CA_FILE)),
        path(text(table, PASSWORD_FILE)));
  }

  /// @throws IllegalArgumentException also when there is a password in it
  static FtpUrl url(String text) {
    FtpUrl url = FtpUrl.parse(text);
    if (url.password() != null) {
      throw new IllegalArgumentException(noPassword());
    }
    return url;
  }

  private static String noPassword() {
    return "a bookmark keeps no password: it would lie in a file for backups to find; have it in a"
        + " file of your own (--password-file FILE) or in ~/.netrc, or be asked for it";
  }

  private static @Nullable TlsWish wish(@Nullable String word) {
    if (word == null) {
      return null;
    }
    return Arrays.stream(TlsWish.values())
        .filter(wish -> wish.word().equals(word.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("tls is prefer, require or off, not " + word));
  }

  private static List<String> pins(TomlTable table) {
    Object value = table.get(List.of(PINS));
    List<String> pins = new ArrayList<>();
    switch (value) {
      case null -> {}
      case String one -> pins.add(Fingerprint.of(one));
      case TomlArray several -> {
        for (Object one : several.toList()) {
          pins.add(Fingerprint.of(String.valueOf(one)));
        }
      }
      default -> throw new IllegalArgumentException("pin is a fingerprint, or several");
    }
    return pins;
  }

  private static @Nullable String text(TomlTable table, String key) {
    Object value = table.get(List.of(key));
    if (value != null && !(value instanceof String)) {
      throw new IllegalArgumentException("%s is a text in quotes".formatted(key));
    }
    return (String) value;
  }

  private static @Nullable Path path(@Nullable String text) {
    try {
      return text == null ? null : Path.of(text);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("%s is no file name".formatted(text), e);
    }
  }

  /// Adds one.
  ///
  /// @param instead whether one of that name may be there, and goes
  void add(Bookmark bookmark, boolean instead) throws IOException, Failure {
    KeptFile.editOwn(
        file,
        lines -> {
          boolean there = without(lines, bookmark.name());
          if (there && !instead) {
            throw new Failure(
                ExitCode.FAILED,
                "there is a bookmark %s already; --replace takes its place"
                    .formatted(bookmark.name()),
                null);
          }
          if (!lines.isEmpty() && !lines.getLast().isBlank()) {
            lines.add("");
          }
          lines.addAll(lines(bookmark));
          return lines;
        });
  }

  /// Removes one.
  ///
  /// @return whether it was there
  boolean remove(String name) throws IOException, Failure {
    boolean[] there = {false};
    if (Files.exists(file)) {
      KeptFile.editOwn(
          file,
          lines -> {
            there[0] = without(lines, name);
            return lines;
          });
    }
    return there[0];
  }

  /// As it is kept.
  static List<String> lines(Bookmark bookmark) {
    List<String> lines = new ArrayList<>();
    lines.add("[" + Json.string(bookmark.name()) + "]");
    add(lines, URL, bookmark.url().withoutPassword());
    add(lines, TLS, bookmark.tls() == null ? null : bookmark.tls().word());
    if (!bookmark.pins().isEmpty()) {
      lines.add(
          PINS
              + " = ["
              + String.join(", ", bookmark.pins().stream().map(Json::string).toList())
              + "]");
    }
    add(lines, CA_FILE, bookmark.caFile());
    add(lines, PASSWORD_FILE, bookmark.passwordFile());
    return lines;
  }

  /// What JSON has for a string is one in TOML, too.
  private static void add(List<String> lines, String key, @Nullable Object value) {
    if (value != null) {
      lines.add(key + " = " + Json.string(value.toString()));
    }
  }

  /// Takes the lines of one bookmark out: from its name to its last key.
  private boolean without(List<String> lines, String name) throws Failure {
    Map<String, Bookmark> all;
    TomlParseResult toml;
    try {
      String text = String.join("\n", lines);
      all = read(text);
      toml = Toml.parse(text);
    } catch (Config.Wrong e) {
      throw new Failure(ExitCode.USAGE, String.join("; ", e.lines()), e);
    }
    if (!all.containsKey(name)) {
      return false;
    }
    TomlTable table = Objects.requireNonNull(toml.getTable(List.of(name)));
    int from = Objects.requireNonNull(toml.inputPositionOf(List.of(name))).line() - 1;
    int last = from;
    for (String key : table.keySet()) {
      last = Math.max(last, Objects.requireNonNull(table.inputPositionOf(List.of(key))).line() - 1);
    }
    // An array may go on below its key.
    int to = last + 1;
    while (to < lines.size() && goesOn(lines.subList(last, to))) {
      to++;
    }
    if (to < lines.size() && lines.get(to).isBlank()) {
      to++;
    }
    lines.subList(from, to).clear();
    return true;
  }

  private static boolean goesOn(List<String> value) {
    return Toml.parse(String.join("\n", value)).hasErrors();
  }
}
