package wharf.ftp.server;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import wharf.files.HashAlgorithm;
import wharf.ftp.server.EntryFormat.Fact;
import wharf.protocol.Effect.Transfer;
import wharf.protocol.Ending;

/// What a client and this server have agreed on, of how data is moved and what is told of files: it
/// outlives log-ins, but neither REIN nor AUTH. A command that changes it is answered with its
/// reply.
final class Terms {
  private final DataRoute route;
  private Transfer.Form form = Transfer.Form.ASCII;
  private Modes mode = Modes.STREAM;
  private int deflateLevel = Modes.USUAL_LEVEL;
  private Set<Fact> facts = EnumSet.allOf(Fact.class);
  private HashAlgorithm hash = HashAlgorithm.SHA_256;
  private boolean hashing;

  /// What RFC 959 section 5.1 has at the beginning: TYPE A, STRU F, MODE S.
  Terms(DataRoute route) {
    this.route = route;
  }

  /// How the next data connection comes about.
  DataRoute route() {
    return route;
  }

  Transfer.Form form() {
    return form;
  }

  /// Whether files are sent as text, in which a number of bytes has no meaning.
  boolean isText() {
    return form == Transfer.Form.ASCII;
  }

  Modes mode() {
    return mode;
  }

  /// To move something so, over what is agreed on; that is used up.
  Transfer transfer(Transfer.Flow flow, Transfer.Limits limits) {
    return new Transfer(route.take(), flow, mode.of(deflateLevel), limits, route.isSecure());
  }

  /// A transfer has ended, and may have left its connection open.
  void transferred(Ending ending) {
    if (mode.of(deflateLevel).leavesOpen(ending)) {
      route.kept();
    }
  }

  /// What MLSD and MLST tell.
  Set<Fact> facts() {
    return facts;
  }

  /// What HASH tells.
  HashAlgorithm hash() {
    return hash;
  }

  /// Whether the client goes by hashes: then those of its uploads are computed on the way.
  boolean isHashing() {
    return hashing;
  }

  /// It has asked for a hash.
  void hashAsked() {
    hashing = true;
  }

  Reply type(String argument) {
    return switch (argument.toUpperCase(Locale.ROOT)) {
      case "A", "A N" -> {
        form = Transfer.Form.ASCII;
        yield Reply.of(200, "Text: lines end in CR LF on the way.");
      }
      case "I", "L 8" -> {
        form = Transfer.Form.IMAGE;
        yield Reply.of(200, "Bytes as they are.");
      }
      default -> Reply.of(504, "Only TYPE A, TYPE I and TYPE L 8 are known.");
    };
  }

  Reply structure(String argument) {
    return switch (argument.strip().toUpperCase(Locale.ROOT)) {
      case "F" -> Reply.of(200, "Files without records.");
      case "R", "P" -> Reply.of(504, "Files have no records or pages here; say STRU F.");
      default -> Reply.misspoken(Verb.STRU);
    };
  }

  /// MODE. A kept data connection is of the mode before.
  Reply mode(String argument) {
    Optional<Modes> wanted = Modes.named(argument.strip());
    if (wanted.isEmpty()) {
      return Reply.of(504, "Only MODE S, MODE B and MODE Z are known.");
    }
    route.hangUp();
    mode = wanted.get();
    return Reply.of(200, mode.help());
  }

  /// OPTS (RFC 2389 section 4).
  Reply options(String argument) {
    String[] words = argument.toUpperCase(Locale.ROOT).split(" ", 2);
    String rest = words.length > 1 ? words[1].strip() : "";
    return switch (words[0]) {
      case "UTF8", "UTF-8" ->
          rest.isEmpty() || rest.equals("ON") || rest.equals("NLST")
              ? Reply.of(200, "Names are UTF-8.")
              : Reply.of(504, "Names are always UTF-8 here.");
      case "MLST" -> chooseFacts(List.of(rest.split(";", -1)));
      case "HASH" -> chooseHash(rest);
      case "MODE" -> chooseLevel(rest);
      default -> Reply.of(501, "There is nothing to choose for that.");
    };
  }

  /// OPTS MLST: those that are known; of the others nothing is said (RFC 3659 section 7.9).
  private Reply chooseFacts(List<String> wanted) {
    facts = EnumSet.noneOf(Fact.class);
    for (Fact fact : Fact.values()) {
      if (wanted.contains(fact.said().toUpperCase(Locale.ROOT))) {
        facts.add(fact);
      }
    }
    String chosen = facts.stream().map(fact -> fact.said() + ";").collect(Collectors.joining());
    return Reply.of(200, "%s", ("MLST OPTS " + chosen).strip());
  }

  private Reply chooseHash(String name) {
    Optional<HashAlgorithm> wanted = name.isEmpty() ? Optional.of(hash) : HashAlgorithm.named(name);
    if (wanted.isEmpty()) {
      return Reply.of(504, "There is no such algorithm here; %s stays.", hash);
    }
    hash = wanted.get();
    hashing = true;
    return Reply.of(200, "%s", hash);
  }

  /// OPTS MODE Z LEVEL n; without a level, the usual one (draft-preston-ftpext-deflate).
  private Reply chooseLevel(String words) {
    OptionalInt level = Modes.level(words);
    if (level.isEmpty()) {
      return Reply.of(501, "Say it as: %s", "OPTS MODE Z LEVEL <0 to 9>");
    }
    deflateLevel = level.getAsInt();
    return Reply.of(200, "MODE Z LEVEL set to %s.", deflateLevel);
  }
}
