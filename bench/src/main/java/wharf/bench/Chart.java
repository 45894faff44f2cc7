package wharf.bench;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/// Horizontal bars, a group for each model, as an SVG of its own: no script, no font of its own,
/// readable on light and on dark ground.
///
/// ```
///   virtual ########## 9.4
///           ############ 11
///   nio     ####### 7.1
///           n/a
///           0    5    10   15   µs
/// ```
///
/// @param fileName where it is written
/// @param after the load whose table it follows
/// @param axis what the bars tell, with its unit
/// @param series the names of the bars of a group
record Chart(
    String fileName,
    String after,
    String title,
    String axis,
    List<String> series,
    List<Group> groups,
    int decimals) {
  private static final int WIDTH = 760;
  private static final int LEFT = 110;
  private static final int RIGHT = 90;
  private static final int TOP = 64;
  private static final int BAR = 14;
  private static final int GAP = 10;
  private static final int MOST_TICKS = 5;

  /// Told apart on white and on black, also by those who do not see red or green; the order and the
  /// figures at the bars tell the same.
  private static final List<String> COLOURS = List.of("#4477aa", "#cc7722", "#228866");

  /// The bars of a model; a value that there is none of is written as "n/a".
  record Group(String name, List<OptionalDouble> values) {}

  String svg() {
    int rowHeight = series.size() * BAR + GAP;
    int plot = WIDTH - LEFT - RIGHT;
    int bottom = TOP + groups.size() * rowHeight;
    double most = most();
    double step = step(most);
    int ticks = (int) Math.max(1, Math.ceil(most / step));
    double end = step * ticks;
    int fraction = (int) Math.max(0, -Math.floor(Math.log10(step)));
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img" aria-label="%3$s">
        <style>
        text { font: 12px sans-serif; fill: #24292f }
        .title { font-size: 15px; font-weight: bold }
        .line { stroke: #d0d7de }
        .end { text-anchor: end } .middle { text-anchor: middle }
        @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .line { stroke: #484f58 } }
        </style>
        """
            .formatted(WIDTH, bottom + 48, escape(title)));
    text(svg, "title", 8, 20, title);
    legend(svg);
    for (int tick = 0; tick <= ticks; tick++) {
      double x = LEFT + plot * tick / (double) ticks;
      svg.append(
          String.format(
              Locale.ROOT,
              "<line class=\"line\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>\n",
              x,
              TOP - 4,
              x,
              bottom));
      text(svg, "middle", x, bottom + 16, Figures.of(step * tick, fraction));
    }
    text(svg, "middle", LEFT + plot / 2.0, bottom + 38, axis);
    for (int row = 0; row < groups.size(); row++) {
      Group group = groups.get(row);
      int top = TOP + row * rowHeight;
      text(svg, "end", LEFT - 8, top + series.size() * BAR / 2.0 + 4, group.name());
      for (int i = 0; i < group.values().size(); i++) {
        int y = top + i * BAR;
        OptionalDouble value = group.values().get(i);
        double length = value.isPresent() ? plot * value.getAsDouble() / end : 0;
        if (value.isPresent()) {
          svg.append(
              String.format(
                  Locale.ROOT,
                  "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n",
                  LEFT,
                  y,
                  Math.max(0, length),
                  BAR - 2,
                  COLOURS.get(i % COLOURS.size())));
        }
        text(
            svg,
            "value",
            LEFT + Math.max(0, length) + 4,
            y + BAR - 4,
            value.isPresent() ? Figures.of(value.getAsDouble(), decimals) : "n/a");
      }
    }
    return svg.append("</svg>\n").toString();
  }

  private void legend(StringBuilder svg) {
    if (series.size() == 1) {
      return;
    }
    int x = LEFT;
    for (int i = 0; i < series.size(); i++) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"34\" width=\"12\" height=\"12\" fill=\"%s\"/>\n",
              x,
              COLOURS.get(i % COLOURS.size())));
      text(svg, "name", x + 18, 45, series.get(i));
      x += 40 + 8 * series.get(i).length();
    }
  }

  private double most() {
    return groups.stream()
        .flatMap(group -> group.values().stream())
        .mapToDouble(value -> value.orElse(0))
        .max()
        .orElse(0);
  }

  /// From tick to tick: 1, 2 or 5 times a power of ten, so that all bars end at the last or before.
  private static double step(double most) {
    if (most <= 0) {
      return 1;
    }
    double least = most / MOST_TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (int factor : new int[] {1, 2, 5}) {
      if (least <= factor * power) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private static void text(StringBuilder svg, String kind, double x, double y, String words) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
            kind,
            x,
            y,
            escape(words)));
  }

  private static String escape(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
