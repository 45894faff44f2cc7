package wharf.users;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Someone who may be here, and what they may do. Immutable.
///
/// @param name as given at log-in
/// @param root the folder of this machine that is its `/`; null for that which the server serves
/// @param rules what is allowed where
/// @param limits how much of it
/// @param networks where it logs in from; from anywhere if there are none
public record Account(
    String name, @Nullable Path root, Rules rules, Limits limits, List<Network> networks) {
  /// The name under which those without an account are logged in.
  public static final String ANONYMOUS = "anonymous";

  public Account {
    networks = List.copyOf(networks);
  }

  /// From anywhere.
  public Account(String name, @Nullable Path root, Rules rules, Limits limits) {
    this(name, root, rules, limits, List.of());
  }

  /// With the same rights everywhere, and no limits.
  public Account(String name, Set<Right> rights) {
    this(name, null, Rules.everywhere(rights), Limits.NONE);
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

  /// Whether this account has `right` somewhere.
  public boolean may(Right right) {
    return rules.somewhere().contains(right);
  }

  /// The same with other limits.
  public Account with(Limits other) {
    return new Account(name, root, rules, other, networks);
  }

  /// The same from these networks only.
  public Account from(List<Network> other) {
    return new Account(name, root, rules, limits, other);
  }

  /// Whether it may log in from there.
  public boolean mayComeFrom(InetAddress client) {
    return networks.isEmpty() || networks.stream().anyMatch(it -> it.contains(client));
  }
}
