package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import wharf.files.Quota;
import wharf.protocol.Ending;

/// A session as text, and its performance.
///
/// ```
///   C: PWD              the client sends a line; <0D>, <FF F4> are bytes given in hexadecimal
///   C> PW               the same without a line end
///   S: 257 "/" is ...   the server says a line: exactly, or up to "..."
///   S: /257 .*root/     or as the pattern says
///   S: [...]            or any number of lines, up to what stands next
///   > text              the client uploads these bytes
///   < line              the client downloads a line, as in S; all lines of a download stand
///   < (nothing)         together, and it ends in order
///   ! FIN               the transfer ends so (any Ending); "! FIN gone": and the client is, too
///   ! mark 123          the client puts this restart marker into its upload
///   ! gone              the client's end of the control connection is closed
///   ! wait 300          seconds pass
///   ! stop              the server is being stopped
///   ! hold tasks        tasks wait from here on for "! task", "! task gone" or "! task fails"
///   ! hold probation    an upload that has ended is on probation until "! wait"
///   ! hold drains       what is drained waits for "! drained"
///   ! hold handshake    that of TLS waits for "! secured"; else it is done at once
///   ! no port           nothing can be listened at from here on
///   ! closed            the session has closed the connection
/// ```
///
/// Commands on lines that follow on each other are sent together. What the server says before the
/// next command, upload or event is just what stands there, no line more.
final class Transcript {
  /// How a transcript is cut up: the network may do any of it.
  private static final int[] CHUNKS = {VirtualDriver.WHOLE, 1, 2, 3, 7};

  /// What leads to being logged in as `jo`, with TYPE I.
  static final String LOGIN = login("jo");

  private static final Pattern HEX = Pattern.compile("<([0-9A-F]{2}(?: [0-9A-F]{2})*)>");

  private Transcript() {}

  static String login(String name) {
    return "S: 220 ...\n" + loginAgain(name);
  }

  /// The same of who has been greeted already.
  static String loginAgain(String name) {
    return """
    C: USER %s
    S: 331 ...
    C: PASS secret
    S: 230 ...
    C: TYPE I
    S: 200 ...
    """
        .formatted(name);
  }

  /// What is looked at when a transcript has been played.
  @FunctionalInterface
  interface After {
    void look(World world, VirtualDriver driver) throws IOException;
  }

  /// A test for each chunk size, each over a world of its own; begins logged in as `jo`.
  static Stream<DynamicTest> tests(Path base, String text, After after) {
    return from(base, LOGIN + text, after);
  }

  static Stream<DynamicTest> tests(Path base, String text) {
    return tests(base, text, (_, _) -> {});
  }

  /// The same from the greeting on.
  static Stream<DynamicTest> from(Path base, String text, After after) {
    return from(base, text, after, VirtualDriver::new);
  }

  /// Makes a driver.
  @FunctionalInterface
  interface Maker {
    VirtualDriver make(wharf.protocol.Session session, int chunk);
  }

  static Stream<DynamicTest> from(Path base, String text, After after, Maker maker) {
    return from(World::new, base, text, after, maker);
  }

  /// Under this policy of TLS.
  static Stream<DynamicTest> under(FtpService.Tls tls, Path base, String text) {
    return from(
        folder -> new World(folder, tls, Quota.none()),
        base,
        text,
        (_, _) -> {},
        VirtualDriver::new);
  }

  /// Under a quota like this one; begins logged in.
  static Stream<DynamicTest> under(Quota quota, Path base, String text, After after) {
    return from(
        folder ->
            new World(
                folder, FtpService.Tls.ALLOWED, Quota.of(quota.mostBytes(), quota.mostEntries())),
        base,
        LOGIN + text,
        after,
        VirtualDriver::new);
  }

  /// Makes a world.
  private interface WorldMaker {
    World in(Path folder) throws IOException;
  }

  private static Stream<DynamicTest> from(
      WorldMaker worlds, Path base, String text, After after, Maker maker) {
    return IntStream.of(CHUNKS)
        .mapToObj(
            chunk ->
                dynamicTest(
                    chunk == VirtualDriver.WHOLE ? "whole" : "by " + chunk,
                    () -> {
                      try (World world = worlds.in(base.resolve("by-" + chunk))) {
                        VirtualDriver driver = maker.make(world.service.open(), chunk);
                        play(text, driver);
                        after.look(world, driver);
                        leave(driver);
                        world.assertNothingOutsideWasTouched();
                        world.assertNothingIsOpen();
                      }
                    }));
  }

  /// Whatever still runs ends with the client.
  private static void leave(VirtualDriver driver) {
    driver.peerCloses();
    while (driver.taskWaits()) {
      driver.runTask(() -> {});
    }
    if (driver.drainWaits()) {
      driver.drained();
    }
    driver.assertSettled();
    assertThat(driver.closed()).as("the session closes").isTrue();
  }

  /// Plays `text` on `driver`.
  static void play(String text, VirtualDriver driver) {
    new Performance(driver).play(text.lines().filter(line -> !line.isBlank()).toList());
  }

  private record Performance(VirtualDriver driver) {
    void play(List<String> lines) {
      for (int i = 0; i < lines.size(); ) {
        int from = i;
        String line = lines.get(i);
        char who = line.charAt(0);
        while (i < lines.size() && lines.get(i).charAt(0) == who && (i == from || who != '!')) {
          i++;
        }
        List<String> together = lines.subList(from, i);
        if (who != 'S') {
          assertThat(said()).as("said before: %s", line).isEmpty();
        }
        try {
          switch (who) {
            case 'C' -> together(together, driver::send);
            case 'S' -> hear(together);
            case '>' -> together(together, driver::upload);
            case '<' -> download(together);
            case '!' -> happen(line.substring(2));
            default -> throw new IllegalArgumentException(line);
          }
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError("at: " + line + ", then: " + e.getMessage(), e);
        }
      }
      assertThat(said()).as("said at the end").isEmpty();
    }

    private Deque<String> said() {
      return driver.replies().lines();
    }

    private static void together(List<String> lines, Consumer<byte[]> to) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (String line : lines) {
        String text = line.length() > 2 ? line.substring(line.charAt(0) == 'C' ? 3 : 2) : "";
        all.writeBytes(bytes(line.startsWith("C:") ? text + "<0D 0A>" : text));
      }
      to.accept(all.toByteArray());
    }

    private void hear(List<String> expected) {
      expect(expected.stream().map(line -> line.substring(3)).toList(), said());
    }

    private void download(List<String> expected) {
      String all = new String(driver.download(), StandardCharsets.UTF_8);
      Deque<String> lines = new java.util.ArrayDeque<>(all.lines().toList());
      if (!expected.equals(List.of("< (nothing)"))) {
        expect(expected.stream().map(line -> line.substring(2)).toList(), lines);
      }
      assertThat(lines).as("downloaded beyond").isEmpty();
      driver.endTransfer(Ending.SENT, null);
    }

    private static void expect(List<String> expected, Deque<String> lines) {
      boolean skips = false;
      for (String one : expected) {
        if (one.equals("[...]")) {
          skips = true;
          continue;
        }
        while (skips && !lines.isEmpty() && !matches(one, lines.getFirst())) {
          lines.removeFirst();
        }
        skips = false;
        assertThat(lines).as("nothing was said, but expected: %s", one).isNotEmpty();
        String line = lines.removeFirst();
        assertThat(matches(one, line)).as("expected: %s\n     was: %s", one, line).isTrue();
      }
      if (skips) {
        lines.clear();
      }
    }

    private static boolean matches(String expected, String line) {
      if (expected.startsWith("/") && expected.endsWith("/") && expected.length() > 1) {
        return line.matches(expected.substring(1, expected.length() - 1));
      }
      return expected.endsWith("...")
          ? line.startsWith(expected.substring(0, expected.length() - 3))
          : line.equals(expected);
    }

    private void happen(String what) {
      String[] words = what.split(" ", -1);
      switch (what) {
        case "gone" -> driver.peerCloses();
        case "stop" -> driver.stop();
        case "hold tasks" -> driver.holdsTasks = true;
        case "hold probation" -> driver.holdsProbation = true;
        case "hold drains" -> driver.holdsDrains = true;
        case "no port" -> driver.refusesToListen = true;
        case "task" -> driver.runTask(() -> {});
        case "task gone" -> driver.runTask(driver::peerCloses);
        case "task fails" -> driver.failTask(new IOException("the disk is on fire"));
        case "drained" -> driver.drained();
        case "hold handshake" -> driver.holdsHandshake = true;
        case "secured" -> driver.secured();
        case "closed" -> assertThat(driver.closed()).as("closed").isTrue();
        case "FIN gone" -> driver.endTransferAndPeer();
        default -> {
          if (words[0].equals("wait")) {
            driver.pass(Duration.ofSeconds(Long.parseLong(words[1])));
          } else if (words[0].equals("mark")) {
            driver.mark(words[1]);
          } else {
            driver.endTransfer(Ending.valueOf(what), new IOException("a test wants it so"));
          }
        }
      }
    }
  }

  /// `text` as UTF-8, with what stands in angle brackets as the bytes of those values.
  static byte[] bytes(String text) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Matcher hex = HEX.matcher(text);
    int from = 0;
    while (hex.find()) {
      all.writeBytes(text.substring(from, hex.start()).getBytes(StandardCharsets.UTF_8));
      all.writeBytes(HexFormat.of().parseHex(hex.group(1).replace(" ", "")));
      from = hex.end();
    }
    all.writeBytes(text.substring(from).getBytes(StandardCharsets.UTF_8));
    return all.toByteArray();
  }
}
