package wharf.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What goes wrong with a server is a result. With a shell in place of a server.
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ModelsBenchTest {
  private static final Subject SUBJECT = Subject.of("some", "", Optional.empty());
  private static final Subject ABSENT = Subject.of("absent", "", Optional.of("not on this system"));

  private final List<String> measured = new ArrayList<>();
  private final List<String> failures = new ArrayList<>();
  private final Listener listener =
      new Listener() {
        @Override
        public void measuring(int done, int all, String what) {
          measured.add(done + "/" + all + " " + what);
        }

        @Override
        public void failed(String what, String why) {
          failures.add(what + " - " + why);
        }
      };

  private static Plan plan(String script, Set<Plan.Service> services, int rounds) {
    return new Plan(
        List.of("/bin/sh", "-c", script), List.of(SUBJECT, ABSENT), services, rounds, true, "");
  }

  @BeforeEach
  void needsAShell() {
    assumeThat(Path.of("/bin/sh")).as("a POSIX shell").isExecutable();
  }

  @Test
  void oneThatDoesNotStartEndsNothingElse() throws Exception {
    Plan plan = plan("echo sorry >&2; exit 3", EnumSet.allOf(Plan.Service.class), 1);
    Report report = ModelsBench.run(plan, listener, Instant.EPOCH);
    assertThat(report.anyFailed()).isTrue();
    assertThat(plan.loads()).hasSize(6);
    for (Load load : plan.loads()) {
      assertThat(report.outcome(load, SUBJECT))
          .isEqualTo(new Outcome.Failed("the server did not start, exit code 3: sorry"));
      assertThat(report.outcome(load, ABSENT))
          .isEqualTo(new Outcome.NotMeasured("not on this system"));
    }
    assertThat(failures).hasSize(6);
    assertThat(measured)
        .hasSize(12)
        .startsWith("0/12 some: Echo, 100 active and 1,000 idle")
        .endsWith("11/12 absent: FTP, uploads");
  }

  @Test
  void modelsTakeTurns() throws Exception {
    Plan plan = plan("exit 3", Set.of(Plan.Service.WRITABLE_FTP), 2);
    Report report = ModelsBench.run(plan, listener, Instant.EPOCH);
    assertThat(report.anyFailed()).isTrue();
    assertThat(measured)
        .containsExactly(
            "0/4 some: FTP, uploads, round 1 of 2",
            "1/4 absent: FTP, uploads, round 1 of 2",
            "2/4 absent: FTP, uploads, round 2 of 2",
            "3/4 some: FTP, uploads, round 2 of 2");
  }

  @Test
  void whatIsInterruptedIsNoFailure() {
    Plan plan = plan("exec sleep 100", Set.of(Plan.Service.FTP), 1);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> ModelsBench.run(plan, listener, Instant.EPOCH))
        .isInstanceOf(InterruptedException.class);
    assertThat(failures).isEmpty();
  }
}
