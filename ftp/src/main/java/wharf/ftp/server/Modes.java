package wharf.ftp.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import wharf.protocol.Effect.Transfer.Mode;

/// The modes that MODE knows.
enum Modes {
  STREAM('S', "As a stream, whose end is that of the connection."),
  BLOCK('B', "In blocks; the data connection stays open."),
  DEFLATE('Z', "Compressed.");

  /// How hard is tried to compress what is sent, from 0 to 9. lftp says MODE Z unasked, on fast
  /// networks too: so it should cost little.
  static final int USUAL_LEVEL = 1;

  private static final Pattern LEVEL = Pattern.compile("Z(?: +LEVEL +([0-9]))?");

  private final char letter;
  private final String help;

  Modes(char letter, String help) {
    this.letter = letter;
    this.help = help;
  }

  /// The mode of this letter, in either case.
  static Optional<Modes> named(String letter) {
    String upper = letter.toUpperCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(one -> String.valueOf(one.letter).equals(upper))
        .findFirst();
  }

  /// The level in `Z LEVEL n`, or the usual one in `Z`; none in anything else.
  static OptionalInt level(String words) {
    Matcher said = LEVEL.matcher(words);
    if (!said.matches()) {
      return OptionalInt.empty();
    }
    String level = said.group(1);
    return OptionalInt.of(level == null ? USUAL_LEVEL : Integer.parseInt(level));
  }

  char letter() {
    return letter;
  }

  /// What it means, in a sentence.
  String help() {
    return help;
  }

  /// As a driver is told.
  ///
  /// @param level how hard to compress, for the mode that does
  Mode of(int level) {
    return switch (this) {
      case STREAM -> new Mode.Stream();
      case BLOCK -> new Mode.Block();
      case DEFLATE -> new Mode.Deflate(level);
    };
  }
}
