package wharf.ftp.server;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import wharf.files.FileProblem;
import wharf.files.OpenFile;
import wharf.files.Start;
import wharf.files.Tree;
import wharf.files.VirtualPath;
import wharf.protocol.Effect;
import wharf.protocol.Effect.Transfer;
import wharf.protocol.Happening;
import wharf.protocol.Happening.Direction;
import wharf.protocol.Source;
import wharf.protocol.Throttle;

/// The commands of an account that move data, each up to its beginning: whether it can be done, and
/// what is to be moved. Each answers with what is being done then: an [Outgoing], an [Incoming], or
/// nothing if it was refused.
final class Transfers {
  /// An upload in MODE Z may take this part of the free space.
  private static final int INFLATED_SHARE = 2;

  private final LoggedIn in;
  private final Terms terms;
  private final FtpService service;
  private final Answers answers;

  Transfers(LoggedIn in, Terms terms, FtpService service, Answers answers) {
    this.in = in;
    this.terms = terms;
    this.service = service;
    this.answers = answers;
  }

  // Out.

  /// RETR.
  Doing retrieve(VirtualPath path, Range range) throws FileProblem {
    if (terms.route().isMissing() || noOffset(!range.isAll())) {
      return new Doing.Resting();
    }
    Optional<Reply> refusal = in.files(Verb.RETR).wouldBeCut(path);
    OpenFile file = in.tree(Verb.RETR).open(path);
    if (refusal.isPresent()) {
      answers.closeQuietly(file);
      answers.reply(refusal.get());
      return new Doing.Resting();
    }
    long from = range.from();
    if (from > file.size()) {
      answers.closeQuietly(file);
      answers.reply(554, "%s has only %s bytes.", path, file.size());
      return new Doing.Resting();
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
    Source source = new Source.OfFile(file.channel(), from, to);
    return send("RETR", path.toString(), source, terms.form(), in.pace().down());
  }

  /// LIST, NLST and MLSD. A listing is not slowed: it is short, and comes before files.
  Doing list(Verb verb, String argument) throws FileProblem {
    if (terms.route().isMissing()) {
      return new Doing.Resting();
    }
    Directory here = in.here(verb);
    String what = verb == Verb.MLSD ? argument : here.listed(argument);
    if (verb == Verb.MLSD && !here.tree().stat(in.path(what)).directory()) {
      // RFC 3659 section 7.2.1 asks for this code.
      answers.reply(501, "%s is not a directory; MLST tells of files.", in.path(what));
      return new Doing.Resting();
    }
    ListingSource source =
        switch (verb) {
          case MLSD ->
              here.listDirectory(what, in.facts(terms, here.tree().whereIs(in.path(what), true)));
          case NLST -> here.list(what, EntryFormat.names(here.prefix(what)));
          default -> here.list(what, EntryFormat.people(service.now().get()));
        };
    answers.reply(terms.route().announcement(), "Here comes the listing.");
    String told = argument.isEmpty() ? in.directory().toString() : argument;
    return send(verb.toString(), told, source, Transfer.Form.IMAGE, List.of());
  }

  private Doing send(
      String verb, String what, Source source, Transfer.Form form, List<Throttle> throttles) {
    Happening.Cargo cargo = cargo(Direction.OUT, verb, what, form);
    Outgoing outgoing = new Outgoing(cargo, answers);
    Transfer.Flow flow = new Transfer.Flow.Out(source, form);
    Long size = source instanceof Source.OfFile(_, long from, long to) ? to - from : null;
    answers.note("", new Happening.Started(cargo, size));
    answers.ask(terms.transfer(flow, limits(throttles)));
    return outgoing;
  }

  // In.

  /// STOR.
  Doing store(VirtualPath path, long offset) throws FileProblem {
    return store(in.tree(Verb.STOR), path, start(offset), false);
  }

  /// STOU: the server chooses the name.
  Doing storeUnique(String argument) throws FileProblem {
    String stem = argument.isEmpty() ? "upload" : argument;
    long bits = UUID.randomUUID().getMostSignificantBits();
    VirtualPath path = in.path(stem + "." + HexFormat.of().toHexDigits(bits));
    return store(in.tree(Verb.STOU), path, new Start.Fresh(), true);
  }

  /// APPE. After REST it replaces what is there from the offset on, which is more than adding.
  Doing append(VirtualPath path, Pending pending) throws FileProblem {
    if (pending instanceof Pending.Restart(long offset)) {
      Permit permit = new Permit(in.account(), "REST and APPE", Verb.STOR.rights(), Set.of());
      return store(in.tree().under(permit), path, start(offset), false);
    }
    return store(in.tree(Verb.APPE), path, new Start.Append(), false);
  }

  private static Start start(long offset) {
    return offset == 0 ? new Start.Fresh() : new Start.At(offset);
  }

  private Doing store(Tree tree, VirtualPath path, Start start, boolean unique) throws FileProblem {
    long size = in.takeAnnounced();
    if (terms.route().isMissing()
        || (start instanceof Start.At(long offset) && noOffset(offset > 0))) {
      return new Doing.Resting();
    }
    Incoming incoming =
        new Incoming(
            new Incoming.Order(
                in.name(),
                path,
                size,
                largest(size),
                unique,
                cargo(Direction.IN, "STOR", path.toString(), terms.form()),
                limits(in.pace().up())),
            terms,
            answers);
    long whole = terms.isText() ? -1 : size;
    if (start instanceof Start.Fresh) {
      incoming.staged(tree.upload(path, in.name(), start, whole));
    } else {
      // What is there already may have to be copied.
      answers.ask(new Effect.Perform(() -> tree.upload(path, in.name(), start, whole)));
    }
    return incoming;
  }

  /// How large an upload may become. In MODE Z a client need not send what fills the disk, so it
  /// has at most a share of what is free there, unless it has announced more.
  private long largest(long announcedSize) throws FileProblem {
    return terms.mode() == Modes.DEFLATE
        ? Math.max(announcedSize, in.tree().diskSpace() / INFLATED_SHARE)
        : Long.MAX_VALUE;
  }

  // Either.

  /// Whether the offset that is wanted cannot be used: a TYPE A may have come after REST or RANG.
  private boolean noOffset(boolean wanted) {
    boolean unusable = wanted && terms.isText();
    if (unusable) {
      answers.reply(554, "An offset has no meaning in text; say TYPE I first.");
    }
    return unusable;
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
        in.name(), direction, verb, path, form, mode, terms.route().isSecure());
  }

  private Transfer.Limits limits(List<Throttle> throttles) {
    FtpService.Patience patience = service.patience();
    return new Transfer.Limits(
        patience.connect(), patience.stall(), patience.transfer(), throttles);
  }
}
