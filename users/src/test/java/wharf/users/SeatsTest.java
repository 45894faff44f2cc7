package wharf.users;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SeatsTest {
  private static Account with(String name, int sessions) {
    return Account.reader(name)
        .with(new Limits(sessions, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
  }

  @Test
  void eachAccountHasItsOwn() {
    Seats seats = new Seats();
    Account two = with("two", 2);
    assertThat(seats.take(two)).isTrue();
    assertThat(seats.take(two)).isTrue();
    assertThat(seats.take(two)).isFalse();
    assertThat(seats.take(with("one", 1))).isTrue();
    assertThat(seats.take(Account.reader("any"))).isTrue();
    seats.leave(two);
    assertThat(seats.taken("two")).isEqualTo(1);
    assertThat(seats.take(two)).isTrue();
    // With less from now on, it keeps what it has.
    assertThat(seats.take(with("two", 1))).isFalse();
    seats.leave(two);
    seats.leave(two);
    assertThat(seats.taken("two")).isZero();
    seats.leave(two);
    assertThat(seats.taken("two")).isZero();
  }

  @Test
  void manyAtOnceNeverHaveTooMany() throws Exception {
    Seats seats = new Seats();
    Account five = with("five", 5);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> tries = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        tries.add(() -> seats.take(five));
      }
      int taken = 0;
      for (Future<Boolean> one : threads.invokeAll(tries)) {
        taken += one.get() ? 1 : 0;
      }
      assertThat(taken).isEqualTo(5);
    }
  }
}
