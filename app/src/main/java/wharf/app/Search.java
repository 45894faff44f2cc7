package wharf.app;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import wharf.ftp.client.Entry;
import wharf.ftp.client.Found;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.Glob;
import wharf.ftp.client.Printable;
import wharf.ftp.client.RemotePath;
import wharf.ftp.client.RemoteWalk;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Visitor;

/// What is looked for in trees; by `wharf find` and in the shell. All that is said must hold.
final class Search {
  @Option(
      names = "--name",
      paramLabel = "GLOB",
      description = "Of a name that fits GLOB; with /, of a path from the folder that does.")
  private List<String> names = List.of();

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      converter = Types.class,
      description = "file, dir, link or else.")
  private Entry.@Nullable Kind type;

  @Option(
      names = "--newer-than",
      paramLabel = "TIME",
      converter = Times.class,
      description = "Modified after TIME: 2026-11-28, 2026-11-28T10:00:00Z, or 90m, 12h, 7d ago.")
  private @Nullable Instant newer;

  @Option(
      names = "--older-than",
      paramLabel = "TIME",
      converter = Times.class,
      description = "Modified before TIME.")
  private @Nullable Instant older;

  @Option(
      names = "--larger",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description = "Of more than SIZE: 4096, 64K, 1M, 1G.")
  private long larger = -1;

  @Option(
      names = "--smaller",
      paramLabel = "SIZE",
      converter = Sizes.class,
      description = "Of less than SIZE.")
  private long smaller = Long.MAX_VALUE;

  @Option(names = "--max-depth", paramLabel = "N", description = "Not deeper; 1 is the folder.")
  private int depth = RemoteWalk.DEPTH;

  @Option(
      names = "--print0",
      description = "End each path with a NUL, exact as the server has it: for xargs -0.")
  private boolean nul;

  /// Tells all that is found in a folder and below it, by its path.
  void tell(Sessions sessions, String path, Results results) throws FtpException {
    List<Glob> globs = names.stream().map(Glob::of).toList();
    new RemoteWalk(sessions)
        .depth(depth)
        .through(
            path,
            new Visitor<>() {
              @Override
              public boolean found(Found<String> found) {
                if (fits(found, globs)) {
                  String at = found.path();
                  if (nul) {
                    results.addEnded(at + '\0', () -> EntryPrinter.json(found.entry(), at));
                  } else {
                    results.add(() -> Printable.of(at), () -> EntryPrinter.json(found.entry(), at));
                  }
                }
                return true;
              }

              @Override
              public void failed(String relative, FtpException problem) throws FtpException {
                results.failed(RemotePath.in(path, relative), problem);
              }
            });
  }

  private boolean fits(Found<String> found, List<Glob> globs) {
    Entry entry = found.entry();
    Instant modified = entry.modified();
    return (type == null || entry.kind() == type)
        && (newer == null || (modified != null && modified.isAfter(newer)))
        && (older == null || (modified != null && modified.isBefore(older)))
        && (larger < 0 || entry.size() > larger)
        && (smaller == Long.MAX_VALUE || (entry.size() >= 0 && entry.size() < smaller))
        && globs.stream()
            .allMatch(
                glob ->
                    glob.matches(glob.toString().contains("/") ? found.relative() : entry.name()));
  }

  /// `file`, `dir`, `link`, `else`.
  static final class Types implements ITypeConverter<Entry.Kind> {
    @Override
    public Entry.Kind convert(String text) {
      return switch (text) {
        case "file", "f" -> Entry.Kind.FILE;
        case "dir", "d" -> Entry.Kind.FOLDER;
        case "link", "l" -> Entry.Kind.LINK;
        case "else" -> Entry.Kind.OTHER;
        default ->
            throw new TypeConversionException(
                "a type is file, dir, link or else, not '" + text + "'");
      };
    }
  }

  /// As [Amount#ofBytes].
  static final class Sizes implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        return Amount.ofBytes(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }

  /// A day, a moment, or how long ago it was.
  static final class Times implements ITypeConverter<Instant> {
    private final InstantSource clock;

    Times() {
      this(InstantSource.system());
    }

    Times(InstantSource clock) {
      this.clock = clock;
    }

    @Override
    public Instant convert(String text) {
      if (text.matches("\\d{1,6}[smhd]")) {
        long count = Long.parseLong(text.substring(0, text.length() - 1));
        Duration ago =
            switch (text.charAt(text.length() - 1)) {
              case 's' -> Duration.ofSeconds(count);
              case 'm' -> Duration.ofMinutes(count);
              case 'h' -> Duration.ofHours(count);
              default -> Duration.ofDays(count);
            };
        return clock.instant().minus(ago);
      }
      try {
        return text.contains("T")
            ? Instant.parse(text)
            : LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
      } catch (DateTimeParseException _) {
        throw new TypeConversionException(
            "a time is written as 2026-11-28, 2026-11-28T10:00:00Z or 7d, not '" + text + "'");
      }
    }
  }
}
