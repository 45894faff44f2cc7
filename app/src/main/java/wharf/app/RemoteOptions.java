package wharf.app;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import wharf.ftp.client.FtpClient;
import wharf.ftp.client.FtpException;
import wharf.ftp.client.FtpUrl;
import wharf.ftp.client.Login;
import wharf.ftp.client.Printable;
import wharf.ftp.client.Progress;
import wharf.ftp.client.Retries;
import wharf.ftp.client.Sessions;
import wharf.ftp.client.Site;
import wharf.ftp.client.Tls;
import wharf.ftp.client.Traits;
import wharf.ftp.client.Trust;

/// What all verbs that talk to a server have in common: where a word of the command line leads, as
/// whom one goes there, and who is believed to be it.
///
/// ```
/// FtpUrl from = remote.url(word);           // a URL, or a bookmark: @NAME/PATH
/// Site site = remote.site(from);            // asks for the password, once
/// FtpClient client = FtpClient.connect(site);
/// ```
final class RemoteOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = {"-u", "--user"},
      paramLabel = "NAME",
      description =
          "Log in as NAME; as netrc says, else anonymous, if nobody is named, here or in the URL.")
  private @Nullable String user;

  @Mixin private SiteOptions settings = new SiteOptions();

  @Option(
      names = "--password-stdin",
      description = "Read the password from the first line of standard input.")
  private boolean passwordStdin;

  @Option(
      names = "--netrc",
      paramLabel = "FILE",
      description = "Look for log-ins in FILE (default: $$NETRC or ~/.netrc, if it is there).")
  private @Nullable Path netrc;

  @Option(names = "--no-netrc", description = "Look for them nowhere.")
  private boolean noNetrc;

  @Option(
      names = "--insecure",
      description = "Believe any certificate: who stands between can read and change everything.")
  private boolean insecure;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Give up when nothing moves for so long (default: ${DEFAULT-VALUE}).",
      defaultValue = "30")
  private int timeout;

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress and no notes, only problems.")
  private boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      description =
          "Tell what is said to the server and what it answers, and of each file; -vv: and when.")
  private boolean[] verbose = {};

  /// What words of the command line lead to, so that they can be told again.
  private final Map<String, FtpUrl> read = new HashMap<>();

  /// How the places are reached that bookmarks lead to.
  private final Map<FtpUrl, Bookmark> marked = new HashMap<>();

  /// The servers of which the user has been told something.
  private final Set<String> said = ConcurrentHashMap.newKeySet();

  private @Nullable Credentials credentials;
  private @Nullable FirstUse firstUse;
  private @Nullable Dialogues dialogues;

  /// Reads where a word of the command line leads: a URL, or a bookmark, `@NAME` or `@NAME/PATH`.
  FtpUrl url(String text) throws FtpException {
    try {
      FtpUrl url = text.startsWith("@") ? marked(text) : FtpUrl.parse(text);
      FtpUrl _ = read.put(text, url);
      return url;
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private FtpUrl marked(String text) throws FtpException {
    int slash = text.indexOf('/');
    String name = slash < 0 ? text.substring(1) : text.substring(1, slash);
    Bookmarks bookmarks = new Bookmarks(around().config());
    Map<String, Bookmark> all;
    try {
      all = bookmarks.all();
    } catch (Config.Wrong e) {
      throw new FtpException.LocalDisk(String.join("; ", e.lines()), e);
    } catch (IOException e) {
      throw new FtpException.LocalDisk(
          "cannot read %s: %s".formatted(bookmarks.file(), Main.reason(e)), e);
    }
    Bookmark bookmark = all.get(name);
    if (bookmark == null) {
      throw usage(
          "there is no bookmark %s; %s"
              .formatted(
                  name,
                  Nearest.to(name, all.keySet())
                      .map(near -> "did you mean @" + near + "?")
                      .orElse("'wharf bookmark add' makes one")));
    }
    FtpUrl url = bookmark.url();
    Bookmark _ = marked.put(url.withPath(""), bookmark);
    return slash < 0 ? url : url.below(text.substring(slash + 1));
  }

  /// A complaint about the command line.
  ParameterException usage(String message) {
    return new ParameterException(commandSpec().commandLine(), message);
  }

  /// What it takes to begin sessions there. Asks for the password when one is needed and none was
  /// given; once for each account, however often this is called.
  Site site(FtpUrl url) throws FtpException {
    return site(url, login(url, around()));
  }

  private Site site(FtpUrl url, Login login) throws FtpException {
    Site site =
        Site.at(url.host())
            .port(url.port())
            .as(login)
            .over(tls(url, !login.equals(Login.anonymous())))
            .within(timeout());
    if (verbose.length == 0) {
      return site;
    }
    if (dialogues == null) {
      dialogues = new Dialogues(around().err(), verbose.length > 1, System::nanoTime);
    }
    return site.heardBy(dialogues::another);
  }

  /// Who is to log in; asks for the password when one is needed and none was given.
  Login login(FtpUrl url, Surroundings around) throws FtpException {
    if (settings.passwordFile != null && passwordStdin) {
      throw usage("--password-file and --password-stdin both say the password: leave out one");
    }
    if (netrc != null && noNetrc) {
      throw usage("--netrc and --no-netrc exclude each other");
    }
    if (credentials == null) {
      credentials = new Credentials(around, passwordStdin, netrc, noNetrc, this::note, this::usage);
    }
    Bookmark mark = marked.get(url.withPath(""));
    Path file =
        settings.passwordFile != null || mark == null ? settings.passwordFile : mark.passwordFile();
    return credentials.login(url, user, settings.passwordFile != null, file);
  }

  /// What begins sessions there; what one has found out about the server the next know.
  ShellSession.Connector connector(FtpUrl url, Login login) throws FtpException {
    Site site = site(url, login);
    Traits traits = new Traits();
    return () -> FtpClient.connect(site, traits);
  }

  /// @param secret whether a password is at stake
  private Tls tls(FtpUrl url, boolean secret) throws FtpException {
    Bookmark mark = marked.get(url.withPath(""));
    TlsWish wish = settings.tls != null || mark == null ? settings.tls : mark.tls();
    Path caFile = settings.caFile != null || mark == null ? settings.caFile : mark.caFile();
    List<String> pins = settings.pins.isEmpty() && mark != null ? mark.pins() : settings.pins;
    if (insecure && (!settings.pins.isEmpty() || settings.caFile != null)) {
      throw usage("--insecure believes anybody: leave out --pin and --ca-file, or it");
    }
    boolean choosy = !pins.isEmpty() || caFile != null;
    if (settings.tls == TlsWish.OFF
        && (insecure || !settings.pins.isEmpty() || settings.caFile != null)) {
      throw usage("with --tls off there is no certificate to believe, or not");
    }
    if (wish == TlsWish.OFF && url.implicit()) {
      throw usage(url + " begins with TLS: say ftp:// for --tls off");
    }
    if (wish == TlsWish.OFF) {
      return Tls.off();
    }
    Tls.Mode mode =
        url.implicit()
            ? Tls.Mode.IMPLICIT
            : wish == TlsWish.REQUIRE || (wish == null && choosy)
                ? Tls.Mode.REQUIRE
                : Tls.Mode.PREFER;
    return new Tls(mode, new Told(trust(pins, caFile), insecure, secret, said, this::note));
  }

  /// Tells the user, once for each server, what they have to know of how it is trusted.
  private record Told(
      Trust trust, boolean insecure, boolean secret, Set<String> said, Consumer<String> note)
      implements Trust {
    @Override
    public void check(Offer offer) throws FtpException {
      trust.check(offer);
      String place = KnownServers.place(offer.host(), offer.port());
      if (insecure && said.add(place)) {
        note.accept("whoever answers at %s is believed (--insecure)".formatted(place));
      }
    }

    @Override
    public void inTheClear(String host, int port) throws FtpException {
      trust.inTheClear(host, port);
      String place = KnownServers.place(host, port);
      if (secret && said.add(place)) {
        note.accept(
            "%s offers no TLS: the password and all else can be read on the way".formatted(place));
      }
    }

    @Override
    public List<X509Certificate> vouching() {
      return trust.vouching();
    }
  }

  private Trust trust(List<String> pins, @Nullable Path caFile) throws FtpException {
    if (insecure) {
      return Trust.anybody();
    }
    if (!pins.isEmpty()) {
      return Trust.pinned(pins.toArray(String[]::new));
    }
    if (caFile != null) {
      return Vouched.in(caFile, around().folder());
    }
    if (firstUse == null) {
      firstUse = new FirstUse(around().state(), around().answer(), this::note);
    }
    return firstUse;
  }

  /// Sessions there; asks for the password when one is needed and none was given.
  Sessions sessions(FtpUrl url, int most) throws FtpException {
    Site site = site(url);
    return Sessions.with(
        site,
        most,
        Retries.usual(),
        new Sessions.Listener() {
          @Override
          public void again(FtpException problem, Duration pause, int attempt, int of) {
            note(
                "%s; again in %.1f s (%d of %d)"
                    .formatted(problem.getMessage(), pause.toMillis() / 1000.0, attempt, of));
          }
        });
  }

  private Duration timeout() {
    if (timeout < 1 || timeout > 86_400) {
      throw usage("--timeout is 1 to 86400 seconds, not " + timeout);
    }
    return Duration.ofSeconds(timeout);
  }

  boolean verbose() {
    return verbose.length > 0;
  }

  boolean quiet() {
    return quiet;
  }

  /// A transfer with its progress on the terminal, if there is one and it is wanted.
  <T> T watched(String name, Surroundings around, Watched<T> transfer) throws FtpException {
    return watched(quiet || verbose.length > 0, name, around, transfer);
  }

  /// The same for who has the options elsewhere.
  static <T> T watched(boolean quiet, String name, Surroundings around, Watched<T> transfer)
      throws FtpException {
    if (quiet || !around.lively()) {
      return transfer.run(Progress.NONE);
    }
    ProgressLines lines =
        new ProgressLines(
            around.err(), ProgressLines.Manner.DRAWN, around.size(), System::nanoTime);
    lines.found(-1);
    try {
      return transfer.run(lines.begins(name, -1));
    } finally {
      lines.clear();
    }
  }

  /// What reports its progress.
  interface Watched<T> {
    T run(Progress progress) throws FtpException;
  }

  /// Tells how to go on with what was begun.
  void tellToGoOn(String before) {
    main().note(before + "to go on:");
    around().err().println("  " + again());
  }

  /// The command line that does the same again: as it was typed, so that no option is lost, but
  /// without passwords.
  String again() {
    List<String> words = new ArrayList<>(main().words());
    for (int i = 0; i < words.size(); i++) {
      FtpUrl url = read.get(words.get(i));
      if (url != null && url.password() != null) {
        words.set(i, url.withoutPassword());
      }
    }
    words.addFirst("wharf");
    return Words.join(words);
  }

  private void note(String text) {
    if (!quiet) {
      main().note(Printable.of(text));
    }
  }

  private Surroundings around() {
    return main().around();
  }

  private Main main() {
    Object program = commandSpec().root().userObject();
    return program instanceof ShellCommands shell ? shell.program() : (Main) program;
  }

  private CommandSpec commandSpec() {
    if (spec == null) {
      throw new IllegalStateException("picocli did not set the command");
    }
    return spec;
  }
}
