package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A document in docs/ of which some is made from the code: held against it, and written anew by
/// `-Dwharf.docs.write=true`.
record Document(Path file) {
  static Document named(String name) {
    return new Document(Path.of("..", "docs", name));
  }

  String text() throws IOException {
    return Files.readString(file);
  }

  /// Whether it is `written`, or is to be from now on.
  void is(String written) throws IOException {
    if (Boolean.getBoolean("wharf.docs.write")) {
      Files.writeString(file, written);
    }
    assertThat(text()).isEqualTo(written);
  }

  /// A text with another part between the comments that say it is made from the code.
  static String with(String text, String name, String part) {
    String begin = "<!-- " + name + ": made from the code -->\n";
    int start = text.indexOf(begin);
    int to = text.indexOf("<!-- end of " + name + " -->");
    assertThat(start).as(name).isNotNegative();
    int from = start + begin.length();
    assertThat(to).as(name).isGreaterThanOrEqualTo(from);
    return text.substring(0, from) + part + text.substring(to);
  }
}
