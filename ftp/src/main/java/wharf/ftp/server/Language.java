package wharf.ftp.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// What replies are said in (RFC 2640 section 4). Codes, names and whatever programs read are the
/// same in all.
enum Language {
  ENGLISH("EN"),
  CHINESE("ZH");

  private final String tag;

  Language(String tag) {
    this.tag = tag;
  }

  /// How `english` is said; what nobody has translated is left as it is.
  String of(String english) {
    return switch (this) {
      case ENGLISH -> english;
      // Not read before somebody asks for it.
      case CHINESE -> Chinese.WORDS.getOrDefault(english, english);
    };
  }

  /// The one that `tag` means: "zh", and also "zh-CN", of which there is no other kind here (RFC
  /// 4647 section 3.4). Traditional characters are another script: those who ask for them do not
  /// get this.
  static Optional<Language> tagged(String tag) {
    String asked = tag.toUpperCase(Locale.ROOT);
    String first = asked.split("-", 2)[0];
    boolean traditional = asked.matches("ZH-(HANT|TW|HK|MO)(-.*)?");
    return traditional
        ? Optional.empty()
        : Arrays.stream(values()).filter(language -> language.tag.equals(first)).findFirst();
  }

  /// What FEAT offers, with a star at the one that is spoken (RFC 2640 section 4.3).
  static String offered(Language spoken) {
    return Arrays.stream(values())
        .map(language -> language.tag + (language == spoken ? "*" : ""))
        .collect(Collectors.joining(";"));
  }
}
