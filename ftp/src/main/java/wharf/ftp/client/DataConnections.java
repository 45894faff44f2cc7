package wharf.ftp.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import wharf.net.TimedWire;
import wharf.net.TlsWire;

/// The data connections of a session, one at a time: how each is agreed on, made, protected and
/// ended, and what is to be believed of it.
///
/// ```
/// EPSV, or PASV -> connect -> REST -> RETR -> 150 -> TLS -> the bytes -> 226
///    the first time                                          STOR: close_notify, and wait for theirs
///
/// EPSV, or PASV -> REST -> RETR -> connect -> 150 -> ...
///    once it is known that this way leads there: a round trip less
/// ```
///
/// TLS begins after the command: with the other order some servers wait for ever. It ends with the
/// server's close_notify: with that come the tickets with which the next connection resumes, and
/// without it nothing received counts as all there is.
///
/// In block mode a connection on which all has gone well is kept, and the next command uses it:
/// then commands may be said ahead, and [#receiveNext] and [#sendNext] go on with what they ask
/// for.
final class DataConnections {
  private static final Pattern PASV_NUMBERS =
      Pattern.compile("(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3}),(\\d{1,3})");
  private static final Pattern EPSV_PORT = Pattern.compile("\\((.)\\1\\1(\\d{1,5})\\1\\)");

  /// How long to try what EPSV offers before what PASV offers is tried: some firewalls open the
  /// port for the one and not for the other.
  private static final Duration TRIAL = Duration.ofSeconds(5);

  /// How long to wait for a server's close_notify when all was sent. Some never say it, and what
  /// was sent is there all the same.
  private static final Duration GOODBYE = Duration.ofSeconds(2);

  private final ControlConnection control;
  private final Duration timeout;
  private final Traits traits;

  /// What protects them; null for none.
  private final @Nullable TlsSession tls;

  DataConnections(
      ControlConnection control, Duration timeout, Traits traits, @Nullable TlsSession tls) {
    this.control = control;
    this.timeout = timeout;
    this.traits = traits;
    this.tls = tls;
  }

  private DataMode mode = DataMode.STREAM;

  /// In block mode, what is left of the last transfer.
  private @Nullable Link kept;

  /// A data connection.
  ///
  /// @param used whether a file has gone over it, and TLS is there
  private record Link(TimedWire wire, Framing framing, boolean used) {
    void reset() {
      quietly(wire::reset);
      framing.close();
    }
  }

  /// What is done over a data connection. Whatever it throws resets the connection.
  interface Work {
    /// Moves the data.
    ///
    /// @return whether it came to the end; if not, the connection is reset without a complaint
    boolean over(Framing data) throws IOException;
  }

  /// Whether all has come, by what else is known. Asked when the server says so, and the connection
  /// ended without a close_notify.
  interface Whole {
    boolean is() throws FtpException;
  }

  /// Agrees on how data looks from now on.
  ///
  /// @return whether the server does it so; if not, it goes on as before
  boolean agreeOn(DataMode wanted) throws FtpException {
    if (traits.refuses(wanted)) {
      return false;
    }
    if (mode == wanted) {
      return true;
    }
    close();
    Reply reply = control.command("MODE", wanted.letter());
    if (reply.done()) {
      mode = wanted;
      return true;
    }
    if (wanted == DataMode.STREAM) {
      control.spoil();
      throw new FtpException.Protocol("the server does not come back to MODE S: " + reply);
    }
    traits.refused(wanted);
    return false;
  }

  DataMode mode() {
    return mode;
  }

  /// Whether the next command needs no new connection.
  boolean isKept() {
    return kept != null;
  }

  /// Ends the connection that is kept.
  void close() {
    if (kept != null) {
      Link link = kept;
      kept = null;
      end(link);
    }
  }

  /// Has the server send what `work` reads to the end.
  ///
  /// @return the server's last word
  Reply receive(String verb, String path, long offset, Work work, Whole whole) throws FtpException {
    return transfer(open(verb, path, offset), verb, path, false, work, whole);
  }

  /// The same for a command that was said ahead, when a connection was kept.
  Reply receiveNext(String verb, String path, Work work) throws FtpException {
    return transfer(goOn(verb, path), verb, path, false, work, () -> false);
  }

  /// Has the server take what `work` writes: all of it, if that returns.
  ///
  /// @return the server's last word
  Reply send(String verb, String path, long offset, Work work) throws FtpException {
    return transfer(open(verb, path, offset), verb, path, true, work, () -> false);
  }

  /// The same for a command that was said ahead, when a connection was kept.
  Reply sendNext(String verb, String path, Work work) throws FtpException {
    return transfer(goOn(verb, path), verb, path, true, work, () -> false);
  }

  private void endOutput(Link link) throws IOException {
    link.framing().end();
    if (tls != null && mode != DataMode.BLOCK) {
      drain(link.wire());
    }
  }

  private static void drain(TimedWire data) {
    try {
      boolean _ = data.drain(GOODBYE);
    } catch (IOException _) {
      // The server has its own way to hang up. What it thinks of the upload it says in a moment.
    }
  }

  private Reply transfer(
      Link link, String verb, String path, boolean sending, Work work, Whole whole)
      throws FtpException {
    boolean begun = link.used();
    try {
      if (tls != null && !link.used()) {
        tls.protectData(link.wire());
      }
      begun = true;
      if (!work.over(link.framing())) {
        link.reset();
        return control.readBrokenOff();
      }
      if (sending) {
        endOutput(link);
      } else if (mode == DataMode.DEFLATE) {
        // The file said its end; the connection's is yet to come.
        drain(link.wire());
      }
      if (mode != DataMode.BLOCK) {
        end(link);
      }
    } catch (TlsWire.CutOff e) {
      if (begun && mode == DataMode.STREAM) {
        return cutOff(link, verb, path, whole, e);
      }
      throw begun
          ? failed(link, verb, path, broken(verb, path, e), e)
          : refused(link, verb, path, e);
    } catch (SSLException e) {
      throw begun
          ? failed(link, verb, path, broken(verb, path, e), e)
          : refused(link, verb, path, e);
    } catch (Framing.Malformed e) {
      // It has agreed to what it cannot do. Without it all may go well, over another session: who
      // knows what it takes for its mode now.
      traits.refused(mode);
      link.reset();
      control.spoil();
      throw broken(verb, path, e);
    } catch (FtpException e) {
      throw failed(link, verb, path, e, e);
    } catch (IOException e) {
      throw failed(link, verb, path, broken(verb, path, e), e);
    } catch (RuntimeException | Error e) {
      link.reset();
      control.spoil();
      throw e;
    }
    Reply reply;
    try {
      reply = control.readLast();
    } catch (FtpException e) {
      if (sending && !link.used() && mode == DataMode.BLOCK) {
        // Perhaps it waits for the connection to end, and has never understood the mode.
        traits.refused(mode);
      }
      link.reset();
      throw e;
    }
    if (!reply.done()) {
      link.reset();
      throw usedUp(reply.code()) ? another(null) : Refusal.of(reply, verb, path);
    }
    if (mode == DataMode.BLOCK) {
      kept = new Link(link.wire(), link.framing(), true);
    }
    return reply;
  }

  /// Whether a refusal is that of a server that insists on resumed sessions, when there was nothing
  /// left to resume with.
  private boolean usedUp(int code) {
    return tls != null && tls.usedUp() && (code == 425 || code == 522 || code == 450);
  }

  /// This session moves nothing any more; another does.
  private FtpException another(@Nullable IOException cause) {
    traits.ranOutOfTickets();
    control.spoil();
    return new FtpException.ConnectionLost(
        "the server wants data connections to resume the TLS session, and has given nothing more to"
            + " resume it with; connect again",
        cause);
  }

  /// What a connection has come to whose handshake failed.
  private FtpException refused(Link link, String verb, String path, SSLException e) {
    FtpException problem = failed(link, verb, path, untrusted(e), e);
    boolean known = problem instanceof FtpException.Cancelled;
    return tls != null && tls.usedUp() && !known ? another(problem) : problem;
  }

  /// Ends a connection on which all has gone well.
  private void end(Link link) {
    if (tls != null) {
      // Of an upload it was said already; with a download the server is not kept waiting for it.
      quietly(link.wire()::endOutput);
    }
    quietly(link.wire()::close);
    link.framing().close();
  }

  /// What a connection has come to that failed.
  ///
  /// @param problem as it looks from here
  private FtpException failed(
      Link link, String verb, String path, FtpException problem, IOException cause) {
    link.reset();
    // Its answer keeps the dialogue in step, and it may know better why.
    boolean stopped = problem instanceof FtpException.Cancelled;
    Reply reply = stopped ? control.readDespiteStop() : control.readSoon();
    if (reply == null) {
      control.spoil();
    } else if (problem != cause && !stopped && usedUp(reply.code())) {
      return another(cause);
    } else if (problem != cause && !stopped && reply.code() >= 400) {
      FtpException told = Refusal.of(reply, verb, path);
      told.addSuppressed(cause);
      return told;
    }
    return problem;
  }

  /// What to make of a connection that ended as one does that somebody cuts off: some servers end
  /// theirs so. The file is whole if it is as long as the server says it is.
  private Reply cutOff(Link link, String verb, String path, Whole whole, TlsWire.CutOff cause)
      throws FtpException {
    link.reset();
    Reply reply = control.readLast();
    if (!reply.done()) {
      throw usedUp(reply.code()) ? another(cause) : Refusal.of(reply, verb, path);
    }
    if (!whole.is()) {
      throw new FtpException.Incomplete(
          ("the server called %s complete, but did not end it as TLS is to be ended: some of it may"
                  + " be missing")
              .formatted(subject(path)),
          cause);
    }
    return reply;
  }

  // How one is made.

  /// A connection on which the server is ready for the command's data.
  private Link open(String verb, String path, long offset) throws FtpException {
    if (kept != null && kept.framing().hasMore()) {
      // Nobody has asked for that: it is no part of what is asked for now.
      kept.reset();
      kept = null;
    }
    if (kept != null) {
      restart(path, offset);
      control.send(verb, path);
      Link link = goOnIfThere(verb, path);
      if (link != null) {
        return link;
      }
    }
    TimedWire data = traits.passiveWorks() ? null : firstConnection();
    try {
      InetSocketAddress address = data == null ? passive() : null;
      restart(path, offset);
      control.send(verb, path);
      if (data == null && address != null) {
        data = connect(address, verb, path);
      }
      Reply reply = control.read();
      if (data != null && reply.preliminary()) {
        return new Link(data, Framing.of(mode, data), false);
      }
      throw notBegun(reply, verb, path);
    } catch (FtpException e) {
      if (data != null) {
        quietly(data::reset);
      }
      throw e;
    }
  }

  private void restart(String path, long offset) throws FtpException {
    if (offset > 0) {
      // Directly before the command it is for: another would cancel it.
      Reply reply = control.command("REST", Long.toString(offset));
      if (!reply.wantsMore()) {
        throw Refusal.of(reply, "REST", path);
      }
    }
  }

  private FtpException notBegun(Reply reply, String verb, String path) {
    if (reply.code() >= 400) {
      return Refusal.of(reply, verb, path);
    }
    control.spoil();
    return new FtpException.Protocol(
        "the server answered %s with %s before anything was moved".formatted(verb, reply));
  }

  /// The connection that is kept, when the server is ready for data on it.
  private Link goOn(String verb, String path) throws FtpException {
    Link link = goOnIfThere(verb, path);
    if (link == null) {
      throw new FtpException.Incomplete(
          "the server has closed the data connection before %s".formatted(subject(path)), null);
    }
    return link;
  }

  /// The same; null when the server has ended the connection.
  private @Nullable Link goOnIfThere(String verb, String path) throws FtpException {
    Link link = kept;
    Reply reply = control.read();
    if (reply.code() == 425) {
      close();
      return null;
    }
    if (!reply.preliminary() || link == null) {
      throw notBegun(reply, verb, path);
    }
    kept = null;
    return link;
  }

  /// Makes a connection before the command is said, in the way that leads there: of what EPSV
  /// offers and what PASV offers.
  private TimedWire firstConnection() throws FtpException {
    InetSocketAddress address = passive();
    IOException problem;
    try {
      return first(address, traits.extendedPassive() ? TRIAL : timeout);
    } catch (IOException e) {
      problem = e;
    }
    if (!traits.extendedPassive() || TimedWire.stopAsked()) {
      throw unreachable(address, problem);
    }
    try {
      address = pasv();
      TimedWire data = first(address, timeout);
      traits.noExtendedPassive();
      traits.passiveWorked();
      return data;
    } catch (FtpException.Refused | FtpException.Protocol _) {
      // There is no PASV.
      throw unreachable(address, problem);
    } catch (FtpException e) {
      throw e;
    } catch (IOException e) {
      e.addSuppressed(problem);
      throw unreachable(address, e);
    }
  }

  private TimedWire first(InetSocketAddress address, Duration atMost) throws IOException {
    TimedWire data = TimedWire.connect(address, atMost.compareTo(timeout) < 0 ? atMost : timeout);
    data.timeout(timeout);
    traits.passiveWorked();
    return data;
  }

  /// Connects after the command was said.
  private TimedWire connect(InetSocketAddress address, String verb, String path)
      throws FtpException {
    try {
      return TimedWire.connect(address, timeout);
    } catch (IOException e) {
      // Perhaps it refused the command and has closed the door already.
      Reply reply = control.readSoon();
      if (reply != null && reply.preliminary()) {
        // Or it came, and broke off before this end had seen it come.
        reply = control.readSoon();
      }
      if (reply != null && reply.code() >= 400) {
        throw Refusal.of(reply, verb, path);
      }
      control.spoil();
      throw unreachable(address, e);
    }
  }

  private static FtpException unreachable(InetSocketAddress address, IOException e) {
    return TimedWire.stopAsked()
        ? new FtpException.Cancelled()
        : new FtpException.Unreachable(
            "no data connection to %s: %s; a firewall may block the port"
                .formatted(address, ControlConnection.say(e)),
            e);
  }

  /// Where to connect for the next transfer. Only the port is taken from the server's word: the
  /// address is the one it is known to be at, since what it says is wrong behind a NAT, and could
  /// be somebody else's.
  private InetSocketAddress passive() throws FtpException {
    if (traits.extendedPassive()) {
      Reply reply = control.command("EPSV", "");
      Matcher port = EPSV_PORT.matcher(reply.text());
      if (reply.code() == 229 && port.find()) {
        return at(Integer.parseInt(port.group(2)), reply);
      }
      // Not understood, or forbidden, or garbled on its way: not asked for again.
      traits.noExtendedPassive();
    }
    return pasv();
  }

  private InetSocketAddress pasv() throws FtpException {
    Reply reply = control.command("PASV", "");
    Matcher numbers = PASV_NUMBERS.matcher(reply.text());
    if (reply.code() != 227 || !numbers.find()) {
      throw reply.code() >= 400
          ? Refusal.of(reply, "PASV", "")
          : new FtpException.Protocol("the server offers no data connection: " + reply);
    }
    int port = Integer.parseInt(numbers.group(5)) * 256 + Integer.parseInt(numbers.group(6));
    return at(port, reply);
  }

  private InetSocketAddress at(int port, Reply reply) throws FtpException {
    if (port < 1 || port > 65535) {
      throw new FtpException.Protocol("the server offers a port that is none: " + reply);
    }
    try {
      return new InetSocketAddress(control.peer().getAddress(), port);
    } catch (IOException e) {
      throw new FtpException.ConnectionLost("the connection was closed", e);
    }
  }

  // What is said when it fails.

  private FtpException broken(String verb, String path, IOException e) {
    String what = verb.equals("STOR") || verb.equals("APPE") ? "sending" : "receiving";
    if (TimedWire.stopAsked()) {
      return new FtpException.Cancelled();
    }
    if (e instanceof SocketTimeoutException) {
      return new FtpException.TimedOut(
          "%s %s stood still for %d s; try again, or allow more time"
              .formatted(what, subject(path), timeout.toSeconds()),
          e);
    }
    return new FtpException.Incomplete(
        "%s %s broke off: %s".formatted(what, subject(path), ControlConnection.say(e)), e);
  }

  private static FtpException untrusted(SSLException e) {
    return new FtpException.Untrusted(
        "no TLS on the data connection: %s; nothing was moved".formatted(ControlConnection.say(e)),
        e);
  }

  private static String subject(String path) {
    return path.isEmpty() ? "the listing" : Refusal.quote(path);
  }

  private interface Action {
    void run() throws IOException;
  }

  private static void quietly(Action action) {
    try {
      action.run();
    } catch (IOException _) {
      // It is given up already.
    }
  }
}
