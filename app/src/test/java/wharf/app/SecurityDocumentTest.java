package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The tests that SECURITY.md names are there, and each kind of fault has one.
class SecurityDocumentTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern NAMED = Pattern.compile("`(\\w+Test)#(\\w+)`");

  @Test
  void everyTestThatIsNamedIsThere() throws Exception {
    List<String> rows = rows();
    assertThat(rows).as("kinds of faults").hasSizeGreaterThan(15);
    List<Path> tests = tests();
    for (String row : rows) {
      List<MatchResult> named = NAMED.matcher(row).results().toList();
      assertThat(named).as(row).isNotEmpty();
      for (MatchResult one : named) {
        assertThat(tests).as(one.group()).anyMatch(test -> has(test, one.group(1), one.group(2)));
      }
    }
  }

  private static List<String> rows() throws IOException {
    List<String> rows = new ArrayList<>();
    boolean within = false;
    for (String line : Files.readAllLines(ROOT.resolve("SECURITY.md"))) {
      within = line.startsWith("## ") ? line.startsWith("## Kinds of faults") : within;
      if (within && line.startsWith("| ") && !line.startsWith("| kind |")) {
        rows.add(line);
      }
    }
    return rows;
  }

  private static List<Path> tests() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      List<Path> found = new ArrayList<>();
      for (Path module : modules.map(one -> one.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(module)) {
          try (Stream<Path> files = Files.walk(module)) {
            files.filter(file -> file.toString().endsWith("Test.java")).forEach(found::add);
          }
        }
      }
      return found;
    }
  }

  private static boolean has(Path test, String name, String method) {
    try {
      return test.getFileName().toString().equals(name + ".java")
          && // Values in braces may stand between, but not the end of another method.
          Pattern.compile(
                  "@\\w*(Test|TestFactory)\\b(?:(?!\\n  }\\n).)*?\\b" + method + "\\(",
                  Pattern.DOTALL)
              .matcher(Files.readString(test))
              .find();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
