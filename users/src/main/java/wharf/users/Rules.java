package wharf.users;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What somebody may do where. Of the rules that cover a place the most specific decides, alone;
/// where none does, nothing is allowed. Immutable.
///
/// @param rules the most specific first
/// @param hidden names that are as if they were not there, wherever they stand
public record Rules(List<Rule> rules, List<NamePattern> hidden) {
  private static final Rule NOTHING = Rule.everywhere(Set.of());

  /// @param rules in any order; of two that are as specific the first decides
  /// @throws IllegalArgumentException when two are of the same folder
  public Rules {
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
    rules = List.copyOf(sorted);
    hidden = List.copyOf(hidden);
  }

  /// The same everywhere, and nothing hidden.
  public static Rules everywhere(Set<Right> rights) {
    return new Rules(List.of(Rule.everywhere(rights)), List.of());
  }

  /// The one authorisation decision: whether all of `needed` is allowed at `place`.
  ///
  /// @param place the names from the root down, as the disk has them: no link among them
  public Decision decide(Set<Right> needed, List<String> place) {
    for (String name : place) {
      for (NamePattern pattern : hidden) {
        if (pattern.matches(name)) {
          return new Decision.Hidden(pattern);
        }
      }
    }
    Rule rule = at(place);
    Set<Right> missing = EnumSet.noneOf(Right.class);
    missing.addAll(needed);
    missing.removeAll(rule.rights());
    return missing.isEmpty() ? new Decision.Allowed(rule) : new Decision.Denied(rule, missing);
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
    return !(decide(Set.of(), place) instanceof Decision.Hidden) && !within(place).isEmpty();
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

  /// What is allowed somewhere.
  public Set<Right> somewhere() {
    return within(List.of());
  }
}
