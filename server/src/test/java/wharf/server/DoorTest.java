package wharf.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import wharf.protocol.Protocol.Refusal;

class DoorTest {
  private static final InetAddress A = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress B = InetAddress.ofLiteral("192.0.2.2");
  private static final InetAddress C = InetAddress.ofLiteral("2001:db8::1");

  @Test
  void bothLimitsHoldAndPlacesAreGivenBack() {
    Door door = new Door(3, 2, Entrance.OPEN);
    assertThat(door.enter(A)).isNull();
    assertThat(door.enter(A)).isNull();
    assertThat(door.enter(A)).isEqualTo(Refusal.TOO_MANY_FROM_ADDRESS);
    assertThat(door.enter(B)).isNull();
    assertThat(door.enter(C)).isEqualTo(Refusal.TOO_MANY_SESSIONS);
    assertThat(door.enter(A)).isEqualTo(Refusal.TOO_MANY_SESSIONS);
    door.leave(B);
    assertThat(door.enter(A)).isEqualTo(Refusal.TOO_MANY_FROM_ADDRESS);
    assertThat(door.enter(C)).isNull();
    door.leave(A);
    assertThat(door.enter(A)).isNull();
  }

  /// Who may not come in is not counted, and told so even when it is full.
  @Test
  void theGuardIsAskedFirst() {
    Entrance guarded = new Entrance(from -> from.equals(B) ? Refusal.NOT_FROM_ADDRESS : null);
    Door door = new Door(1, 1, guarded);
    assertThat(door.enter(B)).isEqualTo(Refusal.NOT_FROM_ADDRESS);
    assertThat(door.enter(A)).isNull();
    assertThat(door.enter(B)).isEqualTo(Refusal.NOT_FROM_ADDRESS);
    assertThat(door.enter(C)).isEqualTo(Refusal.TOO_MANY_SESSIONS);
  }

  /// The client of a balancer is counted where it comes from once that is known.
  @Test
  void whoIsAnnouncedLaterIsCountedThen() {
    Door door = new Door(10, 1, new Entrance(from -> from.equals(C) ? Refusal.BANNED : null));
    assertThat(door.enter(null)).isNull();
    assertThat(door.enter(null)).isNull();
    assertThat(door.comesFrom(A)).isNull();
    assertThat(door.comesFrom(A)).isEqualTo(Refusal.TOO_MANY_FROM_ADDRESS);
    assertThat(door.comesFrom(C)).isEqualTo(Refusal.BANNED);
    assertThat(door.enter(A)).isEqualTo(Refusal.TOO_MANY_FROM_ADDRESS);
    door.partFrom(A);
    door.leave(null);
    assertThat(door.enter(A)).isNull();
    door.leave(A);
    door.leave(null);
    assertThat(door.enter(A)).isNull();
  }

  @Test
  void emptinessIsWaitedFor() throws Exception {
    Door door = new Door(10, 10, Entrance.OPEN);
    assertThat(door.awaitEmpty(Duration.ZERO)).isTrue();
    door.enter(A);
    assertThat(door.awaitEmpty(Duration.ZERO)).isFalse();
    assertThat(door.awaitEmpty(Duration.ofMillis(1))).isFalse();
    Thread leaver = Thread.ofVirtual().start(() -> door.leave(A));
    assertThat(door.awaitEmpty(Duration.ofMinutes(1))).isTrue();
    leaver.join();
  }

  @Test
  void manyAtOnceNeverExceedTheLimits() throws Exception {
    Door door = new Door(8, 5, Entrance.OPEN);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger let = new AtomicInteger();
    try (var threads = Executors.newFixedThreadPool(16)) {
      List<Callable<Integer>> tries = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        InetAddress from = i % 2 == 0 ? A : B;
        tries.add(
            () -> {
              int most = 0;
              for (int j = 0; j < 2000; j++) {
                if (door.enter(from) == null) {
                  most = Math.max(most, inside.incrementAndGet());
                  let.incrementAndGet();
                  inside.decrementAndGet();
                  door.leave(from);
                }
              }
              return most;
            });
      }
      for (Future<Integer> one : threads.invokeAll(tries)) {
        assertThat(one.get()).isLessThanOrEqualTo(8);
      }
    }
    assertThat(let.get()).isPositive();
    assertThat(door.awaitEmpty(Duration.ZERO)).isTrue();
  }
}
