package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.app.Netrc.Found;

class NetrcTest {
  private static final String USUAL =
      """
      # a comment: machine not.this login x password y
      machine one login ann password "two \\"words\\""
      machine two
        login bob
        password #sharp
        account unused
      macdef init
      machine not.this.either login x
      cd /pub

      machine two login ann password other
      machine three password nameless
      default login anonymous password me@here
      """;

  @Test
  void findsHostsInAnyForm() {
    Netrc netrc = Netrc.parse(USUAL);
    assertThat(netrc.find("one", null)).isEqualTo(new Found("ann", "two \"words\""));
    assertThat(netrc.find("ONE", "ann")).isEqualTo(new Found("ann", "two \"words\""));
    assertThat(netrc.find("two", null)).isEqualTo(new Found("bob", "#sharp"));
    assertThat(netrc.find("two", "ann")).isEqualTo(new Found("ann", "other"));
    assertThat(netrc.find("three", "ann")).isEqualTo(new Found(null, "nameless"));
    assertThat(netrc.find("not.this", null)).isEqualTo(new Found("anonymous", "me@here"));
    assertThat(netrc.find("not.this.either", "x")).isNull();
    assertThat(netrc.find("four", "anonymous")).isEqualTo(new Found("anonymous", "me@here"));
  }

  /// Who is at a host under another name is not the one of the rest.
  @Test
  void theRestIsForHostsThatAreNotNamed() {
    Netrc netrc = Netrc.parse("machine one login ann password a default password d");
    assertThat(netrc.find("one", "bob")).isNull();
    assertThat(netrc.find("two", "bob")).isEqualTo(new Found(null, "d"));
    assertThat(Netrc.parse("").find("one", null)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "machine one\nlogin ann sesame",
        "\nsesame",
        "machine one\npassword \"sesame",
        "machine one login ann\npassword",
      })
  void saysTheLineAndNothingOfWhatIsInIt(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Netrc.parse(text))
        .withMessageStartingWith("line 2")
        .withMessageNotContaining("sesame");
  }
}
