package wharf.files;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/// Names between text and disk: always UTF-8, whatever locale the process was started under.
///
/// The JDK encodes names by the locale, and a service is commonly started without one ("C", ASCII):
/// then it refuses "é" and cannot show it. A file URI names the bytes, so it is the way round; it
/// is taken only where the plain way would not do.
final class Names {
  private static final HexFormat HEX = HexFormat.of();

  private final boolean plain;

  Names() {
    this.plain = encoded("é").toString().equals("é");
  }

  Path path(String name) {
    return plain || isAscii(name) ? Path.of(name) : encoded(name);
  }

  /// What people see; bytes that are not UTF-8 are shown as U+FFFD.
  String text(Path name) {
    String text = name.toString();
    return plain || isAscii(text) ? text : decoded(name);
  }

  /// The entry `name` of `directory`, to speak of; the directory where no client could say that.
  VirtualPath below(VirtualPath directory, Path name) {
    try {
      return directory.child(text(name));
    } catch (FileProblem e) {
      return directory;
    }
  }

  private static Path encoded(String name) {
    var uri = new StringBuilder("file:///");
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      uri.append('%').append(HEX.toHexDigits(b));
    }
    return Path.of(URI.create(uri.toString())).getFileName();
  }

  private static String decoded(Path name) {
    String uri = name.toUri().getRawPath();
    // A trailing slash: there happens to be a directory of that name where the process stands.
    int end = uri.endsWith("/") ? uri.length() - 1 : uri.length();
    var bytes = new ByteArrayOutputStream();
    for (int i = uri.lastIndexOf('/', end - 1) + 1; i < end; i++) {
      if (uri.charAt(i) == '%') {
        bytes.write(HexFormat.fromHexDigits(uri, i + 1, i + 3));
        i += 2;
      } else {
        bytes.write(uri.charAt(i));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }
}
