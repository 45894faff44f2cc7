package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A folder served in this process, for everybody to read and for ann to write, and the verbs of
/// the client.
final class Served implements AutoCloseable {
  private static final Pattern URL = Pattern.compile("ftp://(127\\.0\\.0\\.1:\\d+)/");

  private final Path folder;
  private final Started server;

  /// What is served.
  final Path root;

  /// Host and port.
  final String place;

  /// @param folder for all that is kept
  Served(Path folder) throws IOException {
    this.folder = folder;
    root = Files.createDirectory(folder.resolve("root"));
    Path password = Files.writeString(folder.resolve("password"), "secret\n");
    server =
        new Started(
            folder,
            "serve",
            root.toString(),
            "--port=0",
            "--bind=127.0.0.1",
            "--tls=off",
            "--writable",
            "--anonymous",
            "--user=ann",
            "--password-file=" + password);
    String found = null;
    while (found == null) {
      String line = server.out.readLine();
      if (line == null) {
        throw new IOException("it did not start: " + server.err());
      }
      Matcher url = URL.matcher(line);
      found = url.find() ? url.group(1) : null;
    }
    place = found;
  }

  /// A file with so many bytes.
  Path file(String name, int size) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, new byte[size]);
  }

  /// Where everybody may read.
  String open(String path) {
    return "ftp://" + place + "/" + path;
  }

  /// Where ann may do everything.
  String own(String path) {
    return "ftp://ann:secret@" + place + "/" + path;
  }

  /// Runs the client.
  Ran wharf(String... words) {
    return Ran.wharf(Channels.newChannel(InputStream.nullInputStream()), folder, words);
  }

  @Override
  public void close() {
    try {
      assertThat(server.stop()).as(server.err()).isZero();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
