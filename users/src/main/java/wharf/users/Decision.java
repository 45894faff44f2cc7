package wharf.users;

import java.util.Set;

/// Whether something may be done, and what decided it.
public sealed interface Decision {
  /// It may.
  record Allowed(Rule rule) implements Decision {
    @Override
    public String toString() {
      return "allowed by the rule " + rule;
    }
  }

  /// It may not.
  ///
  /// @param missing what the rule does not give of what was needed
  record Denied(Rule rule, Set<Right> missing) implements Decision {
    public Denied {
      missing = Set.copyOf(missing);
    }

    @Override
    public String toString() {
      return "refused by the rule " + rule + "; it lacks " + Right.words(missing);
    }
  }

  /// There is nothing of that name, as far as this account is told.
  record Hidden(NamePattern name) implements Decision {
    @Override
    public String toString() {
      return "hidden by the pattern " + name;
    }
  }

  default boolean allows() {
    return this instanceof Allowed;
  }
}
