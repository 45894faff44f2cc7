package wharf.ftp.server;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What replies are said in (RFC 2640 section 4). Codes, names and whatever programs read are the
/// same in all.
enum Language {
  ENGLISH("EN", Map.of()),
  CHINESE("ZH", Chinese.WORDS);

  private final String tag;

  // Of Map.of, which nobody can change; its type does not say so.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Map<String, String> words;

  Language(String tag, Map<String, String> words) {
    this.tag = tag;
    this.words = words;
  }

  /// How `english` is said; what nobody has translated is left as it is.
  String of(String english) {
    return words.getOrDefault(english, english);
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
