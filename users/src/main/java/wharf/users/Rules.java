package wharf.users;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What somebody may do where. Of the rules that cover a place the most specific decides, alone;
/// where none does, nothing is allowed. Immutable.
public final class Rules {
  private static final Rule NOTHING = Rule.everywhere(Set.of());

  private final List<Rule> rules;
  private final List<NamePattern> hidden;
  private final Set<Right> somewhere;

  /// @param rules in any order; of two that are as specific the first decides
  /// @param hidden names that are as if they were not there, wherever they stand
  /// @throws IllegalArgumentException when two are of the same folder
  public Rules(List<Rule> rules, List<NamePattern> hidden) {
    List<Rule> sorted = new ArrayList<>();
    Set<List<NamePattern>> folders = new HashSet<>();
    for (Rule rule : rules) {
      if (!folders.add(rule.folder())) {
        throw new IllegalArgumentException("there are two rules for " + rule.path());
      }
      int at = sorted.size();
      while (at > 0 && rule.isMoreSpecificThan(sorted.get(at - 1))) {
        at--;
      }
      sorted.add(at, rule);
    }
    this.rules = List.copyOf(sorted);
    this.hidden = List.copyOf(hidden);
    this.somewhere = Set.copyOf(within(List.of()));
  }

  /// The same everywhere, and nothing hidden.
  public static Rules everywhere(Set<Right> rights) {
    return new Rules(List.of(Rule.everywhere(rights)), List.of());
  }

  /// All of them, the most specific first.
  public List<Rule> rules() {
    return rules;
  }

  /// Names that are as if they were not there.
  public List<NamePattern> hidden() {
    return hidden;
  }

  /// The one authorisation decision: whether all of `needed` is allowed at `place`.
  ///
  /// @param place the names from the root down, as the disk has them: no link among them
  public Decision decide(Set<Right> needed, List<String> place) {
    NamePattern hides = hiding(place);
    if (hides != null) {
      return new Decision.Hidden(hides);
    }
    Rule rule = at(place);
    if (rule.rights().containsAll(needed)) {
      return new Decision.Allowed(rule);
    }
    Set<Right> missing = EnumSet.noneOf(Right.class);
    missing.addAll(needed);
    missing.removeAll(rule.rights());
    return new Decision.Denied(rule, missing);
  }

  private @Nullable NamePattern hiding(List<String> place) {
    for (NamePattern pattern : hidden) {
      for (String name : place) {
        if (pattern.matches(name)) {
          return pattern;
        }
      }
    }
    return null;
  }

  /// The rule that decides at `place`.
  public Rule at(List<String> place) {
    for (Rule rule : rules) {
      if (rule.covers(place)) {
        return rule;
      }
    }
    return NOTHING;
  }

  /// Whether there is anything to be done at `place` or somewhere below it, so that one has to be
  /// able to come there.
  public boolean leadsSomewhere(List<String> place) {
    if (hiding(place) != null) {
      return false;
    }
    if (!at(place).rights().isEmpty()) {
      return true;
    }
    for (Rule rule : rules) {
      if (!rule.rights().isEmpty() && rule.isBelow(place)) {
        return true;
      }
    }
    return false;
  }

  /// What is allowed at `place` and in all that may be below it.
  public Set<Right> throughout(List<String> place) {
    Set<Right> all = EnumSet.noneOf(Right.class);
    all.addAll(at(place).rights());
    rules.stream()
        .filter(rule -> rule.isBelow(place))
        .forEach(rule -> all.retainAll(rule.rights()));
    return all;
  }

  /// What is allowed at `place` or in something that may be below it.
  public Set<Right> within(List<String> place) {
    Set<Right> all = EnumSet.noneOf(Right.class);
    all.addAll(at(place).rights());
    rules.stream().filter(rule -> rule.isBelow(place)).forEach(rule -> all.addAll(rule.rights()));
    return all;
  }

  /// Whether there is one rule, for everything, and something is allowed by it.
  public boolean areTheSameEverywhere() {
    return hidden.isEmpty()
        && rules.size() == 1
        && rules.getFirst().folder().isEmpty()
        && !somewhere.isEmpty();
  }

  /// What is allowed somewhere.
  public Set<Right> somewhere() {
    return somewhere;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Rules same && rules.equals(same.rules) && hidden.equals(same.hidden);
  }

  @Override
  public int hashCode() {
    return 31 * rules.hashCode() + hidden.hashCode();
  }

  @Override
  public String toString() {
    return hidden.isEmpty() ? rules.toString() : rules + ", hidden " + hidden;
  }
}
