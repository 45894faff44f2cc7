package wharf.ftp.server;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Effect;
import wharf.protocol.Happening;

/// What a session answers to one event: its replies, and all else it asks for, in that order.
final class Answers {
  private final @Nullable Dialogue dialogue;
  private List<Effect> effects = new ArrayList<>();
  private Language language = Language.ENGLISH;
  private boolean over;

  /// @param dialogue is told of every reply; null where nobody wants to know
  Answers(@Nullable Dialogue dialogue) {
    this.dialogue = dialogue;
  }

  /// What the replies are said in from here on.
  void speak(Language other) {
    language = other;
  }

  Language spoken() {
    return language;
  }

  void reply(int code, String english, Object... values) {
    reply(Reply.of(code, english, values));
  }

  void reply(Reply reply) {
    if (reply.note() != null) {
      note(reply.note().line(), reply.note().happening());
    }
    // What ends with the close has nobody to be told to.
    if (!over) {
      effects.add(reply.in(language));
      if (dialogue != null) {
        tell(dialogue.replied(reply));
      }
    }
  }

  /// A command is carried out from here on.
  void begun(Said said) {
    if (dialogue != null) {
      dialogue.begun(said);
    }
  }

  /// It has been: if it has no reply yet, that comes later.
  void carriedOut() {
    if (dialogue != null) {
      dialogue.carriedOut();
    }
  }

  /// The session has ended.
  void ended() {
    if (dialogue != null) {
      dialogue.ended().forEach(this::tell);
    }
  }

  private void tell(@Nullable Happening happening) {
    if (happening != null) {
      effects.add(new Effect.Note("", happening));
    }
  }

  /// A part of a reply that is in the grammar already.
  void raw(ByteBuffer bytes) {
    if (!over) {
      effects.add(new Effect.Send(bytes));
    }
  }

  /// A line for the log.
  void note(String line) {
    note(line, new Happening.Remark(line));
  }

  /// A line for the log, and the same for programs.
  void note(String line, Happening happening) {
    effects.add(new Effect.Note(Reply.clean(line), happening));
  }

  void ask(Effect effect) {
    effects.add(effect);
  }

  /// Asks for the end of the connection: no reply comes after it.
  void close() {
    over = true;
    effects.add(new Effect.Close());
  }

  /// Whether that was asked for.
  boolean isOver() {
    return over;
  }

  /// How many effects there are so far.
  int size() {
    return effects.size();
  }

  /// Closes it; a failure is worth a line in the log and no more.
  void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      note("closing failed: " + e.getMessage());
    }
  }

  /// All of it; the next event's answers begin with none.
  List<Effect> taken() {
    List<Effect> all = effects;
    effects = new ArrayList<>();
    return all;
  }
}
