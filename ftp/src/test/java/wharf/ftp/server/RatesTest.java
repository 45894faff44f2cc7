package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import wharf.protocol.Throttle;
import wharf.users.Account;
import wharf.users.Limits;
import wharf.users.Right;

class RatesTest {
  private static final long ANY = Long.MAX_VALUE;
  private static final InetAddress HERE = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress THERE = InetAddress.ofLiteral("192.0.2.2");
  private static final Set<Right> RIGHTS = EnumSet.of(Right.READ);

  private static List<Long> rates(List<Throttle> throttles) {
    return throttles.stream().map(Throttle::rate).toList();
  }

  @Test
  void nobodyIsSlowedUnasked() {
    Rates.Pace pace = new Rates(Rates.Settings.NONE).pace(new Account("ann", RIGHTS), HERE);
    assertThat(pace.up()).isEmpty();
    assertThat(pace.down()).isEmpty();
  }

  @Test
  void sessionsOfAnAccountShareAndThoseOfNobodyByAddress() {
    Rates rates = new Rates(new Rates.Settings(10, 20, ANY, ANY));
    Account ann = new Account("ann", RIGHTS);
    Rates.Pace one = rates.pace(ann, HERE);
    assertThat(rates(one.up())).containsExactly(10L);
    assertThat(rates(one.down())).containsExactly(20L);
    assertThat(rates.pace(ann, THERE).up().getFirst()).isSameAs(one.up().getFirst());
    assertThat(rates.pace(new Account("al", RIGHTS), HERE).up().getFirst())
        .isNotSameAs(one.up().getFirst());
    Account nobody = Account.reader(Account.ANONYMOUS);
    Rates.Pace stranger = rates.pace(nobody, HERE);
    assertThat(rates.pace(nobody, HERE).down().getFirst()).isSameAs(stranger.down().getFirst());
    assertThat(rates.pace(nobody, THERE).down().getFirst()).isNotSameAs(stranger.down().getFirst());
  }

  /// What an account has of its own comes before what all have; an address has its own beside it.
  @Test
  void anAccountsOwn() {
    Rates rates = new Rates(new Rates.Settings(10, 20, 30, 40));
    Account ann = new Account("ann", RIGHTS).with(Limits.NONE.withRates(1, ANY));
    Rates.Pace pace = rates.pace(ann, HERE);
    assertThat(rates(pace.up())).containsExactly(1L, 30L);
    assertThat(rates(pace.down())).containsExactly(20L, 40L);
    assertThat(rates.pace(new Account("al", RIGHTS), HERE).up().getLast())
        .isSameAs(pace.up().getLast());
  }

  /// What nobody uses is forgotten: strangers from many addresses do not fill the memory.
  @Test
  void whatIsNotUsedIsForgotten() throws Exception {
    Rates rates = new Rates(new Rates.Settings(10, 20, 30, 40));
    Account nobody = Account.reader(Account.ANONYMOUS);
    Rates.Pace kept = rates.pace(nobody, THERE);
    for (int i = 0; i < 1000; i++) {
      rates.pace(nobody, InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i}));
    }
    for (int i = 0; i < 100 && rates.count() > 100; i++) {
      System.gc();
      rates.pace(nobody, HERE);
    }
    assertThat(rates.count()).isLessThanOrEqualTo(100);
    assertThat(rates.pace(nobody, THERE).up().getFirst()).isSameAs(kept.up().getFirst());
  }
}
