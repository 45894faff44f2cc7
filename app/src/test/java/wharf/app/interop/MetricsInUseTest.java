package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.app.Exposition;
import wharf.app.ReadJson;

/// What Prometheus is told is what real clients have done: neither more nor less. The log in JSON,
/// which is written from the same facts by other code, has to agree to the last command.
@Tag("interop")
@Timeout(180)
final class MetricsInUseTest {
  private static final int SIZE = 300_000;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Path root;
  private Path outside;
  private Path json;

  @BeforeEach
  void folders() throws IOException {
    root = Files.createDirectories(folder.resolve("root"));
    outside = Files.createDirectories(folder.resolve("outside"));
    json = folder.resolve("wharf.json");
  }

  private Program serve(String model) throws IOException {
    Path password = Files.writeString(folder.resolve("password"), Site.PASSWORD + "\n");
    return Program.serve(
        root,
        Program.NATIVE,
        "--writable",
        "--tls=off",
        "--model=" + model,
        "--user=" + Site.USER,
        "--password-file=" + password,
        "--sessions-per-address=3",
        "--log-json=" + json,
        "--metrics=0");
  }

  private static String scrape(Site site, String url, String... more) {
    try {
      return Command.of(site, "curl", "-q", "-sS", "-f").with(more).with(url).run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ValueSource(strings = {"virtual", "epoll", "processes"})
  @ParameterizedTest
  void theNumbersAreWhatHappened(String model) throws IOException {
    Path local = Content.random(outside.resolve("local"), SIZE, 1);
    try (Program program = serve(model)) {
      Site site = program.site(outside);
      String url = program.told("Metrics: ");
      Curl curl = new Curl();
      for (int i = 0; i < 3; i++) {
        curl.upload(site, local, "f" + i);
      }
      assertThat(curl.digest(site, "f0")).isEqualTo(Content.sha256(local));
      assertThat(curl.list(site, "")).hasSize(3);
      curl.delete(site, "f1");
      assertThatThrownBy(() -> curl.digest(site, "f1")).hasMessageContaining("78");
      for (int i = 0; i < 2; i++) {
        wrongPassword(site);
      }
      Running cut = curl.beginUpload(site, "cut");
      cut.feed().write(new byte[SIZE]);
      cut.feed().flush();
      Harbour.await("it is here", () -> running(site, url) == 1);
      Harbour.await("some has come", this::hasPart);
      assertThat(Exposition.read(scrape(site, url)).of("wharf_transfers_running")).isEqualTo(1);
      cut.kill();
      Harbour.await("all have gone", () -> running(site, url) == 0);

      String text = scrape(site, url);
      Exposition told = Exposition.read(text);
      assertThat(told.of("wharf_sessions_total")).isEqualTo(10);
      assertThat(told.of("wharf_sessions_failed_total")).isZero();
      assertThat(told.of("wharf_logins_total", "result", "accepted", "proof", "password"))
          .isEqualTo(8);
      assertThat(told.of("wharf_logins_total", "result", "refused", "proof", "password"))
          .isEqualTo(2);
      assertThat(transfers(told, "in", "file", "complete")).isEqualTo(3);
      assertThat(transfers(told, "in", "file", "incomplete")).isEqualTo(1);
      assertThat(transfers(told, "out", "file", "complete")).isEqualTo(1);
      assertThat(transfers(told, "out", "file", "incomplete")).isZero();
      assertThat(transfers(told, "out", "listing", "complete")).isEqualTo(2);
      assertThat(told.of("wharf_transfer_bytes_total", "direction", "out", "content", "file"))
          .isEqualTo(SIZE);
      assertThat(told.of("wharf_transfer_bytes_total", "direction", "in", "content", "file"))
          .isBetween(3.0 * SIZE + 1, 4.0 * SIZE);
      assertThat(told.of("wharf_commands_total", "verb", "STOR", "reply", "2xx")).isEqualTo(3);
      assertThat(told.of("wharf_commands_total", "verb", "DELE", "reply", "2xx")).isEqualTo(1);
      assertThat(told.of("wharf_commands_total", "verb", "PASS", "reply", "5xx")).isEqualTo(2);
      assertThat(told.of("process_open_fds")).isBetween(5.0, 500.0);
      assertThat(text).doesNotContain(Site.USER, Site.PASSWORD, "127.0.0.1", "f0");

      Harbour.await("the log has it, too", () -> ended() == 10);
      agree(told);
      String openMetrics =
          scrape(site, url, "-H", "Accept: application/openmetrics-text; version=1.0.0");
      // What a worker has counted stays when it is killed.
      List<ProcessHandle> workers = program.children();
      for (ProcessHandle worker : workers) {
        boolean _ = worker.destroyForcibly();
        ProcessHandle _ = worker.onExit().join();
      }
      Harbour.await("others take their place", () -> workersSeen(program) == 2L * workers.size());
      Exposition after = Exposition.read(scrape(site, url));
      assertThat(after.of("wharf_sessions_total")).isEqualTo(10);
      assertThat(after.of("wharf_sessions_running")).isZero();
      assertThat(program.stop()).isZero();
      anotherReads(site, "prometheus_client.parser", text);
      anotherReads(site, "prometheus_client.openmetrics.parser", openMetrics);
      assertThat(program.log())
          .filteredOn(line -> !line.contains("ended with status 137"))
          .noneMatch(line -> line.contains(" problem: ") || line.contains("fault"));
    }
  }

  private static double transfers(
      Exposition told, String direction, String content, String result) {
    return told.of(
        "wharf_transfers_total", "direction", direction, "content", content, "result", result);
  }

  private static double running(Site site, String url) {
    return Exposition.read(scrape(site, url)).of("wharf_sessions_running");
  }

  private static long workersSeen(Program program) {
    return program.log().stream()
        .filter(line -> line.matches("\\S+ \\[\\d+] listening at /.*"))
        .count();
  }

  private long ended() {
    try (var lines = Files.lines(json)) {
      return lines.filter(line -> line.contains("\"event\":\"ended\"")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean hasPart() {
    try (var all = Files.list(root)) {
      return all.anyMatch(
          one -> one.getFileName().toString().startsWith(".") && one.toFile().length() > 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void wrongPassword(Site site) {
    String url = site.url("").replace("ftp://", "ftp://" + Site.USER + ":wr0ng@");
    assertThatThrownBy(() -> Command.of(site, "curl", "-q", "-sS", url).run())
        .hasMessageContaining("denied");
  }

  /// What the log in JSON says, counted by this test.
  private void agree(Exposition told) throws IOException {
    Map<String, Double> counted = new HashMap<>();
    for (String line : Files.readAllLines(json)) {
      Map<String, Object> event = ReadJson.line(line);
      if ("command".equals(event.get("event"))) {
        String reply = event.containsKey("code") ? text(event, "code").charAt(0) + "xx" : "none";
        String labels = "{reply=\"%s\",verb=\"%s\"}".formatted(reply, text(event, "verb"));
        counted.merge("wharf_commands_total" + labels, 1.0, Double::sum);
      } else if ("transfer".equals(event.get("event"))) {
        String content = text(event, "verb").matches("STOR|RETR") ? "file" : "listing";
        String labels =
            "{content=\"%s\",direction=\"%s\"}".formatted(content, text(event, "direction"));
        counted.merge("wharf_transfer_bytes_total" + labels, number(event, "bytes"), Double::sum);
        counted.merge("wharf_transfer_seconds_total" + labels, number(event, "took"), Double::sum);
      }
    }
    Map<String, Double> exposed =
        told.values().entrySet().stream()
            .filter(one -> one.getKey().matches("wharf_(commands|transfer_(bytes|seconds))_.*"))
            .filter(one -> one.getValue() != 0)
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    assertThat(exposed.keySet()).isEqualTo(counted.keySet());
    // The log has microseconds.
    counted.forEach(
        (name, value) -> assertThat(exposed.get(name)).as(name).isCloseTo(value, offset(1e-4)));
  }

  private static String text(Map<String, Object> event, String field) {
    return Objects.toString(event.get(field));
  }

  private static double number(Map<String, Object> event, String field) {
    return Double.parseDouble(text(event, field));
  }

  /// The parser of Prometheus' own library for Python takes it.
  private static void anotherReads(Site site, String parser, String text) throws IOException {
    assumeTrue(hasParser(site), "python3-prometheus-client is not installed");
    Path file = Files.writeString(site.scratch().resolve("metrics.txt"), text);
    String said =
        Command.of(
                site,
                "python3",
                "-c",
                "import sys; from "
                    + parser
                    + " import text_string_to_metric_families as parse\n"
                    + "for one in parse(open(sys.argv[1]).read()):\n"
                    + "  print(one.name, one.type, sum(s.value for s in one.samples))",
                file.toString())
            .run();
    List<String> lines = said.lines().toList();
    assertThat(lines)
        .contains("wharf_sessions counter 10.0", "wharf_sessions_running gauge 0.0")
        .anyMatch(line -> line.startsWith("process_open_fds gauge "));
  }

  private static boolean hasParser(Site site) {
    try {
      Command.of(site, "python3", "-c", "import prometheus_client").run();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
