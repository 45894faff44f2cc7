package wharf.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class RoomTest {
  private static final Room WIDE = new Room(1_000_000, Integer.MAX_VALUE);

  private static Subject model(String name) {
    return Subject.of(name, "", Optional.empty());
  }

  @Test
  void mostModelsTakeWhoeverComes() {
    assertThat(WIDE.together(model("virtual"), 100, 8000))
        .isEqualTo(new Room.Fit.Clients(100, 8000, Optional.empty()));
  }

  @Test
  void iterativeTakesOneClient() {
    assertThat(WIDE.together(model("iterative"), 1, 0)).isInstanceOf(Room.Fit.Clients.class);
    assertThat(WIDE.together(model("iterative"), 1, 1))
        .isInstanceOfSatisfying(
            Room.Fit.None.class, none -> assertThat(none.why()).contains("one client at a time"));
  }

  @Test
  void selectGetsFewerIdleClientsAndSaysSo() {
    assertThat(WIDE.together(model("select"), 100, 0))
        .isEqualTo(new Room.Fit.Clients(100, 0, Optional.empty()));
    assertThat(WIDE.together(model("select"), 100, 1000))
        .isInstanceOfSatisfying(
            Room.Fit.Clients.class,
            fit -> {
              assertThat(fit.idle()).isEqualTo(796);
              assertThat(fit.note())
                  .contains(
                      "796 idle clients instead of 1,000: it holds 1,024 descriptors at most");
            });
    assertThat(WIDE.together(model("select"), 100, 8000)).isInstanceOf(Room.Fit.None.class);
  }

  @Test
  void tellsWhichLimitOfTheMachineIsInTheWay() {
    assertThat(new Room(1024, Integer.MAX_VALUE).together(model("nio"), 100, 1000))
        .isInstanceOfSatisfying(
            Room.Fit.None.class,
            none ->
                assertThat(none.why())
                    .isEqualTo(
                        "it needs 1,228 open files, and a process may have 1,024 here"
                            + " (ulimit -n)"));
    assertThat(new Room(1_000_000, 100).together(model("nio"), 100, 1))
        .isInstanceOfSatisfying(
            Room.Fit.None.class, none -> assertThat(none.why()).contains("from one address"));
  }
}
