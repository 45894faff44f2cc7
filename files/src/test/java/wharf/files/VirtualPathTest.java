package wharf.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.files.FileProblem.Kind;

class VirtualPathTest {
  @ParameterizedTest
  @CsvSource({
    "/,/",
    "//,/",
    "/..,/",
    "/../../..,/",
    "/a/..,/",
    "/a/../../b,/b",
    "/a//b/,/a/b",
    "/./a/./b/.,/a/b",
    "/a/b/../../../../etc/passwd,/etc/passwd",
    "/...,/...",
    "/..a/b..,/..a/b..",
    "/a\\..\\b,/a\\..\\b",
    "/%2e%2e/a,/%2e%2e/a"
  })
  void normalisesAndStaysInside(String text, String expected) throws Exception {
    assertThat(VirtualPath.parse(text)).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource({"b,/x/a/b", "/b,/b", "../b,/x/b", "../../../../b,/b", "'',/x/a", ".,/x/a", "..,/x"})
  void resolvesFromWhereItIs(String text, String expected) throws Exception {
    assertThat(VirtualPath.parse("/x/a").resolve(text)).hasToString(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a\0b",
        "/a\rb",
        "/a\nb",
        "/a\tb",
        "/\u0001",
        "/a\u007f",
        "/a\ud800",
        "/\udc00b",
        "/.wharf-1.part",
        "/a/.wharf-/b",
        "relative",
        ""
      })
  void refusesWhatCannotBeAName(String text) {
    assertThatThrownBy(() -> VirtualPath.parse(text))
        .isInstanceOfSatisfying(
            FileProblem.class,
            problem -> {
              assertThat(problem.kind()).isEqualTo(Kind.BAD_NAME);
              // It goes into a reply: what is wrong with the name must not be wrong with the reply.
              assertThat(VirtualPath.hasControls(String.valueOf(problem.getMessage()))).isFalse();
            });
  }

  @Test
  void reservedNamesHideInNothing() throws Exception {
    assertThat(VirtualPath.parse("/.wharf")).hasToString("/.wharf");
    assertThat(VirtualPath.parse("/a.wharf-")).hasToString("/a.wharf-");
  }

  @Test
  void boundsNamesInBytesNotCharacters() throws Exception {
    assertThat(VirtualPath.ROOT.child("a".repeat(255)).name()).hasSize(255);
    assertThatThrownBy(() -> VirtualPath.ROOT.child("a".repeat(256))).hasMessageContaining("255");
    assertThatThrownBy(() -> VirtualPath.ROOT.child("é".repeat(128))).hasMessageContaining("255");
    assertThat(VirtualPath.ROOT.child("😀".repeat(63)).name()).hasSize(126);
    assertThatThrownBy(() -> VirtualPath.ROOT.child("😀".repeat(64))).hasMessageContaining("255");
  }

  @Test
  void boundsDepthAndLength() throws Exception {
    assertThat(VirtualPath.parse("/a".repeat(128)).names()).hasSize(128);
    assertThatThrownBy(() -> VirtualPath.parse("/a".repeat(129))).hasMessageContaining("128");
    String long17 = ("/" + "a".repeat(240)).repeat(17);
    assertThatThrownBy(() -> VirtualPath.parse(long17)).hasMessageContaining("4096");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/b", "/", "/a"})
  void aChildIsOneName(String name) {
    assertThatThrownBy(() -> VirtualPath.ROOT.child(name)).isInstanceOf(FileProblem.class);
  }

  @Test
  void knowsItsFamily() throws Exception {
    var path = VirtualPath.parse("/a/b");
    assertThat(path.parent()).isEqualTo(VirtualPath.parse("/a")).hasToString("/a");
    assertThat(path.parent().parent()).isEqualTo(VirtualPath.ROOT);
    assertThat(VirtualPath.ROOT.parent()).isEqualTo(VirtualPath.ROOT);
    assertThat(VirtualPath.ROOT.name()).isEmpty();
    assertThat(VirtualPath.ROOT.isRoot()).isTrue();
    assertThat(path.names()).containsExactly("a", "b");
    assertThat(path.startsWith(VirtualPath.parse("/a"))).isTrue();
    assertThat(path.startsWith(path)).isTrue();
    assertThat(path.startsWith(VirtualPath.ROOT)).isTrue();
    assertThat(VirtualPath.parse("/ab").startsWith(VirtualPath.parse("/a"))).isFalse();
    assertThat(path).hasSameHashCodeAs(VirtualPath.parse("/x/../a/b"));
  }
}
