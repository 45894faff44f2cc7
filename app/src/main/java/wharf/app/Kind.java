package wharf.app;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import wharf.server.PortRange;

/// How the values of some keys of `wharf.toml` are written, read and checked.
///
/// @param written in words: "a ..."
/// @param reader takes one from the file
/// @param text one as it would stand in the file
record Kind<T>(String written, Reader<T> reader, Function<T, String> text) {
  /// What stands in a file.
  ///
  /// @param folder what relative paths count from: that of the file
  record Given(Object value, TomlPosition at, Path folder) {}

  /// That it cannot be what was meant, and where.
  static final class Misread extends Exception {
    private static final long serialVersionUID = 1;

    private final transient TomlPosition at;

    Misread(TomlPosition at, String message) {
      super(message, null, false, false);
      this.at = at;
    }

    TomlPosition at() {
      return at;
    }
  }

  interface Reader<T> {
    T read(Given given) throws Misread;
  }

  /// On or off.
  static final Kind<Boolean> FLAG =
      new Kind<>(
          "true or false", given -> as(Boolean.class, given, "true or false"), String::valueOf);

  /// Bytes, as [Amount#ofBytes] reads them.
  static final Kind<String> SIZE =
      new Kind<>(
          "size, as \"500M\" or a number of bytes",
          given ->
              parsed(
                  given,
                  given.value() instanceof Long ? given.value() : text(given, "size, as \"500M\""),
                  text -> {
                    long _ = Amount.ofBytes(text);
                    return text;
                  }),
          Kind::quoted);

  /// A file or folder of this machine.
  static final Kind<Path> FILE =
      new Kind<>(
          "path",
          given ->
              parsed(
                  given,
                  text(given, "path"),
                  text -> {
                    try {
                      return given.folder().resolve(text);
                    } catch (InvalidPathException e) {
                      throw new IllegalArgumentException("'" + text + "' is no file name here", e);
                    }
                  }),
          path -> quoted(path.toString()));

  /// Any text.
  static final Kind<String> TEXT = text("text", text -> text);

  /// Ports, from the lowest to the highest.
  static final Kind<String> PORTS =
      text(
          "range of ports, as \"50000-50100\"",
          text -> {
            String[] ends = text.matches("\\d{1,5}-\\d{1,5}") ? text.split("-", -1) : new String[0];
            if (ends.length != 2) {
              throw new IllegalArgumentException(
                  "a range of ports is written as \"50000-50100\", not '" + text + "'");
            }
            PortRange _ = new PortRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
            return text;
          });

  /// Text that says something: `parse` throws [IllegalArgumentException] where it does not.
  static <T> Kind<T> text(String written, Function<String, T> parse) {
    return new Kind<>(
        written,
        given -> parsed(given, text(given, written), parse),
        value -> quoted(value.toString()));
  }

  static Kind<Integer> number(int least, int most) {
    String written =
        most == Integer.MAX_VALUE
            ? "whole number, at least " + least
            : "whole number, " + least + " to " + most;
    return new Kind<>(
        written,
        given -> {
          long number = as(Long.class, given, written);
          if (number < least || number > most) {
            throw new Misread(given.at(), "is a " + written + ", not " + number);
          }
          return (int) number;
        },
        String::valueOf);
  }

  static Kind<Long> count() {
    String written = "whole number, at least 0";
    return new Kind<>(
        written,
        given -> {
          long number = as(Long.class, given, written);
          if (number < 0) {
            throw new Misread(given.at(), "is a " + written + ", not " + number);
          }
          return number;
        },
        String::valueOf);
  }

  /// One of several words.
  static Kind<String> word(List<String> words) {
    String written = words.stream().map(Kind::quoted).collect(Collectors.joining(", "));
    return new Kind<>(
        written,
        given -> {
          String word = as(String.class, given, "one of " + written);
          if (!words.contains(word)) {
            throw new Misread(
                given.at(),
                "cannot be '"
                    + word
                    + "'; "
                    + Nearest.to(word, words)
                        .map(near -> "did you mean \"" + near + "\"?")
                        .orElse("it is one of " + written));
          }
          return word;
        },
        Kind::quoted);
  }

  /// One of the values of an enum, in small letters.
  static <E extends Enum<E>> Kind<E> oneOf(Class<E> all) {
    Kind<String> words = word(Stream.of(all.getEnumConstants()).map(Kind::word).toList());
    return new Kind<>(
        words.written(),
        given ->
            Enum.valueOf(
                all, words.reader().read(given).toUpperCase(Locale.ROOT).replace('-', '_')),
        value -> quoted(word(value)));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Any number of them.
  static <T> Kind<List<T>> list(Kind<T> each) {
    return new Kind<>(
        "list: " + each.written(),
        given -> {
          List<T> values = new ArrayList<>();
          TomlArray array = as(TomlArray.class, given, "list, as [\"...\", \"...\"]");
          for (int i = 0; i < array.size(); i++) {
            values.add(
                each.reader()
                    .read(
                        new Given(
                            array.get(i),
                            Objects.requireNonNull(array.inputPositionOf(i)),
                            given.folder())));
          }
          return values;
        },
        values -> values.stream().map(each.text()).collect(Collectors.joining(", ", "[", "]")));
  }

  private static String text(Given given, String written) throws Misread {
    return as(String.class, given, written);
  }

  private static <T> T parsed(Given given, Object value, Function<String, T> parse) throws Misread {
    try {
      return parse.apply(value.toString());
    } catch (IllegalArgumentException e) {
      throw new Misread(given.at(), "is wrong: " + e.getMessage());
    }
  }

  private static <T> T as(Class<T> type, Given given, String written) throws Misread {
    if (!type.isInstance(given.value())) {
      boolean several = written.startsWith("one of") || written.startsWith("true");
      throw new Misread(
          given.at(), "is " + (several ? "" : "a ") + written + ", not " + what(given.value()));
    }
    return type.cast(given.value());
  }

  /// What sort of value of TOML this is.
  static String what(Object value) {
    return switch (value) {
      case String text -> "the text " + quoted(text);
      case Long _, Double _, Boolean _ -> value.toString();
      case TomlArray _ -> "a list";
      case org.tomlj.TomlTable _ -> "a table";
      default -> "a time";
    };
  }

  static String quoted(String text) {
    return "\"" + Toml.tomlEscape(text) + "\"";
  }
}
