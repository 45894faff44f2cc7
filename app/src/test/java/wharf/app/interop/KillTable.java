package wharf.app.interop;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import wharf.app.interop.Kill.Cut;
import wharf.app.interop.Kill.Fate;
import wharf.app.interop.Kill.Mode;
import wharf.app.interop.Kill.Protection;
import wharf.app.interop.Kill.Way;

/// The tables of `docs/kill-matrix.md`.
///
/// @param matrix every cell
/// @param models the cells that each model was asked for
/// @param alone how uploads ended whose data connection alone did
record KillTable(Map<Kill, Fate> matrix, Map<String, List<Fate>> models, Map<String, Fate> alone) {
  private static final String BEGIN = "<!-- begin: written by KillMatrixTest -->\n";
  private static final String END = "<!-- end -->\n";

  /// The document with these tables in place of those it has.
  String into(String document) {
    int from = document.indexOf(BEGIN);
    int to = document.indexOf(END);
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("the document has no place for the tables");
    }
    return document.substring(0, from + BEGIN.length()) + tables() + document.substring(to);
  }

  private String tables() {
    StringBuilder all = new StringBuilder();
    for (Way way : Way.values()) {
      all.append("\n### ").append(way.title).append("\n\n");
      all.append("| mode | after byte | content | plain | TLS 1.2 | TLS 1.3 | told | log |\n");
      all.append("|---|---|---|---|---|---|---|---|\n");
      for (Mode mode : Mode.values()) {
        for (Cut cut : Cut.values()) {
          all.append(row(way, mode, cut));
        }
      }
    }
    all.append("\n### Every server model\n\n");
    all.append(
        "In the middle of MODE S, by FIN, RST, ABOR and silence, each plain and under TLS"
            + " 1.3:\n\n");
    all.append("| model | outcomes |\n|---|---|\n");
    models.forEach(
        (model, fates) ->
            all.append(
                "| `%s` | %s |\n"
                    .formatted(model, told(fates.stream().map(KillTable::told).toList()))));
    all.append("\n### Only the data connection ends, by FIN, in the clear\n\n");
    all.append("| upload | the name | told |\n|---|---|---|\n");
    alone.forEach(
        (upload, fate) ->
            all.append("| %s | %s | %s |\n".formatted(upload, told(fate), codes(fate))));
    return all.append('\n').toString();
  }

  private String row(Way way, Mode mode, Cut cut) {
    List<Kill> kills =
        Arrays.stream(Protection.values())
            .map(protection -> new Kill(way, protection, mode, cut))
            .toList();
    List<Fate> fates = kills.stream().map(matrix::get).toList();
    return "| %s | %s | %s | %s | %s | %s |\n"
        .formatted(
            mode.letter,
            cut.title,
            content(kills.getFirst()),
            fates.stream().map(KillTable::told).collect(Collectors.joining(" | ")),
            told(fates.stream().map(KillTable::codes).toList()),
            told(
                fates.stream()
                    .map(fate -> fate.log().isEmpty() ? "nothing" : fate.log())
                    .toList()));
  }

  /// How far zlib has come in the middle of a stream is the business of the JDK's.
  private static String content(Kill kill) {
    return kill.mode() == Mode.DEFLATE && kill.way() != Way.FULL && kill.cut() == Cut.MIDDLE
        ? "about half"
        : String.format(Locale.ROOT, "%,d", kill.content());
  }

  private static String told(Fate fate) {
    String name =
        switch (fate.name()) {
          case OLD -> "old";
          case NEW -> "**new**";
          case A_PART -> "**what came**";
          case SOMETHING_ELSE -> "**WRONG**";
        };
    return fate.kept() > 0 ? name + ", kept" : name;
  }

  private static String codes(Fate fate) {
    return fate.replies().isEmpty()
        ? "nothing"
        : fate.replies().stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /// What is the same for all is said once.
  private static String told(List<String> all) {
    return all.stream().distinct().collect(Collectors.joining(" / "));
  }
}
