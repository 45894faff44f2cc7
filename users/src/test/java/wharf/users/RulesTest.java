package wharf.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RulesTest {
  private static Rules rules(Rule... rules) {
    return new Rules(List.of(rules), List.of());
  }

  private static List<String> place(String path) {
    return path.equals("/") ? List.of() : List.of(path.substring(1).split("/", -1));
  }

  /// The deepest folder that covers a place decides; of as deep ones the one that says more of the
  /// names, from the root on. The order in which they were written changes nothing.
  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/a, /",
    "/in, /in",
    "/in/x, /in",
    "/in/x/y, /in",
    "/inn, /in*",
    "/inn/done, /*/done",
    "/in/done, /in/done",
    "/in/done/x, /in/done",
    "/out/done, /*/done",
    "/out/done/x/y, /*/done/*/y",
    "/out/done/x/z, /*/done",
  })
  void theMostSpecificDecides(String place, String decides) {
    List<Rule> all = new ArrayList<>();
    for (String path : List.of("/", "/in", "/in*", "/*/done", "/in/done", "/*/done/*/y")) {
      all.add(Rule.at(path, Set.of(Right.LIST)));
    }
    for (int seed = 0; seed < 20; seed++) {
      Collections.shuffle(all, new Random(seed));
      assertThat(new Rules(all, List.of()).at(place(place)).path()).isEqualTo(decides);
    }
  }

  @Test
  void whereNoRuleIsNothingIsAllowed() {
    Rules rules =
        rules(
            Rule.at(
                "/in",
                EnumSet.allOf(Right.class).stream()
                    .filter(right -> right != Right.ADMINISTER)
                    .collect(Collectors.toSet())));
    assertThat(rules.decide(Set.of(Right.LIST), place("/")).allows()).isFalse();
    assertThat(rules.decide(Set.of(Right.LIST), place("/in")).allows()).isTrue();
    assertThat(rules.decide(Set.of(), place("/else"))).isInstanceOf(Decision.Allowed.class);
    assertThat(rules.leadsSomewhere(place("/"))).isTrue();
    assertThat(rules.leadsSomewhere(place("/else"))).isFalse();
  }

  /// Rules do not add up: what the decider does not give is not there.
  @Test
  void rulesDoNotAddUp() {
    Rules rules =
        rules(
            Rule.everywhere(EnumSet.of(Right.LIST, Right.READ)),
            Rule.at("/in", EnumSet.of(Right.WRITE)));
    assertThat(rules.decide(Set.of(Right.READ, Right.WRITE), place("/in/x")))
        .isEqualTo(
            new Decision.Denied(Rule.at("/in", EnumSet.of(Right.WRITE)), Set.of(Right.READ)));
    assertThat(rules.decide(Set.of(Right.WRITE), place("/in/x")).toString())
        .isEqualTo("allowed by the rule /in: write");
    assertThat(rules.decide(Set.of(Right.READ), place("/in/x")).toString())
        .isEqualTo("refused by the rule /in: write; it lacks read");
  }

  @Test
  void hiddenIsHiddenWhereverItStands() {
    Rules rules =
        new Rules(
            List.of(Rule.everywhere(EnumSet.allOf(Right.class))), List.of(new NamePattern(".*")));
    for (String path : List.of("/.git", "/a/.git", "/.git/config", "/a/.b/c")) {
      assertThat(rules.decide(Set.of(), place(path))).isInstanceOf(Decision.Hidden.class);
      assertThat(rules.leadsSomewhere(place(path))).isFalse();
    }
    assertThat(rules.decide(Set.of(Right.READ), place("/a.b/c")).allows()).isTrue();
  }

  @Test
  void whatHoldsOfAFolderWithAllInIt() {
    Rules rules =
        rules(
            Rule.everywhere(EnumSet.of(Right.LIST, Right.READ, Right.DELETE)),
            Rule.at("/a/*/secret", EnumSet.of(Right.LIST, Right.WRITE)));
    assertThat(rules.throughout(place("/a"))).containsExactly(Right.LIST);
    assertThat(rules.throughout(place("/a/x"))).containsExactly(Right.LIST);
    assertThat(rules.throughout(place("/a/x/secret"))).containsExactly(Right.LIST, Right.WRITE);
    assertThat(rules.throughout(place("/b"))).containsExactly(Right.LIST, Right.READ, Right.DELETE);
    assertThat(rules.within(place("/a/x")))
        .containsExactlyInAnyOrder(Right.LIST, Right.READ, Right.WRITE, Right.DELETE);
    assertThat(rules.somewhere())
        .containsExactlyInAnyOrder(Right.LIST, Right.READ, Right.WRITE, Right.DELETE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "in", "in/", "/in//x", "/in/../x", "/./in"})
  void noFolder(String path) {
    assertThatIllegalArgumentException().isThrownBy(() -> Rule.at(path, Set.of()));
  }

  @Test
  void aFolderHasOneRule() {
    assertThat(Rule.at("/in/", Set.of()).path()).isEqualTo("/in");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> rules(Rule.at("/in", Set.of()), Rule.at("/in/", Set.of(Right.READ))))
        .withMessage("there are two rules for /in");
    assertThatIllegalArgumentException().isThrownBy(() -> Rule.at("/in", Set.of(Right.ADMINISTER)));
  }

  @ParameterizedTest
  @CsvSource({
    "a, a, true",
    "a, b, false",
    "a, aa, false",
    "*, anything, true",
    "*.txt, a.txt, true",
    "*.txt, .txt, true",
    "*.txt, a.txt.gz, false",
    "a*b*c, aXXbYYc, true",
    "a*b*c, abcbc, true",
    "a*b*c, acb, false",
    "?, x, true",
    "?, xy, false",
    "?*, '', false",
    "*?, x, true",
    "A, a, false",
    "**, x, true",
    "a.c, abc, false",
  })
  void patternsOfNames(String pattern, String name, boolean matches) {
    assertThat(new NamePattern(pattern).matches(name)).isEqualTo(matches);
  }

  /// What a hostile name and pattern cost is bounded: this would not end in a lifetime otherwise.
  @Test
  void aPatternOfManyStars() {
    assertThat(new NamePattern("*a".repeat(100) + "b").matches("a".repeat(255))).isFalse();
  }
}
