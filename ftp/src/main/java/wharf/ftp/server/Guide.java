package wharf.ftp.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import wharf.files.HashAlgorithm;
import wharf.ftp.server.EntryFormat.Fact;
import wharf.protocol.Effect;

/// What the server tells of itself, read from the table of verbs: HELP and FEAT.
final class Guide {
  private static final int VERBS_A_LINE = 8;
  private static final Set<Verb> OF_TLS = Set.of(Verb.AUTH, Verb.PBSZ, Verb.PROT);

  private Guide() {}

  /// HELP: all verbs, or one of them.
  static Effect.Send help(String argument) {
    if (!argument.isBlank()) {
      Optional<Verb> verb = Verb.named(argument.strip());
      return verb.isPresent()
          ? Reply.of(214, verb.get().syntax() + ": " + verb.get().help())
          : Reply.of(502, "That command is not known here.");
    }
    List<String> names = Arrays.stream(Verb.values()).map(Verb::name).sorted().toList();
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < names.size(); i += VERBS_A_LINE) {
      rows.add(String.join(" ", names.subList(i, Math.min(i + VERBS_A_LINE, names.size()))));
    }
    return Reply.of(214, "These commands are known:", rows, "HELP <command> tells more.");
  }

  /// FEAT (RFC 2389 section 3): just what works.
  ///
  /// @param facts those that MLST tells now, which get a star
  /// @param hash what HASH tells now, which gets one, too
  static Effect.Send features(Set<Fact> facts, HashAlgorithm hash, FtpService.Tls tls) {
    List<String> lines =
        Arrays.stream(Verb.values())
            .filter(verb -> tls != FtpService.Tls.OFF || !OF_TLS.contains(verb))
            .flatMap(verb -> verb.feature().stream())
            .map(
                feature ->
                    switch (feature) {
                      case "MLST" -> "MLST " + offered(facts);
                      case "HASH" -> "HASH " + offered(hash);
                      default -> feature;
                    })
            .collect(Collectors.toCollection(ArrayList::new));
    // Paths are written with slashes and resolved as RFC 3659 section 6 says.
    lines.add("TVFS");
    lines.sort(null);
    return Reply.of(211, "Beyond RFC 959 there is:", lines, "End.");
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
