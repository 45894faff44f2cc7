package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import wharf.protocol.Effect;
import wharf.protocol.Event;
import wharf.protocol.FrameBuffer;
import wharf.protocol.Protocol;
import wharf.protocol.Session;
import wharf.protocol.Transport;

/// What `wharf ctl` and a server say to each other, as a protocol over a Unix-domain socket:
/// requests and replies in turn, each an object of JSON in a frame that begins with its length, in
/// four bytes. docs/control.md has them all.
final class Control implements Protocol {
  /// The longest request, in bytes.
  static final int REQUEST_LIMIT = 64 << 10;

  /// The longest reply: ten thousand sessions, with long names.
  static final int REPLY_LIMIT = 64 << 20;

  /// How long a connection may say nothing.
  private static final Duration IDLE = Duration.ofMinutes(5);

  private final Function<Request, Reply> desk;

  /// @param desk does what it is asked; called where waiting is allowed
  Control(Function<Request, Reply> desk) {
    this.desk = desk;
  }

  /// What is asked for.
  ///
  /// @param order what to do
  /// @param who to whom, if that has to be said
  /// @param seconds for how long, if that can be said
  record Request(String order, @Nullable String who, @Nullable Long seconds) {
    Request(String order) {
      this(order, null, null);
    }

    byte[] json() throws IOException {
      return JSON.std.asBytes(this);
    }
  }

  /// What is answered: of several processes that were asked the same, their answers in one.
  ///
  /// @param problem why it was not done; null if it was
  /// @param count how many it was done to
  /// @param said what there is to tell people
  record Reply(
      @Nullable String problem,
      @Nullable Status status,
      @Nullable List<Line> sessions,
      @Nullable List<Banned> bans,
      @Nullable Map<String, Long> metrics,
      @Nullable Long count,
      @Nullable List<String> said) {
    static final Reply DONE = new Reply(null, null, null, null, null, null, null);

    static Reply problem(String why) {
      return new Reply(why, null, null, null, null, null, null);
    }

    static Reply of(Status status) {
      return new Reply(null, status, null, null, null, null, null);
    }

    static Reply ofSessions(List<Line> sessions) {
      return new Reply(null, null, sessions, null, null, null, null);
    }

    static Reply ofBans(List<Banned> bans) {
      return new Reply(null, null, null, bans, null, null, null);
    }

    static Reply ofMetrics(Map<String, Long> metrics) {
      return new Reply(null, null, null, null, metrics, null, null);
    }

    static Reply of(long count) {
      return new Reply(null, null, null, null, null, count, null);
    }

    static Reply saying(List<String> said) {
      return new Reply(null, null, null, null, null, null, said);
    }

    byte[] json() throws IOException {
      return JSON.std.asBytes(this);
    }

    /// Both in one.
    Reply and(Reply other) {
      return new Reply(
          problem == null ? other.problem : problem,
          status == null ? other.status : status.and(other.status),
          both(sessions, other.sessions),
          bans(bans, other.bans),
          sum(metrics, other.metrics),
          count == null
              ? other.count
              : Long.valueOf(count + (other.count == null ? 0 : other.count)),
          both(said, other.said));
    }

    private static <T> @Nullable List<T> both(@Nullable List<T> one, @Nullable List<T> other) {
      return one == null || other == null
          ? (one == null ? other : one)
          : Stream.concat(one.stream(), other.stream()).toList();
    }

    /// Of whom several know the one that lasts longest.
    private static @Nullable List<Banned> bans(
        @Nullable List<Banned> one, @Nullable List<Banned> other) {
      List<Banned> all = both(one, other);
      return all == null
          ? null
          : List.copyOf(
              all.stream()
                  .collect(
                      Collectors.toMap(
                          Banned::who,
                          ban -> ban,
                          BinaryOperator.maxBy(Comparator.comparing(Banned::until)),
                          LinkedHashMap::new))
                  .values());
    }

    private static @Nullable Map<String, Long> sum(
        @Nullable Map<String, Long> one, @Nullable Map<String, Long> other) {
      if (one == null || other == null) {
        return one == null ? other : one;
      }
      Map<String, Long> all = new TreeMap<>(one);
      other.forEach((name, value) -> all.merge(name, value, Long::sum));
      return all;
    }
  }

  /// How a server is.
  ///
  /// @param state `serving`, or `draining` when it takes no more clients
  /// @param serving the folder
  /// @param seconds since it serves
  /// @param workers processes that were asked, besides the first
  /// @param log which lines are logged for people
  record Status(
      String version,
      long pid,
      String state,
      String serving,
      String model,
      long seconds,
      long sessions,
      long transfers,
      long workers,
      String log) {
    private Status and(@Nullable Status other) {
      return other == null
          ? this
          : new Status(
              version,
              pid,
              state,
              serving,
              model,
              seconds,
              sessions + other.sessions,
              transfers + other.transfers,
              workers + 1,
              log);
    }
  }

  /// A session.
  ///
  /// @param session its name, as the log has it
  /// @param address the client's; null over a Unix-domain socket
  /// @param account null if nobody has logged in
  /// @param seconds since it has begun
  /// @param silent seconds since the client has last said something
  /// @param doing `idle`; `busy` while the server works for it; or the verb of the transfer that
  ///   runs
  /// @param path what is transferred
  /// @param size how many bytes that is, if it is known
  /// @param bytes how many have moved
  /// @param rate bytes a second, in the last one or two
  record Line(
      String session,
      @Nullable String address,
      @Nullable Integer port,
      boolean secure,
      @Nullable String account,
      long seconds,
      long silent,
      String doing,
      @Nullable String path,
      @Nullable Long size,
      @Nullable Long bytes,
      @Nullable Long rate) {}

  /// Who may not come.
  ///
  /// @param who an address, or a network
  /// @param until as ISO 8601 has it
  record Banned(String who, String until) {}

  @Override
  public Set<Transport> transports() {
    return Set.of(Transport.UNIX);
  }

  @Override
  public Session open() {
    return new Talk();
  }

  @Override
  public byte[] refusal(Refusal why) {
    try {
      return frame(Reply.problem("too many ask at once"), REPLY_LIMIT);
    } catch (IOException e) {
      return new byte[0];
    }
  }

  private static byte[] frame(Reply reply, int limit) throws IOException {
    ByteBuffer empty = ByteBuffer.allocate(0);
    return new FrameBuffer(0, Integer.BYTES, limit)
        .frame(empty, ByteBuffer.wrap(reply.json()))
        .array();
  }

  /// One who asks.
  private final class Talk implements Session {
    private final FrameBuffer frames = new FrameBuffer(0, Integer.BYTES, REQUEST_LIMIT);
    private boolean working;
    private boolean ending;

    @Override
    public List<Effect> on(Event event) {
      return switch (event) {
        case Event.Opened _ -> List.of(new Effect.Arm(IDLE));
        case Event.Received(ByteBuffer bytes) -> {
          frames.add(bytes);
          yield next();
        }
        case Event.Performed(byte[] reply) -> {
          working = false;
          List<Effect> effects = new ArrayList<>();
          effects.add(new Effect.Send(ByteBuffer.wrap(reply)));
          effects.addAll(ending ? List.of(new Effect.Close()) : next());
          yield effects;
        }
        case Event.Expired _, Event.PeerClosed _, Event.Stopping _ -> {
          ending = true;
          yield working ? List.of() : List.of(new Effect.Close());
        }
        case Event.Failed _ -> List.of(new Effect.Close());
        case Event.Ended _ -> List.of();
        default -> throw new IllegalStateException("never asked for: " + event);
      };
    }

    /// The next request, if it is there and the one before is done.
    private List<Effect> next() {
      if (working) {
        return List.of();
      }
      return switch (frames.next()) {
        case FrameBuffer.Found.Frame(_, ByteBuffer body) -> {
          working = true;
          yield List.of(
              new Effect.Arm(IDLE),
              new Effect.Perform(() -> frame(answer(body), REPLY_LIMIT), true, 0));
        }
        case FrameBuffer.Found.TooLong _ -> List.of(new Effect.Close());
        case null -> List.of(new Effect.Arm(IDLE));
      };
    }

    private Reply answer(ByteBuffer body) {
      Request request;
      try {
        request = JSON.std.beanFrom(Request.class, UTF_8.decode(body).toString());
      } catch (IOException e) {
        return Reply.problem("that is no request: " + e.getMessage());
      }
      return request == null || request.order() == null
          ? Reply.problem("that is no request: it has no order")
          : desk.apply(request);
    }
  }
}
