package wharf.ftp.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import wharf.protocol.Effect;
import wharf.protocol.Event;

/// What a session waits for before it carries out the next command. It is told what happens
/// meanwhile, and answers each time with what is being done from then on: itself, or, when it is
/// over, [Resting].
sealed interface Doing
    permits DataRoute.Opening,
        Doing.Draining,
        Doing.Resting,
        Doing.Securing,
        Errand,
        Incoming,
        Login.Checking,
        Outgoing,
        Telling {

  /// What has become of the client.
  enum Client {
    THERE,
    /// It said QUIT and went: it may, before its last upload is stored.
    LEFT,
    /// It went without a word, as if it was killed.
    VANISHED
  }

  /// Nothing: the next command is carried out.
  record Resting() implements Doing {}

  /// A handshake. The session itself is told how it ends, as it is of one that nobody asked for.
  record Securing(Answers answers) implements Doing {
    @Override
    public Doing peerClosed(Client client) {
      answers.close();
      return this;
    }
  }

  /// The replies so far are to leave before there are more.
  record Draining() implements Doing {
    @Override
    public Doing drained() {
      return new Resting();
    }
  }

  /// Whether its data connection is at work.
  default boolean movesData() {
    return false;
  }

  /// What it is, for people. From any thread.
  default Object what() {
    return Phrase.of("nothing");
  }

  /// How it stands, for the client itself.
  default Object told() {
    return what();
  }

  default Doing listening(InetSocketAddress at) {
    throw new IllegalStateException("listening, but " + this);
  }

  default void marked(Event.Marked marked) {}

  default Doing transferred(Event.Transferred end, Client client) {
    throw new IllegalStateException("transferred, but " + this);
  }

  /// What it asked to be done elsewhere has been done.
  default Doing performed(Object result, Client client) {
    throw new IllegalStateException("performed, but " + this);
  }

  /// What it asked for could not be done.
  default Doing failed(Effect effect, IOException problem) {
    throw new IllegalStateException("failed, but " + this + ": " + effect, problem);
  }

  default Doing drained() {
    return this;
  }

  /// The client says nothing more.
  default Doing peerClosed(Client client) {
    return this;
  }

  /// The session is about to end by its own will, and waits for nothing more.
  default Doing closing() {
    return this;
  }

  /// The session has ended, perhaps from outside: nothing more will happen.
  default void ended() {}
}
