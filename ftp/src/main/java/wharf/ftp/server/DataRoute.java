package wharf.ftp.server;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Effect;
import wharf.protocol.Effect.Transfer.Route;

/// How the next data connection comes about: PASV, EPSV, PORT, EPRT and PROT. What they agree on is
/// good for one transfer; one in blocks leaves its connection open for the next (RFC 959 section
/// 3.4.2).
final class DataRoute {
  private final InetSocketAddress local;
  private final InetSocketAddress peer;
  private final Advertised advertised;
  private final boolean mustBeSecure;
  private final Answers answers;
  private @Nullable Route route;
  private boolean extendedOnly;
  private boolean secure;

  /// @param local this end of the control connection
  /// @param peer the client's
  /// @param mustBeSecure whether only PROT P will do
  DataRoute(
      InetSocketAddress local,
      InetSocketAddress peer,
      Advertised advertised,
      boolean mustBeSecure,
      Answers answers) {
    this.local = local;
    this.peer = peer;
    this.advertised = advertised;
    this.mustBeSecure = mustBeSecure;
    this.answers = answers;
  }

  /// Whether data cannot be moved, for nothing is agreed or it would go in the clear; then that is
  /// said.
  boolean isMissing() {
    boolean inTheClear = mustBeSecure && !secure;
    if (route == null) {
      answers.reply(425, "Say first how to connect: EPSV, PASV, EPRT or PORT.");
    } else if (inTheClear) {
      answers.reply(521, "Data is sent under TLS only; say PROT P first.");
    }
    return route == null || inTheClear;
  }

  /// PROT (RFC 4217 section 9).
  ///
  /// @param underTls whether the control connection is
  Reply protect(String level, boolean underTls) {
    return switch (level) {
      case "P", "C" -> {
        boolean wanted = level.equals("P");
        if (!underTls) {
          yield Reply.of(503, "Say AUTH TLS first.");
        }
        if (!wanted && mustBeSecure) {
          yield Reply.of(534, "Data is sent under TLS only here.");
        }
        protect(wanted);
        yield Reply.of(200, wanted ? "Data goes under TLS." : "Data goes in the clear.");
      }
      case "S", "E" -> Reply.of(536, "TLS has no such level; say PROT P.");
      default -> Reply.of(504, "Only PROT P and PROT C are known.");
    };
  }

  /// Whether data is to be under TLS from now on.
  void protect(boolean wanted) {
    if (secure != wanted) {
      hangUp();
    }
    secure = wanted;
  }

  /// Whether data connections are to be under TLS.
  boolean isSecure() {
    return secure;
  }

  /// The code that announces a transfer: is the data connection still to be opened?
  int announcement() {
    return route instanceof Route.Kept ? 125 : 150;
  }

  /// The transfer has left its connection open.
  void kept() {
    route = new Route.Kept();
  }

  /// Closes a data connection that was kept: ABOR, MODE and REIN end it, and so does every other
  /// way to connect (RFC 959 section 3.3).
  void hangUp() {
    if (route instanceof Route.Kept) {
      route = null;
      answers.ask(new Effect.HangUp());
    }
  }

  /// What is agreed, for the one transfer it is good for.
  Route take() {
    Route agreed = route;
    if (agreed == null) {
      throw new IllegalStateException("a transfer without a route");
    }
    route = null;
    return agreed;
  }

  /// Waiting for a listener.
  ///
  /// @param extended whether EPSV has asked for it, and not PASV
  record Opening(DataRoute route, boolean extended) implements Doing {
    @Override
    public Doing listening(InetSocketAddress at) {
      route.listening(at, extended);
      return new Resting();
    }

    @Override
    public Doing failed(Effect effect, IOException problem) {
      route.answers.reply(
          425,
          "The server cannot listen for a data connection: %s.",
          String.valueOf(problem.getMessage()));
      return new Resting();
    }
  }

  /// PASV.
  ///
  /// @return what is being done then
  Doing passive() {
    if (extendedOnly) {
      answers.reply(503, "You have said EPSV ALL: only EPSV may follow.");
    } else if (!(local.getAddress() instanceof Inet4Address)) {
      answers.reply(425, "PASV has no words for IPv6; use EPSV.");
    } else {
      return listen(false);
    }
    return new Doing.Resting();
  }

  /// EPSV (RFC 2428 sections 3 and 4).
  ///
  /// @return what is being done then
  Doing extendedPassive(String argument) {
    String ours = local.getAddress() instanceof Inet4Address ? "1" : "2";
    if (argument.equals("ALL")) {
      extendedOnly = true;
      answers.reply(200, "From now on, only EPSV.");
    } else if (argument.isEmpty() || argument.equals(ours)) {
      return listen(true);
    } else {
      answers.reply(522, "Your control connection has another protocol; use (%s).", ours);
    }
    return new Doing.Resting();
  }

  private Doing listen(boolean extended) {
    hangUp();
    route = null;
    answers.ask(new Effect.Listen(local.getAddress(), secure));
    return new Opening(this, extended);
  }

  /// Somebody listens for the client now.
  private void listening(InetSocketAddress at, boolean extended) {
    route = new Route.Passive();
    if (extended) {
      answers.reply(229, "Entering Extended Passive Mode (|||%s|)", Integer.toString(at.getPort()));
    } else {
      Inet4Address named = advertised.to(peer.getAddress(), (Inet4Address) local.getAddress());
      String where = DataAddress.port(named, at.getPort());
      answers.reply(227, "Entering Passive Mode (%s)", where);
    }
  }

  /// PORT.
  void port(String argument) {
    active(DataAddress.parsePort(argument), Verb.PORT);
  }

  /// EPRT (RFC 2428 section 2).
  void extendedPort(String argument) {
    if (DataAddress.isOtherProtocol(argument)) {
      answers.reply(522, "Only IPv4 and IPv6 are known; use (1,2).");
    } else {
      active(DataAddress.parseEprt(argument), Verb.EPRT);
    }
  }

  /// Only back to the client itself, and to no port of the system's: or the server could be sent
  /// against others (RFC 2577 section 3).
  private void active(Optional<InetSocketAddress> parsed, Verb verb) {
    if (extendedOnly) {
      answers.reply(503, "You have said EPSV ALL: only EPSV may follow.");
      return;
    }
    if (parsed.isEmpty()) {
      answers.reply(Reply.misspoken(verb));
      return;
    }
    InetSocketAddress to = parsed.get();
    InetAddress address = to.getAddress();
    // lftp says "EPRT |2|::|port|": a client that names no address means its own.
    if (!address.isAnyLocalAddress() && !address.equals(peer.getAddress())) {
      answers.reply(
          504,
          "Data connections go only to your own address, %s.",
          peer.getAddress().getHostAddress());
    } else if (to.getPort() < 1024) {
      answers.reply(504, "Data connections go only to ports of 1024 and above.");
    } else {
      hangUp();
      route = new Route.Active(new InetSocketAddress(peer.getAddress(), to.getPort()));
      answers.reply(200, "The server will connect there.");
    }
  }
}
