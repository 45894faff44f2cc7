package wharf.ftp.client;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import wharf.net.TimedWire;

/// The dialogue: commands out, replies in. Once it fails it is of no more use, since what the
/// server says next might answer an earlier question; [#usable] tells.
///
/// For one thread, whose interruption ends any wait.
final class ControlConnection implements Closeable {
  /// How long to wait for a reply that only explains a failure already known.
  private static final Duration SOON = Duration.ofSeconds(3);

  /// The same for somebody who wants to be gone.
  private static final Duration AFTER_STOP = Duration.ofSeconds(1);

  /// How many times as long as it may be silent a server may take for an answer.
  private static final int SILENCES = 4;

  private final TimedWire wire;
  private final String server;
  private final Duration timeout;
  private final Listener listener;
  private final ReplyParser parser = new ReplyParser();
  private final ByteBuffer received = ByteBuffer.allocate(4096);
  private Duration patience;
  private boolean utf8Promised;
  private boolean usable = true;
  private @Nullable Reply farewell;

  private ControlConnection(TimedWire wire, String server, Duration timeout, Listener listener) {
    this.wire = wire;
    this.server = server;
    this.timeout = timeout;
    this.patience = timeout;
    this.listener = listener;
  }

  /// Connects and waits until the server is ready.
  ///
  /// @param tls that begins at once; null to begin in the clear
  static ControlConnection open(Site site, @Nullable TlsSession tls) throws FtpException {
    String host = site.host();
    int port = site.port();
    Duration timeout = site.timeout();
    String server = (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    TimedWire wire;
    try {
      wire = TimedWire.connect(host, port, timeout);
    } catch (UnknownHostException e) {
      throw new FtpException.Unreachable(
          "no host named " + host + " is known; check the name and the network", e);
    } catch (SocketTimeoutException e) {
      throw new FtpException.TimedOut(
          "no answer from %s within %d s; check the address, or allow more time"
              .formatted(server, timeout.toSeconds()),
          e);
    } catch (IOException e) {
      throw TimedWire.stopAsked()
          ? new FtpException.Cancelled()
          : new FtpException.Unreachable(
              "cannot connect to %s: %s; is a server running there?".formatted(server, say(e)), e);
    }
    ControlConnection control =
        new ControlConnection(wire, server, timeout, site.listeners().get());
    try {
      if (tls != null) {
        control.begin(tls, "use explicit TLS (AUTH TLS) if this is no port for implicit TLS");
      }
      Reply greeting = control.readLast(); // 120: ready in some minutes
      if (!greeting.done()) {
        if (Refusal.isFull(greeting)) {
          throw full(server, greeting);
        }
        throw new FtpException.Unreachable(server + " does not serve now: " + greeting, null);
      }
      return control;
    } catch (FtpException.ConnectionLost e) {
      control.close();
      throw control.farewell() != null
          ? full(server, control.farewell())
          : new FtpException.Unreachable(e.getMessage() + "; it may be full, try later", e);
    } catch (FtpException e) {
      control.close();
      throw e;
    }
  }

  /// Goes on under TLS, which the server has agreed to.
  ///
  /// @throws FtpException.Untrusted when they cannot agree, or the server is not believed
  void secure(TlsSession tls) throws FtpException {
    if (!parser.empty()) {
      // Read on under TLS it would seem to be the server's word.
      usable = false;
      throw new FtpException.Untrusted(
          "more came from %s in the clear than its consent to TLS: somebody may stand between"
              .formatted(server),
          null);
    }
    begin(tls, "the server may know outdated kinds of TLS only, or somebody may stand between");
  }

  private void begin(TlsSession tls, String remedy) throws FtpException {
    try {
      tls.protectControl(wire);
    } catch (FtpException e) {
      usable = false;
      throw e;
    } catch (SSLException e) {
      usable = false;
      throw new FtpException.Untrusted(
          "no TLS with %s: %s; %s".formatted(server, say(e), remedy), e);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /// Sends a command; an empty argument is none.
  void send(String verb, String argument) throws FtpException {
    String line = argument.isEmpty() ? verb : verb + " " + argument;
    if (!canSay(line)) {
      throw new FtpException.NotPermitted(
          "\"%s\" contains a line break or NUL, which FTP cannot carry in a name"
              .formatted(argument.isEmpty() ? verb : argument));
    }
    try {
      wire.write(ByteBuffer.wrap((line + "\r\n").getBytes(charset())));
      listener.sent(isSecret(verb) ? verb + " ****" : line);
    } catch (IOException e) {
      // The server may have said why before it hung up.
      throw explained(e);
    }
  }

  /// Whether FTP can carry it.
  static boolean canSay(String text) {
    return text.chars().noneMatch(c -> c == '\r' || c == '\n' || c == 0);
  }

  private static boolean isSecret(String verb) {
    return verb.equalsIgnoreCase("PASS") || verb.equalsIgnoreCase("ACCT");
  }

  /// The next reply.
  Reply read() throws FtpException {
    return read(System.nanoTime());
  }

  /// The next reply that is more than a word that something has begun or goes on.
  Reply readLast() throws FtpException {
    long began = System.nanoTime();
    Reply reply;
    do {
      reply = read(began);
    } while (reply.preliminary());
    return reply;
  }

  /// The last word on a download that was broken off. Pure-FTPd has none, but measures the rate in
  /// one more preliminary reply: who then says nothing is asked whether they are there, and the
  /// session goes on with the answer to that.
  Reply readBrokenOff() throws FtpException {
    long began = System.nanoTime();
    while (hearsSoon()) {
      Reply reply = read(began);
      if (!reply.preliminary()) {
        return reply;
      }
    }
    send("NOOP", "");
    Reply reply = readLast();
    // RFC 959, 5.4: 200 to NOOP, or that it is not known. To a download it is neither.
    if (reply.code() != 200 && reply.code() / 10 != 50) {
      // It was only slow.
      Reply _ = readLast();
    }
    return reply;
  }

  /// Whether something comes before long.
  private boolean hearsSoon() throws FtpException {
    if (!parser.empty()) {
      return true;
    }
    try {
      patience(timeout.compareTo(SOON) < 0 ? timeout : SOON);
      hear();
      return true;
    } catch (SocketTimeoutException _) {
      return false;
    } catch (FtpException e) {
      usable = false;
      throw e;
    } catch (IOException e) {
      throw failure(e);
    } finally {
      patience(timeout);
    }
  }

  private void hear() throws IOException {
    if (wire.read(received.clear()) < 0) {
      throw lost("%s closed the connection".formatted(server), null);
    }
    parser.add(received.flip());
  }

  private void patience(Duration atMost) {
    patience = atMost;
    wire.timeout(atMost);
  }

  /// @param began when it was first waited for: one that never comes to an end is not waited for
  ///   for ever
  private Reply read(long began) throws FtpException {
    try {
      Reply reply;
      while ((reply = parser.next()) == null) {
        if (System.nanoTime() - began > SILENCES * patience.toNanos()) {
          throw new SocketTimeoutException("an answer without end");
        }
        hear();
      }
      listener.received(reply);
      if (reply.code() == 421) {
        farewell = reply;
        throw lost("%s ended the session: %s".formatted(server, reply), null);
      }
      return reply;
    } catch (FtpException e) {
      usable = false;
      throw e;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  /// The next reply if it comes soon, else null. A connection that leaves one open is spent.
  @Nullable Reply readSoon() {
    return readWithin(SOON);
  }

  private @Nullable Reply readWithin(Duration time) {
    if (!usable) {
      return null;
    }
    try {
      patience(timeout.compareTo(time) < 0 ? timeout : time);
      return read();
    } catch (FtpException _) {
      return null;
    } finally {
      patience(timeout);
    }
  }

  /// The same for a thread that was asked to stop: what it had begun is called off, and with the
  /// answer to that the session can go on. Being asked again ends this wait, too.
  @Nullable Reply readDespiteStop() {
    boolean stopped = Thread.interrupted();
    try {
      return readWithin(AFTER_STOP);
    } finally {
      if (stopped) {
        Thread.currentThread().interrupt();
      }
    }
  }

  Reply command(String verb, String argument) throws FtpException {
    send(verb, argument);
    return read();
  }

  /// The same for what may take longer than others; a word that it has begun is not the answer.
  Reply command(String verb, String argument, Duration patience) throws FtpException {
    send(verb, argument);
    try {
      patience(patience);
      return readLast();
    } finally {
      patience(timeout);
    }
  }

  /// The server said that names are UTF-8.
  void promiseUtf8() {
    utf8Promised = true;
  }

  /// In which names are sent: as the server's were, when it shows that it does not speak UTF-8.
  private Charset charset() {
    return !utf8Promised && parser.sawOldCharacters()
        ? StandardCharsets.ISO_8859_1
        : StandardCharsets.UTF_8;
  }

  boolean usable() {
    return usable;
  }

  /// The 421 with which the server ended the session, if it did.
  @Nullable Reply farewell() {
    return farewell;
  }

  /// What a server says that takes no more sessions.
  static FtpException.Full full(String server, Reply reply) {
    return new FtpException.Full(
        "%s takes no more sessions now: %s; try later, or with fewer".formatted(server, reply));
  }

  /// Not to be used any more: a reply is still owed.
  void spoil() {
    usable = false;
  }

  String server() {
    return server;
  }

  InetSocketAddress peer() throws IOException {
    return wire.peer();
  }

  /// Says that nothing more will be said, if anybody listens.
  void end() {
    try {
      wire.endOutput();
    } catch (IOException _) {
      // The other end was faster.
    }
  }

  private FtpException explained(IOException e) {
    try {
      Reply last = readLast();
      usable = false;
      return lost("%s ended the session: %s".formatted(server, last), e);
    } catch (FtpException.ConnectionLost lost) {
      return lost;
    } catch (FtpException _) {
      return failure(e);
    }
  }

  private FtpException failure(IOException e) {
    usable = false;
    if (TimedWire.stopAsked()) {
      return new FtpException.Cancelled();
    }
    if (e instanceof SocketTimeoutException) {
      return new FtpException.TimedOut(
          "%s did not answer within %d s; try again, or allow more time"
              .formatted(server, timeout.toSeconds()),
          e);
    }
    return lost("the connection to %s broke: %s".formatted(server, say(e)), e);
  }

  private FtpException.ConnectionLost lost(String what, @Nullable Throwable cause) {
    usable = false;
    return new FtpException.ConnectionLost(what, cause);
  }

  /// What went wrong, also where the system gives no words.
  static String say(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  @Override
  public void close() {
    usable = false;
    try {
      wire.close();
    } catch (IOException _) {
      // Nothing is owed to this connection any more.
    }
  }
}
