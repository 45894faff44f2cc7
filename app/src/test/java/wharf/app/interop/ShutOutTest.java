package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Addresses that may not come, seen by curl: by lists, and for failed log-ins, each time for
/// longer.
@Tag("interop")
@Timeout(120)
class ShutOutTest {
  private static final int FIRST = 3;
  private static final int FAILURES = 3;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Program serve(String model, String more) throws IOException {
    Path served = Files.createDirectories(folder.resolve("served"));
    Path file = folder.resolve("wharf.toml");
    Files.writeString(
        file,
        """
        model.name = '%s'
        %s
        [accounts.ann]
        password = '%s'
        rights = 'write'
        """
            .formatted(model, more, Program.HASH));
    return Program.serve(served, Program.NATIVE, "--config", file.toString());
  }

  private static String list(Site site, String from, String password) throws IOException {
    return Command.of(site, "curl", "-q", "-sS", "-v", "--interface", from)
        .with("-u", "ann:" + password, "-l", site.url(""))
        .run();
  }

  private static void isRefused(Site site, String from, String password, String why) {
    assertThatThrownBy(() -> list(site, from, password)).hasMessageContaining(why);
  }

  /// Until when `who` is shut out; there is nobody else.
  private static Instant until(Program program, String who) throws IOException {
    Map<String, Object> reply = JSON.std.mapFrom(program.ctl("--json", "bans"));
    assertThat(reply.get("bans")).asInstanceOf(LIST).hasSize(1);
    Map<?, ?> ban = (Map<?, ?>) ((List<?>) Objects.requireNonNull(reply.get("bans"))).getFirst();
    assertThat(ban.get("who")).isEqualTo(who);
    return Instant.parse((String) Objects.requireNonNull(ban.get("until")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "epoll"})
  void eachBanIsTwiceAsLong(String model) throws Exception {
    String bans = "bans = { failures = %d, first = %d, never = [] }".formatted(FAILURES, FIRST);
    try (Program program = serve(model, bans)) {
      Site site = program.site(Files.createDirectories(folder.resolve("outside")));
      for (int i = 0; i < FAILURES; i++) {
        isRefused(site, "127.0.0.2", "wrong", "Name or password is wrong");
      }
      Instant first = until(program, "127.0.0.2/32");
      assertThat(first).isBeforeOrEqualTo(Instant.now().plusSeconds(FIRST));
      // The right one is of no use now, there; and nobody else is concerned.
      isRefused(site, "127.0.0.2", "password", "421");
      assertThat(list(site, "127.0.0.3", "password")).isEmpty();
      Harbour.await("the ban is over", () -> comesIn(site));
      assertThat(Instant.now()).isAfterOrEqualTo(first);

      Instant before = Instant.EPOCH;
      for (int i = 0; i < FAILURES; i++) {
        before = Instant.now();
        isRefused(site, "127.0.0.2", "wrong", "Name or password is wrong");
      }
      // Told to the second.
      assertThat(until(program, "127.0.0.2/32")).isAfter(before.plusSeconds(2 * FIRST - 1));
      isRefused(site, "127.0.0.2", "password", "421");
      assertThat(program.ctl("unban", "127.0.0.2")).contains("may come again");
      assertThat(list(site, "127.0.0.2", "password")).isEmpty();
    }
  }

  private static boolean comesIn(Site site) {
    try {
      return list(site, "127.0.0.2", "password").isEmpty();
    } catch (IOException stillNot) {
      return false;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "epoll", "processes"})
  void theSmallestNetworkDecides(String model) throws Exception {
    String lists = "networks = { allow = ['127.0.0.0/28', '127.0.0.9'], deny = ['127.0.0.8/29'] }";
    try (Program program = serve(model, lists)) {
      Site site = program.site(Files.createDirectories(folder.resolve("outside")));
      assertThat(list(site, "127.0.0.2", "password")).isEmpty();
      isRefused(site, "127.0.0.10", "password", "421");
      assertThat(list(site, "127.0.0.9", "password")).isEmpty();
      isRefused(site, "127.0.0.20", "password", "421");
    }
  }
}
