package wharf.users;

import java.util.EnumSet;
import java.util.Set;

/// Someone who may be here, and what they may do.
///
/// @param name as given at log-in
/// @param rights what is allowed everywhere in the tree
public record Account(String name, Set<Right> rights) {
  /// The name under which those without an account are logged in.
  public static final String ANONYMOUS = "anonymous";

  public Account {
    rights = Set.copyOf(rights);
  }

  /// An account that may look and read.
  public static Account reader(String name) {
    return new Account(name, EnumSet.of(Right.LIST, Right.READ));
  }

  /// An account that may do everything with files.
  public static Account writer(String name) {
    return new Account(name, EnumSet.complementOf(EnumSet.of(Right.ADMINISTER)));
  }

  /// An account that may do everything.
  public static Account administrator(String name) {
    return new Account(name, EnumSet.allOf(Right.class));
  }

  /// Whether this account may use `right`. The one authorisation call, for every verb.
  public boolean may(Right right) {
    return rights.contains(right);
  }
}
