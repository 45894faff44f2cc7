package wharf.app;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import wharf.server.Journal;

/// The logs of a server for programs, in files. Closed when nothing more happens. Safe for use by
/// many threads.
final class Logs implements Journal, AutoCloseable {
  private final JsonLines lines = new JsonLines();
  private final Xferlog transfers = new Xferlog(ZoneId.systemDefault());
  private final @Nullable LogFile json;
  private final @Nullable LogFile xferlog;

  private final Consumer<String> note;

  private Logs(@Nullable LogFile json, @Nullable LogFile xferlog, Consumer<String> note) {
    this.note = note;
    this.json = json;
    this.xferlog = xferlog;
  }

  /// Opens those that are wanted.
  ///
  /// @param note tells a person what is missing in the end, when there is no log any more
  /// @throws IOException when one cannot be; none is left open then
  static Logs open(LogSettings wanted, Surroundings around, Consumer<String> note)
      throws IOException {
    InstantSource clock = InstantSource.system();
    LongFunction<String> dropped = lines -> JsonLines.dropped(clock.instant(), lines);
    Path file = wanted.json();
    LogFile json = null;
    if (wanted.takesStandardOutput()) {
      json = LogFile.over("standard output", around.bytes(), dropped);
    } else if (file != null) {
      json = LogFile.at(around.folder().resolve(file), dropped);
    }
    try {
      Path other = wanted.xferlog();
      return new Logs(
          json, other == null ? null : LogFile.at(around.folder().resolve(other), _ -> ""), note);
    } catch (IOException e) {
      if (json != null) {
        json.close();
      }
      throw e;
    }
  }

  /// Whether there are any.
  boolean any() {
    return files().findAny().isPresent();
  }

  /// Whether commands are among what is logged.
  boolean haveCommands() {
    return json != null;
  }

  @Override
  public void tell(Entry entry) {
    if (json != null) {
      json.add(lines.of(entry));
    }
    if (xferlog != null) {
      transfers.of(entry).ifPresent(xferlog::add);
    }
  }

  /// Opens the files anew, under their names: others may have moved them away.
  void reopen() {
    files().forEach(LogFile::reopen);
  }

  @Override
  public void close() {
    files()
        .forEach(
            file -> {
              file.close();
              if (file.missing() > 0) {
                note.accept(file + " lacks " + file.missing() + " lines");
              }
            });
  }

  private Stream<LogFile> files() {
    return Stream.concat(Stream.ofNullable(json), Stream.ofNullable(xferlog));
  }
}
