package wharf.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import wharf.users.Account;
import wharf.users.Accounts.Known;

/// Accounts in a small file, one a line: `name:read|write|admin:hash`. Empty lines and those that
/// begin with `#` mean nothing.
final class AccountFile {
  private AccountFile() {}

  /// A line that is none of an accounts file's, with its place.
  static final class Malformed extends IOException {
    private static final long serialVersionUID = 1;

    Malformed(Path file, int line, String why) {
      super(file + ", line " + line + ": " + why);
    }
  }

  /// Reads `file`.
  static List<Known> read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    List<Known> known = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        known.add(parse(file, i + 1, line));
      }
    }
    return known;
  }

  private static Known parse(Path file, int number, String line) throws Malformed {
    String[] parts = line.split(":", 3);
    if (parts.length < 3 || parts[0].isBlank()) {
      throw new Malformed(
          file, number, "an account is written as NAME:read:HASH, with write or admin for read");
    }
    if (!parts[2].startsWith("$argon2")) {
      throw new Malformed(
          file, number, "that is no Argon2 hash; 'wharf user add' writes such lines");
    }
    return new Known(
        switch (parts[1]) {
          case "read" -> Account.reader(parts[0]);
          case "write" -> Account.writer(parts[0]);
          case "admin" -> Account.administrator(parts[0]);
          default ->
              throw new Malformed(
                  file, number, "the right is read, write or admin, not '" + parts[1] + "'");
        },
        parts[2]);
  }

  /// Adds an account to `file`, or gives it another password and right. The file is replaced as a
  /// whole, readable to its owner only.
  ///
  /// @param right read, write or admin
  static void put(Path file, String name, String right, String hash) throws IOException {
    if (name.isBlank() || name.matches(".*[:\\p{Cntrl}].*") || name.startsWith("#")) {
      throw new IOException(
          "'" + name + "' cannot be the name of an account: no colon, no control character");
    }
    List<String> lines = new ArrayList<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        if (!line.startsWith(name + ":")) {
          lines.add(line);
        }
      }
    }
    lines.add(name + ":" + right + ":" + hash);
    Path folder = file.toAbsolutePath().getParent();
    Path staged =
        Files.createTempFile(
            folder,
            ".wharf-accounts",
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.write(staged, lines, StandardCharsets.UTF_8);
      Files.move(
          staged,
          file,
          java.nio.file.StandardCopyOption.ATOMIC_MOVE,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(staged);
    }
  }
}
