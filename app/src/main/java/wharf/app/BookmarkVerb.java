package wharf.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import wharf.ftp.client.FtpUrl;

/// `wharf bookmark add NAME URL|list|show NAME|rm NAME`.
@Command(
    name = "bookmark",
    mixinStandardHelpOptions = true,
    subcommands = {
      BookmarkVerb.Add.class,
      BookmarkVerb.ListAll.class,
      BookmarkVerb.Show.class,
      BookmarkVerb.Remove.class
    },
    synopsisSubcommandLabel = "add|list|show|rm",
    description = {
      "Keeps places on servers under names of your own.",
      "@NAME stands wherever a URL does, @NAME/PATH for what is below it.%n",
    },
    footer = {
      "",
      "Examples:",
      "  wharf bookmark add work ftp://ann@files.example.org/inbox/ --tls require",
      "  wharf ls @work",
      "  wharf put report.pdf @work/2026/",
    })
final class BookmarkVerb implements Runnable {
  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "say what to do: wharf bookmark add NAME URL");
  }

  private static Main main(@Nullable BookmarkVerb parent) {
    return Objects.requireNonNull(Objects.requireNonNull(parent).main);
  }

  private static Bookmarks bookmarks(@Nullable BookmarkVerb parent) {
    return new Bookmarks(main(parent).around().config());
  }

  private static Failure missing(String name) {
    return new Failure(
        ExitCode.NOT_FOUND,
        "there is no bookmark %s; 'wharf bookmark list' tells which there are".formatted(name),
        null);
  }

  private static String bare(String name) {
    return name.startsWith("@") ? name.substring(1) : name;
  }

  /// Adds one.
  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Adds a bookmark. No password is kept; where it is read from may be.%n",
      footer = {
        "",
        "Examples:",
        "  wharf bookmark add pub ftp.example.org/pub/",
        "  wharf bookmark add work ftps://ann@files.example.org/ --password-file ~/.work",
      })
  static final class Add implements Callable<Integer> {
    @ParentCommand private @Nullable BookmarkVerb parent;
    @Spec private @Nullable CommandSpec spec;
    @Mixin private SiteOptions settings = new SiteOptions();

    @Option(names = "--replace", description = "Instead of the bookmark of that name.")
    private boolean replace;

    @Parameters(index = "0", paramLabel = "NAME", description = "Its name: letters, digits and ._-")
    private String name = "";

    @Parameters(index = "1", paramLabel = "URL", description = "ftp://[USER@]HOST[:PORT]/FOLDER")
    private String url = "";

    @Override
    public Integer call() throws IOException, Failure {
      String called = bare(name);
      if (!Bookmark.isName(called)) {
        throw usage(
            "\"%s\" cannot be a bookmark's name: letters, digits and ._- can".formatted(name));
      }
      FtpUrl to;
      try {
        to = Bookmarks.url(url);
      } catch (IllegalArgumentException e) {
        throw usage(String.valueOf(e.getMessage()));
      }
      if (settings.tls == TlsWish.OFF
          && (to.implicit() || !settings.pins.isEmpty() || settings.caFile != null)) {
        throw usage("--tls off does not go with ftps://, --pin and --ca-file");
      }
      bookmarks(parent)
          .add(
              new Bookmark(
                  called,
                  to,
                  settings.tls,
                  settings.pins,
                  whole(settings.caFile),
                  whole(settings.passwordFile)),
              replace);
      main(parent).note("@%s is %s".formatted(called, to));
      return ExitCode.OK.number();
    }

    /// It is used from other folders, too.
    private @Nullable Path whole(@Nullable Path file) {
      return file == null
          ? null
          : main(parent).around().folder().resolve(file).toAbsolutePath().normalize();
    }

    private ParameterException usage(String message) {
      return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }
  }

  /// Lists them.
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the bookmarks, a line each: name and URL.%n",
      footer = {"", "Example:", "  wharf bookmark list"})
  static final class ListAll implements Callable<Integer> {
    @ParentCommand private @Nullable BookmarkVerb parent;

    @Mixin private JsonOptions json = new JsonOptions();

    @Override
    public Integer call() throws IOException, Config.Wrong {
      Main main = main(parent);
      Map<String, Bookmark> all = bookmarks(parent).all();
      return new Results(main.around().out(), json.form(), "bookmark list", main::failed)
          .of(
              results ->
                  all.values()
                      .forEach(
                          one ->
                              results.add(
                                  () -> "%s\t%s".formatted(one.name(), one.url()),
                                  () -> fields(one))));
    }
  }

  /// Shows one.
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Shows all that is kept of a bookmark.%n",
      footer = {"", "Example:", "  wharf bookmark show work"})
  static final class Show implements Callable<Integer> {
    @ParentCommand private @Nullable BookmarkVerb parent;

    @Mixin private JsonOptions json = new JsonOptions();

    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name = "";

    @Override
    public Integer call() throws IOException, Config.Wrong, Failure {
      Map<String, Bookmark> all = bookmarks(parent).all();
      Bookmark one = all.get(bare(name));
      if (one == null) {
        throw missing(name);
      }
      Main main = main(parent);
      return new Results(main.around().out(), json.form(), "bookmark show", main::failed)
          .of(
              results ->
                  results.add(() -> String.join("\n", Bookmarks.lines(one)), () -> fields(one)));
    }
  }

  /// Removes one.
  @Command(
      name = "rm",
      mixinStandardHelpOptions = true,
      description = "Removes a bookmark; what it leads to stays.%n",
      footer = {"", "Example:", "  wharf bookmark rm work"})
  static final class Remove implements Callable<Integer> {
    @ParentCommand private @Nullable BookmarkVerb parent;

    @Parameters(paramLabel = "NAME", description = "Its name.")
    private String name = "";

    @Override
    public Integer call() throws IOException, Failure {
      if (!bookmarks(parent).remove(bare(name))) {
        throw missing(name);
      }
      main(parent).note("@%s is no bookmark any more".formatted(bare(name)));
      return ExitCode.OK.number();
    }
  }

  private static Json.Fields fields(Bookmark one) {
    Json.Fields fields = new Json.Fields().add("name", one.name()).add("url", one.url().toString());
    if (one.tls() != null) {
      fields.add("tls", one.tls().word());
    }
    if (!one.pins().isEmpty()) {
      String pins = String.join(",", one.pins().stream().map(Json::string).toList());
      fields.raw("pin", "[" + pins + "]");
    }
    if (one.caFile() != null) {
      fields.add("caFile", one.caFile().toString());
    }
    if (one.passwordFile() != null) {
      fields.add("passwordFile", one.passwordFile().toString());
    }
    return fields;
  }
}
