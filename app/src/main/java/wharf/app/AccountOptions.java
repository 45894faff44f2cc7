package wharf.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.users.Account;
import wharf.users.Accounts;
import wharf.users.Accounts.Known;
import wharf.users.Secret;

/// Who may log in, as the command line says it.
final class AccountOptions {
  /// The name that goes with a one-time password.
  static final String ONE_TIME_USER = "wharf";

  /// Without those that are easily taken for another when they are read aloud or typed.
  private static final String PASSWORD_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec verb;

  @Option(
      names = {"-w", "--writable"},
      description =
          "Let those with an account write; without --user and --accounts a one-time password is"
              + " made.")
  private boolean writable;

  @Option(
      names = {"-u", "--user"},
      paramLabel = "NAME",
      description = "Let NAME in, with the password of --password-file.")
  private @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "The password of --user: the first line of FILE.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--accounts",
      paramLabel = "FILE",
      description = "Let those in that 'wharf user add' put into FILE.")
  private @Nullable Path accountsFile;

  @Option(names = "--anonymous", description = "Let everybody read, although there are accounts.")
  private boolean anonymous;

  /// Who may log in.
  ///
  /// @param here what the names of files count from
  /// @param config has accounts, too
  LogIns logIns(Path here, Config config) throws IOException, Failure {
    PasswordForms hash = new PasswordForms();
    List<Known> known = new ArrayList<>(config.accounts());
    if (accountsFile != null) {
      known.addAll(AccountFile.read(here.resolve(accountsFile)));
    }
    if (user != null) {
      if (passwordFile == null) {
        throw usage("--user needs --password-file FILE");
      }
      if (Accounts.isAnonymous(user)) {
        throw usage(
            "'" + user + "' is what people without an account log in as: choose another name");
      }
      String password = firstLine(here.resolve(passwordFile));
      known.add(new Known(account(user), hash.of(new Secret(password))));
    } else if (passwordFile != null) {
      throw usage("--password-file is of --user NAME");
    }
    String oneTime = null;
    boolean nobody = known.isEmpty() && accountsFile == null;
    if (writable && nobody) {
      oneTime = password(new SecureRandom());
      known.add(new Known(account(ONE_TIME_USER), hash.of(new Secret(oneTime))));
    }
    if (anonymous || nobody) {
      known.add(new Known(Account.reader(Account.ANONYMOUS), ""));
    }
    Set<String> names = HashSet.newHashSet(known.size());
    for (Known one : known) {
      if (!names.add(one.account().name())) {
        throw new Failure(
            ExitCode.USAGE,
            "there are two accounts '%s' among those of %s"
                .formatted(one.account().name(), String.join(" and ", sources(config))),
            null);
      }
    }
    return LogIns.of(known, oneTime, sources(config));
  }

  private List<String> sources(Config config) {
    List<String> sources = new ArrayList<>();
    if (user != null) {
      sources.add(user);
    }
    if (!config.accounts().isEmpty()) {
      sources.add(config.file().toString());
    }
    if (accountsFile != null) {
      sources.add(accountsFile.toString());
    }
    return sources;
  }

  /// The one of `--user`.
  @Nullable String user() {
    return user;
  }

  private Account account(String name) {
    return writable ? Account.writer(name) : Account.reader(name);
  }

  private static String firstLine(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    if (lines.isEmpty() || lines.getFirst().isEmpty()) {
      throw new IOException(file + " has no password in its first line");
    }
    return lines.getFirst();
  }

  private static String password(SecureRandom random) {
    StringBuilder password = new StringBuilder();
    for (int i = 0; i < 12; i++) {
      if (i > 0 && i % 4 == 0) {
        password.append('-');
      }
      password.append(PASSWORD_LETTERS.charAt(random.nextInt(PASSWORD_LETTERS.length())));
    }
    return password.toString();
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(verb).commandLine(), message);
  }
}
