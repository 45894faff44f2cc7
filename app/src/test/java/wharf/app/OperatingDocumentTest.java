package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// docs/operating.md has every key that there is, and no other. Its tables are written anew by
/// `-Dwharf.docs.write=true`.
class OperatingDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "operating.md");

  @Test
  void theTablesAreThoseOfTheCode() throws Exception {
    String text = Files.readString(DOCUMENT);
    String written = with(with(text, "keys", keys()), "account keys", accountKeys());
    if (Boolean.getBoolean("wharf.docs.write")) {
      Files.writeString(DOCUMENT, written);
      text = written;
    }
    assertThat(text).isEqualTo(written);
  }

  /// What it shows as a configuration is one, but for what it leaves to be filled in.
  @Test
  void itsExamplesAreRight() throws Exception {
    Matcher blocks = Pattern.compile("(?s)```toml\n(.*?)```").matcher(Files.readString(DOCUMENT));
    int examples = 0;
    while (blocks.find()) {
      examples++;
      String hash = "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i";
      Config _ = Config.of(DOCUMENT, Path.of(""), blocks.group(1).replace("$argon2id$...", hash));
    }
    assertThat(examples).isPositive();
  }

  private static String with(String text, String name, String table) {
    String begin = "<!-- " + name + ": made from the code -->\n";
    String end = "<!-- end of " + name + " -->";
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf(end);
    assertThat(to).as(name).isGreaterThanOrEqualTo(from);
    return text.substring(0, from) + table + text.substring(to);
  }

  private static String keys() {
    return Key.ALL.stream()
        .map(
            key ->
                row(
                    "`" + key.path() + "`",
                    key.kind().written(),
                    key.usually(),
                    key.option() == null
                        ? ""
                        : "`" + key.option() + (key.entry() == null ? "" : " " + key.entry()) + "`",
                    key.help()))
        .collect(
            Collectors.joining(
                "",
                """
                | key | value | default | option | what it is |
                |---|---|---|---|---|
                """,
                ""));
  }

  private static String accountKeys() {
    return Stream.of(AccountKey.values())
        .map(
            key ->
                row(
                    "`" + key.key() + "`",
                    key.form().said,
                    key.usual(),
                    key == AccountKey.PASSWORD ? "" : "`--" + key.word() + "`",
                    key.help()))
        .collect(
            Collectors.joining(
                "",
                """
                | key | value | default | `wharf user add` | what it is |
                |---|---|---|---|---|
                """,
                ""));
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells).replace("  ", " ") + " |\n";
  }
}
