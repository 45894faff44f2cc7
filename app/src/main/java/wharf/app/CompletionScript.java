package wharf.app;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// What a shell is told so that it completes the words of a command line. One reading of the verbs
/// and options serves all three shells, so what one verb gains they all know; picocli's own
/// generator knows bash alone.
///
/// In each script a word is understood by its place: the verb so far (`user add`), the word before.
final class CompletionScript {
  /// What a word may be.
  private record Offer(Kind kind, List<String> words) {
    static final Offer NOTHING = new Offer(Kind.WORDS, List.of());

    enum Kind {
      WORDS,
      FILES,
      FOLDERS
    }
  }

  /// A verb, and what may follow it.
  ///
  /// @param path the words that lead to it; none for the program itself
  private record Place(String path, CommandSpec spec) {
    List<OptionSpec> options() {
      return spec.options().stream().filter(option -> !option.hidden()).toList();
    }

    List<String> names() {
      return options().stream().flatMap(option -> Stream.of(option.names())).toList();
    }

    Map<String, CommandSpec> verbs() {
      return visible(spec);
    }

    Offer operand() {
      if (!verbs().isEmpty()) {
        return new Offer(Offer.Kind.WORDS, List.copyOf(verbs().keySet()));
      }
      if (spec.helpCommand()) {
        return siblings();
      }
      Set<Offer> offers = new LinkedHashSet<>();
      for (PositionalParamSpec one : spec.positionalParameters()) {
        boolean _ = offers.add(one.paramLabel().startsWith("VERB") ? siblings() : offer(one));
      }
      return offers.stream()
          .filter(offer -> offer.kind() != Offer.Kind.WORDS)
          .findFirst()
          .orElseGet(
              () ->
                  new Offer(
                      Offer.Kind.WORDS, offers.stream().flatMap(o -> o.words().stream()).toList()));
    }

    private Offer siblings() {
      return new Offer(
          Offer.Kind.WORDS, List.copyOf(visible(Objects.requireNonNull(spec.parent())).keySet()));
    }
  }

  private final String program;
  private final List<Place> places = new ArrayList<>();

  /// The options that take a value, as "verb option", by what the value may be.
  private final Map<Offer, List<String>> values = new LinkedHashMap<>();

  CompletionScript(CommandSpec root) {
    program = root.name();
    walk("", root);
    for (Place place : places) {
      for (OptionSpec option : place.options()) {
        if (option.arity().min() > 0) {
          for (String name : option.names()) {
            values
                .computeIfAbsent(offer(option), _ -> new ArrayList<>())
                .add(place.path() + " " + name);
          }
        }
      }
    }
  }

  private void walk(String path, CommandSpec spec) {
    places.add(new Place(path, spec));
    visible(spec).forEach((name, verb) -> walk((path + " " + name).strip(), verb));
  }

  /// The verbs below one, by name and alias, but those that are not for people.
  static Map<String, CommandSpec> visible(CommandSpec spec) {
    Map<String, CommandSpec> verbs = new LinkedHashMap<>();
    spec.subcommands()
        .forEach(
            (name, verb) -> {
              if (!verb.getCommandSpec().usageMessage().hidden()) {
                verbs.put(name, verb.getCommandSpec());
              }
            });
    return verbs;
  }

  private static Offer offer(ArgSpec argument) {
    if (argument.completionCandidates() != null) {
      // Constants are understood in either case, and said in small letters everywhere.
      boolean constants = argument.typeInfo().isEnum() || isOfConstants(argument);
      List<String> words = new ArrayList<>();
      argument
          .completionCandidates()
          .forEach(word -> words.add(constants ? word.toLowerCase(Locale.ROOT) : word));
      return new Offer(Offer.Kind.WORDS, words);
    }
    // Of "FILE... URL" the first: what the last is, no shell can know.
    return switch (argument.paramLabel().replaceFirst("^\\W+", "").replaceFirst("\\W.*", "")) {
      case "FILE", "PATH" -> new Offer(Offer.Kind.FILES, List.of());
      case "DIR", "FOLDER" -> new Offer(Offer.Kind.FOLDERS, List.of());
      default ->
          Stream.of(argument.auxiliaryTypes()).anyMatch(java.nio.file.Path.class::equals)
              ? new Offer(Offer.Kind.FILES, List.of())
              : Offer.NOTHING;
    };
  }

  private static boolean isOfConstants(ArgSpec argument) {
    return Stream.of(argument.auxiliaryTypes()).anyMatch(Class::isEnum);
  }

  /// The first sentence of what a verb or an option is for.
  static String brief(String... description) {
    String text = description.length == 0 ? "" : description[0].formatted().strip();
    int end = text.indexOf(". ");
    return end < 0 ? text.replaceAll("\\.$", "") : text.substring(0, end);
  }

  /// The script for bash, from 3.2 on.
  String bash() {
    return """
    # Completion of %1$s for bash. Made by '%1$s completion bash'.
    _%1$s_take() {
      local word
      while IFS= read -r word; do COMPREPLY+=("$word"); done
    }
    _%1$s_files() {
      compopt -o filenames 2>/dev/null
      _%1$s_take < <(compgen "$1" -- "$2")
    }
    _%1$s() {
      local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb= i
      COMPREPLY=()
      # --option=value comes as three words.
      if [[ $current == = ]]; then
        current=
      elif [[ $before == = && $COMP_CWORD -ge 2 ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
      fi
      for ((i = 1; i < COMP_CWORD; i++)); do
        case "$verb ${COMP_WORDS[i]}" in
          %2$s) verb="${verb:+$verb }${COMP_WORDS[i]}" ;;
        esac
      done
      case "$verb $before" in
    %3$s  esac
      if [[ $current == -* ]]; then
        case $verb in
    %4$s    esac
      else
        case $verb in
    %5$s    esac
      fi
    }
    complete -F _%1$s %1$s
    """
        .formatted(
            program,
            verbPatterns(),
            cases(
                values.keySet(),
                offer -> patterns(Objects.requireNonNull(values.get(offer))),
                offer -> bash(offer) + "\n      return"),
            cases(
                places,
                place -> quoted(place.path()),
                place -> bash(new Offer(Offer.Kind.WORDS, place.names()))),
            cases(places, place -> quoted(place.path()), place -> bash(place.operand())));
  }

  private String bash(Offer offer) {
    return switch (offer.kind()) {
      case WORDS ->
          offer.words().isEmpty()
              ? ":"
              : "_%s_take < <(compgen -W %s -- \"$current\")"
                  .formatted(program, quoted(String.join(" ", offer.words())));
      case FILES -> "_%s_files -f \"$current\"".formatted(program);
      case FOLDERS -> "_%s_files -d \"$current\"".formatted(program);
    };
  }

  /// The script for zsh: a function to be found in `fpath`, or to be sourced.
  String zsh() {
    return """
    #compdef %1$s
    # Completion of %1$s for zsh. Made by '%1$s completion zsh'.
    _%1$s() {
      local current=$words[CURRENT] before=$words[CURRENT-1] verb= word
      local -a offered
      for word in "${(@)words[2,CURRENT-1]}"; do
        case "$verb $word" in
          %2$s) verb="${verb:+$verb }$word" ;;
        esac
      done
      if [[ $current == --*=* ]]; then
        before=${current%%%%=*}
        compset -P '*='
      fi
      case "$verb $before" in
    %3$s  esac
      if [[ $current == -* ]]; then
        case $verb in
    %4$s    esac
        _describe -o option offered
      else
        case $verb in
    %5$s    esac
      fi
    }
    if [[ $funcstack[1] == _%1$s ]]; then
      _%1$s "$@"
    else
      compdef _%1$s %1$s
    fi
    """
        .formatted(
            program,
            verbPatterns(),
            cases(
                values.keySet(),
                offer -> patterns(Objects.requireNonNull(values.get(offer))),
                offer -> zsh(offer) + "\n      return"),
            cases(places, place -> quoted(place.path()), place -> zshOptions(place.options())),
            cases(
                places,
                place -> quoted(place.path()),
                place -> place.verbs().isEmpty() ? zsh(place.operand()) : zshVerbs(place.verbs())));
  }

  private static String zsh(Offer offer) {
    return switch (offer.kind()) {
      case WORDS ->
          offer.words().isEmpty()
              ? ":"
              : "compadd -- "
                  + offer.words().stream().map(CompletionScript::quoted).collect(SPACED);
      case FILES -> "_files";
      case FOLDERS -> "_files -/";
    };
  }

  private static String zshOptions(List<OptionSpec> options) {
    return options.stream()
        .flatMap(
            option ->
                Stream.of(option.names())
                    .map(name -> quoted(name + ":" + brief(option.description()))))
        .collect(Collectors.joining(" ", "offered=(", ")"));
  }

  private static String zshVerbs(Map<String, CommandSpec> verbs) {
    return verbs.entrySet().stream()
        .map(
            verb ->
                quoted(verb.getKey() + ":" + brief(verb.getValue().usageMessage().description())))
        .collect(Collectors.joining(" ", "offered=(", ")\n      _describe verb offered"));
  }

  /// The script for fish, from 3.0 on.
  String fish() {
    StringBuilder script = new StringBuilder();
    script.append(
        """
        # Completion of %1$s for fish. Made by '%1$s completion fish'.
        function __%1$s_at -a wanted
            set -l verb ''
            for word in (commandline -opc)[2..-1]
                switch "$verb $word"
                    case %2$s
                        set verb (string trim -- "$verb $word")
                end
            end
            test "$verb" = "$wanted"
        end
        complete -c %1$s -f
        """
            .formatted(program, knownVerbs().map(CompletionScript::fishQuoted).collect(SPACED)));
    for (Place place : places) {
      String line =
          "complete -c %s -n %s"
              .formatted(program, fishQuoted("__%s_at '%s'".formatted(program, place.path())));
      if (place.verbs().isEmpty()) {
        script.append(line).append(fish(place.operand())).append('\n');
      } else {
        place
            .verbs()
            .forEach(
                (name, verb) ->
                    script.append(
                        "%s -a %s -d %s%n"
                            .formatted(
                                line,
                                fishQuoted(name),
                                fishQuoted(brief(verb.usageMessage().description())))));
      }
      for (OptionSpec option : place.options()) {
        script.append(line);
        for (String name : option.names()) {
          script
              .append(name.startsWith("--") ? " -l " : " -s ")
              .append(name.replaceFirst("^-+", ""));
        }
        script.append(" -d ").append(fishQuoted(brief(option.description())));
        script.append(option.arity().min() > 0 ? " -r" + fish(offer(option)) : "").append('\n');
      }
    }
    return script.toString();
  }

  private static String fish(Offer offer) {
    return switch (offer.kind()) {
      case WORDS ->
          offer.words().isEmpty() ? " -f" : " -f -a " + fishQuoted(String.join(" ", offer.words()));
      case FILES -> " -F";
      case FOLDERS -> " -f -a '(__fish_complete_directories)'";
    };
  }

  private static final java.util.stream.Collector<CharSequence, ?, String> SPACED =
      Collectors.joining(" ");

  private Stream<String> knownVerbs() {
    return places.stream()
        .filter(place -> !place.path().isEmpty())
        .map(place -> place.path().contains(" ") ? place.path() : " " + place.path());
  }

  private String verbPatterns() {
    return patterns(knownVerbs().toList());
  }

  private static String patterns(List<String> all) {
    return all.stream().map(CompletionScript::quoted).collect(Collectors.joining(" | "));
  }

  private static <T> String cases(
      Iterable<T> all, Function<T, String> pattern, Function<T, String> then) {
    StringBuilder cases = new StringBuilder();
    for (T one : all) {
      cases
          .append("    ")
          .append(pattern.apply(one))
          .append(")\n      ")
          .append(then.apply(one))
          .append("\n      ;;\n");
    }
    return cases.toString();
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private static String fishQuoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
