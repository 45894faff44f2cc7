package wharf.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ReportTest {
  private static final Subject FIRST =
      Subject.of("virtual", "a thread | for <each>", Optional.empty());
  private static final Subject SECOND = Subject.of("nio", "loops", Optional.empty());
  private static final EchoLoad ECHO = new EchoLoad(100, 0);
  private static final LoginLoad LOGINS = new LoginLoad(16);

  @TempDir Path folder;

  private static Report report() {
    Plan plan =
        new Plan(
            List.of("wharf"),
            List.of(FIRST, SECOND),
            EnumSet.allOf(Plan.Service.class),
            3,
            false,
            "wharf bench models --rounds 3");
    Results results = new Results();
    for (double rate : List.of(300.0, 100_000.0, 200.25)) {
      results.measured(
          ECHO,
          FIRST,
          new Room.Fit.Clients(100, 0, Optional.of("not quite")),
          new Load.Sample(Map.of(EchoLoad.RATE, rate, EchoLoad.CPU, rate / 1000)));
    }
    results.notMeasured(ECHO, SECOND, "there is none");
    results.measured(
        LOGINS,
        SECOND,
        new Room.Fit.Clients(16, 0, Optional.empty()),
        new Load.Sample(Map.of(LoginLoad.RATE, 5.0)));
    results.failed(LOGINS, SECOND, "it said:\n\"<|>\"");
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("processor", "2 x Abacus");
    facts.put("TCP congestion control", "bbr");
    return new Report(
        plan, new Machine(facts, 1024), Instant.parse("2026-01-02T03:04:05Z"), results);
  }

  @Test
  void theTablesTellMediansRangesAndReasons() throws IOException {
    Path markdown = report().write(folder);
    assertThat(markdown).isEqualTo(folder.resolve("models.md"));
    assertThat(Files.readAllLines(markdown))
        .contains(
            "| date | 2026-01-02 03:04 UTC |",
            "| processor | 2 x Abacus |",
            "| again | `wharf bench models --rounds 3` |",
            "| `virtual` | a thread \\| for &lt;each> |",
            "## Echo, 100 active and 0 idle",
            "| model | answers, 1/s | p50, µs | p99, µs | server CPU per request, µs | |",
            "| `virtual` | 300 (200 to 100,000) | n/a | n/a | 0.3 (0.2 to 100.0) | not quite |",
            "| `nio` | n/a | n/a | n/a | n/a | there is none |",
            // One round that failed outweighs those that did not.
            "| `nio` | failed | failed | failed | failed | it said: \"&lt;\\|>\" |",
            "| `virtual` | n/a | n/a | n/a | n/a | it was not come to |")
        .anyMatch(line -> line.startsWith("**Mind:** TCP's congestion control is bbr"));
    assertThat(report().anyFailed()).isTrue();
  }

  @Test
  void everyChartIsThereAndIsNamed() throws Exception {
    String markdown = Files.readString(report().write(folder));
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> charts = files.filter(it -> it.toString().endsWith(".svg")).toList();
      assertThat(charts).hasSizeGreaterThan(4);
      for (Path chart : charts) {
        assertThat(markdown).contains("](" + chart.getFileName() + ")");
        Document drawing = parse(Files.readString(chart));
        assertThat(drawing.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(texts(drawing)).contains("virtual", "nio");
      }
    }
  }

  @Test
  void aBarIsAsLongAsItsValue() throws Exception {
    String cpu = Files.readString(report().write(folder).resolveSibling("echo-cpu.svg"));
    Document drawing = parse(cpu);
    // The axis goes to 0.3 µs, in steps of 0.1; one bar of a group of three is there, in the first
    // group.
    NodeList bars = drawing.getElementsByTagName("rect");
    double longest = 0;
    for (int i = 0; i < bars.getLength(); i++) {
      longest =
          Math.max(longest, Double.parseDouble(((Element) bars.item(i)).getAttribute("width")));
    }
    assertThat(longest).isEqualTo(560 * 0.3 / 0.3);
    assertThat(texts(drawing))
        .contains("server CPU per request, µs", "0 idle", "1,000 idle", "8,000 idle", "0.3", "n/a");
  }

  @Test
  void whatIsWrittenIntoADrawingCannotBreakIt() throws Exception {
    Chart chart = new Chart("a.svg", "x", "A & \"B\" <C>", "<s>", List.of("<1>"), List.of(), 1);
    assertThat(texts(parse(chart.svg()))).contains("A & \"B\" <C>", "<s>");
  }

  @Test
  void programsGetEverySample() throws IOException {
    String json = Files.readString(report().write(folder).resolveSibling("models.json"));
    Map<String, String> leaves = leaves(json);
    assertThat(leaves)
        .containsEntry("/rounds", "3")
        .containsEntry("/machine/processor", "2 x Abacus")
        .containsEntry("/models/0/name", "virtual")
        .containsEntry("/loads/0/id", "echo-100-0")
        .containsEntry("/loads/0/units/rate", "1/s")
        .containsEntry("/loads/0/results/virtual/rate/median", "300.0")
        .containsEntry("/loads/0/results/virtual/rate/samples/2", "200.25")
        .containsEntry("/loads/0/results/virtual/notes/0", "not quite")
        .containsEntry("/loads/0/results/nio/notMeasured", "there is none")
        .containsEntry("/loads/5/results/nio/failed", "it said:\n\"<|>\"");
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(UTF_8)));
  }

  private static List<String> texts(Document drawing) {
    NodeList texts = drawing.getElementsByTagName("text");
    return IntStream.range(0, texts.getLength())
        .mapToObj(i -> texts.item(i).getTextContent())
        .toList();
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
