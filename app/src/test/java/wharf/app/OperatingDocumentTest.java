package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// docs/operating.md has every key that there is, and no other. Its tables are written anew by
/// `-Dwharf.docs.write=true`.
class OperatingDocumentTest {
  private static final Document DOCUMENT = Document.named("operating.md");

  @Test
  void theTablesAreThoseOfTheCode() throws Exception {
    String withKeys = Document.with(DOCUMENT.text(), "keys", keys());
    DOCUMENT.is(Document.with(withKeys, "account keys", accountKeys()));
  }

  /// What it shows as a configuration is one, but for what it leaves to be filled in.
  @Test
  void itsExamplesAreRight() throws Exception {
    Matcher blocks = Pattern.compile("(?s)```toml\n(.*?)```").matcher(DOCUMENT.text());
    int examples = 0;
    while (blocks.find()) {
      examples++;
      String hash = "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i";
      Config _ =
          Config.of(DOCUMENT.file(), Path.of(""), blocks.group(1).replace("$argon2id$...", hash));
    }
    assertThat(examples).isPositive();
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
