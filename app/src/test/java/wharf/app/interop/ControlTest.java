package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `wharf ctl` and the real program, while curl is at work.
@Tag("interop")
@Timeout(180)
class ControlTest {
  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Path served;
  private Path outside;

  @BeforeEach
  void folders() throws IOException {
    served = Files.createDirectories(folder.resolve("served"));
    outside = Files.createDirectories(folder.resolve("outside"));
    Files.writeString(folder.resolve("password"), "secret");
  }

  private Program serve(String model, String... more) throws IOException {
    List<String> options =
        List.of(
            "--user",
            "ann",
            "--password-file",
            folder.resolve("password").toString(),
            "--writable",
            "--model",
            model);
    return Program.serve(
        served,
        Program.NATIVE,
        Stream.concat(options.stream(), Stream.of(more)).toArray(String[]::new));
  }

  private static Command curl(Site site, String... words) {
    return Command.of(site, "curl", "-q", "-sS", "-u", "ann:secret").with(words);
  }

  private static Running upload(Site site, String name, String first) throws IOException {
    Running uploading = curl(site, "-T", "-", site.url(name)).begin();
    uploading.feed().write(first.getBytes(UTF_8));
    uploading.feed().flush();
    return uploading;
  }

  /// The sessions, as soon as they are as expected.
  private static List<Map<String, Object>> sessions(
      Program program, Predicate<List<Map<String, Object>>> expected) throws IOException {
    List<Map<String, Object>> all;
    do {
      all = sessions(program);
    } while (!expected.test(all));
    return all;
  }

  /// Asked as docs/control.md has it, by a program that is not ours.
  @SuppressWarnings("unchecked") // Which is what JSON has.
  private static List<Map<String, Object>> sessions(Program program) throws IOException {
    Map<String, Object> reply = ask(program, "{\"order\":\"sessions\"}");
    return (List<Map<String, Object>>) Objects.requireNonNull(reply.get("sessions"));
  }

  private static Map<String, Object> ask(Program program, String request) throws IOException {
    try (SocketChannel socket =
        SocketChannel.open(UnixDomainSocketAddress.of(program.controlSocket()))) {
      DataOutputStream out = new DataOutputStream(Channels.newOutputStream(socket));
      byte[] bytes = request.getBytes(UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
      DataInputStream in = new DataInputStream(Channels.newInputStream(socket));
      return JSON.std.mapFrom(new String(in.readNBytes(in.readInt()), UTF_8));
    }
  }

  /// What is no request, or none of ours, costs whoever sends it a sentence, and nobody else
  /// anything.
  @Test
  void whatIsNoRequest() throws Exception {
    try (Program program = serve("virtual")) {
      for (String wrong : List.of("", "no JSON", "[1]", "{}", "{\"order\":\"dance\"}")) {
        assertThat(ask(program, wrong)).as(wrong).containsOnlyKeys("problem");
      }
      assertThatThrownBy(() -> ask(program, "x".repeat(70_000))).isInstanceOf(IOException.class);
      assertThat(JSON.std.mapFrom(program.ctl("--json", "sessions"))).containsKey("sessions");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "epoll", "processes"})
  void whoIsThereAndIsKicked(String model) throws Exception {
    try (Program program = serve(model)) {
      Site site = program.site(outside);
      assertThat(sessions(program)).isEmpty();
      assertThat(program.ctl("status")).contains("serving " + served, "0 sessions, 0 transfers");
      Running uploading = upload(site, "slow", "first ");
      Map<String, Object> one =
          sessions(program, all -> all.size() == 1 && all.getFirst().containsKey("bytes"))
              .getFirst();
      assertThat(one)
          .containsEntry("account", "ann")
          .containsEntry("address", "127.0.0.1")
          .containsEntry("secure", false)
          .containsEntry("doing", "STOR")
          .containsEntry("path", "/slow")
          .doesNotContainKey("size");
      assertThat(program.ctl("status")).contains("1 sessions, 1 transfers");
      assertThat(program.ctl("sessions")).contains("ann", "127.0.0.1", "STOR /slow: ");

      assertThat(program.ctl(6, "kick", "bob")).contains("nobody there is bob");
      assertThat(program.ctl(6, "--json", "kick", "bob")).contains("\"count\":0");
      assertThat(program.ctl("kick", "ann")).contains("1 ended");
      uploading.kill();
      assertThat(sessions(program, List::isEmpty)).isEmpty();
      assertThat(served.resolve("slow")).doesNotExist();
      // Who was kicked may come again, and goes on.
      assertThat(curl(site, "-l", site.url("")).run()).isEmpty();
    }
  }

  /// What is to be moved is known of a download.
  @Test
  void howFarADownloadHasCome() throws Exception {
    Path file = Content.random(served.resolve("big"), 20_000_000, 1);
    try (Program program = serve("virtual", "--rate-down", "1M")) {
      Site site = program.site(outside);
      Running _ = curl(site, "-o", "/dev/null", site.url("big")).begin();
      Map<String, Object> one =
          sessions(
                  program,
                  all ->
                      all.size() == 1
                          && all.getFirst().get("bytes") instanceof Number moved
                          && moved.longValue() > 1_500_000)
              .getFirst();
      assertThat(one)
          .containsEntry("doing", "RETR")
          .containsEntry("path", "/big")
          .containsEntry("size", (int) Files.size(file));
      assertThat(one.get("rate"))
          .isInstanceOfSatisfying(
              Number.class, rate -> assertThat(rate.doubleValue()).isBetween(0.7e6, 1.4e6));
      assertThat(program.ctl("sessions")).contains("of 19.1 MiB, ", " %, ", "iB/s");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "epoll", "processes"})
  void itEndsWhenTheLastTransferHas(String model) throws Exception {
    try (Program program = serve(model)) {
      Site site = program.site(outside);
      Running uploading = upload(site, "slow", "first ");
      sessions(program, all -> all.size() == 1 && all.getFirst().containsKey("bytes"));
      String _ = program.ctl("drain");
      assertThat(program.ctl("status")).contains("draining " + served, "1 transfers");
      assertThatThrownBy(() -> curl(site, "-l", site.url("")).run())
          .isInstanceOf(IOException.class);
      uploading.feed().write("and last".getBytes(UTF_8));
      uploading.feed().close();
      assertThat(program.awaitEnd()).isZero();
      assertThat(served.resolve("slow")).hasContent("first and last");
    }
  }

  /// A signal to stop gives a drain no longer than it always does.
  @Test
  void aSignalEndsADrain() throws Exception {
    try (Program program = serve("virtual", "--grace", "0")) {
      Site site = program.site(outside);
      Running _ = upload(site, "slow", "first ");
      sessions(program, all -> all.size() == 1 && all.getFirst().containsKey("bytes"));
      String _ = program.ctl("drain");
      assertThat(program.stop()).isZero();
      assertThat(served.resolve("slow")).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "processes"})
  void whoIsBannedDoesNotComeIn(String model) throws Exception {
    try (Program program = serve(model)) {
      Site site = program.site(outside);
      assertThat(curl(site, "-l", site.url("")).run()).isEmpty();
      assertThat(program.ctl("ban", "127.0.0.1", "1000")).contains("127.0.0.1/32 until 20");
      assertThat(program.ctl("bans").lines()).hasSize(1);
      assertThatThrownBy(() -> curl(site, "-l", site.url("")).run())
          .isInstanceOf(IOException.class);
      assertThat(program.ctl("unban", "127.0.0.1")).contains("may come again");
      assertThat(program.ctl(6, "unban", "127.0.0.1")).contains("was not banned");
      assertThat(curl(site, "-l", site.url("")).run()).isEmpty();
      assertThatThrownBy(() -> program.ctl("ban", "10")).hasMessageContaining("'10' is no address");
      assertThatThrownBy(() -> program.ctl("ban", "10.0.0.1", "9223372036854775807"))
          .hasMessageContaining("a ban lasts 1 to 315360000 seconds");
      assertThatThrownBy(() -> program.ctl("ban", "nobody"))
          .hasMessageContaining("ended with 1")
          .hasMessageContaining("'nobody' is no address");
    }
  }

  /// Whatever becomes of the workers that were told.
  @Test
  void aBanOutlivesAWorker() throws Exception {
    try (Program program = serve("processes", "--workers", "1")) {
      Site site = program.site(outside);
      assertThat(program.ctl("ban", "127.0.0.1", "1000")).contains("127.0.0.1/32 until 20");
      ProcessHandle worker = program.children().getFirst();
      boolean _ = worker.destroyForcibly();
      Harbour.await(
          "another listens",
          () ->
              program.children().stream().noneMatch(worker::equals)
                  && program.log().stream().filter(line -> line.contains("/ctl/")).count() == 3);
      assertThatThrownBy(() -> curl(site, "-l", site.url("")).run())
          .isInstanceOf(IOException.class);
      assertThat(program.ctl("unban", "127.0.0.1")).contains("may come again");
      assertThat(curl(site, "-l", site.url("")).run()).isEmpty();
    }
  }

  /// A new configuration that leaves nobody who may write, or lets everybody in.
  @Test
  void whatAReloadSays() throws Exception {
    Path file = folder.resolve("wharf.toml");
    String ann = "[accounts.ann]\npassword = '%s'\nrights = 'write'\n".formatted(Program.HASH);
    Files.writeString(file, ann);
    try (Program program =
        Program.serve(served, Program.NATIVE, "--writable", "--config", file.toString())) {
      Site site = program.site(outside);
      Files.writeString(file, "");
      assertThatThrownBy(() -> program.ctl("reload"))
          .hasMessageContaining("ended with 1")
          .hasMessageContaining("there is no account left");
      Files.writeString(file, "limits.idel = 1\n");
      assertThatThrownBy(() -> program.ctl("--json", "reload"))
          .hasMessageContaining("did you mean limits.idle?")
          .hasMessageContaining("\"problem\"");
      assertThat(program.log()).noneMatch(line -> line.contains("taken anew: "));
      Files.writeString(file, ann + "[accounts.anonymous]\nrights = 'read'\n");
      assertThat(program.ctl("reload"))
          .contains("taken anew: 1 accounts", "people without an account are let in");
      assertThat(Command.of(site, "curl", "-q", "-sS", "-l", site.url("")).run()).isEmpty();
    }
  }

  @Test
  void moreOrLessIsLogged() throws Exception {
    try (Program program = serve("virtual")) {
      Site site = program.site(outside);
      String _ = program.ctl("log", "warning");
      assertThat(curl(site, "-l", site.url("")).run()).isEmpty();
      assertThat(program.log()).noneMatch(line -> line.contains("logged in"));
      String _ = program.ctl("log", "info");
      assertThat(program.ctl("status")).contains("log: info");
      assertThat(curl(site, "-l", site.url("")).run()).isEmpty();
      assertThat(program.log()).anyMatch(line -> line.contains("ann logged in"));
      assertThatThrownBy(() -> program.ctl("log", "loud"))
          .hasMessageContaining("warning, info and debug");
    }
  }

  /// Where it is said, for its owner alone; and none is left.
  @Test
  void whereItIsAsked() throws Exception {
    Path socket = folder.resolve("own");
    try (Program program = serve("virtual", "--control", socket.toString())) {
      assertThat(Files.getPosixFilePermissions(socket))
          .isEqualTo(PosixFilePermissions.fromString("rw-------"));
      assertThatThrownBy(() -> program.ctl("status")).hasMessageContaining("ended with 3");
      assertThat(program.ctl("--socket", socket.toString(), "status")).contains("serving");
      try (Program other = serve("virtual")) {
        assertThat(other.ctl("status")).contains("process " + other.pid());
        try (Program third = serve("virtual")) {
          assertThatThrownBy(() -> third.ctl("status"))
              .hasMessageContaining("ended with 2")
              .hasMessageContaining("several servers")
              .hasMessageContaining("ctl/" + other.pid())
              .hasMessageContaining("ctl/" + third.pid());
        }
        assertThat(other.stop()).isZero();
      }
      assertThat(program.stop()).isZero();
      assertThat(socket).doesNotExist();
    }
  }
}
