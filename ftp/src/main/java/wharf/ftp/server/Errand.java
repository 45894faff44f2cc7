package wharf.ftp.server;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import wharf.files.FileProblem;
import wharf.files.VirtualPath;
import wharf.protocol.Effect;

/// What may take minutes, and is done where waiting is allowed. It is asked there whether it is to
/// go on, and broken off by the session.
final class Errand implements Doing, BooleanSupplier {
  private final String who;
  private final Verb verb;
  private final VirtualPath path;
  private final Answers answers;
  private volatile boolean brokenOff;

  /// The work itself: it asks `goOn` now and then whether it should.
  interface Work {
    Reply reply(BooleanSupplier goOn) throws IOException;
  }

  /// @param who whose it is, for the log
  /// @param path what a problem would be about
  Errand(String who, Verb verb, VirtualPath path, Answers answers) {
    this.who = who;
    this.verb = verb;
    this.path = path;
    this.answers = answers;
  }

  /// Asks for it to be done. The client is heard meanwhile, as far as the line has room: it may
  /// break it off, or go.
  Errand begun(Work work, int room) {
    Callable<Reply> task = () -> work.reply(this);
    answers.ask(new Effect.Perform(task, true, room));
    return this;
  }

  /// Ends it at its next question. It answers all the same, and may be done already.
  void breakOff() {
    brokenOff = true;
  }

  /// Whether it is to go on. From any thread.
  @Override
  public boolean getAsBoolean() {
    return !brokenOff;
  }

  @Override
  public String what() {
    return verb + " " + path;
  }

  @Override
  public Doing performed(Object result, Client client) {
    answers.reply((Reply) result);
    return new Resting();
  }

  @Override
  public Doing failed(Effect effect, IOException problem) {
    answers.reply(Reply.problem(FileProblem.of(problem, path), who, verb));
    return new Resting();
  }

  @Override
  public Doing closing() {
    breakOff();
    return this;
  }
}
