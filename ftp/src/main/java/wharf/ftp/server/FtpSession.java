package wharf.ftp.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import wharf.files.FileProblem;
import wharf.files.HashAlgorithm;
import wharf.files.VirtualPath;
import wharf.protocol.Effect;
import wharf.protocol.Event;
import wharf.protocol.Happening;
import wharf.protocol.Security;
import wharf.protocol.Session;

/// A client's session: it takes the commands one after another, finds out whether each is
/// well-formed and allowed, and carries it out.
///
/// Who the client is knows its [Login]; where an account is, and what it has announced, [LoggedIn];
/// how data is to be moved, [Terms]. What takes longer than a command is a [Doing]:
///
/// ```
///   Resting --PASV, EPSV--> DataRoute.Opening --Listening--> Resting
///   Resting --PASS, USER--> Login.Checking --Performed-----> Resting
///   Resting --AUTH--------> Securing --Secured-------------> Resting
///   Resting --RETR, LIST--> Outgoing --Transferred---------> Resting
///   Resting --STOR, APPE--> Incoming, stage after stage ---> Resting
///   Resting --HASH, COMB--> Errand --Performed-------------> Resting
///   Resting --STAT path---> Telling --Drained--> Telling ... Resting
///   Resting, much said ---> Draining --Drained-------------> Resting
/// ```
///
/// Commands are carried out one after another. One that comes too early waits in the [LineUp];
/// those that are [Verb.When#ALWAYS] are heard at once, unless something waits before them; and an
/// ABOR cuts the running transfer, or an errand, wherever it stands in the line, so replies always
/// come in the order of the commands.
final class FtpSession implements Session {
  /// Lines in a row that are no command, before the connection is closed: whoever speaks another
  /// protocol was led here by mistake, or to be deceived (ALPACA).
  static final int NONSENSE_LIMIT = 10;

  /// Effects asked for before what they send has to have left.
  private static final int EFFECTS_AT_ONCE = 64;

  /// How many of those who are here SITE WHO tells of.
  private static final int SESSIONS_TOLD = 1000;

  /// A name or an address of a host, this in brackets if it is of IPv6 (RFC 7151 section 3.1).
  private static final Pattern HOST_NAME =
      Pattern.compile("[\\p{Alnum}_-][\\p{Alnum}._-]{0,254}|\\[[\\p{XDigit}:.]{2,45}]");

  /// SITE UTIME as ncftp says it: a path, and when it was read, changed and made.
  private static final Pattern THREE_TIMES = Pattern.compile("(.+) \\d{14} (\\d{14}) \\d{14} UTC");

  /// How many listings are told beside a transfer for what came at once; more wait in line.
  private static final int LISTINGS_DURING_TRANSFER = 4;

  /// What AUTH may name: all of them mean TLS here (RFC 4217 section 4, and what older clients
  /// say).
  private static final Set<String> MECHANISMS = Set.of("TLS", "TLS-C", "TLS-P", "SSL");

  private final FtpService service;
  private final Answers answers;
  private final LineUp line = new LineUp();
  private InetSocketAddress local = new InetSocketAddress(0);
  private InetSocketAddress peer = new InetSocketAddress(0);
  private Login login;
  private Terms terms;

  /// Read by other threads, too: see [#presence].
  private volatile Doing doing = new Doing.Resting();

  /// What HOST has named, or "".
  private String hostMeant = "";

  /// What the control connection is under, if it is.
  private @Nullable Security security;

  private int nonsense;

  /// Whether this event showed that the client is there: its patience begins anew.
  private boolean heard;

  /// How many listings this event has had told beside a transfer.
  private int listingsTold;

  private boolean leaving;
  private boolean stopping;
  private boolean peerGone;

  FtpSession(FtpService service) {
    this.service = service;
    this.answers = new Answers(service.tellsCommands() ? new Dialogue(service.now()) : null);
    this.login = login();
    this.terms = terms();
  }

  /// Who is here, from where, doing what. For any thread, once it is opened.
  Phrase presence() {
    return Phrase.of("%s from %s: %s", login.name(), from(), doing.what());
  }

  /// The client's address.
  String from() {
    return peer.getAddress().getHostAddress();
  }

  @Override
  public List<Effect> on(Event event) {
    heard = false;
    listingsTold = 0;
    switch (event) {
      case Event.Opened(InetSocketAddress here, InetSocketAddress there) -> open(here, there);
      case Event.Received(ByteBuffer bytes) -> receive(bytes);
      case Event.Secured(Security agreed) -> secured(agreed);
      case Event.Drained() -> {
        heard = true;
        doing = doing.drained();
      }
      case Event.Listening(InetSocketAddress at) -> doing = doing.listening(at);
      case Event.Marked marked -> doing.marked(marked);
      case Event.Transferred end -> {
        terms.transferred(end.ending());
        doing = doing.transferred(end, client());
      }
      case Event.Performed(Object result) -> doing = doing.performed(result, client());
      case Event.Failed(Effect effect, IOException problem) ->
          doing = doing.failed(effect, problem);
      case Event.Expired() -> expire();
      case Event.Stopping() -> stopping = true;
      case Event.PeerClosed() -> peerClosed();
      case Event.Ended() -> {
        service.sessions().went(this);
        letGo();
        return answers.taken();
      }
      case Event.Opened _, Event.Bound _, Event.Datagram _ ->
          throw new IllegalStateException("FTP is spoken over TCP: " + event);
    }
    goOn();
    if (heard && !answers.isOver() && login.isIn() && !isProving()) {
      answers.ask(new Effect.Arm(service.patience().idle()));
    }
    return answers.taken();
  }

  // The line of commands.

  /// Carries out what is in line, as far as it may be now.
  private void goOn() {
    while (!answers.isOver() && doing instanceof Doing.Resting) {
      if (peerGone || leaving) {
        leave();
      } else if (stopping) {
        reply(421, "The server is being stopped. Goodbye.");
        close();
      } else if (answers.size() >= EFFECTS_AT_ONCE) {
        doing = new Doing.Draining();
        answers.ask(new Effect.Drain());
      } else if (line.isEmpty()) {
        return;
      } else {
        carryOut(next());
      }
    }
    while (!answers.isOver()
        && !leaving
        && doing.movesData()
        && heardDuringTransfer(line.first())) {
      carryOut(next());
    }
    if (!answers.isOver() && doing.movesData() && line.holds(Verb.ABOR)) {
      answers.ask(new Effect.Abort());
    }
    if (doing instanceof Errand errand && (stopping || vanished() || line.holds(Verb.ABOR))) {
      errand.breakOff();
    }
    // Only now can the line grow: else no more is received than is carried out.
    boolean growing = doing.movesData() || isProving();
    if (!answers.isOver() && growing && line.isTooLong()) {
      reply(421, "Too many commands were sent ahead. Goodbye.");
      close();
    }
  }

  private void receive(ByteBuffer bytes) {
    if (!answers.isOver()) {
      line.add(bytes);
    }
  }

  private Said next() {
    heard = true;
    return line.next();
  }

  private boolean isProving() {
    return doing instanceof Incoming incoming && incoming.isProving();
  }

  private boolean heardDuringTransfer(@Nullable Said said) {
    return switch (said) {
      case Said.Command(Verb verb, String argument) when verb == Verb.STAT ->
          argument.isEmpty() || listingsTold < LISTINGS_DURING_TRANSFER;
      // ABOR has cut the transfer already; its own reply comes after the transfer's.
      case Said.Command(Verb verb, _) -> verb.when() == Verb.When.ALWAYS && verb != Verb.ABOR;
      case null, default -> false;
    };
  }

  private void carryOut(Said said) {
    answers.begun(said);
    switch (said) {
      case Said.Nonsense(Reply reply) -> {
        answers.reply(reply);
        if (reply.code() == 421 || ++nonsense >= NONSENSE_LIMIT) {
          close();
        }
      }
      case Said.Unsupported(Absent command) -> answers.reply(command.reply());
      case Said.Command(Verb verb, String argument) -> {
        nonsense = 0;
        gate(verb, argument);
      }
    }
    answers.carriedOut();
  }

  /// The one way to every verb: is it well-formed, and allowed? Where there is a path, the tree
  /// asks the permit once more, at the place that it means.
  private void gate(Verb verb, String argument) {
    if (verb.needsLogin() && !login.isIn()) {
      reply(530, "Log in with USER and PASS first.");
    } else if (argument.isEmpty() && verb.argumentRequired()) {
      answers.reply(Reply.misspoken(verb));
    } else if (!argument.isBlank() && !verb.argumentAllowed()) {
      reply(501, "%s takes no argument.", verb);
    } else if (verb.isRefusedEarly()
        && login.isIn()
        && !Permit.of(in().account(), verb).isUsable()) {
      answers.reply(
          Reply.of(550, "%s may not do that here (%s).", login.name(), verb)
              .refusing(login.name(), verb));
    } else {
      try {
        carryOut(verb, argument);
      } catch (FileProblem problem) {
        answers.reply(Reply.problem(problem, login.name(), verb));
      }
    }
  }

  private void carryOut(Verb verb, String argument) throws FileProblem {
    Pending pending = login.isIn() ? in().pending(verb) : new Pending.Nothing();
    switch (verb) {
      case USER -> doing = login.user(argument, security);
      case PASS -> doing = login.pass(argument);
      case ACCT -> reply(202, "Nobody is charged here, so no account is needed.");
      case HOST -> host(argument.strip());
      case REIN -> reinitialise();
      case QUIT -> leaving = true;

      case AUTH -> authenticate(argument.strip().toUpperCase(Locale.ROOT));
      case PBSZ -> {
        if (security == null) {
          reply(503, "Say AUTH TLS first.");
        } else if (Numbers.parse(argument.strip()) < 0) {
          answers.reply(Reply.misspoken(verb));
        } else {
          reply(200, "PBSZ=0");
        }
      }
      case PROT -> {
        String level = argument.strip().toUpperCase(Locale.ROOT);
        answers.reply(terms.route().protect(level, security != null));
      }

      case PWD -> reply(257, "%s is the working directory.", Reply.quoted(in().directory()));
      case CWD -> answers.reply(in().changeTo(verb, path(argument)));
      case CDUP -> answers.reply(in().changeTo(verb, in().directory().parent()));
      case MKD -> answers.reply(files(verb).makeDirectory(path(argument)));
      case RMD -> answers.reply(files(verb).removeDirectory(path(argument)));
      case DELE -> answers.reply(files(verb).delete(path(argument)));
      case RNFR -> answers.reply(in().renameFrom(path(argument)));
      case RNTO -> {
        if (pending instanceof Pending.Rename(VirtualPath from)) {
          answers.reply(files(verb).rename(from, path(argument)));
        } else {
          reply(503, "Say what to rename with RNFR just before.");
        }
      }

      case TYPE -> answers.reply(terms.type(argument));
      case STRU -> answers.reply(terms.structure(argument));
      case MODE -> answers.reply(terms.mode(argument));
      case PASV -> doing = terms.route().passive();
      case EPSV -> {
        String words = argument.strip().toUpperCase(Locale.ROOT);
        doing = terms.route().extendedPassive(words);
      }
      case PRET -> reply(200, "That will be next, then.");
      case PORT -> terms.route().port(argument);
      case EPRT -> terms.route().extendedPort(argument);

      case RETR -> doing = transfers().retrieve(path(argument), pending.range());
      case STOR -> doing = transfers().store(path(argument), pending.offset());
      case STOU -> doing = transfers().storeUnique(argument);
      case APPE -> doing = transfers().append(path(argument), pending);
      case REST -> answers.reply(in().restart(argument, terms));
      case RANG -> answers.reply(in().restrict(argument, terms));
      case ALLO -> answers.reply(in().allocate(argument));
      case ABOR -> {
        terms.route().hangUp();
        reply(226, "Nothing is being transferred any more.");
      }

      case LIST, NLST, MLSD -> doing = transfers().list(verb, argument);
      case MLST -> answers.reply(files(verb).facts(path(argument), terms.facts()));
      case SIZE -> {
        if (terms.isText()) {
          reply(550, "The size of a text as it would be sent is not known; say TYPE I first.");
        } else {
          answers.reply(files(verb).size(path(argument)));
        }
      }
      case MDTM -> answers.reply(files(verb).time(path(argument)));
      case MFMT -> ofFile(verb, argument, files(verb)::setTime);
      case MFCT ->
          ofFile(
              verb,
              argument,
              (_, path) -> {
                in().tree(verb).stat(path);
                return Reply.of(504, "No store here lets the time be set when a file was made.");
              });
      case MFF -> ofFile(verb, argument, files(verb)::setFacts);
      case AVBL -> answers.reply(files(verb).room(path(argument)));
      case COMB -> {
        List<VirtualPath> paths = in().paths(argument);
        if (paths.size() < 2) {
          answers.reply(Reply.misspoken(verb));
        } else {
          FileCommands files = files(verb);
          VirtualPath whole = paths.removeFirst();
          work(verb, whole, goOn -> files.combine(whole, paths, goOn));
        }
      }

      case HASH -> {
        terms.hashAsked();
        HashAlgorithm algorithm = terms.hash();
        VirtualPath path = path(argument);
        Range range = pending.range();
        FileCommands files = files(verb);
        work(verb, path, goOn -> files.hash(path, algorithm, range, goOn));
      }
      case XCRC -> hash(verb, argument, HashAlgorithm.CRC32);
      case XMD5 -> hash(verb, argument, HashAlgorithm.MD5);
      case XSHA1 -> hash(verb, argument, HashAlgorithm.SHA_1);
      case XSHA256 -> hash(verb, argument, HashAlgorithm.SHA_256);
      case XSHA512 -> hash(verb, argument, HashAlgorithm.SHA_512);

      case SITE_CHMOD -> ofFile(verb, argument, files(verb)::setMode);
      case SITE_UTIME -> {
        Matcher three = THREE_TIMES.matcher(argument);
        if (three.matches()) {
          answers.reply(files(verb).touch(three.group(2), path(three.group(1))));
        } else {
          ofFile(verb, argument, files(verb)::touch);
        }
      }
      case SITE_SYMLINK -> {
        List<VirtualPath> paths = in().paths(argument);
        answers.reply(
            paths.size() == 2
                ? files(verb).link(paths.get(0), paths.get(1))
                : Reply.misspoken(verb));
      }
      case SITE_COPY -> {
        List<VirtualPath> paths = in().paths(argument);
        if (paths.size() == 2) {
          copy(verb, paths.get(0), paths.get(1));
        } else {
          answers.reply(Reply.misspoken(verb));
        }
      }
      case SITE_CPFR -> answers.reply(in().copyFrom(path(argument)));
      case SITE_CPTO -> {
        if (pending instanceof Pending.Copy(VirtualPath from)) {
          copy(verb, from, path(argument));
        } else {
          reply(503, "Say what to copy with SITE CPFR just before.");
        }
      }
      case SITE_RMDIR -> {
        FileCommands files = files(verb);
        VirtualPath path = path(argument);
        work(verb, path, goOn -> files.removeTree(path, goOn));
      }
      case SITE_QUOTA -> answers.reply(files(verb).quota());
      case SITE_WHO ->
          answers.reply(
              Reply.of(
                  211,
                  Phrase.of("Here are %s:", service.sessions().count()),
                  service.sessions().told(SESSIONS_TOLD),
                  Phrase.of("End.")));
      case SITE_HELP -> answers.reply(Guide.siteHelp(argument));

      case STAT -> status(argument);
      case HELP -> answers.reply(Guide.help(argument));
      case NOOP -> reply(200, "Still here.");
      case SYST -> reply(215, "UNIX Type: L8");
      case FEAT ->
          answers.reply(Guide.features(terms.facts(), terms.hash(), answers.spoken(), service));
      case LANG -> speak(argument.strip());
      case CLNT -> {
        answers.note("the client is " + argument);
        reply(200, "Welcome, whatever you are.");
      }
      case CSID -> {
        answers.note("the client is " + argument);
        reply(200, "Name=Wharf;");
      }
      case OPTS -> answers.reply(terms.options(argument));
    }
  }

  // Coming and going.

  private void open(InetSocketAddress here, InetSocketAddress there) {
    local = here;
    peer = there;
    login = login();
    terms = terms();
    service.sessions().came(this);
    reply(220, "Wharf is ready.");
    answers.ask(new Effect.Arm(service.patience().login()));
  }

  /// LANG (RFC 2640 section 4.1).
  private void speak(String tag) {
    Optional<Language> language =
        tag.isEmpty() ? Optional.of(Language.ENGLISH) : Language.tagged(tag);
    if (language.isEmpty()) {
      reply(504, "That language is not spoken here; FEAT tells which are.");
    } else {
      answers.speak(language.get());
      reply(200, "Replies are in English.");
    }
  }

  /// HOST (RFC 7151 section 3): there is one host here, which answers to every name; but it may
  /// have a certificate for each.
  private void host(String name) {
    if (!login.isGuest()) {
      reply(503, "Say HOST before USER.");
    } else if (!HOST_NAME.matcher(name).matches()) {
      answers.reply(Reply.misspoken(Verb.HOST));
    } else {
      hostMeant = name;
      reply(220, "Wharf is ready.");
    }
  }

  /// AUTH (RFC 4217 section 4). What the client has sent ahead came in the clear: anybody on the
  /// way may have put it there.
  private void authenticate(String mechanism) {
    if (service.tls() == FtpService.Tls.OFF) {
      reply(502, "There is no TLS here.");
    } else if (security != null) {
      reply(503, "The connection is under TLS already.");
    } else if (!MECHANISMS.contains(mechanism)) {
      reply(504, "Only AUTH TLS is known.");
    } else {
      reply(234, "Begin the handshake.");
      if (line.drop()) {
        answers.note("what was sent ahead of TLS is dropped");
      }
      doing = new Doing.Securing(answers);
      answers.ask(new Effect.Secure(hostMeant));
    }
  }

  /// Unasked it comes where a connection is under TLS from its first byte; data is meant to be so,
  /// too, then.
  private void secured(Security agreed) {
    boolean unasked = !(doing instanceof Doing.Securing);
    security = agreed;
    doing = new Doing.Resting();
    beginAnew(unasked);
    answers.note(
        "under " + agreed.version() + " with " + agreed.cipher(),
        new Happening.Secured(agreed.version(), agreed.cipher()));
  }

  /// Nobody is logged in, and nothing agreed on but whether data goes under TLS.
  private void beginAnew(boolean secure) {
    login.anew();
    terms.route().hangUp();
    terms = terms();
    terms.route().protect(secure);
  }

  private void reinitialise() {
    beginAnew(terms.route().isSecure());
    hostMeant = "";
    answers.speak(Language.ENGLISH);
    reply(220, "Ready for another user.");
  }

  private void expire() {
    if (doing instanceof Incoming incoming && incoming.isProving()) {
      heard = true;
      incoming.expired();
      return;
    }
    if (doing instanceof Telling || doing instanceof Doing.Securing) {
      // Nothing could be said now that would be understood.
    } else if (login.isIn()) {
      reply(421, "Nothing was heard for too long. Goodbye.");
    } else {
      reply(
          421,
          "Nobody has logged in within %s s. Goodbye.",
          service.patience().login().toSeconds());
    }
    close();
  }

  private void peerClosed() {
    peerGone = true;
    if (vanished() && doing.movesData()) {
      answers.ask(new Effect.Abort());
    }
    doing = doing.peerClosed(client());
  }

  /// Whether the client was cut off: one that has said QUIT may leave before its last transfer is
  /// done, wherever its QUIT stands in the line.
  private boolean vanished() {
    return client() == Doing.Client.VANISHED;
  }

  private Doing.Client client() {
    if (!peerGone) {
      return Doing.Client.THERE;
    }
    return leaving || line.holds(Verb.QUIT) ? Doing.Client.LEFT : Doing.Client.VANISHED;
  }

  private void leave() {
    if (leaving) {
      reply(221, "Goodbye.");
    }
    close();
  }

  private void close() {
    line.drop();
    doing = doing.closing();
    answers.close();
  }

  /// Nothing more will happen: what this session still holds, because it was ended from outside, is
  /// kept for its account.
  private void letGo() {
    doing.ended();
    doing = new Doing.Resting();
    login.leave();
    answers.ended();
  }

  // Files.

  /// What something first, then a path, make of a file.
  private interface OfFile {
    Reply reply(String word, VirtualPath path) throws FileProblem;
  }

  private void ofFile(Verb verb, String argument, OfFile what) throws FileProblem {
    int space = argument.indexOf(' ');
    answers.reply(
        space < 1 || space == argument.length() - 1
            ? Reply.misspoken(verb)
            : what.reply(argument.substring(0, space), path(argument.substring(space + 1))));
  }

  private void copy(Verb verb, VirtualPath from, VirtualPath to) {
    FileCommands files = files(verb);
    work(verb, to, goOn -> files.copy(from, to, goOn));
  }

  private void hash(Verb verb, String argument, HashAlgorithm algorithm) {
    terms.hashAsked();
    Directory here = in().here(verb);
    FileCommands files = files(verb);
    work(verb, here.working(), goOn -> files.hash(here, argument, algorithm, goOn));
  }

  /// @param path what a problem would be about
  private void work(Verb verb, VirtualPath path, Errand.Work work) {
    doing = new Errand(login.name(), verb, path, answers).begun(work, line.room());
  }

  // Telling.

  private void status(String argument) throws FileProblem {
    if (!argument.isEmpty()) {
      EntryFormat people = EntryFormat.people(service.now().get());
      Directory here = in().here(Verb.STAT);
      ListingSource listing =
          here.list(here.listed(argument), (name, facts) -> Reply.clean(people.line(name, facts)));
      if (doing.movesData()) {
        listingsTold++;
        Telling.atOnce(listing, answers);
      } else {
        doing = Telling.of(listing, answers);
      }
      return;
    }
    List<Phrase> lines = new ArrayList<>();
    lines.add(Phrase.of("connected from %s", from()));
    lines.add(Phrase.of("logged in as %s", login.name()));
    lines.add(
        security == null
            ? Phrase.of("in the clear")
            : Phrase.of(
                terms.route().isSecure() ? "under %s, data too" : "under %s, data in the clear",
                security.version()));
    lines.add(
        Phrase.of("TYPE %s, STRU F, MODE %s", terms.isText() ? "A" : "I", terms.mode().letter()));
    lines.add(
        doing instanceof Doing.Resting
            ? Phrase.of("nothing is being transferred")
            : Phrase.of("running: %s", doing.told()));
    answers.reply(Reply.of(211, Phrase.of("Wharf"), lines, Phrase.of("End.")));
  }

  // Words used above.

  private LoggedIn in() {
    return login.in();
  }

  private VirtualPath path(String argument) throws FileProblem {
    return in().path(argument);
  }

  private FileCommands files(Verb verb) {
    return in().files(verb);
  }

  private Transfers transfers() {
    return new Transfers(in(), terms, service, answers);
  }

  private Login login() {
    return new Login(service, peer.getAddress(), answers);
  }

  private Terms terms() {
    return new Terms(
        new DataRoute(local, peer, service.advertised(), service.requiresTls(), answers));
  }

  private void reply(int code, String english, Object... values) {
    answers.reply(code, english, values);
  }
}
