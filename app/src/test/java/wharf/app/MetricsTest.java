package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.protocol.Effect.Transfer.Form;
import wharf.protocol.Ending;
import wharf.protocol.Happening;
import wharf.protocol.Happening.Cargo;
import wharf.protocol.Happening.Direction;
import wharf.protocol.Happening.Mode;
import wharf.protocol.Happening.Proof;
import wharf.protocol.Protocol.Refusal;
import wharf.protocol.Transport;
import wharf.server.Journal;

/// What is counted of what happens, how Prometheus is told, and docs/metrics.md.
@Timeout(60)
class MetricsTest {
  private static final Journal.Connection CONNECTION =
      new Journal.Connection(
          Transport.TCP, new InetSocketAddress(InetAddress.getLoopbackAddress(), 21), null, false);

  private final Metrics metrics = new Metrics();

  private void tell(Happening... happenings) {
    for (Happening happening : happenings) {
      metrics.tell(new Journal.Entry(Instant.EPOCH, "a-1", CONNECTION, happening));
    }
  }

  private static Happening.Transfer transfer(
      Direction direction, String verb, long bytes, @Nullable Duration took, boolean complete) {
    return new Happening.Transfer(
        new Cargo("ann", direction, verb, "/f", Form.IMAGE, Mode.STREAM, false),
        bytes,
        bytes,
        took,
        complete,
        Ending.FIN,
        null,
        null,
        null);
  }

  private static Exposition exposed(Counts counts) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      ExpositionFormats.init().getPrometheusTextFormatWriter().write(text, counts.told());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return Exposition.read(text.toString(UTF_8));
  }

  private static Map<String, Double> counted(Counts counts) {
    return exposed(counts).values().entrySet().stream()
        .filter(one -> one.getKey().startsWith("wharf_") && one.getValue() != 0)
        .filter(one -> !one.getKey().startsWith("wharf_build_info"))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  @Test
  void whatHappensIsCounted() {
    tell(
        new Happening.Begun(),
        new Happening.Begun(),
        new Happening.Begun(),
        new Happening.Ended(Duration.ZERO, true),
        new Happening.TurnedAway(Refusal.BANNED),
        new Happening.Login("ann", true, Proof.PASSWORD, null),
        new Happening.Login("nobody \"\n", false, Proof.PASSWORD, null),
        new Happening.Command("SITE COPY", "a b", 250, Duration.ZERO),
        new Happening.Command("RETR", "a b", null, Duration.ZERO),
        transfer(Direction.IN, "STOR", 1000, Duration.ofMillis(1500), true),
        transfer(Direction.IN, "STOR", 10, null, false),
        transfer(Direction.OUT, "MLSD", 7, Duration.ofMillis(250), true),
        new Happening.Told(421, "bye"),
        new Happening.Remark("a"));
    assertThat(counted(new Counts(metrics.all())))
        .isEqualTo(
            Map.ofEntries(
                Map.entry("wharf_sessions_total", 3.0),
                Map.entry("wharf_sessions_running", 2.0),
                Map.entry("wharf_sessions_failed_total", 1.0),
                Map.entry("wharf_clients_turned_away_total{reason=\"banned\"}", 1.0),
                Map.entry("wharf_logins_total{proof=\"password\",result=\"accepted\"}", 1.0),
                Map.entry("wharf_logins_total{proof=\"password\",result=\"refused\"}", 1.0),
                Map.entry("wharf_commands_total{reply=\"2xx\",verb=\"SITE COPY\"}", 1.0),
                Map.entry("wharf_commands_total{reply=\"none\",verb=\"RETR\"}", 1.0),
                Map.entry(TRANSFERS + "\"file\",direction=\"in\",result=\"complete\"}", 1.0),
                Map.entry(TRANSFERS + "\"file\",direction=\"in\",result=\"incomplete\"}", 1.0),
                Map.entry(TRANSFERS + "\"listing\",direction=\"out\",result=\"complete\"}", 1.0),
                Map.entry("wharf_transfer_bytes_total{content=\"file\",direction=\"in\"}", 1010.0),
                Map.entry("wharf_transfer_bytes_total{content=\"listing\",direction=\"out\"}", 7.0),
                Map.entry("wharf_transfer_seconds_total{content=\"file\",direction=\"in\"}", 1.5),
                Map.entry(
                    "wharf_transfer_seconds_total{content=\"listing\",direction=\"out\"}", 0.25)));
  }

  private static final String TRANSFERS = "wharf_transfers_total{content=";

  /// A scrape costs as much after a million strange commands as before.
  @Test
  void noClientAddsAMetric() {
    int before = exposed(new Counts(metrics.all())).values().size();
    for (int i = 0; i < 1000; i++) {
      tell(new Happening.Command("X" + i, null, 500, Duration.ZERO));
    }
    tell(
        new Happening.Command(null, null, 500, Duration.ZERO),
        new Happening.Command("LPRT", null, 502, Duration.ZERO));
    Exposition after = exposed(new Counts(metrics.all()));
    assertThat(after.values().size()).isEqualTo(before);
    assertThat(after.of("wharf_commands_total", "verb", "other", "reply", "5xx")).isEqualTo(1002);
  }

  @Test
  void processesCountTogether() throws IOException {
    Path file = folder.resolve("metrics");
    Metrics parent = Metrics.sharedIn(file);
    for (int i = 0; i < 3; i++) {
      Metrics worker = Metrics.joining(file);
      worker.tell(new Journal.Entry(Instant.EPOCH, "a-1", CONNECTION, new Happening.Begun()));
      assertThat(worker.ofProcess())
          .containsEntry("wharf_sessions_running", 1L)
          .doesNotContainKeys("wharf_sessions_total", "process_cpu_seconds_total");
    }
    assertThat(counted(new Counts(parent.all()))).isEqualTo(Map.of("wharf_sessions_total", 3.0));
  }

  @Test
  void whatAnotherVersionCountsIsNotTold() {
    assertThat(exposed(new Counts(Map.of("wharf_new_total", 3L))).metrics())
        .doesNotContainKey("wharf_new_total");
  }

  @Test
  void theProcessIsKnown() {
    Exposition exposition = exposed(new Counts(metrics.all()));
    assertThat(exposition.of("process_start_time_seconds"))
        .isBetween(1.7e9, System.currentTimeMillis() / 1000.0);
    assertThat(exposition.of("process_open_fds")).isBetween(3.0, exposition.of("process_max_fds"));
    assertThat(exposition.of("process_cpu_seconds_total")).isBetween(0.01, 1e6);
    assertThat(exposition.of("jvm_memory_used_bytes", "area", "heap")).isGreaterThan(1e6);
    assertThat(exposition.of("jvm_threads_current")).isGreaterThan(1);
  }

  // The port.

  private static MetricsPort open(Metrics metrics, Duration patience) throws IOException {
    return new MetricsPort(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        patience,
        () -> new Counts(metrics.all()));
  }

  private static HttpResponse<String> ask(MetricsPort port, String method, String path)
      throws Exception {
    return ask(port, method, path, "*/*");
  }

  private static HttpResponse<String> ask(
      MetricsPort port, String method, String path, String accepted) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.address().getPort() + path))
              .method(method, BodyPublishers.noBody())
              .header("Accept", accepted)
              .build(),
          BodyHandlers.ofString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /metrics, 200",
    "GET, /metrics?name=x, 200",
    "GET, /, 404",
    "GET, /metrics/, 404",
    "GET, /metricsx, 404",
    "POST, /, 404",
    "POST, /metrics, 405",
    "HEAD, /metrics, 405",
    "DELETE, /metrics, 405",
  })
  void whatIsAnswered(String method, String path, int code) throws Exception {
    try (MetricsPort port = open(metrics, MetricsPort.PATIENCE)) {
      HttpResponse<String> answer = ask(port, method, path);
      assertThat(answer.statusCode()).isEqualTo(code);
      if (code == 200) {
        assertThat(Exposition.read(answer.body()).of("wharf_sessions_total")).isZero();
        assertThat(answer.headers().firstValue("Content-Type"))
            .contains("text/plain; version=0.0.4; charset=utf-8");
      } else {
        assertThat(answer.body()).isEmpty();
      }
      assertThat(answer.headers().firstValue("Allow").isPresent()).isEqualTo(code == 405);
    }
  }

  /// What is asked for is told as far as it is known; Prometheus may like protobuf best.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*/* | text/plain",
        "text/html | text/plain",
        "application/openmetrics-text; version=1.0.0, text/plain;q=0.5"
            + " | application/openmetrics-text",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;q=0.6"
            + " | text/plain",
      })
  void theFormatThatIsAskedFor(String accepted, String type) throws Exception {
    try (MetricsPort port = open(metrics, MetricsPort.PATIENCE)) {
      HttpResponse<String> answer = ask(port, "GET", "/metrics", accepted);
      assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith(type + ";");
      assertThat(answer.body()).contains("\nwharf_sessions_total 0.0\n");
      assertThat(answer.body().endsWith("# EOF\n")).isEqualTo(type.contains("openmetrics"));
    }
  }

  @Test
  void whoIsSlowIsHungUpOnAndHoldsUpNobody() throws Exception {
    try (MetricsPort port = open(metrics, Duration.ofMillis(300))) {
      List<Socket> slow = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        Socket one = new Socket(port.address().getAddress(), port.address().getPort());
        one.getOutputStream().write("GET /metrics HTTP/1.1\r\nHo".getBytes(UTF_8));
        slow.add(one);
      }
      assertThat(ask(port, "GET", "/metrics").statusCode()).isEqualTo(200);
      for (Socket one : slow) {
        one.setSoTimeout(20_000);
        assertThat(one.getInputStream().readAllBytes()).isEmpty();
        one.close();
      }
      assertThat(ask(port, "GET", "/metrics").statusCode()).isEqualTo(200);
    }
  }

  /// What is idle is bounded, too: it would take descriptors from the sessions.
  @Test
  void connectionsAreFew() throws Exception {
    try (MetricsPort port = open(metrics, MetricsPort.PATIENCE)) {
      List<Socket> all = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        all.add(new Socket(port.address().getAddress(), port.address().getPort()));
      }
      int closed = 0;
      for (Socket one : all.reversed()) {
        one.setSoTimeout(closed < 24 ? 20_000 : 1);
        try {
          closed += one.getInputStream().read() < 0 ? 1 : 0;
        } catch (SocketTimeoutException e) {
          // It is one of those that are kept.
        }
      }
      for (Socket one : all) {
        one.close();
      }
      assertThat(closed).isEqualTo(24);
    }
  }

  // The command line.

  @TempDir Path folder;

  private Ran serve(String... options) {
    return Ran.wharf(
        Channels.newChannel(new ByteArrayInputStream(new byte[0])),
        folder,
        Stream.concat(
                Stream.of("serve", ".", "--port=0", "--bind=127.0.0.1", "--tls=off"),
                Stream.of(options))
            .toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "65536", "::1:9100", ":9100", "127.0.0.1:", "127.0.0.1:x", "999999"})
  void whatHasNoSense(String at) {
    Ran ran = serve("--metrics=" + at);
    assertThat(ran.code()).isEqualTo(ExitCode.USAGE.number());
    assertThat(ran.err()).contains("--metrics is written as", "'" + at + "'");
  }

  @Test
  void aPortThatIsTakenIsToldBeforeAnybodyIsServed() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Ran ran = serve("--metrics=" + other.getLocalPort());
      assertThat(ran.code()).isEqualTo(ExitCode.FAILED.number());
      assertThat(ran.err())
          .contains("port " + other.getLocalPort() + " is taken")
          .contains("choose another with --metrics");
      assertThat(ran.out()).isEmpty();
    }
    Ran ran = serve("--metrics=192.0.2.1:9100");
    assertThat(ran.code()).isEqualTo(ExitCode.FAILED.number());
    assertThat(ran.err()).contains("cannot listen at port 9100 of 192.0.2.1: ");
  }

  // The document.

  private static final Pattern ROW =
      Pattern.compile("\\| `(\\w+)` \\| (counter|gauge) \\|([^|]*)\\| (.*\\S) \\|");
  private static final Pattern LABEL = Pattern.compile("`(\\w+)`: ([^;]+)");
  private static final Pattern VALUE = Pattern.compile("`([^`]+)`");

  @Test
  void theDocumentNamesWhatIsExposed() throws IOException {
    Map<String, Map<String, TreeSet<String>>> documented = new TreeMap<>();
    Map<String, String> types = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("../docs/metrics.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        types.put(row.group(1), row.group(2));
        Map<String, TreeSet<String>> labels = new TreeMap<>();
        LABEL
            .matcher(row.group(3))
            .results()
            .forEach(
                label ->
                    labels.put(
                        label.group(1),
                        VALUE
                            .matcher(label.group(2))
                            .results()
                            .map(value -> value.group(1))
                            .collect(Collectors.toCollection(TreeSet::new))));
        assertThat(documented.put(row.group(1), labels)).as(row.group(1)).isNull();
      }
    }
    Map<String, Map<String, TreeSet<String>>> exposed = new TreeMap<>();
    Map<String, String> exposedTypes = new TreeMap<>();
    Map<String, Long> told = new TreeMap<>(metrics.all());
    // Which the desk knows of the server.
    told.put(Metric.MOVING.with().toString(), 0L);
    exposed(new Counts(told))
        .metrics()
        .forEach(
            (name, family) -> {
              exposed.put(name, family.labels());
              exposedTypes.put(name, family.type());
              // Of these the document says what they are, and not every one.
              family
                  .labels()
                  .replaceAll(
                      (label, values) ->
                          label.matches("verb|version|java") ? new TreeSet<>() : values);
            });
    assertThat(documented).isEqualTo(exposed);
    assertThat(types).isEqualTo(exposedTypes);
  }
}
