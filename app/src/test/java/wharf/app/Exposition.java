package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What Prometheus is told, read back; whatever is not of its text format fails the test.
///
/// @param metrics by name
/// @param values of each sample, by its name and labels as they are written
public record Exposition(Map<String, Family> metrics, Map<String, Double> values) {
  private static final Pattern SAMPLE =
      Pattern.compile("([a-z_]+)(?:\\{((?:[a-z_]+=\"[^\"\\\\]*\",?)*)})? (\\S+)");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

  /// A metric.
  ///
  /// @param labels what each can say
  public record Family(String type, String help, Map<String, TreeSet<String>> labels) {}

  public static Exposition read(String text) {
    Map<String, Family> metrics = new LinkedHashMap<>();
    Map<String, Double> values = new TreeMap<>();
    String help = "";
    String named = "";
    assertThat(text).endsWith("\n");
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# HELP ")) {
        named = words[2];
        help = words[3];
      } else if (line.startsWith("# TYPE ")) {
        assertThat(words[2]).isEqualTo(named);
        assertThat(words[3]).isIn("counter", "gauge");
        Family before = metrics.put(named, new Family(words[3], help, new TreeMap<>()));
        assertThat(before).as(named).isNull();
      } else {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        assertThat(sample.group(1)).isEqualTo(named);
        if (sample.group(2) != null) {
          Map<String, TreeSet<String>> labels = Objects.requireNonNull(metrics.get(named)).labels();
          LABEL
              .matcher(sample.group(2))
              .results()
              .forEach(
                  one ->
                      labels.computeIfAbsent(one.group(1), _ -> new TreeSet<>()).add(one.group(2)));
        }
        String name = line.substring(0, line.lastIndexOf(' '));
        assertThat(values.put(name, Double.parseDouble(sample.group(3)))).as(name).isNull();
      }
    }
    return new Exposition(metrics, values);
  }

  /// One number.
  ///
  /// @param labels names and values in turn; they are written in the order of their names
  public double of(String metric, String... labels) {
    List<String> written = new ArrayList<>();
    for (int i = 0; i < labels.length; i += 2) {
      written.add(labels[i] + "=\"" + labels[i + 1] + "\"");
    }
    Collections.sort(written);
    String name = written.isEmpty() ? metric : metric + "{" + String.join(",", written) + "}";
    assertThat(values.containsKey(name)).as(name).isTrue();
    return Objects.requireNonNull(values.get(name));
  }
}
