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

  /// What is done over a data connection. Whatever it throws resets the connection.
  interface Work {
    /// Moves the data.
    ///
    /// @return whether it came to the end; if not, the connection is reset without a complaint
    boolean over(TimedWire data) throws IOException;
  }

  /// Whether all has come, by what else is known. Asked when the server says so, and the connection
  /// ended without a close_notify.
  interface Whole {
    boolean is() throws FtpException;
  }

  /// Has the server send what `work` reads to the end.
  ///
  /// @return the server's last word
  Reply receive(String verb, String path, long offset, Work work, Whole whole) throws FtpException {
    return transfer(verb, path, offset, work, whole);
  }

  /// Has the server take what `work` writes: all of it, if that returns.
  ///
  /// @return the server's last word
  Reply send(String verb, String path, long offset, Work work) throws FtpException {
    return transfer(
        verb,
        path,
        offset,
        data -> {
          boolean all = work.over(data);
          if (all) {
            data.endOutput();
            if (tls != null) {
              drain(data);
            }
          }
          return all;
        },
        () -> false);
  }

  private static void drain(TimedWire data) {
    try {
      boolean _ = data.drain(GOODBYE);
    } catch (IOException _) {
      // The server has its own way to hang up. What it thinks of the upload it says in a moment.
    }
  }

  private Reply transfer(String verb, String path, long offset, Work work, Whole whole)
      throws FtpException {
    TimedWire data = open(verb, path, offset);
    boolean begun = false;
    try {
      if (tls != null) {
        tls.protectData(data);
      }
      begun = true;
      if (!work.over(data)) {
        data.reset();
        return control.read();
      }
      end(data);
    } catch (TlsWire.CutOff e) {
      if (begun) {
        return cutOff(data, verb, path, whole, e);
      }
      throw refused(data, verb, path, e);
    } catch (SSLException e) {
      throw begun
          ? failed(data, verb, path, broken(verb, path, e), e)
          : refused(data, verb, path, e);
    } catch (FtpException e) {
      throw failed(data, verb, path, e, e);
    } catch (IOException e) {
      throw failed(data, verb, path, broken(verb, path, e), e);
    } catch (RuntimeException | Error e) {
      quietly(data::reset);
      control.spoil();
      throw e;
    }
    Reply reply = control.read();
    if (!reply.done()) {
      throw usedUp(reply.code()) ? another(null) : Refusal.of(reply, verb, path);
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
  private FtpException refused(TimedWire data, String verb, String path, SSLException e) {
    FtpException problem = failed(data, verb, path, untrusted(e), e);
    boolean known = problem instanceof FtpException.Cancelled;
    return tls != null && tls.usedUp() && !known ? another(problem) : problem;
  }

  /// Ends a connection on which all has gone well.
  private void end(TimedWire data) throws IOException {
    if (tls != null) {
      // Of an upload it was said already; with a download the server is not kept waiting for it.
      quietly(data::endOutput);
    }
    data.close();
  }

  /// What a connection has come to that failed.
  ///
  /// @param problem as it looks from here
  private FtpException failed(
      TimedWire data, String verb, String path, FtpException problem, IOException cause) {
    quietly(data::reset);
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
  private Reply cutOff(TimedWire data, String verb, String path, Whole whole, TlsWire.CutOff cause)
      throws FtpException {
    quietly(data::reset);
    Reply reply = control.read();
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
  private TimedWire open(String verb, String path, long offset) throws FtpException {
    TimedWire data = traits.passiveWorks() ? null : firstConnection();
    try {
      InetSocketAddress address = data == null ? passive() : null;
      if (offset > 0) {
        // Directly before the command it is for: another would cancel it.
        Reply reply = control.command("REST", Long.toString(offset));
        if (!reply.wantsMore()) {
          throw Refusal.of(reply, "REST", path);
        }
      }
      control.send(verb, path);
      if (data == null && address != null) {
        data = connect(address, verb, path);
      }
      Reply reply = control.read();
      if (data != null && reply.preliminary()) {
        return data;
      }
      if (reply.code() >= 400) {
        throw Refusal.of(reply, verb, path);
      }
      control.spoil();
      throw new FtpException.Protocol(
          "the server answered %s with %s before anything was moved".formatted(verb, reply));
    } catch (FtpException e) {
      if (data != null) {
        quietly(data::reset);
      }
      throw e;
    }
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
