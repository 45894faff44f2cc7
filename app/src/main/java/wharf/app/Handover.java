package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import wharf.users.Account;
import wharf.users.Accounts.Known;

/// What a server hands to its worker processes: who may log in, and the text of its configuration.
/// All that start at a time are to know the same, also when the files have changed since, or a
/// one-time password was forgotten.
///
/// It goes by files in a folder for this user alone, which go when the server ends; their place by
/// the environment. An environment itself has room for some ten thousand accounts only. They hold
/// hashes, no password. Those of a server that was killed stay behind, and are as safe as the
/// accounts file.
///
/// ```
///   PLACE/issue         the number of the latest
///   PLACE/N/accounts    what workers know that were started under it
///   PLACE/N/wharf.toml
///   PLACE/N/latest.toml
///   PLACE/counts/       what the folders of accounts hold
///   PLACE/ctl/PID       where each listens for what its server asks, see [Control]
/// ```
///
/// @param known those with an account
/// @param anonymous as whom those without may log in; null if they may not
/// @param configuration the text of `wharf.toml`, as the server has begun under it; "" if there is
///   none
/// @param latest the same as it was taken since, for the keys that are taken ([Key#LIVE])
record Handover(
    List<Known> known, @Nullable Account anonymous, String configuration, String latest) {
  private static final String PLACE = "WHARF_WORKER_HANDOVER";
  private static final String NUMBER = "WHARF_WORKER_ISSUE";
  private static final String ISSUE = "issue";
  private static final String ACCOUNTS = "accounts";
  private static final String CONFIGURATION = "wharf.toml";
  private static final String LATEST = "latest.toml";
  private static final String COUNTS = "counts";
  private static final String WORKERS = "ctl";

  /// So many are kept: a worker takes a moment from its start until it reads.
  private static final int KEPT = 4;

  /// Of the some hundred bytes of a socket's path so many are not for what is made here.
  private static final int DEEP = 55;

  Handover {
    known = List.copyOf(known);
  }

  /// Where it lies for workers to take; closing removes it. Safe for use by many threads.
  static final class Place implements AutoCloseable {
    private final Path folder;
    private int issue;

    private Place(Path folder) {
      this.folder = folder;
    }

    /// Tells a worker that is to be started.
    synchronized void tell(Map<String, String> environment) {
      environment.put(PLACE, folder.toString());
      environment.put(NUMBER, Integer.toString(issue));
    }

    Path folder() {
      return folder;
    }

    /// The folder of the sockets of the workers.
    Path workers() {
      return folder.resolve(WORKERS);
    }

    /// Lays down another, for the workers that start from now on. One that was started a moment
    /// before still finds the one that it was told of.
    synchronized void renew(Handover other) throws IOException {
      Path next = folder.resolve(Integer.toString(issue + 1));
      // What is there of one that could not be written.
      remove(next);
      other.write(Files.createDirectory(next));
      Path number = folder.resolve(ISSUE + ".new");
      Path _ = Files.writeString(number, Integer.toString(issue + 1));
      Path _ = Files.move(number, folder.resolve(ISSUE), ATOMIC_MOVE);
      issue++;
      remove(folder.resolve(Integer.toString(issue - KEPT)));
    }

    @Override
    public synchronized void close() throws IOException {
      try (Stream<Path> all = Files.list(folder)) {
        for (Path one : all.toList()) {
          if (Files.isDirectory(one)) {
            remove(one);
          } else {
            boolean _ = Files.deleteIfExists(one);
          }
        }
      }
      boolean _ = Files.deleteIfExists(folder);
    }
  }

  private static void remove(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> all = Files.list(folder)) {
        for (Path file : all.toList()) {
          boolean _ = Files.deleteIfExists(file);
        }
      }
      boolean _ = Files.deleteIfExists(folder);
    }
  }

  /// Lays it down.
  ///
  /// @param state where the program keeps what it is to find again; used if it can be written
  Place lay(Path state) throws IOException {
    // The sockets in it have short paths: the system has no room for others.
    boolean isDeep = state.toString().getBytes(UTF_8).length > DEEP;
    Place place = new Place(QuotaOptions.folder(isDeep ? Path.of("") : state, "handover"));
    Path _ = Files.createDirectory(place.folder().resolve(COUNTS));
    Path _ = Files.createDirectory(place.workers());
    place.renew(this);
    return place;
  }

  private void write(Path into) throws IOException {
    List<Known> all = new ArrayList<>(known);
    if (anonymous != null) {
      all.add(new Known(anonymous, ""));
    }
    AccountFile.write(into.resolve(ACCOUNTS), all);
    Path _ = Files.writeString(into.resolve(CONFIGURATION), configuration, UTF_8);
    Path _ = Files.writeString(into.resolve(LATEST), latest, UTF_8);
  }

  /// Whether a server has started this process, and told where it is.
  static boolean isIn(Map<String, String> environment) {
    return environment.containsKey(PLACE);
  }

  /// Where the workers of one server count together what the folders of accounts hold.
  static Path counts(Map<String, String> environment) {
    return place(environment).resolve(COUNTS);
  }

  /// Where this worker is to listen for what its server asks.
  static Path socket(Map<String, String> environment) {
    return ControlCaller.socketIn(
        place(environment).resolve(WORKERS), ProcessHandle.current().pid());
  }

  /// Whether another was laid down since this worker was started: then its successor waits to be.
  static boolean isOutdated(Map<String, String> environment) throws IOException {
    return !Files.readString(place(environment).resolve(ISSUE)).equals(environment.get(NUMBER));
  }

  /// Takes what the server has laid down that has started this process.
  static Handover taken(Map<String, String> environment) throws IOException {
    Path folder =
        place(environment).resolve(Objects.requireNonNull(environment.get(NUMBER), NUMBER));
    LogIns who = LogIns.of(AccountFile.read(folder.resolve(ACCOUNTS)), null, List.of());
    return new Handover(
        who.known(),
        who.anonymous(),
        Files.readString(folder.resolve(CONFIGURATION)),
        Files.readString(folder.resolve(LATEST)));
  }

  private static Path place(Map<String, String> environment) {
    return Path.of(Objects.requireNonNull(environment.get(PLACE), PLACE));
  }
}
