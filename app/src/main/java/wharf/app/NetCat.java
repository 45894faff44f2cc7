package wharf.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import wharf.ftp.client.Printable;
import wharf.net.TlsIdentity;

/// `wharf nc HOST PORT`, `wharf nc -l PORT`.
@Command(
    name = "nc",
    mixinStandardHelpOptions = true,
    customSynopsis = {
      "wharf nc [OPTIONS] HOST PORT",
      "wharf nc -l [OPTIONS] [ADDRESS] PORT",
      "wharf nc [-l] [OPTIONS] -U PATH",
    },
    description = {
      "",
      "Connects standard input and output with a peer on the network.",
      "At the end of standard input the peer is told, and may go on sending; the end of both is"
          + " the end of this.%n",
    },
    footer = {
      "",
      "Examples:",
      "  printf 'GET / HTTP/1.0\\r\\n\\r\\n' | wharf nc example.org 80",
      "  wharf nc -l 5000 > file",
      "  wharf nc 192.168.1.20 5000 < file",
      "  wharf nc -zv -w 3 192.168.1.20 21",
      "  wharf nc --tls example.org 443",
      "  wharf nc -l --tls 5000 > file",
      "  wharf nc -lkU /tmp/log.socket >> log",
    })
final class NetCat implements Callable<Integer> {
  /// What an answer to a probe over UDP may take when no limit is given.
  private static final Duration PROBE = Duration.ofSeconds(1);

  @ParentCommand private @Nullable Main main;
  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..2",
      paramLabel = "HOST PORT",
      description =
          "Whom to connect to, or the address (default: all) and port to listen at; 0 is any free"
              + " port. A port may be a service's name.")
  private List<String> place = new ArrayList<>();

  @Option(names = "-l", description = "Listen for a peer instead of connecting to one.")
  private boolean listen;

  @Option(
      names = "-k",
      description =
          "With -l: keep listening for the next peer when one has gone. Over UDP that is when it"
              + " was silent for -w.")
  private boolean keep;

  @Option(
      names = "-u",
      description =
          "UDP: each read of standard input, at most 65507 bytes, is a datagram. With -l, the first"
              + " who sends is the peer.")
  private boolean udp;

  @Option(
      names = "-U",
      paramLabel = "PATH",
      description =
          "A Unix-domain stream socket. With -l, the file is made, and removed at the end.")
  private @Nullable Path local;

  @Option(names = "--tls", description = "Speak TLS with the peer.")
  private boolean tls;

  @Option(names = "--insecure", description = "With --tls: take any certificate.")
  private boolean insecure;

  @Mixin private IdentityOptions identity = new IdentityOptions();

  @Option(
      names = "-w",
      paramLabel = "SECONDS",
      description =
          "Give up when connecting takes so long, or when nothing moves in either direction for so"
              + " long (default: never).")
  private @Nullable Integer seconds;

  @Option(
      names = "-z",
      description = "Only see whether somebody listens there. UDP seldom tells for certain.")
  private boolean probe;

  @Option(
      names = "-v",
      description = "Tell both addresses, the socket's options, and who ended, on standard error.")
  private boolean verbose;

  @Option(names = "-4", description = "IPv4 only.")
  private boolean four;

  @Option(names = "-6", description = "IPv6 only.")
  private boolean six;

  @Option(names = "-s", paramLabel = "ADDRESS", description = "Come from this address.")
  private @Nullable String source;

  @Option(names = "-p", paramLabel = "PORT", description = "Come from this port.")
  private @Nullable String sourcePort;

  @Option(names = "-b", description = "With -u: allow broadcast, and hear all who answer.")
  private boolean broadcast;

  // Heard, and not looked at: it is the default.
  @SuppressWarnings("unused")
  @Option(names = "-N", hidden = true, description = "What is done anyway; for OpenBSD's habits.")
  private boolean shutDown;

  @Override
  public Integer call() throws Failure, IOException {
    try {
      check();
      if (probe) {
        probe();
      } else if (listen) {
        listen();
      } else {
        converse(dial(), input());
      }
      return ExitCode.OK.number();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.interrupted();
    } catch (ClosedByInterruptException e) {
      throw Failure.interrupted();
    } catch (Failure | IOException e) {
      // Some calls tell of an interrupt as of any other end of the connection.
      if (Thread.currentThread().isInterrupted()) {
        throw Failure.interrupted();
      }
      throw e;
    }
  }

  private void check() {
    refuse(four && six, "-4 and -6 exclude each other: leave out both to try both");
    refuse(keep && !listen, "-k keeps listening: it needs -l");
    refuse(probe && listen, "-z connects, and -l waits to be connected to: choose one");
    refuse(insecure && !(tls && !listen), "--insecure is of --tls, connecting");
    refuse(identity.given() && !(tls && listen), "--cert and --key are of -l --tls");
    identity.check();
    refuse(tls && udp, "--tls is over TCP: leave out --tls or -u");
    refuse(broadcast && !udp, "-b allows broadcast, which only UDP has: say -u, too");
    refuse(
        keep && udp && seconds == null,
        "over UDP nobody says goodbye: with -k, say with -w after how many seconds of silence the"
            + " next peer may come");
    refuse(
        seconds != null && (seconds < 1 || seconds > 86_400),
        "-w is 1 to 86400 seconds, not " + seconds);
    if (local != null) {
      refuse(udp, "-U is a stream socket here: leave out -u");
      refuse(tls, "--tls is over TCP: leave out --tls or -U");
      refuse(
          !place.isEmpty(), "-U PATH is the whole address: leave out " + String.join(" ", place));
      refuse(
          four || six || source != null || sourcePort != null,
          "-4, -6, -s and -p are of the network, and -U is not");
    } else if (listen) {
      refuse(
          place.isEmpty() && sourcePort == null,
          "it listens at a port: wharf nc -l [ADDRESS] PORT, or -U PATH");
      refuse(
          !place.isEmpty() && sourcePort != null,
          "-l PORT and -l -p PORT say the same: leave out -p");
      refuse(
          place.size() == 2 && source != null,
          "-l ADDRESS PORT and -l -s ADDRESS say the same: leave out -s");
    } else {
      refuse(place.size() != 2, "it connects to a host and a port: wharf nc HOST PORT");
      // The system takes an empty name, such as a variable that is not set, for this machine.
      refuse(place.getFirst().isBlank(), "the host's name is empty");
    }
  }

  private void refuse(boolean wrong, String why) {
    if (wrong) {
      throw usage(why);
    }
  }

  // Connecting.

  private Peer dial() throws Failure, InterruptedException, IOException {
    Path file = file();
    if (file != null) {
      return Dialler.local(file);
    }
    String host = place.getFirst();
    int port = port(place.getLast(), 1);
    Dialler dialler = new Dialler(route(), this::note);
    if (udp) {
      return dialler.udp(host, port);
    }
    return tls ? dialler.tls(host, port, insecure) : dialler.tcp(host, port);
  }

  private void probe() throws Failure, InterruptedException, IOException {
    try (Peer peer = dial()) {
      if (peer instanceof DatagramPeer datagrams) {
        Duration limit = limit() == null ? PROBE : Objects.requireNonNull(limit());
        boolean answered = datagrams.probe(limit);
        note(
            answered
                ? peer.name() + " answers over UDP"
                : "%s did not answer over UDP within %d s: somebody may listen, or a firewall keeps silent"
                    .formatted(peer.name(), limit.toSeconds()));
      } else {
        note("somebody listens at " + peer.name());
        tell(peer.description());
      }
    } catch (PortUnreachableException e) {
      throw Dialler.cannot(String.join(" port ", place), e);
    }
  }

  // Listening.

  private void listen() throws Failure, InterruptedException, IOException {
    StandardInput input = input();
    SSLContext context = tls ? TlsIdentity.serverContext(hosts(), List.of()) : null;
    Peer only;
    try (Listening listening = open()) {
      tell(listening.description());
      while (keep) {
        conversePatiently(listening.next(), context, input);
      }
      only = listening.next();
    }
    // Who comes too late is refused by now, and need not wait for nothing.
    converse(secured(only, context), input);
  }

  /// Who we are to those who come.
  private List<TlsIdentity> hosts() throws Failure, IOException, InterruptedException {
    Surroundings around = Objects.requireNonNull(main).around();
    IdentityOptions.Shown shown = identity.shown(Objects.requireNonNull(main));
    for (TlsIdentity who : shown.hosts()) {
      if (shown.selfSigned()) {
        SelfSigned.told(who, around.state()).forEach(this::note);
      } else {
        tell("the certificate's SHA-256 fingerprint is " + who.fingerprint());
      }
    }
    shown.complaints(Instant.now()).forEach(this::note);
    return shown.hosts();
  }

  /// The same peer, over TLS if we listen with that.
  private Peer secured(Peer peer, @Nullable SSLContext context) throws Failure, IOException {
    if (context == null || !(peer instanceof StreamPeer plain)) {
      return peer;
    }
    try {
      return TlsPeer.answering(plain, context, limit());
    } catch (ClosedByInterruptException e) {
      throw e;
    } catch (SocketTimeoutException e) {
      throw new Failure(
          ExitCode.TIMED_OUT,
          "no TLS with %s: %s; -w sets how long to wait".formatted(peer.name(), e.getMessage()),
          e);
    } catch (IOException e) {
      throw new Failure(
          ExitCode.TRUST,
          "no TLS with %s: %s; does it speak TLS, and trust this certificate?"
              .formatted(peer.name(), e.getMessage()),
          e);
    }
  }

  /// What goes wrong with one peer is told, and the next one may come.
  private void conversePatiently(Peer peer, @Nullable SSLContext context, StandardInput input)
      throws Failure, InterruptedException, IOException {
    try {
      converse(secured(peer, context), input);
    } catch (Failure e) {
      // What is wrong with standard input or output is wrong for the next peer, too.
      if (e.code() == ExitCode.LOCAL_DISK) {
        throw e;
      }
      note(String.valueOf(e.getMessage()));
    }
  }

  private Listening open() throws Failure, InterruptedException, IOException {
    Path file = file();
    if (file != null) {
      return Listening.local(file);
    }
    int port = port(place.isEmpty() ? Objects.requireNonNull(sourcePort) : place.getLast(), 0);
    String address = place.size() == 2 ? place.getFirst() : source;
    Route route = route();
    InetSocketAddress at = null;
    if (address != null) {
      InetAddress first = route.addresses(address).getFirst();
      at = new InetSocketAddress(first, port);
    }
    return udp
        ? Listening.udp(route, at, port, this::note)
        : Listening.tcp(route, at, port, this::note);
  }

  // Both.

  private void converse(Peer peer, StandardInput input)
      throws Failure, InterruptedException, IOException {
    tell(peer.description());
    Surroundings around = Objects.requireNonNull(main).around();
    Exchange exchange = new Exchange(peer, input, around.bytes(), limit(), around.askable());
    try {
      exchange.run();
    } finally {
      tell(
          "%s: %d bytes came from %s, %d went there"
              .formatted(
                  exchange.peerEnded() ? "the peer ended" : "ended here",
                  exchange.received(),
                  peer.name(),
                  exchange.sent()));
    }
  }

  private StandardInput input() {
    Surroundings around = Objects.requireNonNull(main).around();
    return new StandardInput(around.in(), udp ? Peer.LARGEST_DATAGRAM : Exchange.BLOCK);
  }

  private @Nullable Path file() {
    return local == null ? null : Objects.requireNonNull(main).around().folder().resolve(local);
  }

  private Route route() {
    StandardProtocolFamily family =
        four ? StandardProtocolFamily.INET : six ? StandardProtocolFamily.INET6 : null;
    int from = listen || sourcePort == null ? 0 : port(sourcePort, 0);
    return new Route(family, listen ? null : source, from, broadcast, limit());
  }

  private @Nullable Duration limit() {
    return seconds == null ? null : Duration.ofSeconds(seconds);
  }

  private int port(String text, int least) {
    if (!text.matches("\\d+")) {
      String transport = udp ? "udp" : "tcp";
      return Services.ofSystem()
          .port(text, transport)
          .orElseThrow(
              () ->
                  usage(
                      "no service over %s is called \"%s\"; a port is a number"
                          .formatted(transport, text)));
    }
    // No more than five digits fit into an int for certain; all longer ones are too large.
    int port = text.length() > 5 ? Integer.MAX_VALUE : Integer.parseInt(text);
    refuse(port < least || port > 65_535, "a port is %d to 65535, not %s".formatted(least, text));
    return port;
  }

  private void note(String text) {
    Objects.requireNonNull(main).note(Printable.of(text));
  }

  /// Each line of `text`, if that is wanted.
  private void tell(String text) {
    if (verbose) {
      text.lines().forEach(this::note);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
