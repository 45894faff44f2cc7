package wharf.ftp.client;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import wharf.ftp.FtpTime;
import wharf.ftp.client.Entry.Details;
import wharf.ftp.client.Entry.Kind;

/// Reads the lines of directory listings. MLSD (RFC 3659) is a format; what LIST prints is not, so
/// that is read leniently, and what is not understood is no entry.
final class Listing {
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

  private static final Pattern ITSELF_OR_PARENT =
      Pattern.compile("(^|;)type=[cp]dir(;|$)", Pattern.CASE_INSENSITIVE);

  private static final Pattern PERMISSIONS = Pattern.compile("[-dlbcpsD][-rwxsStT]{9}[.+@]?");

  private Listing() {}

  /// `type=file;size=3;modify=20260102030405; name`, or null for the folder itself, its parent, and
  /// what is no such line.
  static @Nullable Entry mlsd(String line) {
    int space = line.indexOf(' ');
    String facts = line.substring(0, Math.max(space, 0));
    return space < 0 || ITSELF_OR_PARENT.matcher(facts).find()
        ? null
        : facts(facts, line.substring(space + 1));
  }

  /// What MLST says of one file or folder, under a name of the caller's: servers give the whole
  /// path, or less. Null when there are no facts.
  static @Nullable Entry mlst(Reply reply, String name) {
    // The facts stand on a line of their own, after a space.
    for (String line : reply.lines()) {
      String facts = line.strip();
      int space = facts.indexOf(' ');
      if (space > 0 && facts.toLowerCase(Locale.ROOT).contains("type=")) {
        return facts(facts.substring(0, space), name);
      }
    }
    return null;
  }

  private static @Nullable Entry facts(String facts, String name) {
    Kind kind = Kind.OTHER;
    long size = -1;
    Instant modified = null;
    int mode = -1;
    String owner = null;
    String group = null;
    String target = null;
    String unique = null;
    for (String fact : facts.split(";", -1)) {
      int equals = fact.indexOf('=');
      if (equals < 0) {
        continue;
      }
      String value = fact.substring(equals + 1);
      switch (fact.substring(0, equals).toLowerCase(Locale.ROOT)) {
        case "type" -> {
          kind = kind(value.toLowerCase(Locale.ROOT));
          int colon = value.indexOf(':');
          target = kind == Kind.LINK && colon >= 0 ? value.substring(colon + 1) : null;
        }
        case "size" -> size = number(value);
        case "modify" -> modified = FtpTime.parse(value).orElse(null);
        case "unix.mode" ->
            mode = value.matches("[0-7]{1,7}") ? Integer.parseInt(value, 8) & 07777 : -1;
        // The name tells people more than the number, where both are given.
        case "unix.ownername" -> owner = value;
        case "unix.groupname" -> group = value;
        case "unix.owner", "unix.uid" -> owner = owner == null ? value : owner;
        case "unix.group", "unix.gid" -> group = group == null ? value : group;
        case "unique" -> unique = value;
        default -> {}
      }
    }
    return named(name, kind, size, modified, new Details(mode, owner, group, target, unique));
  }

  private static Kind kind(String type) {
    return switch (type) {
      case "file" -> Kind.FILE;
      case "dir", "cdir", "pdir" -> Kind.FOLDER;
      // "OS.unix=slink:/target" and "OS.unix=symlink" are both in use.
      default -> type.contains("link") ? Kind.LINK : Kind.OTHER;
    };
  }

  /// A line as `ls -l` or the DOS `dir` prints it, or null for any other.
  ///
  /// @param now by which the year is found where the line leaves it out
  static @Nullable Entry list(String line, Instant now) {
    Entry unix = unix(line, now);
    return unix != null ? unix : dos(line);
  }

  /// `-rw-r--r-- 1 owner group 3 Jan 2 03:04 name`; owner, group and links may be missing, the date
  /// may be an ISO one.
  private static @Nullable Entry unix(String line, Instant now) {
    if (line.isEmpty() || "-dlbcpsD".indexOf(line.charAt(0)) < 0) {
      return null;
    }
    List<Word> words = words(line, 14);
    for (int i = 1; i + 1 < words.size(); i++) {
      Word last;
      Instant modified;
      int month = MONTHS.indexOf(words.get(i).text().toLowerCase(Locale.ROOT));
      if (month >= 0 && i + 2 < words.size()) {
        last = words.get(i + 2);
        modified = date(month + 1, number(words.get(i + 1).text()), last.text(), now);
      } else {
        last = words.get(i + 1);
        modified = isoDate(words.get(i).text(), last.text());
      }
      if (modified == null || last.end() + 1 >= line.length()) {
        continue;
      }
      // Exactly one space: a name may begin with more.
      String name = line.substring(last.end() + 1);
      Kind kind =
          switch (line.charAt(0)) {
            case '-' -> Kind.FILE;
            case 'd' -> Kind.FOLDER;
            case 'l' -> Kind.LINK;
            default -> Kind.OTHER;
          };
      String target = null;
      int arrow = kind == Kind.LINK ? name.indexOf(" -> ") : -1;
      if (arrow > 0) {
        target = name.substring(arrow + 4);
        name = name.substring(0, arrow);
      }
      long size = number(words.get(i - 1).text());
      return named(name, kind, size, modified, details(words, i - 1, target));
    }
    return null;
  }

  /// What the words before the size say: `-rw-r--r-- 1 owner group`, or without the group.
  private static Details details(List<Word> words, int size, @Nullable String target) {
    boolean usual = (size == 3 || size == 4) && number(words.get(1).text()) >= 0;
    return new Details(
        mode(words.getFirst().text()),
        usual ? words.get(2).text() : null,
        usual && size == 4 ? words.get(3).text() : null,
        target,
        null);
  }

  private static int mode(String permissions) {
    if (!PERMISSIONS.matcher(permissions).matches()) {
      return -1;
    }
    int mode = 0;
    for (int i = 0; i < 9; i++) {
      char c = permissions.charAt(i + 1);
      // An 's' or 't' stands in the place of an 'x', as capitals where that is not set.
      mode |= c != '-' && c != 'S' && c != 'T' ? 0400 >> i : 0;
      mode |= "sStT".indexOf(c) >= 0 ? 04000 >> (i / 3) : 0;
    }
    return mode;
  }

  /// `01-02-26 03:04PM <DIR> name`, as IIS prints it.
  private static @Nullable Entry dos(String line) {
    List<Word> words = words(line, 4);
    if (words.size() < 4 || !words.get(0).text().matches("\\d\\d-\\d\\d-(\\d\\d|\\d{4})")) {
      return null;
    }
    String[] day = words.get(0).text().split("-", -1);
    String clock = words.get(1).text().toUpperCase(Locale.ROOT);
    if (!clock.matches("\\d\\d:\\d\\d([AP]M)?")) {
      return null;
    }
    int year = (int) number(day[2]);
    int hour = (int) number(clock.substring(0, 2));
    if (clock.length() > 5) {
      hour = hour % 12 + (clock.charAt(5) == 'P' ? 12 : 0);
    }
    try {
      Instant modified =
          LocalDateTime.of(
                  year < 100 ? year + (year < 70 ? 2000 : 1900) : year,
                  (int) number(day[0]),
                  (int) number(day[1]),
                  hour,
                  (int) number(clock.substring(3, 5)))
              .toInstant(ZoneOffset.UTC);
      boolean folder = words.get(2).text().equals("<DIR>");
      return named(
          line.substring(words.get(3).start()),
          folder ? Kind.FOLDER : Kind.FILE,
          folder ? -1 : number(words.get(2).text()),
          modified);
    } catch (DateTimeException _) {
      return null;
    }
  }

  /// A line of NLST: a name, for some servers with the path before it.
  static @Nullable Entry name(String line) {
    return named(line.substring(line.lastIndexOf('/') + 1), Kind.OTHER, -1, null);
  }

  private static @Nullable Entry named(
      String name, Kind kind, long size, @Nullable Instant modified) {
    return named(name, kind, size, modified, Details.NONE);
  }

  private static @Nullable Entry named(
      String name, Kind kind, long size, @Nullable Instant modified, Details details) {
    return name.isEmpty() || name.equals(".") || name.equals("..")
        ? null
        // What a server calls the size of a folder means something different on each.
        : new Entry(name, kind, kind == Kind.FOLDER ? -1 : size, modified, details);
  }

  private static @Nullable Instant date(int month, long day, String yearOrTime, Instant now) {
    try {
      if (yearOrTime.matches("\\d{4}")) {
        return LocalDateTime.of(Integer.parseInt(yearOrTime), month, (int) day, 0, 0)
            .toInstant(ZoneOffset.UTC);
      }
      if (!yearOrTime.matches("\\d{1,2}:\\d\\d")) {
        return null;
      }
      int colon = yearOrTime.indexOf(':');
      int hour = Integer.parseInt(yearOrTime.substring(0, colon));
      int minute = Integer.parseInt(yearOrTime.substring(colon + 1));
      int thisYear = now.atOffset(ZoneOffset.UTC).getYear();
      // The latest such day that is not in the future; a day's grace for time zones. Eight years
      // back there has been a 29 February.
      for (int year = thisYear + 1; year > thisYear - 8; year--) {
        if (month == 2 && day == 29 && !java.time.Year.isLeap(year)) {
          continue;
        }
        Instant found =
            LocalDateTime.of(year, month, (int) day, hour, minute).toInstant(ZoneOffset.UTC);
        if (!found.isAfter(now.plusSeconds(86_400))) {
          return found;
        }
      }
      return null;
    } catch (DateTimeException _) {
      return null;
    }
  }

  private static @Nullable Instant isoDate(String day, String clock) {
    if (!day.matches("\\d{4}-\\d\\d-\\d\\d") || !clock.matches("\\d\\d:\\d\\d(:\\d\\d.*)?")) {
      return null;
    }
    return FtpTime.parse(day.replace("-", "") + clock.substring(0, 5).replace(":", "") + "00")
        .orElse(null);
  }

  private static long number(String text) {
    return text.matches("\\d{1,18}") ? Long.parseLong(text) : -1;
  }

  private record Word(String text, int start, int end) {}

  /// The first words of a line, cut at runs of spaces.
  private static List<Word> words(String line, int atMost) {
    List<Word> words = new ArrayList<>();
    int at = 0;
    while (words.size() < atMost) {
      while (at < line.length() && line.charAt(at) == ' ') {
        at++;
      }
      int start = at;
      while (at < line.length() && line.charAt(at) != ' ') {
        at++;
      }
      if (start == at) {
        break;
      }
      words.add(new Word(line.substring(start, at), start, at));
    }
    return words;
  }
}
