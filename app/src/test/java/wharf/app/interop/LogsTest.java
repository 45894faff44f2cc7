package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import wharf.app.ReadJson;

/// The logs for programs tell what real clients have done, whichever process served them.
@Tag("interop")
@Timeout(180)
final class LogsTest {
  private static final int SIZE = 300_000;

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Path root;
  private Path outside;
  private Path json;
  private Path xferlog;

  @BeforeEach
  void folders() throws IOException {
    root = Files.createDirectories(folder.resolve("root"));
    outside = Files.createDirectories(folder.resolve("outside"));
    json = folder.resolve("wharf.json");
    xferlog = folder.resolve("xferlog");
  }

  private Program serve(String model, String... more) throws IOException {
    Path password = Files.writeString(folder.resolve("password"), Site.PASSWORD + "\n");
    List<String> options =
        new ArrayList<>(
            List.of(
                "--writable",
                "--model=" + model,
                "--user=" + Site.USER,
                "--password-file=" + password));
    options.addAll(List.of(more));
    if (model.equals("processes")) {
      options.add("--workers=2");
    }
    return Program.serve(root, Program.NATIVE, options.toArray(String[]::new));
  }

  private Program serveLogged(String model) throws IOException {
    return serve(model, "--tls=off", "--log-json=" + json, "--xferlog=" + xferlog);
  }

  private List<Map<String, Object>> events() {
    try {
      List<Map<String, Object>> events = new ArrayList<>();
      for (String line : Files.readAllLines(json)) {
        events.add(ReadJson.line(line));
      }
      return events;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Map<String, Object>> events(String kind) {
    return events().stream().filter(event -> kind.equals(event.get("event"))).toList();
  }

  @ValueSource(strings = {"virtual", "epoll", "processes"})
  @ParameterizedTest
  void theStory(String model) throws IOException {
    // No client here says control characters in a name.
    String name = "it's \"so\" \\ ü";
    Path local = Content.random(outside.resolve("local"), SIZE, 1);
    try (Program program = serveLogged(model)) {
      Site site = program.site(outside);
      for (RealClient client : List.of(new Curl(), new Lftp())) {
        String remote = client.canSay(RealClient.Operation.UPLOAD, name) ? name : "plain name";
        client.upload(site, local, remote);
        assertThat(client.digest(site, remote)).isEqualTo(Content.sha256(local));
        client.list(site, "");
        Files.move(root.resolve(remote), root.resolve("f"));
        client.delete(site, "f");
      }
      wrongPassword(site);
      assertThat(program.stop()).isZero();
      assertThat(program.log()).noneMatch(line -> line.contains("problem"));
    }

    Map<String, List<String>> sessions = new LinkedHashMap<>();
    for (Map<String, Object> event : events()) {
      sessions
          .computeIfAbsent(String.valueOf(event.get("session")), _ -> new ArrayList<>())
          .add(String.valueOf(event.get("event")));
      assertThat(event)
          .containsEntry("transport", "tcp")
          .containsEntry("peer", "127.0.0.1")
          .containsEntry("local", "127.0.0.1")
          .containsEntry("secure", false);
    }
    assertThat(sessions).hasSizeGreaterThan(4);
    for (List<String> session : sessions.values()) {
      assertThat(session).startsWith("begun").endsWith("ended");
      assertThat(session.stream().filter(event -> event.matches("begun|ended"))).hasSize(2);
    }
    assertThat(events("login"))
        .filteredOn(event -> Boolean.FALSE.equals(event.get("accepted")))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event)
                    .containsEntry("account", Site.USER)
                    .containsEntry("proof", "password"));
    assertThat(events("command"))
        .filteredOn(event -> "PASS".equals(event.get("verb")))
        .allSatisfy(event -> assertThat(event).doesNotContainKey("argument").containsKey("took"))
        .extracting(event -> event.get("code"))
        .contains(230L, 530L);
    assertThat(events("command"))
        .filteredOn(event -> "QUIT".equals(event.get("verb")))
        .isNotEmpty()
        .allSatisfy(event -> assertThat(event).containsEntry("code", 221L));
    for (String direction : List.of("in", "out")) {
      assertThat(events("transfer"))
          .filteredOn(
              event ->
                  direction.equals(event.get("direction"))
                      && String.valueOf(event.get("verb")).matches("STOR|RETR"))
          .hasSize(2)
          .allSatisfy(
              event ->
                  assertThat(event)
                      .containsEntry("account", Site.USER)
                      .containsEntry("bytes", (long) SIZE)
                      .containsEntry("complete", true)
                      .containsEntry("form", "image")
                      .containsEntry("ending", direction.equals("in") ? "fin" : "sent")
                      .doesNotContainKey("why"))
          .extracting(event -> event.get("path"))
          .contains("/" + name);
    }
    assertThat(events("change"))
        .hasSize(2)
        .allSatisfy(
            event -> assertThat(event).containsEntry("verb", "DELE").containsEntry("path", "/f"));

    assertThat(Files.readAllLines(xferlog))
        .hasSize(4)
        .allSatisfy(
            line ->
                assertThat(line)
                    .matches(
                        "\\w{3} \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4} \\d+ 127\\.0\\.0\\.1 "
                            + SIZE
                            + " /\\S+ b _ [oi] r alice ftp 0 \\* c"));
    for (Path file : List.of(json, xferlog)) {
      assertThat(Files.readString(file)).doesNotContain(Site.PASSWORD, "wr0ng");
      assertThat(Files.readString(file).replace("\n", "").chars())
          .noneMatch(Character::isISOControl);
    }
  }

  private static void wrongPassword(Site site) {
    String url = site.url("").replace("ftp://", "ftp://" + Site.USER + ":wr0ng@");
    assertThatThrownBy(() -> Command.of(site, "curl", "-q", "-sS", url).run())
        .hasMessageContaining("denied");
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "processes"})
  void aKilledUploadSaysWhy(String model) throws IOException {
    try (Program program = serveLogged(model)) {
      Running upload = new Curl().beginUpload(program.site(outside), "f");
      upload.feed().write(new byte[SIZE]);
      upload.feed().flush();
      Harbour.await("some has come", this::hasPart);
      upload.kill();
      Harbour.await("it is told", () -> !events("transfer").isEmpty());
      assertThat(program.stop()).isZero();
    }
    assertThat(events("transfer"))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event)
                    .containsEntry("verb", "STOR")
                    .containsEntry("path", "/f")
                    .containsEntry("complete", false)
                    .containsEntry("why", "the client is gone")
                    .containsEntry("kept", event.get("bytes")));
    assertThat(Files.readAllLines(xferlog)).singleElement().asString().endsWith(" ftp 0 * i");
  }

  private boolean hasPart() {
    try (var all = Files.list(root)) {
      return all.anyMatch(one -> one.toFile().length() > 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void underTls() throws IOException {
    Path local = Content.random(outside.resolve("local"), SIZE, 1);
    try (Program program = serve("epoll", "--tls=require", "--log-json=" + json)) {
      Site site = program.site(outside);
      Command.of(site, "curl", "-q", "-sS", "-k", "--ssl-reqd", "-T", local.toString())
          .with("-u", Site.USER + ":" + Site.PASSWORD, site.url("f"))
          .run();
      assertThat(program.stop()).isZero();
    }
    assertThat(events("secured"))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event)
                    .containsEntry("version", "TLSv1.3")
                    .containsEntry("secure", true)
                    .containsKey("cipher"));
    assertThat(events("begun")).singleElement().extracting("secure").isEqualTo(false);
    assertThat(events("transfer"))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event)
                    .containsEntry("dataSecure", true)
                    .containsEntry("secure", true)
                    .containsEntry("complete", true));
  }

  @Test
  void anAbortedTransfer() throws IOException {
    Content.sparse(root.resolve("large"), 1L << 33);
    try (Program program = serveLogged("virtual");
        Socket control = new Socket();
        Socket data = new Socket()) {
      Site site = program.site(outside);
      control.connect(site.at());
      control.setSoTimeout((int) Harbour.SOON.toMillis());
      BufferedReader replies =
          new BufferedReader(new InputStreamReader(control.getInputStream(), UTF_8));
      assertThat(replies.readLine()).startsWith("220 ");
      String port = "";
      for (String line : List.of("USER " + Site.USER, "PASS " + Site.PASSWORD, "TYPE I", "EPSV")) {
        control.getOutputStream().write((line + "\r\n").getBytes(UTF_8));
        port = replies.readLine();
      }
      data.connect(
          new InetSocketAddress(
              site.at().getAddress(), Integer.parseInt(port.replaceAll(".*\\|(\\d+)\\|.*", "$1"))));
      control.getOutputStream().write("RETR large\r\n".getBytes(UTF_8));
      assertThat(replies.readLine()).startsWith("150 ");
      assertThat(data.getInputStream().read()).isGreaterThanOrEqualTo(0);
      control.getOutputStream().write("ABOR\r\n".getBytes(UTF_8));
      assertThat(replies.readLine()).startsWith("426 ");
      assertThat(replies.readLine()).startsWith("226 ");
      Harbour.await("it is told", () -> events("command").size() == 6);
    }
    assertThat(events("transfer"))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event)
                    .containsEntry("complete", false)
                    .containsEntry("ending", "aborted")
                    .containsEntry("why", "it was broken off"));
    assertThat(events("command"))
        .extracting(event -> event.get("verb") + " " + event.get("code"))
        .endsWith("RETR 426", "ABOR 226");
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "processes"})
  void aFullDiskHarmsNoTransfer(String model) throws IOException {
    Path local = Content.random(outside.resolve("local"), SIZE, 1);
    try (Program program = serve(model, "--log-json=/dev/full", "--xferlog=/dev/full")) {
      Site site = program.site(outside);
      for (RealClient client : List.of(new Curl(), new Lftp())) {
        client.upload(site, local, "f");
        assertThat(client.digest(site, "f")).isEqualTo(Content.sha256(local));
      }
      assertThat(program.stop()).isZero();
      assertThat(program.log())
          .anyMatch(line -> line.contains("/dev/full cannot be written: No space left on device"))
          .anyMatch(line -> line.matches("wharf: /dev/full lacks \\d+ lines"));
    }
  }

  @Test
  void standardOutputHasNothingElse() throws Exception {
    Files.writeString(root.resolve("f"), "abc");
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    List<String> words =
        Program.command(
            Program.NATIVE,
            "serve",
            root.toString(),
            "--port=0",
            "--bind=127.0.0.1",
            "--tls=off",
            "--log-json=-");
    Process process =
        new ProcessBuilder(words).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    try {
      Harbour.await("it is ready", () -> read(err).contains("Ready"));
      String url = read(err).replaceFirst("(?s).*?(ftp://\\S+).*", "$1");
      Site nowhere =
          new Site(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), false, outside);
      assertThat(Command.of(nowhere, "curl", "-q", "-sS", url + "f").run()).isEqualTo("abc");
    } finally {
      process.destroy();
      process.waitFor();
    }
    Set<Object> kinds = new HashSet<>();
    for (String line : Files.readAllLines(out)) {
      kinds.add(ReadJson.line(line).get("event"));
    }
    assertThat(kinds)
        .containsExactlyInAnyOrder("begun", "login", "command", "started", "transfer", "ended");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void workersHaveNoStandardOutput() throws Exception {
    Process process =
        new ProcessBuilder(
                Program.command(
                    Program.NATIVE,
                    "serve",
                    root.toString(),
                    "--port=0",
                    "--model=processes",
                    "--log-json=-"))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(said).contains("--log-json: standard output").contains("name a file");
  }

  @Test
  void aLogThatCannotBeOpenedIsToldAtOnce() throws Exception {
    Process process =
        new ProcessBuilder(
                Program.command(
                    Program.NATIVE,
                    "serve",
                    root.toString(),
                    "--port=0",
                    "--log-json=" + folder.resolve("nowhere/wharf.json")))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isEqualTo(8);
    assertThat(said).contains("nowhere/wharf.json");
  }
}
