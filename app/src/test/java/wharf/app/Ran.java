package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/// What a verb did that was run in this process.
///
/// @param code its exit code
/// @param out what it wrote to standard output
/// @param err what it wrote to standard error
record Ran(int code, String out, String err) {
  /// Surroundings where nobody types, and what is said is lost.
  static Surroundings around(Path folder) {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, UTF_8);
    return new Surroundings(
        Channels.newChannel(InputStream.nullInputStream()),
        Channels.newChannel(OutputStream.nullOutputStream()),
        nowhere,
        nowhere,
        false,
        false,
        () -> ScreenSize.USUAL,
        _ -> null,
        _ -> null,
        folder,
        folder.resolve("state"),
        folder.resolve("config"),
        folder.resolve("netrc"));
  }

  /// Runs the program with `in` as standard input, in `folder`.
  static Ran wharf(ReadableByteChannel in, Path folder, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Surroundings around =
        new Surroundings(
            in,
            Channels.newChannel(out),
            new PrintStream(out, false, UTF_8),
            new PrintStream(err, true, UTF_8),
            false,
            false,
            () -> ScreenSize.USUAL,
            _ -> null,
            _ -> null,
            folder,
            folder.resolve("state"),
            folder.resolve("config"),
            folder.resolve("netrc"));
    int code = Main.run(around, arguments);
    return new Ran(code, out.toString(UTF_8), err.toString(UTF_8));
  }

  /// Removes all that is in a folder.
  static void emptied(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        if (!one.equals(folder)) {
          Files.delete(one);
        }
      }
    }
  }
}
