package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Rates as real clients meet them, both ways, in the clear and under TLS: within 5 % over ten
/// seconds, each measured by the client.
@Tag("interop")
@Timeout(120)
class RatesTest {
  private static final int RATE = 1 << 20;
  private static final int SECONDS = 10;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  /// A way to move what takes ten seconds, by an account of its own; those of one name do it
  /// together.
  private record Way(String name, Command command) {}

  /// When something went on, in seconds.
  private record Span(double begin, double end) {
    Span and(Span other) {
      return new Span(Math.min(begin, other.begin), Math.max(end, other.end));
    }
  }

  /// From when the transfer could begin, as curl has measured it.
  private static Span span(Way way) throws IOException {
    double now = System.nanoTime() / 1e9;
    String[] times = way.command().run().strip().split(" ", -1);
    return new Span(now + Double.parseDouble(times[0]), now + Double.parseDouble(times[1]));
  }

  @Test
  void tenSecondsTakeTen() throws Exception {
    Path served = Files.createDirectories(folder.resolve("served"));
    Path outside = Files.createDirectories(folder.resolve("outside"));
    Path file = Content.random(served.resolve("file"), RATE * SECONDS, 1);
    Path half = Content.random(served.resolve("half"), RATE * SECONDS / 2, 2);
    Path accounts = folder.resolve("wharf.toml");
    StringBuilder text = new StringBuilder("folder = 'served'\nlimits.rate-up = '1M'\n");
    for (String name : List.of("a", "b", "c", "d", "e", "f", "g")) {
      text.append("[accounts.").append(name).append("]\nrights = 'write'\nrate-down = '1M'\n");
      text.append("password = '").append(Program.HASH).append("'\n");
    }
    Files.writeString(accounts, text);
    try (Program program = Program.serve(served, Program.NATIVE, "--config", accounts.toString());
        var clients = Executors.newFixedThreadPool(10)) {
      Site site = program.site(outside);
      List<Way> ways = new ArrayList<>();
      ways.add(new Way("curl down", curl(site, "a", "-o", "/dev/null", site.url("file"))));
      ways.add(new Way("curl up", curl(site, "b", "-T", file.toString(), site.url("b"))));
      ways.add(
          new Way(
              "curl down, TLS",
              curl(site, "c", "--ssl-reqd", "-k", "-o", "/dev/null", site.url("file"))));
      ways.add(
          new Way(
              "curl up, TLS",
              curl(site, "d", "--ssl-reqd", "-k", "-T", file.toString(), site.url("d"))));
      // Two sessions of one account share what it may have, and one may end before the other.
      ways.add(new Way("shared", curl(site, "e", "-o", "/dev/null", site.url("half"))));
      ways.add(new Way("shared", curl(site, "e", "-o", "/dev/null", site.url("half"))));
      Future<Double> down =
          clients.submit(() -> lftp(site, "f", "get half -o lftp1; get half -o lftp2"));
      Future<Double> up = clients.submit(() -> lftp(site, "g", "put " + file + " -o g"));
      List<Future<Span>> took =
          ways.stream().map(way -> clients.submit((Callable<Span>) () -> span(way))).toList();
      Map<String, Span> spans = new LinkedHashMap<>();
      for (int i = 0; i < ways.size(); i++) {
        Span _ = spans.merge(ways.get(i).name(), took.get(i).get(), Span::and);
      }
      spans.forEach(
          (name, span) ->
              assertThat(span.end() - span.begin())
                  .as(name)
                  .isCloseTo(SECONDS, within(0.05 * SECONDS)));
      // It measures nothing by itself; it may not be faster, however the machine is loaded.
      assertThat(down.get()).isGreaterThan(0.95 * SECONDS);
      assertThat(up.get()).isGreaterThan(0.95 * SECONDS);
      assertThat(outside.resolve("lftp2")).hasSameBinaryContentAs(half);
      assertThat(served.resolve("b")).hasSameBinaryContentAs(file);
      assertThat(served.resolve("d")).hasSameBinaryContentAs(file);
      assertThat(served.resolve("g")).hasSameBinaryContentAs(file);
      assertThat(half).hasSize(RATE * SECONDS / 2);
    }
  }

  /// How long lftp takes from its start to its end.
  private static double lftp(Site site, String name, String orders) throws IOException {
    long begun = System.nanoTime();
    String script =
        "set ftp:ssl-allow no; open -u %s,password %s; %s".formatted(name, site.url(""), orders);
    String _ = Command.of(site, "lftp", "--norc", "-c", script).run();
    return (System.nanoTime() - begun) / 1e9;
  }

  private static Command curl(Site site, String name, String... words) {
    String times = "%{time_pretransfer} %{time_total}";
    return Command.of(site, "curl", "-q", "-sS", "-w", times, "-u", name + ":password").with(words);
  }
}
