package wharf.ftp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "*, a, true",
    "*, '', true",
    "*, a/b, false",
    "a*c, abbc, true",
    "a*c, ac, true",
    "a*c, ab, false",
    "*.t?t, x.txt, true",
    "*.t?t, x.tt, false",
    "*a*b*, xxaxxbxx, true",
    "*a*b*, xxbxxaxx, false",
    "[abc]x, bx, true",
    "[!abc]x, bx, false",
    "[^abc]x, dx, true",
    "[a-c]x, bx, true",
    "[a-c]x, dx, false",
    "[]]x, ]x, true",
    "[!]]x, ]x, false",
    "[!]]x, ax, true",
    "[a-]x, -x, true",
    "[x, '[x', true",
    "?, \uD83D\uDE00, true",
    "??, \uD83D\uDE00, false",
    "*?, \uD83D\uDE00, true",
    "[\uD83D\uDE00-\uD83D\uDE02], \uD83D\uDE01, true",
    "[!\uD83D\uDE01], \uD83D\uDE00, true",
    "\\*, *, true",
    "\\*, a, false",
    "a/*/c, a/b/c, true",
    "a/*/c, a/c, false",
    "a/*/c, a/b/b/c, false",
    "**/c, c, true",
    "**/c, a/b/c, true",
    "a/**/c, a/c, true",
    "a/**/c, a/x/y/c, true",
    "a/**/c, b/x/y/c, false",
    "a/**, a/x/y, true",
    "**, a/b, true",
    "*.txt, .txt, true",
  })
  void fits(String pattern, String path, boolean expected) {
    assertThat(Glob.of(pattern).matches(path)).isEqualTo(expected);
  }

  @Test
  void takesNoLongerForAnUnkindPattern() {
    String many = "a".repeat(5000);
    org.junit.jupiter.api.Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          assertThat(Glob.of("*a".repeat(200) + "*b").matches(many)).isFalse();
          assertThat(Glob.of("**/a/".repeat(100) + "b").matches("a/".repeat(500))).isFalse();
        });
  }

  @Test
  void knowsAPatternFromAName() {
    assertThat(List.of("a*", "a?", "[a]")).allMatch(Glob::isPattern);
    assertThat(List.of("a", "a.b/c", "")).noneMatch(Glob::isPattern);
  }

  @ParameterizedTest
  @CsvSource({
    "a.tmp, false, false",
    "x/y/a.tmp, false, false",
    "a.txt, false, true",
    "a.html, false, false",
    "cache, true, false",
    "x/cache, true, false",
    "cache, false, false",
    "cache.txt, false, true",
    "build/a.txt, false, false",
    "x/build/a.txt, false, true",
    "todo.txt, false, false",
    "x/todo.txt, false, true",
    "x, true, true",
  })
  void leavesOutWhatIsNotWanted(String path, boolean folder, boolean expected) {
    Filter filter =
        new Filter(List.of("*.txt"), List.of("*.tmp", "cache/", "build/*.txt", "/todo.txt"));
    assertThat(filter.wants(path, folder)).isEqualTo(expected);
  }
}
