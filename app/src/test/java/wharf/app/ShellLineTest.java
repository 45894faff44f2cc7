package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.app.ShellLine.Output;
import wharf.ftp.client.FtpException;

class ShellLineTest {
  private static List<String> words(String line) {
    return ShellLine.parse(line).words().stream().map(Wildcards::plain).toList();
  }

  @Test
  void wordsAreCutAsAShellCutsThem() {
    assertThat(words("get 'a b' c\\ d \"e 'f'\" g'h'i"))
        .containsExactly("get", "a b", "c d", "e 'f'", "ghi");
    assertThat(words("get a#b '#c' # comment 'open")).containsExactly("get", "a#b", "#c");
    assertThat(words(" \t")).isEmpty();
    assertThat(words("# comment")).isEmpty();
    assertThat(words("ls\r")).containsExactly("ls");
    assertThat(words("get ''")).containsExactly("get", "");
  }

  @Test
  void onlyWildcardsThatAreNotQuotedAreSome() {
    List<String> words = ShellLine.parse("get *.txt '*' \\* \"?\" a[b]").words();
    assertThat(words.stream().map(Wildcards::has))
        .containsExactly(false, true, false, false, false, true);
  }

  @Test
  void theOutputGoesElsewhere() {
    assertThat(ShellLine.parse("cat a > 'b c'").output()).isEqualTo(new Output.Over("b c"));
    assertThat(ShellLine.parse("cat a>>b").output()).isEqualTo(new Output.Onto("b"));
    ShellLine piped = ShellLine.parse("cat a | grep 'x | y' > z");
    assertThat(piped.output()).isEqualTo(new Output.Into("grep 'x | y' > z"));
    assertThat(piped.words()).containsExactly("cat", "a");
    assertThat(ShellLine.parse("cat 'a > b'").output()).isNull();
    assertThat(ShellLine.parse("!ls | wc > x &").words()).containsExactly("!", "ls | wc > x &");
  }

  @Test
  void anAmpersandAtTheEndIsNotOneInAName() {
    assertThat(ShellLine.parse("get a &").background()).isTrue();
    assertThat(ShellLine.parse("get a&").background()).isTrue();
    assertThat(ShellLine.parse("get a > b & ").background()).isTrue();
    assertThat(ShellLine.parse("get R&B").background()).isFalse();
    assertThat(ShellLine.parse("get a '&'").background()).isFalse();
    assertThat(words("get R&B x")).containsExactly("get", "R&B", "x");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "get 'a",
        "get \"a",
        "get a\\",
        "cat a >",
        "cat a > b > c",
        "cat a |",
        "> b",
        "&",
        "get \uFDD0"
      })
  void whatIsWrongIsSaid(String line) {
    assertThatThrownBy(() -> ShellLine.parse(line))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "open ftp://bob:sesame@host/x, open ftp://bob:***@host/x",
    "open bob:sesame@host, open bob:***@host",
    "open -q bob:sesame@host, open -q bob:***@host",
    "OPEN FTPS://bob:se:same@host, OPEN FTPS://bob:***@host",
    "quote PASS sesame, quote PASS ***",
    "get a:b@c, get a:b@c",
    "open bob@host/a:b@c, open bob@host/a:b@c",
  })
  void noPasswordIsKept(String line, String kept) {
    assertThat(ShellLine.masked(line)).isEqualTo(kept);
  }

  @ParameterizedTest
  @CsvSource({
    "*, a, true",
    "*, .a, false",
    ".*, .a, true",
    "*.txt, a.txt, true",
    "*.txt, a.txt.gz, false",
    "a*b*c, aXbXbc, true",
    "a*b*c, aXbXb, false",
    "?, ab, false",
    "?, \uD83D\uDE00, true",
    "[a-c]x, bx, true",
    "[!a-c]x, bx, false",
    "[^a-c]x, dx, true",
    "[]]x, ]x, true",
    "[ab, [ab, true",
    "a.c, abc, false",
    "\"*\", a, false",
    "\"*\"*, *a, true",
    "\\?, ?, true",
    "\\\\?, \\a, true",
    "\"[a]\", a, false",
    "\"[a]\", [a], true",
  })
  void wildcardsMatch(String pattern, String name, boolean matches) {
    String marked = ShellLine.parse("x " + pattern).words().getLast();
    assertThat(Wildcards.matches(marked, name)).isEqualTo(matches);
  }

  @Test
  void noNameMakesAWildcardSlow() {
    String marked = ShellLine.parse("x " + "*a".repeat(50) + "b").words().getLast();
    assertThat(Wildcards.matches(marked, "a".repeat(10_000))).isFalse();
  }

  @Test
  void wildcardsLookIntoFolders() throws FtpException {
    Wildcards.Folder tree =
        path ->
            switch (path) {
              case "" -> List.of("b", "a", "file", ".hidden");
              case "a/", "b/", "/top/" -> List.of("y.txt", "x.txt", "z");
              default -> throw new FtpException.NotFound("no " + path);
            };
    assertThat(expanded("*/*.txt", tree))
        .containsExactly("a/x.txt", "a/y.txt", "b/x.txt", "b/y.txt");
    assertThat(expanded("?/z", tree)).containsExactly("a/z", "b/z");
    assertThat(expanded("/top/x*", tree)).containsExactly("/top/x.txt");
    assertThat(expanded("'*'/x", tree)).containsExactly("*/x");
    assertThatThrownBy(() -> expanded("*.gz", tree)).isInstanceOf(FtpException.NotFound.class);
    assertThatThrownBy(() -> expanded("nowhere/*", tree)).isInstanceOf(FtpException.NotFound.class);
  }

  private static List<String> expanded(String word, Wildcards.Folder folder) throws FtpException {
    return Wildcards.expand(ShellLine.parse("x " + word).words().getLast(), folder);
  }
}
