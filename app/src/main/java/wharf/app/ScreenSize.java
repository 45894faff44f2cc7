package wharf.app;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How much a terminal can show.
///
/// @param columns characters in a line
/// @param rows lines
record ScreenSize(int columns, int rows) {
  /// What terminals always were.
  static final ScreenSize USUAL = new ScreenSize(80, 24);

  private static final Pattern SIZE = Pattern.compile("(\\d{1,4}) (\\d{1,4})\\s*");

  /// Those that are not known, 0 or less, are the usual ones.
  static ScreenSize of(int columns, int rows) {
    return new ScreenSize(columns > 0 ? columns : USUAL.columns, rows > 0 ? rows : USUAL.rows);
  }

  /// That of the terminal of this process. COLUMNS and LINES, where they are set, say it instead.
  static ScreenSize ofProcess() {
    ScreenSize told = told();
    return of(
        given(System.getenv("COLUMNS"), told.columns), given(System.getenv("LINES"), told.rows));
  }

  private static int given(@Nullable String number, int otherwise) {
    return number != null && number.matches("[1-9]\\d{0,3}") ? Integer.parseInt(number) : otherwise;
  }

  private static ScreenSize told() {
    try {
      // Java cannot ask a terminal; stty can, and is everywhere terminals are.
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      Matcher size =
          SIZE.matcher(new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
      if (size.matches()) {
        return new ScreenSize(Integer.parseInt(size.group(2)), Integer.parseInt(size.group(1)));
      }
    } catch (IOException _) {
      // Then it is the usual one.
    }
    return USUAL;
  }
}
