package wharf.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import wharf.protocol.Effect.Transfer.Form;
import wharf.protocol.Ending;
import wharf.protocol.Happening;
import wharf.protocol.Happening.Cargo;
import wharf.protocol.Happening.Direction;
import wharf.protocol.Happening.Mode;
import wharf.protocol.Protocol.Refusal;
import wharf.protocol.Transport;
import wharf.server.Journal;

/// The lines of the logs for programs, and docs/logs.md, which tells what is in them.
class LogLinesTest {
  private static final Instant TIME = Instant.parse("2026-09-03T12:00:00.1239Z");

  private static final Journal.Connection CONNECTION =
      new Journal.Connection(
          Transport.TCP,
          new InetSocketAddress(InetAddress.ofLiteral("::1"), 2121),
          new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 40_000),
          true);

  private static Journal.Entry entry(Happening happening) {
    return new Journal.Entry(TIME, "a-1", CONNECTION, happening);
  }

  private static Happening.Transfer upload(String path, String account, boolean complete) {
    return new Happening.Transfer(
        new Cargo(account, Direction.IN, "STOR", path, Form.IMAGE, Mode.DEFLATE, true),
        1_000_000,
        12_345,
        Duration.ofMillis(2600),
        complete,
        complete ? Ending.BLOCK_EOF : Ending.RESET,
        complete ? null : "the data connection was reset",
        complete ? null : 1_000_000L,
        complete ? "SHA-256 ab" : null);
  }

  @Test
  void aReceipt() {
    assertThat(new JsonLines().of(entry(upload("/a", "ann", true))))
        .isEqualTo(
            "{\"time\":\"2026-09-03T12:00:00.123Z\",\"event\":\"transfer\",\"session\":\"a-1\","
                + "\"transport\":\"tcp\",\"peer\":\"192.0.2.7\",\"peerPort\":40000,"
                + "\"local\":\"0:0:0:0:0:0:0:1\",\"localPort\":2121,\"secure\":true,"
                + "\"account\":\"ann\",\"direction\":\"in\",\"verb\":\"STOR\",\"path\":\"/a\","
                + "\"form\":\"image\",\"mode\":\"deflate\",\"dataSecure\":true,"
                + "\"bytes\":1000000,\"onWire\":12345,\"took\":2.600000,\"complete\":true,"
                + "\"ending\":\"block_eof\",\"hash\":\"SHA-256 ab\"}");
  }

  @Test
  void whatComesFromTheNetworkForgesNothing() throws IOException {
    String hostile =
        "/\r\n{\"event\":\"login\"}\n\",\"complete\":true,\"x\":\"\\\0\t\u001b[2J\u007f\u0085\u009b"
            + "\u2028\u2029\u202e\ud800 ü \ud83d\ude00";
    for (Happening happening :
        new Happening[] {
          upload(hostile, hostile, false),
          new Happening.Command("STOR", hostile, 226, Duration.ZERO),
          new Happening.Login(hostile, false, Happening.Proof.PASSWORD, hostile),
          new Happening.Change(hostile, "RNTO", hostile, hostile),
          new Happening.Remark(hostile),
        }) {
      String line = new JsonLines().of(entry(happening));
      Map<String, Object> read = ReadJson.line(line);
      assertThat(read.values()).contains(hostile);
      assertThat(read).containsEntry("event", JsonLines.name(happening.getClass()));
      assertThat(line.codePoints().noneMatch(wharf.ftp.client.Printable::acts)).isTrue();
    }
    String line = new Xferlog(ZoneOffset.UTC).of(entry(upload(hostile, hostile, true))).orElse("");
    assertThat(line.split(" +", -1)).hasSize(18);
    assertThat(line.codePoints().noneMatch(wharf.ftp.client.Printable::acts)).isTrue();
  }

  @Test
  void aClientOfAUnixDomainSocket() throws IOException {
    Journal.Connection unix =
        new Journal.Connection(
            Transport.UNIX,
            UnixDomainSocketAddress.of("/run/wharf"),
            UnixDomainSocketAddress.of(""),
            false);
    String line = new JsonLines().of(new Journal.Entry(TIME, "a-1", unix, new Happening.Begun()));
    assertThat(ReadJson.line(line))
        .containsEntry("transport", "unix")
        .containsEntry("local", "/run/wharf")
        .doesNotContainKeys("peer", "peerPort", "localPort");
  }

  @Test
  void theFieldsOfXferlog() {
    Xferlog xferlog = new Xferlog(ZoneOffset.UTC);
    assertThat(xferlog.of(entry(upload("/in box/a b", "ann lee", true))))
        .contains(
            "Thu Sep  3 12:00:00 2026 3 192.0.2.7 1000000 /in_box/a_b b _ i r ann_lee ftp 0 * c");
    assertThat(xferlog.of(entry(upload("/a", "anonymous", false))))
        .contains("Thu Sep  3 12:00:00 2026 3 192.0.2.7 1000000 /a b _ i a anonymous ftp 0 * i");
    Happening.Transfer text =
        new Happening.Transfer(
            new Cargo("ann", Direction.OUT, "RETR", "/a", Form.ASCII, Mode.STREAM, true),
            0,
            0,
            null,
            false,
            Ending.ABORTED,
            "why",
            null,
            null);
    assertThat(xferlog.of(entry(text)))
        .contains("Thu Sep  3 12:00:00 2026 1 192.0.2.7 0 /a a _ o r ann ftp 0 * i");
    Happening.Transfer listing =
        new Happening.Transfer(
            new Cargo("ann", Direction.OUT, "LIST", "/", Form.IMAGE, Mode.STREAM, true),
            0,
            0,
            Duration.ZERO,
            true,
            Ending.SENT,
            null,
            null,
            null);
    assertThat(xferlog.of(entry(listing))).isEmpty();
    assertThat(xferlog.of(entry(new Happening.Begun()))).isEmpty();
  }

  // The document.

  private static final Pattern FIELD =
      Pattern.compile("\\| `(\\w+)` \\| (string|number|true or false) \\|.*");
  private static final Pattern EVENT = Pattern.compile("### `(\\w+)`");

  /// Each event's fields and their types, as docs/logs.md has them; those of every event under "".
  private static Map<String, Map<String, String>> documented() throws IOException {
    Map<String, Map<String, String>> events = new TreeMap<>();
    String event = "";
    for (String line : Files.readAllLines(Path.of("../docs/logs.md"))) {
      Matcher heading = EVENT.matcher(line);
      Matcher field = FIELD.matcher(line);
      if (heading.matches()) {
        event = heading.group(1);
        events.put(event, new TreeMap<>());
      } else if (field.matches()) {
        String before =
            events.computeIfAbsent(event, _ -> new TreeMap<>()).put(field.group(1), field.group(2));
        assertThat(before).as("%s of %s, twice", field.group(1), event).isNull();
      }
    }
    return events;
  }

  private static Stream<RecordComponent> components(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .flatMap(one -> one.getType().isRecord() ? components(one.getType()) : Stream.of(one));
  }

  private static String type(Class<?> type) {
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    boolean number =
        type == int.class
            || type == long.class
            || type == Duration.class
            || Number.class.isAssignableFrom(type);
    assertThat(number || type == String.class || type.isEnum()).as("%s", type).isTrue();
    return number ? "number" : "string";
  }

  @Test
  void everyEventAndEveryFieldIsDocumented() throws IOException {
    Map<String, Map<String, String>> known = new TreeMap<>();
    for (Class<?> happening : Happening.class.getPermittedSubclasses()) {
      Map<String, String> fields = new TreeMap<>();
      components(happening).forEach(one -> fields.put(one.getName(), type(one.getType())));
      known.put(JsonLines.name(happening), fields);
    }
    known.put("dropped", Map.of("lines", "number"));
    Map<String, String> ofAll = new TreeMap<>();
    ReadJson.line(new JsonLines().of(entry(new Happening.Begun())))
        .forEach((name, value) -> ofAll.put(name, type(value.getClass())));
    known.put("", ofAll);
    assertThat(documented()).isEqualTo(known);
  }

  @Test
  void everyValueThatIsOneOfAFewIsDocumented() throws IOException {
    String document = Files.readString(Path.of("../docs/logs.md"));
    for (Class<? extends Enum<?>> values :
        List.<Class<? extends Enum<?>>>of(
            Ending.class,
            Form.class,
            Mode.class,
            Direction.class,
            Happening.Proof.class,
            Refusal.class,
            Transport.class)) {
      for (@Nullable Enum<?> value : values.getEnumConstants()) {
        assertThat(document).contains("`" + value.name().toLowerCase(Locale.ROOT) + "`");
      }
    }
  }

  @Test
  void whatIsMissingIsALine() throws IOException {
    assertThat(ReadJson.line(JsonLines.dropped(TIME, 12)))
        .isEqualTo(Map.of("time", "2026-09-03T12:00:00.123Z", "event", "dropped", "lines", 12L));
  }
}
