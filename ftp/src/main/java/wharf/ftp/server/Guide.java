package wharf.ftp.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import wharf.files.HashAlgorithm;
import wharf.ftp.server.EntryFormat.Fact;

/// What the server tells of itself, read from the table of verbs: HELP and FEAT.
final class Guide {
  private static final int VERBS_A_LINE = 8;
  private static final Set<Verb> OF_TLS = Set.of(Verb.AUTH, Verb.PBSZ, Verb.PROT);

  private Guide() {}

  /// HELP: all verbs, or one of them.
  static Reply help(String argument) {
    String asked = argument.strip();
    Optional<Verb> verb = Verb.named(asked);
    if (asked.equalsIgnoreCase("SITE")) {
      return siteHelp("");
    } else if (verb.isPresent()) {
      return help(verb.get());
    } else if (!asked.isEmpty()) {
      return Absent.named(asked)
          .map(Absent::reply)
          .orElse(Reply.of(502, "That command is not known here."));
    }
    List<String> names =
        Stream.concat(
                Arrays.stream(Verb.values()).filter(one -> !one.ofSite()).map(Verb::name),
                Stream.of("SITE"))
            .sorted()
            .toList();
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < names.size(); i += VERBS_A_LINE) {
      rows.add(String.join(" ", names.subList(i, Math.min(i + VERBS_A_LINE, names.size()))));
    }
    return Reply.of(
        214, Phrase.of("These commands are known:"), rows, Phrase.of("HELP <command> tells more."));
  }

  private static Reply help(Verb verb) {
    return Reply.of(214, "%s: %s (%s)", verb.syntax(), Phrase.of(verb.help()), verb.source());
  }

  /// SITE HELP: all of its commands, or one of them.
  static Reply siteHelp(String argument) {
    String asked = argument.strip();
    if (!asked.isEmpty()) {
      return Verb.named("SITE " + asked)
          .map(Guide::help)
          .orElse(Reply.of(502, "That command is not known here."));
    }
    List<String> forms =
        Arrays.stream(Verb.values()).filter(Verb::ofSite).map(Verb::syntax).toList();
    return Reply.of(
        214,
        Phrase.of("These commands are known:"),
        forms,
        Phrase.of("SITE HELP <command> tells more."));
  }

  /// FEAT (RFC 2389 section 3): just what works.
  ///
  /// @param facts those that MLST tells now, which get a star
  /// @param hash what HASH tells now, which gets one, too
  /// @param spoken the language of replies, the same
  static Reply features(Set<Fact> facts, HashAlgorithm hash, Language spoken, FtpService service) {
    List<String> lines =
        Arrays.stream(Verb.values())
            .filter(verb -> service.tls() != FtpService.Tls.OFF || !OF_TLS.contains(verb))
            .filter(verb -> service.offersCompression() || verb != Verb.MODE)
            .flatMap(verb -> verb.feature().stream())
            .map(
                feature ->
                    switch (feature) {
                      case "MLST" -> "MLST " + offered(facts);
                      case "HASH" -> "HASH " + offered(hash);
                      case "LANG" -> "LANG " + Language.offered(spoken);
                      default -> feature;
                    })
            .collect(Collectors.toCollection(ArrayList::new));
    // Paths are written with slashes and resolved as RFC 3659 section 6 says.
    lines.add("TVFS");
    lines.sort(null);
    return Reply.of(211, Phrase.of("Beyond RFC 959 there is:"), lines, Phrase.of("End."));
  }

  private static String offered(HashAlgorithm chosen) {
    return Arrays.stream(HashAlgorithm.values())
        .map(one -> one + (one == chosen ? "*" : ""))
        .collect(Collectors.joining(";"));
  }

  private static String offered(Set<Fact> chosen) {
    return Arrays.stream(Fact.values())
        .map(fact -> fact.said() + (chosen.contains(fact) ? "*;" : ";"))
        .collect(Collectors.joining());
  }
}
