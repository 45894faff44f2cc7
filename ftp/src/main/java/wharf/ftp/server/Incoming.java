package wharf.ftp.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import wharf.files.FileProblem;
import wharf.files.Upload;
import wharf.files.VirtualPath;
import wharf.protocol.Effect;
import wharf.protocol.Effect.Transfer;
import wharf.protocol.Ending;
import wharf.protocol.Event;
import wharf.protocol.Happening;

/// A file on its way in, from the command to the reply. It is published only when the evidence says
/// that all of it has come; otherwise what came is kept for the same account.
///
/// ```
///   Staging --Performed--> Receiving --Transferred--> Proving --Expired--> Syncing --Performed-->
///   Publishing --Performed--> Over              anything that speaks against it: Over
/// ```
final class Incoming implements Doing {
  /// How long an upload that ended by FIN, and of unknown length, has to prove itself: this part of
  /// the time it took, and never longer than [#PROBATION_MOST].
  ///
  /// The system closes what a killed client had open one connection after the other, the youngest
  /// first. On a machine with nothing else to do the control connection follows within 0.2 ms; with
  /// 16 busy processes for 2 cores it took up to 22 ms.
  private static final int PROBATION_SHARE = 8;

  private static final Duration PROBATION_MOST = Duration.ofMillis(100);

  /// What is not worth a timer: to write the file to the disk takes as long.
  private static final Duration PROBATION_LEAST = Duration.ofMillis(1);

  private static final String CLIENT_GONE = "the client is gone";
  private static final String ENDED = "the session has ended";

  private sealed interface Stage {
    record Staging() implements Stage {}

    /// @param from where in the file it began
    record Receiving(Upload upload, long from) implements Stage {}

    /// All has come, it seems: if the client was killed, its control connection ends now.
    record Proving(Upload upload, Event.Transferred end) implements Stage {}

    record Syncing(Upload upload, Event.Transferred end) implements Stage {}

    record Publishing(Upload upload, Event.Transferred end) implements Stage {}

    record Over() implements Stage {}
  }

  /// What is to come.
  ///
  /// @param account whose upload it is
  /// @param announced the size that ALLO told, or -1
  /// @param largest the most bytes that it may have
  /// @param unique whether the server chose the name (STOU)
  /// @param cargo how it comes, for the log
  /// @param limits how long it may wait, and how fast it may go
  record Order(
      String account,
      VirtualPath target,
      long announced,
      long largest,
      boolean unique,
      Happening.Cargo cargo,
      Transfer.Limits limits) {
    /// How it looks on the wire.
    Transfer.Form form() {
      return cargo.form();
    }
  }

  /// What has become of what came.
  ///
  /// @param bytes how much of it is kept; null if that is not known
  /// @param told the same, to be added to a sentence
  private record Kept(@Nullable Long bytes, Phrase told) {}

  private final Order order;
  private final Terms terms;
  private final Answers answers;
  private Stage stage = new Stage.Staging();

  /// @param terms under which its bytes come
  Incoming(Order order, Terms terms, Answers answers) {
    this.order = order;
    this.terms = terms;
    this.answers = answers;
  }

  /// What is being done now: nothing more, when it was published, or given up.
  private Doing next() {
    return stage instanceof Stage.Over ? new Resting() : this;
  }

  @Override
  public boolean movesData() {
    return stage instanceof Stage.Receiving;
  }

  /// Whether it waits for the client to be still there.
  boolean isProving() {
    return stage instanceof Stage.Proving;
  }

  @Override
  public Phrase told() {
    return stage instanceof Stage.Receiving(Upload upload, _)
        ? Phrase.of("%s, %s bytes so far", what(), upload.position())
        : Phrase.of("%s", what());
  }

  @Override
  public String what() {
    return "STOR " + order.target();
  }

  /// There is a part for it now: its bytes may come.
  void staged(Upload upload) {
    if (terms.isHashing()) {
      upload.hashing(terms.hash());
    }
    long from = upload.position();
    stage = new Stage.Receiving(upload, from);
    VirtualPath target = order.target();
    int announcement = terms.route().announcement();
    answers.reply(
        order.unique()
            // RFC 1123 section 4.1.2.9 has it so.
            ? Reply.of(announcement, "FILE: %s", target.name())
            : Reply.of(announcement, "Ready for %s.", target));
    Transfer.Flow flow = new Transfer.Flow.In(bytes -> store(upload, from, bytes), order.form());
    Long size = order.announced() < from ? null : Long.valueOf(order.announced() - from);
    answers.note("", new Happening.Started(order.cargo(), size));
    answers.ask(terms.transfer(flow, order.limits()));
  }

  private void store(Upload upload, long from, ByteBuffer bytes) throws FileProblem {
    if (bytes.remaining() > order.largest() - (upload.position() - from)) {
      throw FileProblem.tooLarge(
          order.target(),
          "became larger than %s bytes, the most that a compressed upload may; say its size with"
              + " ALLO before",
          order.largest());
    }
    upload.write(bytes);
  }

  /// The client has put a mark into what it sends: it learns where in the file that is (RFC 959
  /// section 4.2).
  @Override
  public void marked(Event.Marked marked) {
    if (stage instanceof Stage.Receiving(_, long from)) {
      answers.reply(110, "MARK %s = %s", marked.marker(), from + marked.stored());
    }
  }

  @Override
  public Doing transferred(Event.Transferred end, Client client) {
    if (!(stage instanceof Stage.Receiving(Upload upload, _))) {
      throw new IllegalStateException("transferred, but " + stage);
    }
    judge(upload, end, client);
    return next();
  }

  /// Judges the evidence: is what came the whole file? Only then may it be published.
  private void judge(Upload upload, Event.Transferred end, Client client) {
    boolean ended =
        switch (end.ending()) {
          case FIN, CLOSE_NOTIFY, BLOCK_EOF -> true;
          default -> false;
        };
    boolean tooShort =
        ended
            && order.form() == Transfer.Form.IMAGE
            && end.bytes() < order.announced()
            && upload.position() < order.announced();
    boolean vanished = hasVanished(client, end);
    if (ended && !vanished && !tooShort) {
      Duration probation = client == Client.THERE ? probation(end) : Duration.ZERO;
      if (probation.compareTo(PROBATION_LEAST) < 0) {
        sync(upload, end);
      } else {
        stage = new Stage.Proving(upload, end);
        answers.ask(new Effect.Arm(probation));
      }
      return;
    }
    Kept kept = keep(upload, end);
    Outcome outcome = new Outcome(end);
    String why =
        vanished ? CLIENT_GONE : tooShort ? "fewer bytes came than were announced" : outcome.why();
    note(
        (vanished ? goneAfter(end.bytes()) : outcome.note()) + kept.told(),
        outcome.incomplete(order.cargo(), why, kept.bytes()));
    if (tooShort) {
      answers.reply(
          451,
          "Only %s of %s announced bytes came%s.",
          end.bytes(),
          order.announced(),
          kept.told());
    } else {
      answers.reply(outcome.incomplete(kept.told()));
    }
  }

  /// Whether the client has gone, and that speaks against the upload: what has said its end itself
  /// is whole, whatever became of the client after that.
  private static boolean hasVanished(Client client, Event.Transferred end) {
    return client == Client.VANISHED && end.ending() != Ending.BLOCK_EOF;
  }

  private static String goneAfter(long bytes) {
    return "cut off after " + bytes + " bytes: " + CLIENT_GONE;
  }

  private Duration probation(Event.Transferred end) {
    boolean asAnnounced = order.announced() >= 0 && order.form() == Transfer.Form.IMAGE;
    // Who is killed says no close_notify, nor that this was the last block.
    if (asAnnounced || end.ending() != Ending.FIN) {
      return Duration.ZERO;
    }
    Duration share = end.took().dividedBy(PROBATION_SHARE);
    return share.compareTo(PROBATION_MOST) < 0 ? share : PROBATION_MOST;
  }

  /// The client is still there after the time that it had to prove itself.
  void expired() {
    if (stage instanceof Stage.Proving(Upload upload, Event.Transferred end)) {
      sync(upload, end);
    }
  }

  @Override
  public Doing peerClosed(Client client) {
    if (stage instanceof Stage.Proving(Upload upload, Event.Transferred end)) {
      if (client == Client.VANISHED) {
        cutOff(upload, end);
      } else {
        sync(upload, end);
      }
    }
    return next();
  }

  @Override
  public Doing closing() {
    if (stage instanceof Stage.Proving(Upload upload, Event.Transferred end)) {
      cutOff(upload, end);
    }
    return next();
  }

  @Override
  public Doing performed(Object result, Client client) {
    switch (stage) {
      case Stage.Staging _ -> {
        if (client == Client.THERE && !answers.isOver()) {
          staged((Upload) result);
        } else {
          stage = new Stage.Over();
          answers.closeQuietly((Upload) result);
        }
      }
      case Stage.Syncing(Upload upload, Event.Transferred end) -> {
        if (hasVanished(client, end)) {
          cutOff(upload, end);
        } else {
          publish(upload, end);
        }
      }
      case Stage.Publishing(Upload upload, Event.Transferred end) -> {
        stage = new Stage.Over();
        Phrase receipt = new Outcome(end).receipt();
        String hashed = hashed(upload);
        note(
            receipt + hashed, new Outcome(end).complete(order.cargo(), upload.hash().orElse(null)));
        answers.reply(
            order.unique()
                ? Reply.of(226, "%s is complete: %s%s.", order.target().name(), receipt, hashed)
                : Reply.of(226, "Complete: %s%s.", receipt, hashed));
      }
      default -> throw new IllegalStateException("performed, but " + stage);
    }
    return next();
  }

  private static String hashed(Upload upload) {
    return upload.hash().map(hash -> ", " + hash).orElse("");
  }

  @Override
  public Doing failed(Effect effect, IOException problem) {
    switch (stage) {
      case Stage.Staging _ -> {
        stage = new Stage.Over();
        answers.reply(Reply.problem(FileProblem.of(problem, order.target())));
      }
      case Stage.Syncing(Upload upload, Event.Transferred end) -> notStored(upload, end, problem);
      case Stage.Publishing(Upload upload, Event.Transferred end) ->
          notStored(upload, end, problem);
      default -> throw new IllegalStateException("failed, but " + stage, problem);
    }
    return next();
  }

  private void notStored(Upload upload, Event.Transferred end, IOException problem) {
    Event.Transferred failed =
        new Event.Transferred(Ending.STORE_FAILED, end.bytes(), end.took(), problem);
    Kept kept = keep(upload, failed);
    Outcome outcome = new Outcome(failed);
    note(
        "not stored" + kept.told(), outcome.incomplete(order.cargo(), outcome.why(), kept.bytes()));
    answers.reply(outcome.incomplete(kept.told()));
  }

  /// What has come is kept for its account.
  @Override
  public void ended() {
    switch (stage) {
      case Stage.Receiving(Upload upload, long from) -> {
        long bytes = upload.position() - from;
        suspend(
            upload,
            new Happening.Transfer(
                order.cargo(), bytes, bytes, null, false, Ending.ABORTED, ENDED, null, null));
      }
      case Stage.Proving(Upload upload, Event.Transferred end) -> suspend(upload, end);
      case Stage.Syncing(Upload upload, Event.Transferred end) -> suspend(upload, end);
      case Stage.Publishing(Upload upload, Event.Transferred end) -> suspend(upload, end);
      case Stage.Staging _, Stage.Over _ -> {}
    }
  }

  private void suspend(Upload upload, Event.Transferred end) {
    suspend(upload, new Outcome(end).incomplete(order.cargo(), ENDED, null));
  }

  private void suspend(Upload upload, Happening.Transfer receipt) {
    stage = new Stage.Over();
    note("cut off, " + ENDED, receipt);
    answers.closeQuietly(upload);
  }

  private void sync(Upload upload, Event.Transferred end) {
    stage = new Stage.Syncing(upload, end);
    answers.ask(
        new Effect.Perform(
            () -> {
              upload.sync();
              return "synced";
            }));
  }

  private void publish(Upload upload, Event.Transferred end) {
    stage = new Stage.Publishing(upload, end);
    answers.ask(
        new Effect.Perform(
            () -> {
              upload.publish();
              return "published";
            }));
  }

  /// All came, and then the client was gone: how much of the file that was, nobody knows.
  private void cutOff(Upload upload, Event.Transferred end) {
    Kept kept = keep(upload, end);
    note(
        "cut off, " + CLIENT_GONE + kept.told(),
        new Outcome(end).incomplete(order.cargo(), CLIENT_GONE, kept.bytes()));
  }

  /// Keeps what came of an upload that was cut off, or forgets it when the disk is full, or when it
  /// may be wrong.
  private Kept keep(Upload upload, Event.Transferred end) {
    stage = new Stage.Over();
    try {
      boolean full =
          end.problem() instanceof FileProblem problem
              && problem.kind() == FileProblem.Kind.NO_SPACE;
      if (full || end.ending() == Ending.MALFORMED) {
        upload.discard();
        return new Kept(0L, Phrase.of("; nothing was kept"));
      }
      long bytes = upload.suspend();
      return new Kept(
          bytes, bytes > 0 ? Phrase.of("; %s bytes are kept to resume from", bytes) : Phrase.NONE);
    } catch (FileProblem problem) {
      return new Kept(
          0L, Phrase.of("; nothing could be kept: %s", String.valueOf(problem.getMessage())));
    }
  }

  private void note(String what, Happening.Transfer receipt) {
    answers.note(order.account() + " STOR " + order.target() + ": " + what, receipt);
  }
}
