package wharf.users;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AccountsTest {
  /// Reverses the password, and notes what it was asked to check.
  private static class Reversing implements PasswordHash {
    final List<String> checked = Collections.synchronizedList(new ArrayList<>());
    int matched;

    @Override
    public String of(Secret password) {
      return new StringBuilder(password.text()).reverse().toString();
    }

    @Override
    public boolean matches(Secret password, String hash) {
      checked.add(hash);
      boolean matches = hash.equals(of(password));
      matched += matches ? 1 : 0;
      return matches;
    }
  }

  private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.7");

  private final Reversing hash = new Reversing();

  private Accounts accounts(boolean anonymous) {
    return new Accounts(
        List.of(
            new Accounts.Known(Account.writer("jo"), "terces"),
            new Accounts.Known(Account.reader("ftp"), "terces")),
        anonymous,
        hash);
  }

  @Test
  void onlyTheRightPassword() {
    Accounts accounts = accounts(false);
    assertThat(accounts.authenticate("jo", new Secret("secret"), HERE))
        .contains(Account.writer("jo"));
    assertThat(accounts.authenticate("jo", new Secret("Secret"), HERE)).isEmpty();
    assertThat(accounts.authenticate("jo", new Secret(""), HERE)).isEmpty();
    assertThat(accounts.authenticate("Jo", new Secret("secret"), HERE)).isEmpty();
  }

  @Test
  void othersInTheirPlaceAreCheckedByTheSameHash() {
    Accounts others =
        accounts(true)
            .replacedBy(List.of(new Accounts.Known(Account.writer("al"), "terces")), null);
    assertThat(others.authenticate("jo", new Secret("secret"), HERE)).isEmpty();
    assertThat(others.authenticate("anonymous", new Secret(""), HERE)).isEmpty();
    assertThat(others.authenticate("al", new Secret("secret"), HERE))
        .contains(Account.writer("al"));
    assertThat(hash.checked).hasSize(2);
  }

  /// With as many checks, none of which can be told by the time it takes.
  @Test
  void noPasswordIsRightFromElsewhere() {
    Account home = Account.writer("jo").from(List.of(Network.parse("10.0.0.0/8")));
    Account all = Account.reader(Account.ANONYMOUS).from(home.networks());
    Accounts accounts = new Accounts(List.of(new Accounts.Known(home, "terces")), all, hash);
    InetAddress there = InetAddress.ofLiteral("10.1.2.3");
    assertThat(accounts.authenticate("jo", new Secret("secret"), HERE)).isEmpty();
    assertThat(accounts.authenticate("jo", new Secret("other"), HERE)).isEmpty();
    assertThat(accounts.vouchedFor("jo", HERE)).isEmpty();
    assertThat(accounts.authenticate("ftp", new Secret(""), HERE)).isEmpty();
    assertThat(accounts.isKeptFrom("jo", HERE)).isTrue();
    assertThat(accounts.isKeptFrom("al", HERE)).isFalse();
    assertThat(hash.matched).as("nothing to remember").isZero();
    assertThat(hash.checked).containsExactly("terces", "terces");
    assertThat(accounts.authenticate("jo", new Secret("secret"), there)).contains(home);
    assertThat(accounts.vouchedFor("jo", there)).contains(home);
    assertThat(accounts.authenticate("ftp", new Secret(""), there)).contains(all);
    assertThat(accounts.isKeptFrom("jo", there)).isFalse();
  }

  /// One check, of a hash that is an account's; and the same again for the same name, in every
  /// process that knows the same accounts: else a name could be told by trying it twice.
  @Test
  void anUnknownNameCostsTheSameWorkAndNeverComesIn() {
    List<Accounts.Known> known =
        List.of(
            new Accounts.Known(Account.reader("a"), "$one$terces"),
            new Accounts.Known(Account.reader("b"), "$two$terces"),
            new Accounts.Known(Account.reader("c"), "$two$terces"),
            new Accounts.Known(Account.reader("d"), "$two$terces"));
    Reversing first = new Reversing();
    Reversing second = new Reversing();
    Accounts accounts = new Accounts(known, false, first);
    Accounts again = new Accounts(known, false, second);
    int ones = 0;
    for (int i = 0; i < 400; i++) {
      assertThat(accounts.authenticate("nobody" + i, new Secret("secret$eno$"), HERE)).isEmpty();
      assertThat(accounts.authenticate("nobody" + i, new Secret("other"), HERE)).isEmpty();
      assertThat(again.authenticate("nobody" + i, new Secret("other"), HERE)).isEmpty();
      assertThat(first.checked).hasSize(2).allMatch(first.checked.getFirst()::equals);
      assertThat(second.checked).containsExactly(first.checked.getFirst());
      ones += first.checked.getFirst().startsWith("$one$") ? 1 : 0;
      first.checked.clear();
      second.checked.clear();
    }
    // Each kind of hash as often as accounts have it.
    assertThat(ones).isBetween(60, 140);
  }

  @Test
  void theLineIsBoundedAndPlacesAreGivenBack() {
    Accounts accounts = accounts(true);
    List<Supplier<Optional<Account>>> line = new ArrayList<>();
    for (int i = 0; i < Accounts.CHECKS_IN_LINE; i++) {
      line.add(accounts.inLine("jo", new Secret("secret"), HERE).orElseThrow());
    }
    assertThat(accounts.inLine("jo", new Secret("secret"), HERE)).isEmpty();
    assertThat(line.getFirst().get()).contains(Account.writer("jo"));
    assertThat(accounts.inLine("al", new Secret("secret"), HERE).orElseThrow().get()).isEmpty();
    assertThat(accounts.inLine("al", new Secret("secret"), HERE)).isPresent();
    assertThat(accounts.inLine("al", new Secret("secret"), HERE)).isEmpty();
  }

  @Test
  void anonymousOnlyWhereAllowedAndNeverByAPassword() {
    for (String name : List.of("anonymous", "ANONYMOUS", "ftp", "Ftp")) {
      assertThat(Accounts.isAnonymous(name)).isTrue();
      assertThat(accounts(true).authenticate(name, new Secret("x"), HERE))
          .contains(Account.reader("anonymous"));
      assertThat(accounts(false).authenticate(name, new Secret("secret"), HERE)).as(name).isEmpty();
    }
    assertThat(Accounts.isAnonymous("")).isFalse();
    assertThat(Accounts.isAnonymous("anonymous ")).isFalse();
    assertThat(accounts(true).anonymousAllowed()).isTrue();
    assertThat(hash.checked).isEmpty();
  }

  @Test
  void withoutAccountsNobodyComesIn() {
    Accounts nobody = new Accounts(List.of(), false, hash);
    assertThat(nobody.authenticate("jo", new Secret("secret"), HERE)).isEmpty();
  }

  @Test
  void onlySoManyChecksAtOnce() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch four = new CountDownLatch(4);
    PasswordHash slow =
        new PasswordHash() {
          @Override
          public String of(Secret password) {
            return password.text();
          }

          @Override
          public boolean matches(Secret password, String of) {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            four.countDown();
            try {
              // All four that may run do run at once; a fifth would show in "most".
              four.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            now.decrementAndGet();
            return true;
          }
        };
    Accounts accounts =
        new Accounts(List.of(new Accounts.Known(Account.reader("jo"), "")), false, slow);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> tries =
          Collections.nCopies(
              40, () -> accounts.authenticate("jo", new Secret(""), HERE).isPresent());
      for (Future<Boolean> one : threads.invokeAll(tries)) {
        assertThat(one.get()).isTrue();
      }
    }
    assertThat(most).hasValue(4);
  }

  @Test
  void rightsAreWhatWasGiven() {
    Set<Right> given = EnumSet.of(Right.LIST);
    Account account = new Account("jo", given);
    given.add(Right.DELETE);
    assertThat(account.may(Right.LIST)).isTrue();
    assertThat(account.may(Right.DELETE)).isFalse();
    assertThat(Account.reader("x").rules().somewhere())
        .containsExactlyInAnyOrder(Right.LIST, Right.READ);
    assertThat(Account.administrator("x").rules().somewhere())
        .containsExactlyInAnyOrder(Right.values());
    assertThat(Account.writer("x").rules().somewhere())
        .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.of(Right.ADMINISTER)));
  }

  /// Who is vouched for has to be known all the same.
  @Test
  void vouchingMakesNoAccount() {
    Accounts accounts =
        new Accounts(
            List.of(new Accounts.Known(Account.reader("jo"), "never looked at")),
            true,
            new PasswordHash() {
              @Override
              public String of(Secret password) {
                return "a hash";
              }

              @Override
              public boolean matches(Secret password, String hash) {
                throw new AssertionError("no password was given");
              }
            });
    assertThat(accounts.vouchedFor("jo", HERE)).contains(Account.reader("jo"));
    assertThat(accounts.vouchedFor("al", HERE)).isEmpty();
    assertThat(accounts.vouchedFor("anonymous", HERE)).isEmpty();
  }

  @Test
  void aSecretIsNotPrinted() {
    assertThat(new Secret("abc")).hasToString("***");
    assertThat("" + new Accounts.Known(Account.reader("jo"), "h") + new Secret("abc"))
        .doesNotContain("abc");
  }
}
