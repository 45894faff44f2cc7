package wharf.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import wharf.users.Accounts.Known;
import wharf.users.Right;
import wharf.users.Secret;

/// `wharf user add|passwd|rm|list NAME --accounts FILE`.
@Command(
    name = "user",
    mixinStandardHelpOptions = true,
    subcommands = {
      User.Add.class,
      User.Passwd.class,
      User.Remove.class,
      User.ListAll.class,
      User.Hash.class
    },
    synopsisSubcommandLabel = "add|passwd|rm|list|hash",
    description = "Keeps the accounts of 'wharf serve --accounts FILE'.")
final class User implements Runnable {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say what to do: wharf user add NAME");
  }

  private static Main main(@Nullable User parent) {
    return Objects.requireNonNull(Objects.requireNonNull(parent).main);
  }

  /// Where the accounts are.
  static final class InFile {
    @Option(
        names = "--accounts",
        required = true,
        paramLabel = "FILE",
        description = "The file of accounts.")
    private Path file = Path.of("");

    Path in(Main main) {
      return main.around().folder().resolve(file);
    }

    /// Edits the account `name`, which has to be there.
    void edit(Main main, String name, AccountFile.Edit edit) throws IOException, Failure {
      if (!Files.exists(in(main))) {
        throw new Failure(
            ExitCode.LOCAL_DISK, "there is no file " + file + "; 'wharf user add' makes it", null);
      }
      AccountFile.edit(
          in(main),
          name,
          line -> {
            if (line == null) {
              throw new Failure(
                  ExitCode.NOT_FOUND, "there is no account '" + name + "' in " + file, null);
            }
            return edit.of(line);
          });
    }
  }

  /// Where a new password comes from.
  static final class NewPassword {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec verb;

    @Option(
        names = "--password-file",
        paramLabel = "FILE",
        description = "Read the password from the first line of FILE; else it is asked for.")
    private @Nullable Path file;

    /// Its hash.
    ///
    /// @param of what the password is of, to ask for it
    String hash(Main main, String of) throws IOException {
      return new PasswordForms().of(secret(main.around(), of));
    }

    private Secret secret(Surroundings around, String of) throws IOException {
      if (file != null) {
        List<String> lines = Files.readAllLines(around.folder().resolve(file));
        return new Secret(lines.isEmpty() ? "" : lines.getFirst());
      }
      char[] typed = around.password().apply("Password for " + of + ": ");
      if (typed == null) {
        throw new ParameterException(
            Objects.requireNonNull(verb).commandLine(),
            "there is no terminal to ask for the password at; give --password-file FILE");
      }
      return new Secret(new String(typed));
    }
  }

  /// Adds one.
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      modelTransformer = Add.Settings.class,
      description = "Adds an account. Only a hash of the password is kept.%n",
      footer = {
        "",
        "Examples:",
        "  wharf user add alice --accounts accounts --writable",
        "  wharf user add acme --accounts accounts --root /srv/acme --rights drop-box --quota 20G",
        "  wharf user add bob --accounts accounts --rights read --rule /in=write --hide '*.tmp'",
      })
  static final class Add implements Callable<Integer> {
    @ParentCommand private @Nullable User parent;
    @Spec private @Nullable CommandSpec spec;
    @Mixin private InFile accounts = new InFile();
    @Mixin private NewPassword password = new NewPassword();

    @Parameters(paramLabel = "NAME", description = "The name to log in with.")
    private String name = "";

    @Option(
        names = {"-w", "--writable"},
        description = "The same as --rights write.")
    private boolean writable;

    @Option(
        names = "--admin",
        description = "The same as --rights admin: also see who else is here (SITE WHO).")
    private boolean admin;

    @Option(
        names = "--replace",
        description = "Instead of the account of that name, if there is one.")
    private boolean replace;

    /// The options that the table of an account's settings has.
    static final class Settings implements IModelTransformer {
      @Override
      public CommandSpec transform(CommandSpec add) {
        for (AccountKey key : AccountKey.values()) {
          if (key != AccountKey.PASSWORD) {
            boolean several =
                key.form() == AccountKey.Form.LIST || key.form() == AccountKey.Form.TABLE;
            CommandSpec _ =
                add.addOption(
                    OptionSpec.builder("--" + key.word())
                        .type(String[].class)
                        .arity("1")
                        .paramLabel(label(key))
                        .description(
                            key.help()
                                + (several ? " May be given again." : "")
                                + " (default: "
                                + key.usual()
                                + ")")
                        .build());
          }
        }
        return add;
      }

      private static String label(AccountKey key) {
        return switch (key) {
          case ROOT -> "DIR";
          case RIGHTS -> "RIGHTS";
          case RULES -> "FOLDER=RIGHTS";
          case HIDE -> "PATTERN";
          case NETWORKS -> "NETWORK";
          case QUOTA, RATE_UP, RATE_DOWN -> "SIZE";
          case PASSWORD, QUOTA_FILES, SESSIONS -> "N";
        };
      }
    }

    @Override
    public Integer call() throws IOException, Failure {
      Main main = main(parent);
      Path here = main.around().folder().toAbsolutePath();
      Known known;
      try {
        AccountDraft draft = draft(here);
        if (!draft.isAnonymous()) {
          draft.password(password.hash(main, name));
        }
        known = draft.known();
      } catch (IllegalArgumentException e) {
        throw usage(String.valueOf(e.getMessage()));
      }
      AccountFile.edit(
          accounts.in(main),
          name,
          line -> {
            if (line != null && !replace) {
              throw new Failure(
                  ExitCode.FAILED,
                  ("there is an account '%s' already: 'wharf user passwd' gives it another"
                          + " password, --replace takes its place")
                      .formatted(name),
                  null);
            }
            return AccountFile.line(known);
          });
      main.note(name + " may " + Right.words(known.account().rules().somewhere()));
      return ExitCode.OK.number();
    }

    private AccountDraft draft(Path here) {
      AccountDraft draft = new AccountDraft(name, here);
      for (AccountKey key : AccountKey.values()) {
        String[] said = key == AccountKey.PASSWORD ? null : said(key);
        for (String text : said == null ? new String[0] : said) {
          try {
            key.set(draft, text);
          } catch (IllegalArgumentException e) {
            throw usage("--" + key.word() + ": " + e.getMessage());
          }
        }
      }
      if (writable || admin) {
        if (said(AccountKey.RIGHTS) != null) {
          throw usage("--writable and --admin stand for --rights: say one of them");
        }
        draft.rights(admin ? "admin" : "write");
      }
      return draft;
    }

    private String @Nullable [] said(AccountKey key) {
      return Objects.requireNonNull(spec).findOption("--" + key.word()).getValue();
    }

    private ParameterException usage(String message) {
      return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }
  }

  /// Gives one another password.
  @Command(
      name = "passwd",
      mixinStandardHelpOptions = true,
      description = "Gives an account another password; all else of it stays.%n",
      footer = {"", "Example:", "  wharf user passwd alice --accounts accounts"})
  static final class Passwd implements Callable<Integer> {
    @ParentCommand private @Nullable User parent;
    @Mixin private InFile accounts = new InFile();
    @Mixin private NewPassword password = new NewPassword();

    @Parameters(paramLabel = "NAME", description = "Whose password.")
    private String name = "";

    @Override
    public Integer call() throws IOException, Failure {
      Main main = main(parent);
      String hash = password.hash(main, name);
      accounts.edit(main, name, line -> AccountFile.withHash(Objects.requireNonNull(line), hash));
      main.note(name + " has another password");
      return ExitCode.OK.number();
    }
  }

  /// Removes one.
  @Command(
      name = "rm",
      mixinStandardHelpOptions = true,
      description = "Removes an account. Its files stay.%n",
      footer = {"", "Example:", "  wharf user rm alice --accounts accounts"})
  static final class Remove implements Callable<Integer> {
    @ParentCommand private @Nullable User parent;
    @Mixin private InFile accounts = new InFile();

    @Parameters(paramLabel = "NAME", description = "Who is to go.")
    private String name = "";

    @Override
    public Integer call() throws IOException, Failure {
      Main main = main(parent);
      accounts.edit(main, name, _ -> null);
      main.note(name + " is an account no more");
      return ExitCode.OK.number();
    }
  }

  /// Lists them.
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the accounts, a line each: name, rights, all else; no hashes.%n",
      footer = {"", "Example:", "  wharf user list --accounts accounts"})
  static final class ListAll implements Callable<Integer> {
    @ParentCommand private @Nullable User parent;
    @Mixin private InFile accounts = new InFile();

    @Override
    public Integer call() throws IOException {
      Main main = main(parent);
      for (Known known : AccountFile.read(accounts.in(main))) {
        String[] parts = AccountFile.line(new Known(known.account(), "")).split(":", 3);
        main.around()
            .out()
            .println(String.join("\t", Arrays.stream(parts).map(String::strip).toList()).strip());
      }
      return ExitCode.OK.number();
    }
  }

  /// Makes the hash of a password.
  @Command(
      name = "hash",
      mixinStandardHelpOptions = true,
      description = "Tells the hash of a password, for an account in wharf.toml.%n",
      footer = {"", "Example:", "  wharf user hash"})
  static final class Hash implements Callable<Integer> {
    @ParentCommand private @Nullable User parent;
    @Mixin private NewPassword password = new NewPassword();

    @Override
    public Integer call() throws IOException {
      Main main = main(parent);
      main.around().out().println(password.hash(main, "the account"));
      return ExitCode.OK.number();
    }
  }
}
