package wharf.ftp.server;

import wharf.protocol.Ending;
import wharf.protocol.Event;
import wharf.protocol.Happening;

/// A file or a listing on its way out. Its bytes are the driver's; it waits for the end.
final class Outgoing implements Doing {
  private final Happening.Cargo cargo;
  private final Answers answers;

  Outgoing(Happening.Cargo cargo, Answers answers) {
    this.cargo = cargo;
    this.answers = answers;
  }

  @Override
  public boolean movesData() {
    return true;
  }

  @Override
  public String what() {
    return cargo.verb() + " " + cargo.path();
  }

  @Override
  public Doing transferred(Event.Transferred end, Client client) {
    Outcome outcome = new Outcome(end);
    boolean complete = end.ending() == Ending.SENT;
    answers.note(
        cargo.account() + " " + what() + ": " + outcome.note(),
        complete ? outcome.complete(cargo, null) : outcome.incomplete(cargo, outcome.why(), null));
    if (complete) {
      answers.reply(226, "Complete: %s%s.", outcome.receipt(), "");
    } else {
      answers.reply(outcome.incomplete(Phrase.NONE));
    }
    return new Resting();
  }
}
