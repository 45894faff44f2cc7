package wharf.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import wharf.protocol.Effect;
import wharf.protocol.Effect.Transfer;
import wharf.protocol.Effect.Transfer.Flow;
import wharf.protocol.Effect.Transfer.Form;
import wharf.protocol.Ending;
import wharf.protocol.Event;
import wharf.protocol.Happening;
import wharf.protocol.LineBuffer;
import wharf.protocol.Protocol;
import wharf.protocol.Security;
import wharf.protocol.Session;
import wharf.protocol.Source;
import wharf.protocol.Throttle;
import wharf.protocol.Transport;

/// The smallest protocol that asks a driver for everything a session can ask for: a line for each
/// effect, and an answer for each event.
///
/// ```
///   echo X, quit, throw        at once
///   pid                        the process that serves
///   held                       what that holds: see [Held]
///   later X, block, lengthy    a task that returns X; one that waits for [#gate]; one among lengthy ones
///   attentive                  -> attending; one among lengthy ones, and what is received meanwhile is counted in `heard`
///   task io|runtime|error|...  a task that throws that
///   flood N                    N lines of 1000 bytes, each drained before the next
///   tls                        -> go ahead; then, under TLS, secured VERSION
///   secretly, openly           the transfers to come are under TLS, or not
///   arm MS, limits MS MS       patience; connect and stall of the transfers to come
///   listen                     -> port N
///   get N, put                 a transfer over what was listened at, of N bytes
///   dial PORT get N|put        the same, the server connects
///   mode s|b|z                 the mode of the transfers to come
///   kept get N, kept put       the same over the connection of the one before
///   hangup                     closes that
///   bad get, bad put           one whose source or sink throws what it may not
///   abort
///   login X                    tells that X has logged in
///   tells N, told              tells that a transfer begins, of N bytes, or has ended
/// ```
final class Parrot implements Protocol {
  /// What sessions were told that a client may not see.
  final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

  /// What "block" waits for.
  final CountDownLatch gate = new CountDownLatch(1);

  /// Lines of "flood" so far.
  final AtomicLong flooded = new AtomicLong();

  /// How many of the next sessions cannot be opened.
  final AtomicLong broken = new AtomicLong();

  /// How many bytes "attentive" lets be received meanwhile.
  static final int AHEAD = 100;

  private final boolean stubborn;

  Parrot() {
    this(false);
  }

  /// @param stubborn whether sessions go on when the server is to stop
  Parrot(boolean stubborn) {
    this.stubborn = stubborn;
  }

  @Override
  public Set<Transport> transports() {
    return EnumSet.allOf(Transport.class);
  }

  @Override
  public Session open() {
    if (broken.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new IllegalStateException("this session cannot be opened");
    }
    return new Talk();
  }

  @Override
  public byte[] refusal(Refusal why) {
    return (why + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /// The bytes of "get N", and what "put" is best sent.
  static byte[] content(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8));
    }
    return bytes;
  }

  static long crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  static final Happening.Cargo CARGO =
      new Happening.Cargo(
          "ann",
          Happening.Direction.OUT,
          "RETR",
          "/file",
          Form.IMAGE,
          Happening.Mode.STREAM,
          false);

  private final class Talk implements Session {
    private final LineBuffer lines = new LineBuffer(1 << 20);
    private final Deque<String> waiting = new ArrayDeque<>();
    private List<Effect> effects = new ArrayList<>();
    private InetSocketAddress local = new InetSocketAddress(0);
    private String peer = "";
    private Transfer.Limits limits =
        new Transfer.Limits(Duration.ofMinutes(5), Duration.ofMinutes(5));
    private CRC32 received = new CRC32();
    private boolean secretly;
    private Transfer.Mode mode = new Transfer.Mode.Stream();
    private boolean busy;
    private boolean attentive;
    private boolean transferring;
    private boolean stopping;
    private boolean closed;
    private boolean datagrams;
    private int toFlood;

    @Override
    public List<Effect> on(Event event) {
      effects = new ArrayList<>();
      switch (event) {
        case Event.Opened opened -> {
          if (opened.local() instanceof InetSocketAddress at) {
            local = at;
          }
          peer = opened.peer().toString();
          say("hello");
        }
        case Event.Bound _ -> datagrams = true;
        case Event.Datagram(InetSocketAddress sender, ByteBuffer bytes, _) ->
            effects.add(
                new Effect.SendTo(
                    ByteBuffer.allocate(bytes.remaining()).put(bytes).flip(), sender));
        case Event.Received(ByteBuffer bytes) -> take(bytes);
        case Event.Secured(Security security) -> {
          busy = false;
          say("secured " + security.version());
        }
        case Event.Drained() -> flood();
        case Event.Listening(InetSocketAddress at) -> say("port " + at.getPort());
        case Event.Transferred end -> {
          transferring = false;
          heard.add("ended " + end.ending());
          say("ended " + end.ending() + " " + end.bytes() + " " + received.getValue());
          if (stopping) {
            close();
          }
        }
        case Event.Marked(String marker, long stored) -> say("marked " + marker + " " + stored);
        case Event.Performed(Object result) -> {
          busy = false;
          attentive = false;
          say("done " + result);
        }
        case Event.Failed(var _, IOException problem) -> {
          busy = false;
          say("failed " + problem.getMessage());
        }
        case Event.Expired() -> {
          say("expired");
          close();
        }
        case Event.Stopping() -> {
          stopping = !stubborn;
          heard.add("stopping");
          if (stopping && !transferring) {
            say("stopping");
            close();
          }
        }
        case Event.PeerClosed() -> {
          heard.add("gone");
          close();
        }
        case Event.Ended() -> heard.add("over");
      }
      while (!busy && !closed && !waiting.isEmpty()) {
        command(waiting.remove());
      }
      return effects;
    }

    private void take(ByteBuffer bytes) {
      if (attentive) {
        heard.add("ahead " + bytes.remaining());
      }
      lines.add(bytes);
      LineBuffer.Found found;
      while ((found = lines.next()) != null) {
        if (found instanceof LineBuffer.Found.Line(ByteBuffer line)) {
          waiting.add(StandardCharsets.UTF_8.decode(line).toString());
        }
      }
    }

    private void command(String line) {
      String[] words = line.split(" ", -1);
      switch (words[0]) {
        case "echo" -> say(line.substring(5));
        case "pid" -> say("pid " + ProcessHandle.current().pid());
        case "who" -> say(peer + " to " + local);
        case "held" -> perform(() -> Held.now().numbers());
        case "later" -> perform(() -> line.substring(6));
        case "block" ->
            perform(
                () -> {
                  gate.await();
                  return "waiting";
                });
        case "lengthy" ->
            perform(
                () -> {
                  gate.await();
                  return "lengthy";
                },
                0);
        case "attentive" -> {
          attentive = true;
          say("attending");
          perform(
              () -> {
                gate.await();
                return "attentive";
              },
              AHEAD);
        }
        case "task" -> perform(() -> fail(words[1]));
        case "throw" -> throw new IllegalStateException("a fault of the session");
        case "quit" -> {
          say("bye");
          close();
        }
        case "flood" -> {
          busy = true;
          toFlood = Integer.parseInt(words[1]);
          flood();
        }
        case "arm" -> effects.add(new Effect.Arm(Duration.ofMillis(Long.parseLong(words[1]))));
        case "limits" ->
            limits =
                new Transfer.Limits(
                    Duration.ofMillis(Long.parseLong(words[1])),
                    Duration.ofMillis(Long.parseLong(words[2])),
                    null,
                    words.length > 3 ? List.of(new Throttle(Long.parseLong(words[3]))) : List.of());
        case "longest" ->
            limits =
                new Transfer.Limits(
                    limits.connect(),
                    limits.stall(),
                    Duration.ofMillis(Long.parseLong(words[1])),
                    limits.throttles());
        case "listen" -> effects.add(new Effect.Listen(local.getAddress(), secretly));
        case "get", "put", "bad" -> transfer(new Transfer.Route.Passive(), words, 0);
        case "dial" -> {
          InetAddress host = local.getAddress();
          int port = Integer.parseInt(words[1]);
          transfer(new Transfer.Route.Active(new InetSocketAddress(host, port)), words, 2);
        }
        case "tls" -> {
          say("go ahead");
          busy = true;
          effects.add(new Effect.Secure(""));
        }
        case "login" -> note(new Happening.Login(words[1], true, Happening.Proof.PASSWORD, null));
        case "tells" -> note(new Happening.Started(CARGO, Long.parseLong(words[1])));
        case "told" ->
            note(
                new Happening.Transfer(
                    CARGO, 0, 0, Duration.ZERO, true, Ending.SENT, null, null, null));
        case "secretly", "openly" -> secretly = words[0].equals("secretly");
        case "mode" ->
            mode =
                switch (words[1]) {
                  case "b" -> new Transfer.Mode.Block();
                  case "z" -> new Transfer.Mode.Deflate(-1);
                  default -> new Transfer.Mode.Stream();
                };
        case "kept" -> transfer(new Transfer.Route.Kept(), words, 1);
        case "hangup" -> effects.add(new Effect.HangUp());
        case "abort" -> effects.add(new Effect.Abort());
        default -> say("what? " + line);
      }
    }

    private static Object fail(String how) throws Exception {
      throw switch (how) {
        case "io" -> new IOException("weather");
        case "runtime" -> new IllegalStateException("a fault of the task");
        case "error" -> throw new AssertionError("an error in the task");
        default -> new Exception("what a task should not throw");
      };
    }

    private void perform(Callable<?> task) {
      busy = true;
      effects.add(new Effect.Perform(task));
    }

    private void perform(Callable<?> task, int ahead) {
      busy = true;
      effects.add(new Effect.Perform(task, true, ahead));
    }

    private void transfer(Transfer.Route route, String[] words, int at) {
      transferring = true;
      received = new CRC32();
      Flow flow =
          switch (words[at]) {
            case "get" -> new Flow.Out(new Made(Integer.parseInt(words[at + 1])), Form.IMAGE);
            case "put" -> new Flow.In(received::update, Form.IMAGE);
            default ->
                words[at + 1].equals("get")
                    ? new Flow.Out(new Made(-1), Form.IMAGE)
                    : new Flow.In(
                        _ -> {
                          throw new IllegalStateException("a fault of the sink");
                        },
                        Form.IMAGE);
          };
      effects.add(new Transfer(route, flow, mode, limits, secretly));
    }

    private void flood() {
      if (toFlood == 0) {
        busy = false;
        return;
      }
      toFlood--;
      flooded.incrementAndGet();
      say("x".repeat(999));
      effects.add(new Effect.Drain());
    }

    private void note(Happening happening) {
      effects.add(new Effect.Note("", happening));
      say("noted");
    }

    private void say(String line) {
      if (!closed && !datagrams) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        effects.add(new Effect.Send(ByteBuffer.wrap(bytes)));
      }
    }

    private void close() {
      if (!closed) {
        closed = true;
        effects.add(new Effect.Close());
      }
    }
  }

  /// [#content], or with a negative size a fault.
  private final class Made implements Source.Made {
    private final int size;
    private int given;

    Made(int size) {
      this.size = size;
    }

    @Override
    public int read(ByteBuffer into) {
      if (size < 0) {
        throw new IllegalStateException("a fault of the source");
      }
      if (given == size) {
        return -1;
      }
      int count = Math.min(into.remaining(), size - given);
      for (int i = 0; i < count; i++, given++) {
        into.put((byte) (given * 31 + (given >> 8)));
      }
      return count;
    }

    @Override
    public void close() {
      heard.add("source closed");
    }
  }

  /// A server of its own process: `Parrot MODEL` says its port and serves until its input ends,
  /// `Parrot MODEL FILE` does so over a Unix-domain socket, and says "port 0".
  public static void main(String[] arguments) throws Exception {
    ServerModel model = ServerModel.named(arguments[0]).orElseThrow();
    Endpoint at =
        arguments.length > 1
            ? new Endpoint.Unix(Path.of(arguments[1]))
            : new Endpoint.Tcp(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    Server.Options options = Server.Options.at(List.of(at)).with(model);
    try (Server server = Server.start(new Parrot(), options)) {
      // As every program does: a log that begins when no descriptor is left stays empty.
      System.getLogger("wharf.server").log(System.Logger.Level.INFO, "serving");
      int port = server.addresses().isEmpty() ? 0 : server.addresses().getFirst().getPort();
      System.out.println("port " + port);
      while (System.in.read() >= 0) {}
    }
  }

  @Override
  public String toString() {
    return Arrays.asList(heard.toArray()).toString();
  }
}
