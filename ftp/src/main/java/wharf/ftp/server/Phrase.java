package wharf.ftp.server;

import java.util.List;

/// Something that is said to a person: in English, with `%s` where something particular goes. What
/// stands here is also what it is looked up by in other languages, so it is a constant.
///
/// @param english without anything particular: a name in it could not be looked up
/// @param values what goes where `%s` stands; a phrase among them is said in the same language
record Phrase(String english, List<Object> values) {
  /// What adds nothing.
  static final Phrase NONE = of("");

  static Phrase of(String english, Object... values) {
    return new Phrase(english, List.of(values));
  }

  String in(Language language) {
    String pattern = language.of(english);
    if (values.isEmpty()) {
      return pattern;
    }
    Object[] said = new Object[values.size()];
    for (int i = 0; i < said.length; i++) {
      Object value = values.get(i);
      said[i] = value instanceof Phrase phrase ? phrase.in(language) : value;
    }
    return pattern.formatted(said);
  }

  /// As the log has it.
  @Override
  public String toString() {
    return in(Language.ENGLISH);
  }
}
