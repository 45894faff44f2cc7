package wharf.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The manual page of a verb in the language of `man(7)`, made of the same descriptions as its
/// `--help`.
final class ManPage {
  private final CommandSpec verb;
  private final StringBuilder page = new StringBuilder();

  private ManPage(CommandSpec verb) {
    this.verb = verb;
  }

  /// The page of a verb, or of the program.
  static String of(CommandSpec verb) {
    return new ManPage(verb).written();
  }

  /// All pages of a program, by the name that each has: `wharf-user-add`.
  static Map<String, CommandSpec> all(CommandSpec root) {
    Map<String, CommandSpec> pages = new TreeMap<>();
    gather(root, pages);
    return pages;
  }

  private static void gather(CommandSpec verb, Map<String, CommandSpec> pages) {
    pages.put(title(verb), verb);
    CompletionScript.visible(verb).values().forEach(below -> gather(below, pages));
  }

  /// What the page of a verb is called.
  static String title(CommandSpec verb) {
    return verb.qualifiedName("-");
  }

  private String written() {
    String[] description = verb.usageMessage().description();
    request(
        ".TH",
        title(verb).toUpperCase(java.util.Locale.ROOT),
        "1",
        "",
        "wharf " + Main.Version.number(),
        "Wharf");
    section("NAME");
    line(title(verb) + " \\- ", CompletionScript.brief(description));
    section("SYNOPSIS");
    synopsis();
    section("DESCRIPTION");
    prose(Stream.of(description));
    Map<String, CommandSpec> below = CompletionScript.visible(verb);
    if (!below.isEmpty()) {
      section("VERBS");
      below.forEach(
          (name, one) ->
              tagged("\\fB" + escaped(name) + "\\fR", one.usageMessage().description(), true));
    }
    List<PositionalParamSpec> operands =
        verb.positionalParameters().stream().filter(one -> !one.hidden()).toList();
    List<OptionSpec> options = verb.options().stream().filter(one -> !one.hidden()).toList();
    if (!operands.isEmpty() || !options.isEmpty()) {
      section("OPTIONS");
    }
    operands.forEach(one -> tagged(label(one), one.description(), false));
    options.forEach(one -> tagged(label(one), one.description(), false));
    prose(Stream.of(verb.usageMessage().footer()));
    Map<String, String> codes = verb.root().usageMessage().exitCodeList();
    if (!codes.isEmpty()) {
      section("EXIT STATUS");
      codes.forEach(
          (code, meaning) -> tagged("\\fB" + code.strip() + "\\fR", new String[] {meaning}, false));
    }
    seeAlso(below);
    return page.toString();
  }

  private void synopsis() {
    StringBuilder line = new StringBuilder("\\fB" + escaped(verb.qualifiedName(" ")) + "\\fR");
    if (verb.options().stream().anyMatch(one -> !one.hidden())) {
      line.append(" [\\fIOPTION\\fR]...");
    }
    for (PositionalParamSpec one : verb.positionalParameters()) {
      String label =
          "\\fI"
              + escaped(one.paramLabel())
              + "\\fR"
              + (one.arity().max() > 1 && !one.paramLabel().contains(" ") ? "..." : "");
      line.append(one.arity().min() == 0 ? " [" + label + "]" : " " + label);
    }
    if (!CompletionScript.visible(verb).isEmpty()) {
      line.append(" \\fIVERB\\fR ...");
    }
    page.append(line).append('\n');
  }

  private void seeAlso(Map<String, CommandSpec> below) {
    List<String> others = new ArrayList<>();
    if (verb.parent() != null) {
      others.add(title(verb.parent()));
    }
    below.values().forEach(one -> others.add(title(one)));
    if (!others.isEmpty()) {
      section("SEE ALSO");
      page.append(
          others.stream()
              .distinct()
              .map(title -> "\\fB" + escaped(title) + "\\fR(1)")
              .collect(java.util.stream.Collectors.joining(",\n", "", "\n")));
    }
  }

  private static String label(ArgSpec argument) {
    String value =
        argument.paramLabel().isEmpty() ? "" : "\\fI" + escaped(argument.paramLabel()) + "\\fR";
    if (!(argument instanceof OptionSpec option)) {
      return value;
    }
    String names =
        Stream.of(option.names())
            .map(name -> "\\fB" + escaped(name) + "\\fR")
            .collect(java.util.stream.Collectors.joining(", "));
    return option.arity().max() == 0 ? names : names + " " + value;
  }

  private void tagged(String tag, String[] description, boolean firstSentence) {
    page.append(".TP\n").append(tag).append('\n');
    List<String> texts =
        firstSentence
            ? List.of(CompletionScript.brief(description))
            : rendered(Stream.of(description))
                .filter(text -> !text.isBlank())
                .map(String::strip)
                .toList();
    page.append(texts.isEmpty() ? "\\&\n" : "");
    texts.forEach(text -> line("", text));
  }

  /// Paragraphs; lines that begin with two blanks stand as they are; what is called "Examples:" has
  /// a section of its own.
  private void prose(Stream<String> lines) {
    boolean asIs = false;
    // Right below the title of a section there is none.
    boolean begun = false;
    boolean gap = false;
    for (String text : rendered(lines).toList()) {
      boolean indented = text.startsWith("  ");
      if (asIs && !indented) {
        page.append(".EE\n");
        asIs = false;
      }
      if (text.isBlank()) {
        gap = true;
      } else if (text.matches("Examples?:")) {
        section("EXAMPLES");
        begun = false;
      } else {
        if (gap && begun && !asIs) {
          page.append(".PP\n");
        }
        gap = false;
        begun = true;
        if (indented && !asIs) {
          page.append(".EX\n");
          asIs = true;
        }
        line("", indented ? text : text.strip());
        if (!indented) {
          gap = true;
        }
      }
    }
    page.append(asIs ? ".EE\n" : "");
  }

  /// As picocli would print it: its `%n` are ends of lines, and `%%` is one.
  private static Stream<String> rendered(Stream<String> texts) {
    return texts.flatMap(text -> text.isBlank() ? Stream.of("") : text.formatted().lines());
  }

  private void section(String name) {
    request(".SH", name);
  }

  private void request(String name, String... words) {
    page.append(name);
    for (String word : words) {
      page.append(" \"").append(escaped(word).replace("\"", "\\(dq")).append('"');
    }
    page.append('\n');
  }

  /// A line of text, which must not be taken for a request.
  private void line(String before, String text) {
    String escaped = escaped(text);
    page.append(before)
        .append(escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" : "")
        .append(escaped)
        .append('\n');
  }

  /// What means something to roff, said so that it means itself: options are typed with a minus.
  private static String escaped(String text) {
    return text.replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("~", "\\(ti")
        .replace("^", "\\(ha")
        .replace("`", "\\(ga");
  }
}
