package wharf.ftp.server;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import wharf.files.Access;
import wharf.files.FileProblem;
import wharf.files.VirtualPath;
import wharf.users.Account;
import wharf.users.Decision;
import wharf.users.Right;
import wharf.users.Rule;

/// What one command of an account needs, held against its rules: the one place where it is decided
/// whether something may be done. Asked by the tree, at the places that the command's paths mean.
///
/// @param what the command, for people
/// @param needed what it needs at its path
/// @param fromSource what it needs where it only takes from, if there are two
record Permit(Account account, String what, Set<Right> needed, Set<Right> fromSource)
    implements Access {
  /// Of `verb`, as its row has it.
  static Permit of(Account account, Verb verb) {
    return new Permit(account, verb.toString(), verb.rights(), verb.rightsOfSource());
  }

  /// Whether it may be used at a place somewhere, so that it is worth looking which one is meant.
  boolean isUsable() {
    Set<Right> somewhere = account.rules().somewhere();
    return somewhere.containsAll(needed) && somewhere.containsAll(fromSource);
  }

  /// Whether it puts files where others may be.
  boolean needsToReplace() {
    return needed.contains(Right.WRITE) || needed.contains(Right.RENAME);
  }

  /// The one authorisation decision.
  Decision decide(List<String> place) {
    return account.rules().decide(needed, place);
  }

  @Override
  public void requireWay(VirtualPath path, List<String> place) throws FileProblem {
    if (account.rules().decide(Set.of(), place) instanceof Decision.Hidden) {
      throw FileProblem.notServed(path);
    }
    if (!shows(place)) {
      throw refused(path, account.rules().at(place));
    }
  }

  @Override
  public void require(VirtualPath path, List<String> place) throws FileProblem {
    switch (decide(place)) {
      case Decision.Allowed _ -> {}
      case Decision.Hidden _ -> throw FileProblem.notServed(path);
      case Decision.Denied(Rule rule, _) -> throw refused(path, rule);
    }
  }

  @Override
  public void requireWhole(VirtualPath path, List<String> place) throws FileProblem {
    if (!account.rules().throughout(place).containsAll(needed)) {
      throw FileProblem.denied(
          path,
          "holds folders with rules of their own, and may be used for %s only in parts",
          what);
    }
  }

  /// Nobody comes to see or read what they could not by moving it to where they can. (To take it
  /// away from its place is what the right to rename is.)
  @Override
  public void requireMove(VirtualPath path, List<String> from, List<String> to) throws FileProblem {
    Set<Right> gained = EnumSet.of(Right.LIST, Right.READ);
    gained.retainAll(account.rules().within(to));
    gained.removeAll(account.rules().throughout(from));
    if (!gained.isEmpty()) {
      throw FileProblem.denied(path, "may not be read here, and could be there");
    }
  }

  @Override
  public void requireMaking(VirtualPath path, List<String> place) throws FileProblem {
    if (account.rules().decide(EnumSet.of(Right.WRITE), place)
        instanceof Decision.Denied(Rule rule, _)) {
      throw refused(path, rule);
    }
  }

  @Override
  public boolean lists(List<String> place) {
    return account.rules().decide(EnumSet.of(Right.LIST), place).allows();
  }

  @Override
  public boolean isTheSameEverywhere() {
    return account.rules().areTheSameEverywhere();
  }

  @Override
  public boolean mayReplace(List<String> place) {
    return account.rules().decide(Set.of(Right.DELETE), place).allows();
  }

  @Override
  public boolean shows(List<String> place) {
    return account.rules().leadsSomewhere(place);
  }

  @Override
  public Permit ofSource() {
    return new Permit(account, what, fromSource, fromSource);
  }

  /// Who has an account is told by which rule; others are nobody's business.
  private FileProblem refused(VirtualPath path, Rule rule) {
    return account.name().equals(Account.ANONYMOUS)
        ? FileProblem.denied(path, "is not open to %s for %s", account.name(), what)
        : FileProblem.denied(
            path,
            "is not open to %s for %s: the rule for %s gives %s",
            account.name(),
            what,
            rule.path(),
            Right.words(rule.rights()));
  }
}
