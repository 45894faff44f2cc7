package wharf.ftp.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import wharf.files.FileProblem;
import wharf.files.HashAlgorithm;
import wharf.files.OpenFile;
import wharf.files.Start;
import wharf.files.Tree;
import wharf.files.Upload;
import wharf.files.VirtualPath;
import wharf.protocol.Effect;
import wharf.protocol.Effect.Transfer;
import wharf.protocol.Ending;
import wharf.protocol.Event;
import wharf.protocol.Happening;
import wharf.protocol.Happening.Direction;
import wharf.protocol.Happening.Proof;
import wharf.protocol.LineBuffer;
import wharf.protocol.Security;
import wharf.protocol.Session;
import wharf.protocol.Source;
import wharf.protocol.Throttle;
import wharf.users.Account;
import wharf.users.Accounts;
import wharf.users.Bans;
import wharf.users.Rules;
import wharf.users.Secret;

/// A client's session: who it is, what it is doing, and what each command means then.
///
/// ```
///   who      Guest --USER--> Named --PASS, checked--> LoggedIn        REIN, USER: back
///
///   doing    Resting --PASV, EPSV--> Opening --Listening--> Resting
///            Resting --PASS--------> Checking --Performed-> Resting
///            Resting --AUTH--------> Securing --Secured---> Resting
///            Resting --RETR, LIST--> Sending --Transferred-> Resting
///            Resting --STOR, APPE--> Uploading, as [Incoming] does --> Resting
///            Resting --HASH, COMB--> Working --Performed--> Resting
///            Resting --STAT path---> Telling --Drained--> Telling ... Resting
/// ```
///
/// Commands are carried out one after another. One that comes too early waits in line; those that
/// are [Verb.When#ALWAYS] are heard at once, unless something waits before them; and an ABOR cuts
/// the running transfer, and what is Working, wherever it stands in the line, so replies always
/// come in the order of the commands.
final class FtpSession implements Session {
  /// The longest command line, in bytes with its end: Linux's longest path.
  static final int LINE_LIMIT = 4096;

  /// The most that may wait in line, in bytes.
  static final int LINE_UP_LIMIT = 16 << 10;

  /// Failed log-ins before the connection is closed.
  static final int LOGIN_TRIES = 5;

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

  /// An upload in MODE Z may take this part of the free space.
  private static final int INFLATED_SHARE = 2;

  /// About how much of a listing is told at once over the control connection.
  private static final int TELL_AT_ONCE = 8 << 10;

  /// How many listings are told beside a transfer for what came at once; more wait in line.
  private static final int LISTINGS_DURING_TRANSFER = 4;

  /// How much of a listing is told while a transfer runs.
  private static final int TOLD_DURING_TRANSFER = 64 << 10;

  /// How often it is read for that, each time [ListingSource#NAMES_AT_ONCE]; enough for the largest
  /// directory that comes sorted.
  private static final int READS_DURING_TRANSFER = 5;

  /// What AUTH may name: all of them mean TLS here (RFC 4217 section 4, and what older clients
  /// say).
  private static final Set<String> MECHANISMS = Set.of("TLS", "TLS-C", "TLS-P", "SSL");

  /// Who the client is.
  private sealed interface Who {
    record Guest() implements Who {}

    record Named(String user) implements Who {}

    /// @param tree the account's, to be left
    record LoggedIn(
        Account account, Tree tree, Rates.Pace pace, VirtualPath directory, Pending pending)
        implements Who {
      LoggedIn in(VirtualPath other) {
        return new LoggedIn(account, tree, pace, other, pending);
      }

      LoggedIn with(Pending other) {
        return new LoggedIn(account, tree, pace, directory, other);
      }
    }
  }

  /// What the command before announced for the next one.
  private sealed interface Pending {
    record Nothing() implements Pending {}

    /// RNFR.
    record Rename(VirtualPath from) implements Pending {}

    /// REST.
    record Restart(long offset) implements Pending {}

    /// RANG.
    record Part(Range range) implements Pending {}

    /// SITE CPFR.
    record Copy(VirtualPath from) implements Pending {}
  }

  /// What the session waits for.
  private sealed interface Doing {
    record Resting() implements Doing {}

    record Opening(boolean extended) implements Doing {}

    /// @param byCertificate whether nothing but the account's tree is waited for
    record Checking(String user, boolean byCertificate) implements Doing {
      /// How it came out, for the log.
      Happening.Login told(boolean accepted) {
        boolean nobody = Accounts.isAnonymous(user);
        return new Happening.Login(
            nobody && accepted ? Account.ANONYMOUS : user,
            accepted,
            byCertificate ? Proof.CERTIFICATE : nobody ? Proof.NONE : Proof.PASSWORD);
      }
    }

    record Securing() implements Doing {}

    record Sending(String what, Happening.Cargo cargo) implements Doing {}

    record Uploading(Incoming incoming) implements Doing {}

    /// Something is done where waiting is allowed, and the reply is the result.
    record Working(Verb verb, VirtualPath path, Errand errand) implements Doing {}

    record Telling(ListingSource listing) implements Doing {}

    record Draining() implements Doing {}
  }

  /// Who may come in, and the tree it has entered.
  private record Admitted(Account account, Tree tree) {}

  private final FtpService service;
  private final FileCommands.Told told = new FileCommands.Told();
  private LineBuffer lines = new LineBuffer(LINE_LIMIT);
  private final ArrayDeque<Said> waiting = new ArrayDeque<>();
  private int waitingWeight;
  private final Answers answers;
  private InetSocketAddress local = new InetSocketAddress(0);
  private InetSocketAddress peer = new InetSocketAddress(0);

  /// This and what it does are read by other threads, too: see [#presence].
  private volatile Who who = new Who.Guest();

  private volatile Doing doing = new Doing.Resting();
  private Terms terms;
  private long announced = -1;
  private int failedLogins;
  private int nonsense;

  /// What HOST has named, or "".
  private String hostMeant = "";

  /// What the control connection is under, if it is.
  private @Nullable Security security;

  /// Whether this event showed that the client is there: its patience begins anew.
  private boolean heard;

  /// How many listings this event has had told beside a transfer.
  private int listingsTold;

  private boolean leaving;
  private boolean stopping;
  private boolean peerGone;
  private boolean closed;

  FtpSession(FtpService service) {
    this.service = service;
    this.answers = new Answers(service.tellsCommands() ? new Dialogue(service.now()) : null);
    this.terms = terms();
  }

  /// Who is here, from where, doing what. For any thread, once it is opened.
  Phrase presence() {
    Doing current = doing;
    // How far an upload is, only its own thread may ask.
    Object now =
        current instanceof Doing.Uploading(Incoming incoming) ? incoming.what() : doing(current);
    return Phrase.of("%s from %s: %s", name(), from(), now);
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
      case Event.Received(ByteBuffer bytes) -> lines.add(bytes);
      case Event.Secured(Security agreed) -> secured(agreed);
      case Event.Drained() -> drained();
      case Event.Listening(InetSocketAddress at) -> listening(at);
      case Event.Transferred end -> transferred(end);
      case Event.Marked marked -> marked(marked);
      case Event.Performed(Object result) -> performed(result);
      case Event.Failed(var effect, IOException problem) -> failed(effect, problem);
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
    if (heard && !closed && who instanceof Who.LoggedIn && !isProving()) {
      answers.ask(new Effect.Arm(service.patience().idle()));
    }
    return answers.taken();
  }

  // The line of commands.

  /// Carries out what is in line, as far as it may be now.
  private void goOn() {
    takeLines();
    while (!closed && doing instanceof Doing.Resting) {
      if (peerGone || leaving) {
        leave();
      } else if (stopping) {
        reply(421, "The server is being stopped. Goodbye.");
        close();
      } else if (answers.size() >= EFFECTS_AT_ONCE) {
        doing = new Doing.Draining();
        answers.ask(new Effect.Drain());
      } else if (waiting.isEmpty()) {
        return;
      } else {
        carryOut(next());
      }
    }
    while (!closed && !leaving && transferRuns() && heardDuringTransfer(waiting.peek())) {
      carryOut(next());
    }
    if (!closed && transferRuns() && isWaiting(Verb.ABOR)) {
      answers.ask(new Effect.Abort());
    }
    if (doing instanceof Doing.Working(_, _, Errand errand)
        && (stopping || vanished() || isWaiting(Verb.ABOR))) {
      errand.breakOff();
    }
    // Only now can the line grow: else no more is received than is carried out.
    boolean growing = transferRuns() || isProving();
    if (!closed && growing && waitingWeight > LINE_UP_LIMIT) {
      reply(421, "Too many commands were sent ahead. Goodbye.");
      close();
    }
  }

  private void takeLines() {
    LineBuffer.Found found;
    while (!closed && (found = lines.next()) != null) {
      Said said = Said.of(found);
      waiting.add(said);
      waitingWeight += said.weight();
    }
  }

  private Said next() {
    heard = true;
    Said said = waiting.remove();
    waitingWeight -= said.weight();
    return said;
  }

  private boolean isWaiting(Verb verb) {
    return waiting.stream().anyMatch(said -> said instanceof Said.Command c && c.is(verb));
  }

  private boolean transferRuns() {
    return doing instanceof Doing.Sending
        || (doing instanceof Doing.Uploading(Incoming incoming) && incoming.isReceiving());
  }

  private boolean isProving() {
    return doing instanceof Doing.Uploading(Incoming incoming) && incoming.isProving();
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
    if (verb.needsLogin() && !(who instanceof Who.LoggedIn)) {
      reply(530, "Log in with USER and PASS first.");
    } else if (argument.isEmpty() && verb.argumentRequired()) {
      answers.reply(Reply.misspoken(verb));
    } else if (!argument.isBlank() && !verb.argumentAllowed()) {
      reply(501, "%s takes no argument.", verb);
    } else if (verb.isRefusedEarly()
        && who instanceof Who.LoggedIn(Account account, _, _, _, _)
        && !Permit.of(account, verb).isUsable()) {
      refuse(verb, Reply.of(550, "%s may not do that here (%s).", account.name(), verb));
    } else {
      try {
        carryOut(verb, argument);
      } catch (FileProblem problem) {
        refuse(verb, Reply.problem(problem), problem);
      }
    }
  }

  /// What is not allowed is worth a line in the log.
  private void refuse(Verb verb, Reply reply) {
    String why = reply.first().toString();
    answers.reply(
        reply.noted(
            name() + " " + verb + " refused: " + why,
            new Happening.Refused(name(), verb.toString(), why)));
  }

  private void refuse(Verb verb, Reply reply, FileProblem problem) {
    if (problem.kind() == FileProblem.Kind.DENIED) {
      refuse(verb, reply);
    } else {
      answers.reply(reply);
    }
  }

  private void carryOut(Verb verb, String argument) throws FileProblem {
    Pending pending = who instanceof Who.LoggedIn in ? in.pending() : new Pending.Nothing();
    if (who instanceof Who.LoggedIn in && !keepsPending(verb)) {
      who = in.with(new Pending.Nothing());
    }
    switch (verb) {
      case USER -> user(argument);
      case PASS -> pass(argument);
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
      case PROT -> protect(argument.strip().toUpperCase(Locale.ROOT));

      case PWD -> reply(257, "%s is the working directory.", Reply.quoted(directory()));
      case CWD -> changeTo(verb, path(argument));
      case CDUP -> changeTo(verb, directory().parent());
      case MKD -> answers.reply(files(verb).makeDirectory(path(argument)));
      case RMD -> answers.reply(files(verb).removeDirectory(path(argument)));
      case DELE -> answers.reply(files(verb).delete(path(argument)));
      case RNFR -> {
        VirtualPath from = path(argument);
        tree(verb).stat(from);
        who = loggedIn().with(new Pending.Rename(from));
        reply(350, "To what name? Say it with RNTO.");
      }
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
      case PASV -> opening(terms.route().passive(), false);
      case EPSV -> {
        String words = argument.strip().toUpperCase(Locale.ROOT);
        opening(terms.route().extendedPassive(words), true);
      }
      case PRET -> reply(200, "That will be next, then.");
      case PORT -> terms.route().port(argument);
      case EPRT -> terms.route().extendedPort(argument);

      case RETR -> retrieve(path(argument), range(pending));
      case STOR -> store(tree(verb), path(argument), start(offset(pending)), false);
      case STOU -> storeUnique(argument);
      case APPE -> append(path(argument), pending);
      case REST -> restart(argument);
      case RANG -> restrict(argument);
      case ALLO -> allocate(argument);
      case ABOR -> {
        terms.route().hangUp();
        reply(226, "Nothing is being transferred any more.");
      }

      case LIST, NLST, MLSD -> list(verb, argument);
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
                tree(verb).stat(path);
                return Reply.of(504, "No store here lets the time be set when a file was made.");
              });
      case MFF -> ofFile(verb, argument, files(verb)::setFacts);
      case AVBL -> answers.reply(files(verb).room(path(argument)));
      case COMB -> {
        List<VirtualPath> paths = paths(argument);
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
        Range range = range(pending);
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
        List<VirtualPath> paths = paths(argument);
        answers.reply(
            paths.size() == 2
                ? files(verb).link(paths.get(0), paths.get(1))
                : Reply.misspoken(verb));
      }
      case SITE_COPY -> {
        List<VirtualPath> paths = paths(argument);
        if (paths.size() == 2) {
          copy(verb, paths.get(0), paths.get(1));
        } else {
          answers.reply(Reply.misspoken(verb));
        }
      }
      case SITE_CPFR -> {
        VirtualPath from = path(argument);
        tree(verb).stat(from);
        who = loggedIn().with(new Pending.Copy(from));
        reply(350, "To what name? Say it with SITE CPTO.");
      }
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

  private static boolean keepsPending(Verb verb) {
    return switch (verb) {
      // What a client sends between REST and the transfer it is for (RFC 3659 section 5.3).
      case PASV,
          EPSV,
          PORT,
          EPRT,
          TYPE,
          STRU,
          MODE,
          ALLO,
          NOOP,
          STAT,
          HELP,
          FEAT,
          PBSZ,
          PROT,
          PRET,
          CLNT,
          LANG,
          OPTS ->
          true;
      default -> false;
    };
  }

  // Coming and going.

  private void open(InetSocketAddress here, InetSocketAddress there) {
    local = here;
    peer = there;
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
    if (!(who instanceof Who.Guest)) {
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
      if (!waiting.isEmpty() || lines.held() > 0) {
        answers.note("what was sent ahead of TLS is dropped");
      }
      waiting.clear();
      waitingWeight = 0;
      lines = new LineBuffer(LINE_LIMIT);
      doing = new Doing.Securing();
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
    become(new Who.Guest());
    announced = -1;
    told.begunAnew();
    terms.route().hangUp();
    terms = terms();
    terms.route().protect(secure);
    answers.ask(new Effect.Arm(service.patience().login()));
  }

  private void protect(String level) {
    switch (level) {
      case "P", "C" -> {
        boolean secure = level.equals("P");
        if (security == null) {
          reply(503, "Say AUTH TLS first.");
        } else if (!secure && mustBeSecure()) {
          reply(534, "Data is sent under TLS only here.");
        } else {
          terms.route().protect(secure);
          reply(200, secure ? "Data goes under TLS." : "Data goes in the clear.");
        }
      }
      case "S", "E" -> reply(536, "TLS has no such level; say PROT P.");
      default -> reply(504, "Only PROT P and PROT C are known.");
    }
  }

  private boolean mustBeSecure() {
    return service.tls() == FtpService.Tls.REQUIRED;
  }

  private void user(String name) {
    if (mustBeSecure() && security == null) {
      reply(530, "Nobody logs in here in the clear; say AUTH TLS first.");
      return;
    }
    announced = -1;
    Optional<Account> shown =
        CommonName.of(security == null ? List.of() : security.peer())
            .filter(name::equals)
            .flatMap(service.accounts()::vouchedFor);
    told.begunAnew();
    become(new Who.Named(name));
    if (shown.isPresent()) {
      if (!isBanned()) {
        check(name, true, () -> shown);
      }
      return;
    }
    reply(
        331,
        Accounts.isAnonymous(name)
            ? "Any password will do; people give their mail address."
            : "And the password?");
  }

  private void pass(String password) {
    if (!(who instanceof Who.Named(String user))) {
      reply(503, "Say who you are with USER first.");
      return;
    }
    if (isBanned()) {
      return;
    }
    service
        .accounts()
        .inLine(user, new Secret(password))
        .ifPresentOrElse(
            check -> check(user, false, check),
            () -> {
              reply(421, "Too many are logging in just now. Try again later.");
              close();
            });
  }

  /// Whether log-ins from the client's address have failed too often, perhaps in other sessions;
  /// then it is told to go.
  private boolean isBanned() {
    boolean banned = service.bans().isBanned(peer.getAddress());
    if (banned) {
      become(new Who.Guest());
      reply(421, "Not now. Try again later.");
      close();
    }
    return banned;
  }

  /// Finds out where waiting is allowed who somebody is, and opens that account's tree.
  private void check(String user, boolean byCertificate, Supplier<Optional<Account>> who) {
    doing = new Doing.Checking(user, byCertificate);
    Callable<Optional<Admitted>> task =
        () -> {
          Optional<Account> found = who.get();
          return found.isEmpty()
              ? Optional.empty()
              : Optional.of(new Admitted(found.get(), service.roots().enter(found.get())));
        };
    answers.ask(new Effect.Perform(task));
  }

  private void checked(Doing.Checking asked, Optional<Admitted> admitted) {
    doing = new Doing.Resting();
    String user = asked.user();
    if (isBanned()) {
      // A right password that is found by then is not told of.
      admitted.ifPresent(in -> service.roots().leave(in.tree()));
    } else if (admitted.isEmpty()) {
      refuseLogin(asked);
    } else if (!service.sessions().seats().take(admitted.get().account())) {
      refuseSeat(asked, admitted.get());
    } else if (asked.byCertificate()) {
      comeIn(admitted.get());
      answers.note(user + " logged in by certificate", asked.told(true));
      reply(232, "Welcome, %s: your certificate is enough.", user);
    } else {
      comeIn(admitted.get());
      answers.note(user + " logged in", asked.told(true));
      reply(230, "Welcome, %s.", user);
    }
  }

  private void refuseLogin(Doing.Checking asked) {
    become(new Who.Guest());
    answers.note("log-in as " + asked.user() + " refused", asked.told(false));
    Optional<Bans.Ban> ban = service.bans().failed(peer.getAddress());
    ban.ifPresent(
        it ->
            answers.note(
                it.who() + " is banned until " + it.until() + ": too many log-ins failed"));
    if (++failedLogins >= LOGIN_TRIES || ban.isPresent()) {
      reply(421, "Name or password is wrong, too often now. Goodbye.");
      close();
    } else {
      reply(530, "Name or password is wrong.");
    }
  }

  private void refuseSeat(Doing.Checking asked, Admitted admitted) {
    Account account = admitted.account();
    service.roots().leave(admitted.tree());
    become(new Who.Guest());
    answers.note(
        "log-in as " + account.name() + " refused: it has its sessions already", asked.told(false));
    reply(
        530,
        "%s may have %s sessions at once, and has: close one first.",
        account.name(),
        account.limits().sessions());
  }

  /// The seat is taken.
  private void comeIn(Admitted admitted) {
    failedLogins = 0;
    become(
        new Who.LoggedIn(
            admitted.account(),
            admitted.tree(),
            service.rates().pace(admitted.account(), peer.getAddress()),
            VirtualPath.ROOT,
            new Pending.Nothing()));
    answers.ask(new Effect.Arm(service.patience().idle()));
  }

  /// Who was logged in leaves the tree, and its seat.
  private void become(Who next) {
    if (who instanceof Who.LoggedIn(Account account, Tree tree, _, _, _)) {
      service.roots().leave(tree);
      service.sessions().seats().leave(account);
    }
    who = next;
  }

  private void reinitialise() {
    beginAnew(terms.route().isSecure());
    hostMeant = "";
    answers.speak(Language.ENGLISH);
    reply(220, "Ready for another user.");
  }

  private void expire() {
    if (doing instanceof Doing.Uploading(Incoming incoming) && incoming.isProving()) {
      heard = true;
      incoming.expired();
      return;
    }
    if (!(doing instanceof Doing.Telling)) {
      reply(421, "Nothing was heard for too long. Goodbye.");
    }
    close();
  }

  private void peerClosed() {
    peerGone = true;
    if (vanished() && transferRuns()) {
      answers.ask(new Effect.Abort());
    }
    switch (doing) {
      case Doing.Telling _, Doing.Securing _ -> close();
      case Doing.Uploading(Incoming incoming) -> {
        incoming.peerClosed(client());
        restIfOver(incoming);
      }
      default -> {}
    }
  }

  /// Whether the client was cut off: one that has said QUIT may leave before its last transfer is
  /// done, wherever its QUIT stands in the line.
  private boolean vanished() {
    return client() == Incoming.Client.VANISHED;
  }

  private Incoming.Client client() {
    if (!peerGone) {
      return Incoming.Client.THERE;
    }
    return leaving || isWaiting(Verb.QUIT) ? Incoming.Client.LEFT : Incoming.Client.VANISHED;
  }

  private void restIfOver(Incoming incoming) {
    if (incoming.isOver()) {
      doing = new Doing.Resting();
    }
  }

  private void leave() {
    if (leaving) {
      reply(221, "Goodbye.");
    }
    close();
  }

  private void close() {
    closed = true;
    waiting.clear();
    if (doing instanceof Doing.Telling(ListingSource listing)) {
      answers.closeQuietly(listing);
      doing = new Doing.Resting();
    } else if (doing instanceof Doing.Uploading(Incoming incoming)) {
      incoming.closing();
      restIfOver(incoming);
    } else if (doing instanceof Doing.Working(_, _, Errand errand)) {
      errand.breakOff();
    }
    answers.close();
  }

  /// Nothing more will happen: what this session still holds, because it was ended from outside, is
  /// kept for its account.
  private void letGo() {
    switch (doing) {
      case Doing.Uploading(Incoming incoming) -> incoming.ended();
      case Doing.Telling(ListingSource listing) -> answers.closeQuietly(listing);
      default -> {}
    }
    doing = new Doing.Resting();
    become(new Who.Guest());
    answers.ended();
  }

  // Directories and names.

  private void changeTo(Verb verb, VirtualPath to) throws FileProblem {
    if (!tree(verb).stat(to).directory()) {
      if (!Permit.of(account(), verb).lists(tree(verb).whereIs(to, true))) {
        throw FileProblem.missing(to);
      }
      reply(550, "%s is not a directory.", to);
      return;
    }
    who = loggedIn().in(to);
    reply(250, "%s is the working directory.", Reply.quoted(to));
  }

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
    Directory here = here(verb);
    FileCommands files = files(verb);
    work(verb, here.working(), goOn -> files.hash(here, argument, algorithm, goOn));
  }

  /// What may take long, and asks `goOn` now and then whether it should.
  private interface Work {
    Reply reply(BooleanSupplier goOn) throws IOException;
  }

  /// Does something where waiting is allowed. The client is heard meanwhile, as far as the line has
  /// room: it may break it off, or go.
  ///
  /// @param path what a problem would be about
  private void work(Verb verb, VirtualPath path, Work work) {
    Errand errand = new Errand();
    doing = new Doing.Working(verb, path, errand);
    int room = Math.max(0, LINE_UP_LIMIT - waitingWeight - lines.held());
    Callable<Reply> task = () -> work.reply(errand);
    answers.ask(new Effect.Perform(task, true, room));
  }

  // How data is to be moved.

  private void opening(boolean asked, boolean extended) {
    if (asked) {
      doing = new Doing.Opening(extended);
    }
  }

  private void listening(InetSocketAddress at) {
    if (!(doing instanceof Doing.Opening(boolean extended))) {
      throw new IllegalStateException("listening, but " + doing);
    }
    doing = new Doing.Resting();
    terms.route().listening(at, extended);
  }

  private void restart(String argument) {
    long offset = Numbers.parse(argument);
    if (offset < 0) {
      answers.reply(Reply.misspoken(Verb.REST));
    } else if (offset > 0 && terms.isText()) {
      reply(504, "An offset has no meaning in text; say TYPE I first.");
    } else {
      who = loggedIn().with(new Pending.Restart(offset));
      reply(350, "The next transfer begins at byte %s.", offset);
    }
  }

  private void allocate(String argument) throws FileProblem {
    long bytes = Numbers.parse(argument.split(" ", 2)[0]);
    if (bytes < 0) {
      answers.reply(Reply.misspoken(Verb.ALLO));
    } else if (bytes > loggedIn().tree().largest()) {
      reply(552, "There is no room for %s bytes.", bytes);
    } else {
      announced = bytes;
      reply(200, "There is room for that.");
    }
  }

  private void restrict(String argument) {
    String[] words = argument.strip().split(" ", -1);
    Optional<Range> range =
        words.length == 2 ? Range.inclusive(words[0], words[1]) : Optional.empty();
    if (range.isEmpty()) {
      answers.reply(Reply.misspoken(Verb.RANG));
    } else if (!range.get().isAll() && terms.isText()) {
      reply(504, "Numbers of bytes have no meaning in text; say TYPE I first.");
    } else if (range.get().isAll()) {
      reply(350, "All bytes again.");
    } else {
      who = loggedIn().with(new Pending.Part(range.get()));
      reply(350, "The next is of bytes %s to %s.", words[0], words[1]);
    }
  }

  private static Range range(Pending pending) {
    return pending instanceof Pending.Part(Range range) ? range : Range.after(offset(pending));
  }

  private static long offset(Pending pending) {
    return pending instanceof Pending.Restart(long offset) ? offset : 0;
  }

  private static Start start(long offset) {
    return offset == 0 ? new Start.Fresh() : new Start.At(offset);
  }

  // Transfers.

  private void retrieve(VirtualPath path, Range range) throws FileProblem {
    if (terms.route().isMissing(mustBeSecure()) || noOffset(!range.isAll())) {
      return;
    }
    FileCommands files = files(Verb.RETR);
    Optional<Reply> refusal = files.wouldBeCut(path);
    OpenFile file = tree(Verb.RETR).open(path);
    if (refusal.isPresent()) {
      answers.closeQuietly(file);
      answers.reply(refusal.get());
      return;
    }
    long from = range.from();
    if (from > file.size()) {
      answers.closeQuietly(file);
      reply(554, "%s has only %s bytes.", path, file.size());
      return;
    }
    long to = range.end(file.size());
    String kind = terms.isText() ? "ASCII" : "BINARY";
    answers.reply(
        terms.route().announcement() == 150
            ? Reply.of(
                150, "Opening %s mode data connection for %s (%s bytes).", kind, path, to - from)
            : Reply.of(
                125,
                "%s mode over the open data connection for %s (%s bytes).",
                kind,
                path,
                to - from));
    send("RETR", path, new Source.OfFile(file.channel(), from, to), terms.form());
  }

  private void list(Verb verb, String argument) throws FileProblem {
    if (terms.route().isMissing(mustBeSecure())) {
      return;
    }
    Directory here = here(verb);
    String what = verb == Verb.MLSD ? argument : here.listed(argument);
    if (verb == Verb.MLSD && !here.tree().stat(path(what)).directory()) {
      // RFC 3659 section 7.2.1 asks for this code.
      reply(501, "%s is not a directory; MLST tells of files.", path(what));
      return;
    }
    ListingSource source =
        switch (verb) {
          case MLSD -> here.listDirectory(what, facts(here.tree().whereIs(path(what), true)));
          case NLST -> here.list(what, EntryFormat.names(here.prefix(what)));
          default -> here.list(what, EntryFormat.people(service.now().get()));
        };
    reply(terms.route().announcement(), "Here comes the listing.");
    send(verb.toString(), argument.isEmpty() ? directory() : argument, source, Transfer.Form.IMAGE);
  }

  private void send(String verb, Object what, Source source, Transfer.Form form) {
    doing = new Doing.Sending(verb + " " + what, cargo(Direction.OUT, verb, what.toString(), form));
    transfer(new Transfer.Flow.Out(source, form));
  }

  private void store(Tree tree, VirtualPath path, Start start, boolean unique) throws FileProblem {
    // It is for this upload, whether it can begin or not.
    long size = announced;
    announced = -1;
    if (terms.route().isMissing(mustBeSecure())) {
      return;
    }
    if (start instanceof Start.At(long offset) && noOffset(offset > 0)) {
      return;
    }
    String owner = account().name();
    Incoming incoming =
        new Incoming(
            new Incoming.Order(
                owner,
                path,
                size,
                largest(size),
                unique,
                cargo(Direction.IN, "STOR", path.toString(), terms.form())),
            answers);
    long whole = terms.isText() ? -1 : size;
    if (start instanceof Start.Fresh) {
      staged(incoming, tree.upload(path, owner, start, whole));
    } else {
      // What is there already may have to be copied.
      doing = new Doing.Uploading(incoming);
      answers.ask(new Effect.Perform(() -> tree.upload(path, owner, start, whole)));
    }
  }

  /// How large an upload may become. In MODE Z a client need not send what fills the disk, so it
  /// has at most a share of what is free there, unless it has announced more.
  private long largest(long announcedSize) throws FileProblem {
    return terms.mode() == Modes.DEFLATE
        ? Math.max(announcedSize, loggedIn().tree().diskSpace() / INFLATED_SHARE)
        : Long.MAX_VALUE;
  }

  private void staged(Incoming incoming, Upload upload) {
    if (peerGone || closed) {
      doing = new Doing.Resting();
      answers.closeQuietly(upload);
    } else {
      doing = new Doing.Uploading(incoming);
      if (terms.isHashing()) {
        upload.hashing(terms.hash());
      }
      transfer(incoming.staged(upload, terms.route().announcement()));
    }
  }

  private void append(VirtualPath path, Pending pending) throws FileProblem {
    if (pending instanceof Pending.Restart(long offset)) {
      // It replaces what is there from the offset on, which is more than adding.
      Permit permit = new Permit(account(), "REST and APPE", Verb.STOR.rights(), Set.of());
      store(loggedIn().tree().under(permit), path, start(offset), false);
    } else {
      store(tree(Verb.APPE), path, new Start.Append(), false);
    }
  }

  private void storeUnique(String argument) throws FileProblem {
    String stem = argument.isEmpty() ? "upload" : argument;
    long bits = UUID.randomUUID().getMostSignificantBits();
    VirtualPath path = path(stem + "." + HexFormat.of().toHexDigits(bits));
    store(tree(Verb.STOU), path, new Start.Fresh(), true);
  }

  /// What is to be moved, as the log has it.
  private Happening.Cargo cargo(Direction direction, String verb, String path, Transfer.Form form) {
    Happening.Mode mode =
        switch (terms.mode()) {
          case STREAM -> Happening.Mode.STREAM;
          case BLOCK -> Happening.Mode.BLOCK;
          case DEFLATE -> Happening.Mode.DEFLATE;
        };
    return new Happening.Cargo(
        account().name(), direction, verb, path, form, mode, terms.route().isSecure());
  }

  private void transfer(Transfer.Flow flow) {
    answers.ask(
        new Transfer(
            terms.route().take(),
            flow,
            terms.modeOfTransfer(),
            limits(flow),
            terms.route().isSecure()));
  }

  /// Only files are slowed: a listing is short, and comes before them.
  private Transfer.Limits limits(Transfer.Flow flow) {
    Rates.Pace pace = loggedIn().pace();
    List<Throttle> throttles =
        switch (flow) {
          case Transfer.Flow.In _ -> pace.up();
          case Transfer.Flow.Out(Source.OfFile _, _) -> pace.down();
          case Transfer.Flow.Out _ -> List.of();
        };
    FtpService.Patience patience = service.patience();
    return new Transfer.Limits(patience.connect(), patience.stall(), throttles);
  }

  /// Whether the offset that is wanted cannot be used: a TYPE A may have come after REST or RANG.
  private boolean noOffset(boolean wanted) {
    if (wanted && terms.isText()) {
      reply(554, "An offset has no meaning in text; say TYPE I first.");
      return true;
    }
    return false;
  }

  private void marked(Event.Marked marked) {
    if (doing instanceof Doing.Uploading(Incoming incoming)) {
      incoming.marked(marked);
    }
  }

  private void transferred(Event.Transferred end) {
    if (terms.modeOfTransfer().leavesOpen(end.ending())) {
      terms.route().kept();
    }
    switch (doing) {
      case Doing.Sending(String what, Happening.Cargo cargo) -> {
        doing = new Doing.Resting();
        Outcome outcome = new Outcome(end);
        boolean complete = end.ending() == Ending.SENT;
        answers.note(
            name() + " " + what + ": " + outcome.note(),
            complete
                ? outcome.complete(cargo, null)
                : outcome.incomplete(cargo, outcome.why(), null));
        if (complete) {
          reply(226, "Complete: %s%s.", outcome.receipt(), "");
        } else {
          answers.reply(outcome.incomplete(Phrase.NONE));
        }
      }
      case Doing.Uploading(Incoming incoming) -> {
        incoming.transferred(end, client());
        restIfOver(incoming);
      }
      default -> throw new IllegalStateException("transferred, but " + doing);
    }
  }

  // What was asked to be done elsewhere.

  private void performed(Object result) {
    switch (doing) {
      case Doing.Checking asked when result instanceof Optional<?> found ->
          checked(asked, found.map(Admitted.class::cast));
      case Doing.Working _ when result instanceof Reply reply -> {
        doing = new Doing.Resting();
        answers.reply(reply);
      }
      case Doing.Uploading(Incoming incoming) when result instanceof Upload upload ->
          staged(incoming, upload);
      case Doing.Uploading(Incoming incoming) -> {
        incoming.performed(client());
        restIfOver(incoming);
      }
      default -> throw new IllegalStateException("performed, but " + doing);
    }
  }

  private void failed(Effect effect, IOException problem) {
    switch (doing) {
      case Doing.Working(Verb verb, VirtualPath path, _) -> {
        doing = new Doing.Resting();
        FileProblem known = FileProblem.of(problem, path);
        refuse(verb, Reply.problem(known), known);
      }
      case Doing.Uploading(Incoming incoming) -> {
        incoming.failed(problem);
        restIfOver(incoming);
      }
      case Doing.Opening _ -> {
        doing = new Doing.Resting();
        reply(
            425,
            "The server cannot listen for a data connection: %s.",
            String.valueOf(problem.getMessage()));
      }
      case Doing.Checking asked -> {
        doing = new Doing.Resting();
        become(new Who.Guest());
        answers.note(
            "log-in as " + asked.user() + " failed: " + problem.getMessage(), asked.told(false));
        reply(
            451,
            problem instanceof FileProblem
                ? "Your folder cannot be used now. Tell whoever runs this server."
                : "The password could not be checked. Try again later.");
      }
      default -> throw new IllegalStateException("failed, but " + doing + ": " + effect);
    }
  }

  // Telling.

  private void status(String argument) throws FileProblem {
    if (!argument.isEmpty()) {
      EntryFormat people = EntryFormat.people(service.now().get());
      Directory here = here(Verb.STAT);
      ListingSource listing =
          here.list(here.listed(argument), (name, facts) -> Reply.clean(people.line(name, facts)));
      answers.raw(
          utf8("213-" + Phrase.of("Here comes the listing.").in(answers.spoken()) + "\r\n"));
      if (transferRuns()) {
        tellAtOnce(listing);
      } else {
        doing = new Doing.Telling(listing);
        tell(listing);
      }
      return;
    }
    List<Phrase> lines = new ArrayList<>();
    lines.add(Phrase.of("connected from %s", from()));
    lines.add(Phrase.of("logged in as %s", name()));
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
            : Phrase.of("running: %s", doing(doing)));
    answers.reply(Reply.of(211, Phrase.of("Wharf"), lines, Phrase.of("End.")));
  }

  /// What is being done, for people.
  private static Object doing(Doing doing) {
    return switch (doing) {
      case Doing.Sending(String what, _) -> what;
      case Doing.Uploading(Incoming incoming) -> incoming.told();
      case Doing.Working(Verb verb, VirtualPath path, _) -> verb + " " + path;
      default -> Phrase.of("nothing");
    };
  }

  /// Sends a listing while a transfer runs, beside which nothing is waited for: no more of it than
  /// may be in memory.
  private void tellAtOnce(ListingSource listing) {
    listingsTold++;
    ByteBuffer all = ByteBuffer.allocate(TOLD_DURING_TRANSFER);
    Phrase end = Phrase.of("End.");
    try {
      int count = 0;
      for (int i = 0; i < READS_DURING_TRANSFER && count >= 0 && all.hasRemaining(); i++) {
        count = listing.read(all);
      }
      if (count >= 0) {
        end = Phrase.of("And more, which is told when no transfer runs.");
      }
    } catch (IOException e) {
      end = Phrase.of("Broken off: %s.", String.valueOf(e.getMessage()));
    }
    answers.closeQuietly(listing);
    int length = all.position();
    // A line that was cut is not told.
    while (length > 0 && all.get(length - 1) != '\n') {
      length--;
    }
    if (length > 0) {
      answers.raw(all.flip().limit(length));
    }
    answers.reply(Reply.of(213, end));
  }

  /// Sends a part of a listing, and waits until it has left: it may be long.
  private void tell(ListingSource listing) {
    ByteBuffer part = ByteBuffer.allocate(TELL_AT_ONCE);
    int count;
    Phrase end = Phrase.of("End.");
    try {
      count = listing.read(part);
    } catch (IOException e) {
      // The code was said in the first line.
      end = Phrase.of("Broken off: %s.", String.valueOf(e.getMessage()));
      count = -1;
    }
    if (count > 0) {
      // Every line begins with the letter of a kind, never with a digit: none can be taken for the
      // last.
      answers.raw(part.flip());
    }
    if (count >= 0) {
      answers.ask(new Effect.Drain());
      return;
    }
    answers.closeQuietly(listing);
    doing = new Doing.Resting();
    answers.reply(Reply.of(213, end));
  }

  private void drained() {
    heard = true;
    if (doing instanceof Doing.Telling(ListingSource listing)) {
      tell(listing);
    } else if (doing instanceof Doing.Draining) {
      doing = new Doing.Resting();
    }
  }

  // Words used above.

  private Who.LoggedIn loggedIn() {
    if (who instanceof Who.LoggedIn in) {
      return in;
    }
    throw new IllegalStateException("the gate let a guest through");
  }

  private String name() {
    return who instanceof Who.LoggedIn in ? in.account().name() : "a guest";
  }

  /// The tree as `verb` may use it.
  private Tree tree(Verb verb) {
    return loggedIn().tree().under(Permit.of(account(), verb));
  }

  private FileCommands files(Verb verb) {
    return new FileCommands(tree(verb), account(), told, service.now());
  }

  private Directory here(Verb verb) {
    return new Directory(tree(verb), directory());
  }

  /// What MLSD tells of the entries of a directory.
  private EntryFormat facts(List<String> directory) {
    Rules rules = account().rules();
    return EntryFormat.facts(
        terms.facts(),
        name -> {
          List<String> place = new ArrayList<>(directory);
          place.add(name);
          return rules.at(place).rights();
        });
  }

  private Account account() {
    return loggedIn().account();
  }

  private VirtualPath directory() {
    return loggedIn().directory();
  }

  private VirtualPath path(String argument) throws FileProblem {
    return directory().resolve(argument);
  }

  /// Several of them; none where there is no sense in it.
  private List<VirtualPath> paths(String argument) throws FileProblem {
    List<VirtualPath> paths = new ArrayList<>();
    for (String path : Paths.parse(argument)) {
      paths.add(path(path));
    }
    return paths;
  }

  private Terms terms() {
    return new Terms(new DataRoute(local, peer, service.advertised(), answers));
  }

  private void reply(int code, String english, Object... values) {
    answers.reply(code, english, values);
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
