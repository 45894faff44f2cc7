package wharf.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BansTest {
  private static final InetAddress A = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress B = InetAddress.ofLiteral("192.0.2.2");

  private Instant now = Instant.parse("2026-01-10T00:00:00Z");
  private final Bans bans = new Bans(Bans.Policy.USUAL, () -> now);

  private void pass(Duration time) {
    now = now.plus(time);
  }

  /// Fails so often.
  ///
  /// @return what the last has led to
  private Optional<Bans.Ban> fail(InetAddress from, int times) {
    Optional<Bans.Ban> last = Optional.empty();
    for (int i = 0; i < times; i++) {
      assertThat(last).isEmpty();
      last = bans.failed(from);
    }
    return last;
  }

  /// Fails until it is banned, and waits for the end.
  ///
  /// @return how long that was
  private Duration sit(InetAddress from) {
    Instant until = fail(from, 10).orElseThrow().until();
    Duration length = Duration.between(now, until);
    now = until;
    return length;
  }

  @Test
  void theTenthFailureBansForAMinute() {
    assertThat(fail(A, 9)).isEmpty();
    assertThat(bans.isBanned(A)).isFalse();
    assertThat(fail(A, 1)).contains(new Bans.Ban(Network.parse("192.0.2.1"), now.plusSeconds(60)));
    assertThat(bans.isBanned(A)).isTrue();
    assertThat(bans.isBanned(B)).isFalse();
    pass(Duration.ofSeconds(59));
    assertThat(bans.isBanned(A)).isTrue();
    pass(Duration.ofSeconds(1));
    assertThat(bans.isBanned(A)).isFalse();
    assertThat(fail(A, 9)).isEmpty();
  }

  @Test
  void onlyTheLastTenMinutesCount() {
    for (int i = 0; i < 100; i++) {
      assertThat(bans.failed(A)).isEmpty();
      pass(Duration.ofSeconds(67));
    }
    assertThat(fail(A, 2)).isPresent();
  }

  @Test
  void whatFailsDuringABanDoesNotCount() {
    assertThat(fail(A, 10)).isPresent();
    fail(A, 50);
    pass(Duration.ofMinutes(1));
    assertThat(fail(A, 9)).isEmpty();
  }

  @Test
  void eachIsTwiceAsLongUpToADay() {
    for (int minutes = 1; minutes <= 1024; minutes *= 2) {
      assertThat(sit(A)).isEqualTo(Duration.ofMinutes(minutes));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(sit(A)).isEqualTo(Duration.ofDays(1));
    }
    assertThat(sit(B)).isEqualTo(Duration.ofMinutes(1));
    // Nobody is held to what was beyond the longest.
    pass(Duration.ofDays(1));
    assertThat(sit(A)).isEqualTo(Duration.ofDays(1));
    pass(Duration.ofDays(2));
    assertThat(sit(A)).isEqualTo(Duration.ofMinutes(1024));
  }

  @Test
  void goodBehaviourMakesItShorterAgain() {
    for (int i = 0; i < 4; i++) {
      sit(A);
    }
    pass(Duration.ofDays(1));
    assertThat(sit(A)).isEqualTo(Duration.ofMinutes(8));
    pass(Duration.ofDays(3));
    assertThat(sit(A)).isEqualTo(Duration.ofMinutes(2));
    pass(Duration.ofDays(400));
    assertThat(sit(A)).isEqualTo(Duration.ofMinutes(1));
  }

  @ValueSource(strings = {"127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"})
  @ParameterizedTest
  void neverOfThisMachineUnlessItIsSaid(String loopback) {
    InetAddress here = InetAddress.ofLiteral(loopback);
    for (int i = 0; i < 100; i++) {
      assertThat(bans.failed(here)).isEmpty();
    }
    assertThat(bans.isBanned(here)).isFalse();
    bans.ban(here, Duration.ofHours(1));
    assertThat(bans.isBanned(here)).isTrue();
  }

  @Test
  void noneBansNobody() {
    Bans none = Bans.none();
    for (int i = 0; i < 100; i++) {
      assertThat(none.failed(A)).isEmpty();
      assertThat(none.failed(InetAddress.ofLiteral("2001:db8::1"))).isEmpty();
    }
  }

  @Test
  void ofIpv6TheCustomerCounts() {
    for (int i = 0; i < 9; i++) {
      assertThat(bans.failed(InetAddress.ofLiteral("2001:db8:0:1::" + i))).isEmpty();
    }
    assertThat(bans.failed(InetAddress.ofLiteral("2001:db8:0:1:ffff::9")))
        .map(ban -> ban.who().toString())
        .contains("2001:db8:0:1:0:0:0:0/64");
    assertThat(bans.isBanned(InetAddress.ofLiteral("2001:db8:0:1:abcd::"))).isTrue();
    assertThat(bans.isBanned(InetAddress.ofLiteral("2001:db8:0:2::1"))).isFalse();
  }

  @Test
  void anOperatorBansAndLetsGo() {
    Bans.Ban said = bans.ban(B, Duration.ofDays(30));
    Bans.Ban earned = fail(A, 10).orElseThrow();
    assertThat(bans.list()).containsExactly(earned, said);
    assertThat(bans.unban(B)).isTrue();
    assertThat(bans.unban(B)).isFalse();
    assertThat(bans.list()).containsExactly(earned);
    assertThat(bans.isBanned(B)).isFalse();
    assertThat(bans.unban(A)).isTrue();
    // All is forgotten.
    assertThat(sit(A)).isEqualTo(Duration.ofMinutes(1));
    assertThat(bans.list()).isEmpty();
  }

  @Test
  void aLongBanDoesNotCountAsManyShortOnes() {
    sit(A);
    bans.ban(A, Duration.ofDays(365));
    bans.ban(A, Duration.ofDays(1));
    pass(Duration.ofDays(1));
    assertThat(sit(A)).isEqualTo(Duration.ofMinutes(2));
  }

  /// Strangers neither fill the memory nor have anybody forgotten who is banned while others are
  /// not.
  @Test
  void theTableIsBounded() throws Exception {
    bans.ban(B, Duration.ofDays(30));
    fail(A, 10);
    for (int i = 0; i < 3 * Bans.LIMIT; i++) {
      bans.failed(stranger(i));
    }
    assertThat(bans.isBanned(B)).isTrue();
    assertThat(bans.isBanned(A)).isTrue();
    for (int i = 0; i < Bans.LIMIT + 10; i++) {
      fail(stranger(i), 10);
    }
    assertThat(bans.list()).hasSize(Bans.LIMIT);
    assertThat(bans.isBanned(B)).isTrue();
    assertThat(bans.isBanned(stranger(Bans.LIMIT + 9))).as("the last").isTrue();
    assertThat(bans.isBanned(A)).as("the first").isFalse();
  }

  private static InetAddress stranger(int number) throws UnknownHostException {
    return InetAddress.getByAddress(
        new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
  }

  @Test
  void manyAtOnceMakeOneBan() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Optional<Bans.Ban>>> all =
          IntStream.range(0, 500).mapToObj(_ -> threads.submit(() -> bans.failed(A))).toList();
      int made = 0;
      for (Future<Optional<Bans.Ban>> one : all) {
        made += one.get().isPresent() ? 1 : 0;
      }
      assertThat(made).isEqualTo(1);
    }
  }

  @Test
  void aPolicyHasToMakeSense() {
    Duration day = Duration.ofDays(1);
    assertThatThrownBy(() -> new Bans.Policy(0, day, day, day, day, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Bans.Policy(1, day, Duration.ZERO, day, day, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Bans.Policy(1, day, day, Duration.ofHours(1), day, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
