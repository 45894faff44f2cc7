package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  private static final List<String> KNOWN =
      List.of("get", "put", "serve", "--port", "--model", "-p");

  @ParameterizedTest
  @CsvSource({
    "gte, get",
    "gett, get",
    "sevre, serve",
    "serv, serve",
    "--prot, --port",
    "--modle, --model",
    "--PORT, --port"
  })
  void oneSlipIsUnderstood(String word, String meant) {
    assertThat(Nearest.to(word, KNOWN)).hasValue(meant);
  }

  @ParameterizedTest
  @CsvSource({"mirror", "--anonymous", "xyz", "a"})
  void anotherWordIsNot(String word) {
    assertThat(Nearest.to(word, KNOWN)).isEmpty();
  }
}
