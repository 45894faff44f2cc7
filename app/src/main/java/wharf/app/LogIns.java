package wharf.app;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import wharf.users.Account;
import wharf.users.Accounts;
import wharf.users.Accounts.Known;
import wharf.users.Right;

/// Who may log in.
///
/// @param known those with an account
/// @param anonymous as whom those without may; null if they may not
/// @param oneTimePassword that of the account that was made because nobody was named who may write;
///   null if none was
/// @param sources what the accounts are from, in words
record LogIns(
    List<Known> known,
    @Nullable Account anonymous,
    @Nullable String oneTimePassword,
    List<String> sources) {
  LogIns {
    known = List.copyOf(known);
    sources = List.copyOf(sources);
  }

  /// Those of accounts among which may be the one of those who have none.
  static LogIns of(List<Known> all, @Nullable String oneTimePassword, List<String> sources) {
    return new LogIns(
        all.stream().filter(one -> !isAnonymous(one.account())).toList(),
        all.stream().map(Known::account).filter(LogIns::isAnonymous).findFirst().orElse(null),
        oneTimePassword,
        sources);
  }

  private static boolean isAnonymous(Account account) {
    return account.name().equals(Account.ANONYMOUS);
  }

  /// The account of this name, or the one that it stands for.
  Optional<Account> account(String name) {
    return Accounts.isAnonymous(name)
        ? Optional.ofNullable(anonymous)
        : known.stream()
            .map(Known::account)
            .filter(account -> account.name().equals(name))
            .findFirst();
  }

  /// Whether anybody may write anywhere.
  boolean haveWriters() {
    return Stream.concat(known.stream().map(Known::account), Stream.ofNullable(anonymous))
        .anyMatch(one -> one.may(Right.WRITE));
  }
}
