package wharf.ftp.server;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import wharf.files.FileProblem;
import wharf.files.Tree;
import wharf.protocol.Effect;
import wharf.protocol.Happening;
import wharf.protocol.Happening.Proof;
import wharf.protocol.Security;
import wharf.users.Account;
import wharf.users.Accounts;
import wharf.users.Bans;
import wharf.users.Secret;

/// Who the client is.
///
/// ```
///   Guest --USER--> Named --PASS--> Checking, accepted--> LoggedIn        REIN, AUTH, USER: back
///                         \--USER, by certificate--^
/// ```
///
/// Who is logged in has a seat and a tree, and leaves both, however the log-in ends.
final class Login {
  /// Failed log-ins before the connection is closed.
  static final int TRIES = 5;

  private static final String ELSEWHERE = "its networks do not have the client's address";

  private sealed interface Who {
    record Guest() implements Who {}

    record Named(String user) implements Who {}

    record Inside(LoggedIn account) implements Who {}
  }

  /// Who may come in, and the tree it has entered.
  private record Admitted(Account account, Tree tree) {}

  private final FtpService service;
  private final InetAddress peer;
  private final Answers answers;

  /// Read by other threads, too: see [#name].
  private volatile Who who = new Who.Guest();

  private int failed;

  /// @param peer where the client is
  Login(FtpService service, InetAddress peer, Answers answers) {
    this.service = service;
    this.peer = peer;
    this.answers = answers;
  }

  /// Whether not even a name was said.
  boolean isGuest() {
    return who instanceof Who.Guest;
  }

  boolean isIn() {
    return who instanceof Who.Inside;
  }

  /// Who is logged in, as the gate has made sure.
  LoggedIn in() {
    if (who instanceof Who.Inside(LoggedIn account)) {
      return account;
    }
    throw new IllegalStateException("the gate let a guest through");
  }

  /// For people. From any thread.
  String name() {
    return who instanceof Who.Inside(LoggedIn account) ? account.name() : "a guest";
  }

  /// USER. A certificate of that name is proof enough.
  ///
  /// @param security what the control connection is under; null if it is in the clear
  Doing user(String name, @Nullable Security security) {
    if (security == null && service.requiresTls()) {
      answers.reply(530, "Nobody logs in here in the clear; say AUTH TLS first.");
      return new Doing.Resting();
    }
    Optional<Account> shown =
        CommonName.of(security == null ? List.of() : security.peer())
            .filter(name::equals)
            .flatMap(shownName -> service.accounts().vouchedFor(shownName, peer));
    anew();
    tellLogout();
    become(new Who.Named(name));
    if (shown.isPresent()) {
      return isBanned() ? new Doing.Resting() : check(name, true, () -> shown);
    }
    answers.reply(
        331,
        Accounts.isAnonymous(name)
            ? "Any password will do; people give their mail address."
            : "And the password?");
    return new Doing.Resting();
  }

  /// PASS.
  Doing pass(String password) {
    if (!(who instanceof Who.Named(String user))) {
      answers.reply(503, "Say who you are with USER first.");
      return new Doing.Resting();
    }
    if (isBanned()) {
      return new Doing.Resting();
    }
    Optional<Supplier<Optional<Account>>> check =
        service.accounts().inLine(user, new Secret(password), peer);
    if (check.isEmpty()) {
      answers.reply(421, "Too many are logging in just now. Try again later.");
      answers.close();
      return new Doing.Resting();
    }
    return check(user, false, check.get());
  }

  /// Nobody is logged in any more.
  void leave() {
    become(new Who.Guest());
  }

  /// The same, and somebody else may log in. The time for that begins for who was logged in; for
  /// nobody else does it begin anew, whatever they say.
  void anew() {
    if (isIn()) {
      answers.ask(new Effect.Arm(service.patience().login()));
    }
    tellLogout();
    leave();
  }

  private void tellLogout() {
    if (who instanceof Who.Inside(LoggedIn account)) {
      answers.note("", new Happening.Logout(account.name()));
    }
  }

  /// Whether log-ins from the client's address have failed too often, perhaps in other sessions;
  /// then it is told to go.
  private boolean isBanned() {
    boolean banned = service.bans().isBanned(peer);
    if (banned) {
      leave();
      answers.reply(421, "Not now. Try again later.");
      answers.close();
    }
    return banned;
  }

  /// Finds out where waiting is allowed who somebody is, and opens that account's tree.
  private Doing check(String user, boolean byCertificate, Supplier<Optional<Account>> who) {
    Callable<Optional<Admitted>> task =
        () -> {
          Optional<Account> found = who.get();
          return found.isEmpty()
              ? Optional.empty()
              : Optional.of(new Admitted(found.get(), service.roots().enter(found.get())));
        };
    answers.ask(new Effect.Perform(task));
    return new Checking(user, byCertificate);
  }

  /// Waiting for what that finds.
  final class Checking implements Doing {
    private final String user;

    /// Whether nothing but the account's tree is waited for.
    private final boolean byCertificate;

    private Checking(String user, boolean byCertificate) {
      this.user = user;
      this.byCertificate = byCertificate;
    }

    @Override
    public Doing performed(Object result, Client client) {
      decide(((Optional<?>) result).map(Admitted.class::cast));
      return new Resting();
    }

    private void decide(Optional<Admitted> admitted) {
      if (isBanned()) {
        // A right password that is found by then is not told of.
        admitted.ifPresent(in -> service.roots().leave(in.tree()));
      } else if (admitted.isEmpty()) {
        refuse();
      } else if (!service.sessions().seats().take(admitted.get().account())) {
        refuseSeat(admitted.get());
      } else {
        comeIn(admitted.get());
      }
    }

    private void refuse() {
      leave();
      // The client learns no more than of a wrong password.
      String why = service.accounts().isKeptFrom(user, peer) ? ELSEWHERE : null;
      answers.note(
          "log-in as " + user + " refused" + (why == null ? "" : ": " + why), told(false, why));
      Optional<Bans.Ban> ban = service.bans().failed(peer);
      ban.ifPresent(
          it ->
              answers.note(
                  it.who() + " is banned until " + it.until() + ": too many log-ins failed"));
      if (++failed >= TRIES || ban.isPresent()) {
        answers.reply(421, "Name or password is wrong, too often now. Goodbye.");
        answers.close();
      } else {
        answers.reply(530, "Name or password is wrong.");
      }
    }

    private void refuseSeat(Admitted admitted) {
      Account account = admitted.account();
      service.roots().leave(admitted.tree());
      leave();
      String why = "it has its sessions already";
      answers.note("log-in as " + account.name() + " refused: " + why, told(false, why));
      answers.reply(
          530,
          "%s may have %s sessions at once, and has: close one first.",
          account.name(),
          account.limits().sessions());
    }

    /// The seat is taken.
    private void comeIn(Admitted admitted) {
      failed = 0;
      Account account = admitted.account();
      Rates.Pace pace = service.rates().pace(account, peer);
      become(new Who.Inside(new LoggedIn(account, admitted.tree(), pace, service.now())));
      answers.ask(new Effect.Arm(service.patience().idle()));
      if (byCertificate) {
        answers.note(user + " logged in by certificate", told(true, null));
        answers.reply(232, "Welcome, %s: your certificate is enough.", user);
      } else {
        answers.note(user + " logged in", told(true, null));
        answers.reply(230, "Welcome, %s.", user);
      }
    }

    @Override
    public Doing failed(Effect effect, IOException problem) {
      leave();
      answers.note(
          "log-in as " + user + " failed: " + problem.getMessage(),
          told(false, problem.getMessage()));
      answers.reply(
          451,
          problem instanceof FileProblem
              ? "Your folder cannot be used now. Tell whoever runs this server."
              : "The password could not be checked. Try again later.");
      return new Resting();
    }

    /// How it came out, for the log.
    private Happening.Login told(boolean accepted, @Nullable String why) {
      boolean nobody = Accounts.isAnonymous(user);
      return new Happening.Login(
          nobody && accepted ? Account.ANONYMOUS : user,
          accepted,
          byCertificate ? Proof.CERTIFICATE : nobody ? Proof.NONE : Proof.PASSWORD,
          why);
    }
  }

  /// Who was logged in leaves the tree, and its seat.
  private void become(Who next) {
    if (who instanceof Who.Inside(LoggedIn account)) {
      service.roots().leave(account.tree());
      service.sessions().seats().leave(account.account());
    }
    who = next;
  }
}
