package wharf.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The servers that were reached under TLS, one a line: `HOST:PORT FINGERPRINT SINCE`, with
/// `authorities` for the fingerprint of one whom authorities vouched for. Of each place there is
/// one line.
final class KnownServers {
  static final String FILE = "known-servers";

  private static final String VOUCHED = "authorities";

  /// One of them.
  ///
  /// @param place as [#place] says it
  /// @param fingerprint of its own certificate; null where authorities vouched for it
  record Known(String place, @Nullable String fingerprint, Instant since) {
    private String line() {
      return "%s %s %s".formatted(place, fingerprint == null ? VOUCHED : fingerprint, since);
    }
  }

  private final Path file;

  /// @param state the folder
  KnownServers(Path state) {
    file = state.resolve(FILE);
  }

  Path file() {
    return file;
  }

  /// A host and a port as they are kept and shown.
  static String place(String host, int port) {
    String name = host.toLowerCase(Locale.ROOT).replaceFirst("(?<=.)\\.$", "");
    return (name.indexOf(':') >= 0 ? "[" + name + "]" : name) + ":" + port;
  }

  List<Known> all() throws IOException {
    return read(KeptFile.linesIfThere(file));
  }

  Optional<Known> find(String place) throws IOException {
    return all().stream().filter(one -> one.place().equals(place)).findFirst();
  }

  /// A line that nobody understands is not passed over: whom it names would be a stranger again.
  private List<Known> read(List<String> lines) throws IOException {
    List<Known> all = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        all.add(read(line, i + 1));
      }
    }
    return all;
  }

  private Known read(String line, int number) throws IOException {
    String[] words = line.split("\\s+", -1);
    try {
      if (words.length == 3) {
        return new Known(
            words[0],
            words[1].equals(VOUCHED) ? null : Fingerprint.of(words[1]),
            Instant.parse(words[2]));
      }
    } catch (IllegalArgumentException | DateTimeParseException e) {
      throw malformed(number, e);
    }
    throw malformed(number, null);
  }

  private IOException malformed(int line, @Nullable Exception cause) {
    return new IOException(
        "%s, line %d, is not HOST:PORT FINGERPRINT TIME; mend or remove it".formatted(file, line),
        cause);
  }

  /// Adds one, unless there is one of that place.
  ///
  /// @return the one that is there now
  Known add(String place, @Nullable String fingerprint) throws IOException, Failure {
    return put(place, fingerprint, false);
  }

  /// Has this one, whoever was there.
  Known replace(String place, @Nullable String fingerprint) throws IOException, Failure {
    return put(place, fingerprint, true);
  }

  private Known put(String place, @Nullable String fingerprint, boolean instead)
      throws IOException, Failure {
    Known[] there = {new Known(place, fingerprint, Instant.now().truncatedTo(ChronoUnit.SECONDS))};
    KeptFile.editOwn(
        file,
        lines -> {
          for (int i = 0; i < lines.size(); i++) {
            if (isOf(lines.get(i), place)) {
              if (!instead) {
                there[0] = read(lines.get(i).strip(), i + 1);
                return lines;
              }
              lines.set(i, there[0].line());
              return lines;
            }
          }
          lines.add(there[0].line());
          return lines;
        });
    return there[0];
  }

  /// Forgets those that `which` holds for.
  ///
  /// @return their places
  List<String> forget(Predicate<String> which) throws IOException, Failure {
    List<String> gone = new ArrayList<>();
    if (all().isEmpty()) {
      return gone;
    }
    KeptFile.editOwn(
        file,
        lines -> {
          for (Known one : read(lines)) {
            if (which.test(one.place())) {
              gone.add(one.place());
              lines.removeIf(line -> isOf(line, one.place()));
            }
          }
          return lines;
        });
    return gone;
  }

  private static boolean isOf(String line, String place) {
    return line.strip().split("\\s+", 2)[0].equals(place);
  }
}
