package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

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
/// All of them are to know the same, also those that start when the files have changed since, or a
/// one-time password was forgotten.
///
/// It goes by files in a folder for this user alone, which go when the server ends; their place by
/// the environment. An environment itself has room for some ten thousand accounts only. They hold
/// hashes, no password. Those of a server that was killed stay behind, and are as safe as the
/// accounts file.
///
/// @param known those with an account
/// @param anonymous as whom those without may log in; null if they may not
/// @param configuration the text of `wharf.toml`; "" if there is none
record Handover(List<Known> known, @Nullable Account anonymous, String configuration) {
  private static final String PLACE = "WHARF_WORKER_HANDOVER";
  private static final String ACCOUNTS = "accounts";
  private static final String CONFIGURATION = "wharf.toml";
  private static final String COUNTS = "counts";
  private static final String WORKERS = "workers";

  Handover {
    known = List.copyOf(known);
  }

  /// Where it lies for workers to take; closing removes it.
  record Place(Path folder) implements AutoCloseable {
    /// Tells a worker that is to be started.
    void tell(Map<String, String> environment) {
      environment.put(PLACE, folder.toString());
    }

    /// The folder of the sockets of the workers, see [Control].
    Path workers() {
      return folder.resolve(WORKERS);
    }

    @Override
    public void close() throws IOException {
      remove(folder.resolve(COUNTS));
      remove(workers());
      boolean _ = Files.deleteIfExists(folder.resolve(ACCOUNTS));
      boolean _ = Files.deleteIfExists(folder.resolve(CONFIGURATION));
      boolean _ = Files.deleteIfExists(folder);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        boolean _ = Files.deleteIfExists(file);
      }
    }
    boolean _ = Files.deleteIfExists(folder);
  }

  /// Lays it down.
  ///
  /// @param state where the program keeps what it is to find again; used if it can be written
  Place lay(Path state) throws IOException {
    Place place = new Place(QuotaOptions.folder(state, "handover"));
    List<Known> all = new ArrayList<>(known);
    if (anonymous != null) {
      all.add(new Known(anonymous, ""));
    }
    AccountFile.write(place.folder().resolve(ACCOUNTS), all);
    Path _ = Files.writeString(place.folder().resolve(CONFIGURATION), configuration, UTF_8);
    Path _ = Files.createDirectory(place.folder().resolve(COUNTS));
    Path _ = Files.createDirectory(place.workers());
    return place;
  }

  /// Whether a server has started this process, and told where it is.
  static boolean isIn(Map<String, String> environment) {
    return environment.containsKey(PLACE);
  }

  /// Where the workers of one server count together what the folders of accounts hold.
  static Path counts(Map<String, String> environment) {
    return Path.of(Objects.requireNonNull(environment.get(PLACE), PLACE)).resolve(COUNTS);
  }

  /// Where this worker is to listen for what its server asks.
  static Path socket(Map<String, String> environment) {
    return new Place(Path.of(Objects.requireNonNull(environment.get(PLACE), PLACE)))
        .workers()
        .resolve(Long.toString(ProcessHandle.current().pid()));
  }

  /// Takes what the server has laid down that has started this process.
  static Handover taken(Map<String, String> environment) throws IOException {
    Path folder = Path.of(Objects.requireNonNull(environment.get(PLACE), PLACE));
    return of(
        AccountFile.read(folder.resolve(ACCOUNTS)),
        Files.readString(folder.resolve(CONFIGURATION)));
  }

  /// That of accounts among which may be the one of those who have none.
  static Handover of(List<Known> all, String configuration) {
    Stream<Account> accounts = all.stream().map(Known::account);
    return new Handover(
        all.stream().filter(one -> !isAnonymous(one.account())).toList(),
        accounts.filter(Handover::isAnonymous).findFirst().orElse(null),
        configuration);
  }

  private static boolean isAnonymous(Account account) {
    return account.name().equals(Account.ANONYMOUS);
  }
}
