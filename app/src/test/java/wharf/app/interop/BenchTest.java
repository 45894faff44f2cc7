package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `wharf bench models`, as a process that starts others.
@Tag("interop")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class BenchTest {
  private static final Pattern MEDIAN = Pattern.compile("/loads/\\d+/results/(\\w+)/(\\w+)/median");

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Process wharf(String... arguments) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), "wharf.app.Main"));
    words.addAll(List.of(arguments));
    return new ProcessBuilder(words)
        .directory(folder.toFile())
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private static int end(Process process) {
    try {
      return process.onExit().orTimeout(4, TimeUnit.MINUTES).join().exitValue();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @Test
  void measuresAndReports() throws IOException {
    Process bench = wharf("bench", "models", "--quick", "--models", "virtual,nio");
    assertThat(end(bench)).as(() -> said("err")).isZero();
    Path report = folder.resolve("bench-models");
    assertThat(said("out").strip()).isEqualTo(Path.of("bench-models", "models.md").toString());
    assertThat(report.resolve("models.md")).content(UTF_8).contains("## FTP, log-ins");
    try (Stream<Path> charts = Files.list(report)) {
      assertThat(charts.map(it -> it.getFileName().toString()))
          .contains("echo-cpu.svg", "ftp-memory.svg", "ftp-logins.svg", "ftp-transfer-rate.svg");
    }
    assertThat(said("err").lines()).hasSize(2 * 6).first().asString().startsWith("  0%  virtual:");

    Map<String, String> values = leaves(Files.readString(report.resolve("models.json")));
    Map<String, Long> medians =
        values.keySet().stream()
            .map(MEDIAN::matcher)
            .filter(Matcher::matches)
            .collect(Collectors.groupingBy(it -> it.group(1), Collectors.counting()));
    // Elsewhere the system does not tell all of them.
    long most = 4 + 4 + 4 + 4 + 2 + 2;
    long least = Files.exists(Path.of("/proc/self/smaps_rollup")) ? most : 10;
    assertThat(medians).containsOnlyKeys("virtual", "nio");
    assertThat(medians.values()).allSatisfy(it -> assertThat(it).isBetween(least, most));
    values.forEach(
        (path, value) -> {
          if (MEDIAN.matcher(path).matches()) {
            assertThat(Double.parseDouble(value)).as(path).isPositive();
          }
        });
  }

  @Test
  void leavesNoServerBehindWhenItIsStopped() throws Exception {
    Process bench = wharf("bench", "models", "--models", "nio", "--servers", "ftp");
    List<ProcessHandle> servers = firstChildren(bench);
    bench.destroy();
    assertThat(end(bench)).as(() -> said("err")).isEqualTo(143);
    for (ProcessHandle server : servers) {
      assertThat(server.isAlive()).isFalse();
    }
    assertThat(folder.resolve("bench-models")).doesNotExist();
  }

  @Test
  void refusesAModelThatThereIsNot() throws IOException {
    assertThat(end(wharf("bench", "models", "--models", "nio,magic"))).isEqualTo(2);
    assertThat(said("err")).contains("there is no model 'magic'; there are virtual, ");
  }

  /// The servers that it has started, once there is one.
  private static List<ProcessHandle> firstChildren(Process bench) throws InterruptedException {
    // Nothing tells of a child of another process but to look.
    for (int i = 0; i < 600 && bench.isAlive(); i++) {
      List<ProcessHandle> children = bench.children().toList();
      if (!children.isEmpty()) {
        return children;
      }
      boolean _ = bench.waitFor(100, TimeUnit.MILLISECONDS);
    }
    throw new AssertionError("it started no server");
  }

  private String said(String where) {
    try {
      return Files.readString(folder.resolve(where));
    } catch (IOException e) {
      return e.toString();
    }
  }

  /// Every value, by its path (RFC 6901).
  private static Map<String, String> leaves(String json) throws IOException {
    Map<String, String> leaves = new LinkedHashMap<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token.isScalarValue()) {
          leaves.put(parser.getParsingContext().pathAsPointer().toString(), parser.getText());
        }
      }
    }
    return leaves;
  }
}
