package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {
  @Test
  void quotesAndBackslashesKeepTogether() {
    assertThat(Words.split("  put 'a b'  \"c 'd\\\" e\" f\\ g '' h'i'j '\\' "))
        .containsExactly("put", "a b", "c 'd\" e", "f g", "", "hij", "\\");
    assertThat(Words.split(" \t ")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"'a", "\"a", "a\\", "'a\""})
  void whatStaysOpenIsAnError(String line) {
    assertThatIllegalArgumentException().isThrownBy(() -> Words.split(line));
  }

  @Test
  void whatIsJoinedSplitsAgain() {
    List<String> words = List.of("a", "b c", "it's", "$x", "~", "", "ftp://u@h:1/%20", "\"", "\\");
    assertThat(Words.split(Words.join(words))).isEqualTo(words);
    assertThat(Words.join(List.of("get", "ftp://h/a"))).isEqualTo("get ftp://h/a");
  }
}
