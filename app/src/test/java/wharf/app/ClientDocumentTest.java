package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Command;

/// docs/client.md shows what the program says. It is written anew by `-Dwharf.docs.write=true`.
@Timeout(60)
class ClientDocumentTest {
  private static final Document DOCUMENT = Document.named("client.md");
  private static final Pattern BLOCK = Pattern.compile("(?s)(?<=```console\n).*?(?=```)");

  @TempDir Path folder;

  @Test
  void theExamplesAreWhatTheProgramSays() throws Exception {
    String text = DOCUMENT.text();
    assertThat(text).contains("$ wharf ls");
    String written;
    try (Served served = new Served(folder)) {
      Files.write(served.file("pub/a.txt", 0), "hello\n".getBytes(UTF_8));
      served.file("pub/deep/b.iso", 4096);
      served.file("pub/deep/c.iso", 1000);
      for (String name : List.of("pub/a.txt", "pub/deep/b.iso", "pub/deep/c.iso", "pub/deep")) {
        Path one = served.root.resolve(name);
        Files.setPosixFilePermissions(
            one,
            PosixFilePermissions.fromString(Files.isDirectory(one) ? "rwxr-xr-x" : "rw-r--r--"));
        Files.setLastModifiedTime(one, FileTime.from(Instant.parse("2026-01-02T03:04:05Z")));
      }
      written =
          BLOCK
              .matcher(text)
              .replaceAll(block -> Matcher.quoteReplacement(said(block.group(), served)));
    }
    DOCUMENT.is(written);
  }

  @Test
  void everyExitCodeIsThere() throws Exception {
    DOCUMENT.is(Document.with(DOCUMENT.text(), "exit codes", exitCodes()));
  }

  private static String exitCodes() {
    Iterator<String> told =
        List.of(Main.class.getAnnotation(Command.class).exitCodeList()).iterator();
    StringBuilder table = new StringBuilder("| code | means | `error` in JSON |\n|---|---|---|\n");
    for (ExitCode code : ExitCode.values()) {
      String line = told.next().strip();
      assertThat(line).startsWith(code.number() + ":");
      table
          .append("| %d | %s | ".formatted(code.number(), line.substring(line.indexOf(':') + 1)))
          .append(code == ExitCode.OK ? "" : "`" + code.word() + "` ")
          .append("|\n");
    }
    assertThat(told).isExhausted();
    return table.toString();
  }

  private static String said(String block, Served served) {
    StringBuilder text = new StringBuilder();
    for (String line : block.lines().filter(one -> one.startsWith("$ ")).toList()) {
      List<String> words =
          Words.split(
              line.substring(2)
                  .replaceAll(" \\| .*", "")
                  .replace("ann@", "ann:secret@")
                  .replace("files.example.org", served.place));
      Ran ran = served.wharf(words.subList(1, words.size()).toArray(String[]::new));
      text.append(line).append('\n');
      ran.err()
          .lines()
          // True of the server of this test alone.
          .filter(one -> !one.contains("offers no TLS"))
          .forEach(one -> text.append(one).append('\n'));
      ran.out().lines().map(one -> cut(line, one)).forEach(one -> text.append(one).append('\n'));
    }
    return text.toString().replace(served.place, "files.example.org");
  }

  /// What `cut -f` in an example makes of a line.
  private static String cut(String command, String line) {
    Matcher cut = Pattern.compile("\\| cut -f ([0-9,]+)$").matcher(command);
    if (!cut.find()) {
      return line;
    }
    String[] columns = line.split("\t", -1);
    return Pattern.compile(",")
        .splitAsStream(cut.group(1))
        .map(one -> columns[Integer.parseInt(one) - 1])
        .collect(java.util.stream.Collectors.joining("\t"));
  }
}
