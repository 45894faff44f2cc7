package wharf.app.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What `wharf.toml` says of accounts, met with curl: folders of their own, rules by folder, hidden
/// names, quotas, sessions; and `wharf why` tells what the client was told.
@Tag("interop")
@Timeout(300)
class AccountsInUseTest {
  private static final String ACCOUNTS =
      """
      [model]
      name = "MODEL"
      workers = 2
      [accounts.ann]
      password = "HASH"
      root = "anns"
      rights = "write"
      hide = ["*.secret"]
      quota = 1000
      sessions = 1
      [accounts.box]
      password = "HASH"
      rules = { "/" = "read", "/in" = "drop-box" }
      [accounts.lost]
      password = "HASH"
      root = "nowhere"
      """;

  /// What curl shows of the refusal after which it gives up.
  private static final Pattern REFUSAL = Pattern.compile("< 550 (.+ for SIZE: .+)");

  @TempDir(factory = UnderTarget.class)
  Path folder;

  private Path served;
  private Path outside;
  private Path anns;

  @BeforeEach
  void folders() throws IOException {
    served = Files.createDirectories(folder.resolve("served"));
    outside = Files.createDirectories(folder.resolve("outside"));
    anns = Files.createDirectories(folder.resolve("anns"));
    Files.createDirectories(served.resolve("in"));
    Files.writeString(served.resolve("common"), "common");
    Files.writeString(anns.resolve("a.secret"), "hidden");
  }

  private Program serve(String model) throws IOException {
    Path file = folder.resolve("wharf.toml");
    String workers = model.equals("processes") ? "" : "workers = 2\n";
    Files.writeString(
        file, ACCOUNTS.replace(workers, "").replace("MODEL", model).replace("HASH", Program.HASH));
    return Program.serve(served, Program.NATIVE, "--config", file.toString());
  }

  private static Command curl(Site site, String name, String... words) {
    return Command.of(site, "curl", "-q", "-sS", "-u", name + ":password").with(words);
  }

  private Path file(String name, int bytes) throws IOException {
    return Content.random(outside.resolve(name), bytes, 1);
  }

  private List<String> why(String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("why"));
    all.addAll(List.of(words));
    all.addAll(List.of("--config", folder.resolve("wharf.toml").toString()));
    all.addAll(List.of("--", served.toString()));
    Process process =
        new ProcessBuilder(Program.command(Program.NATIVE, all.toArray(String[]::new)))
            .redirectErrorStream(true)
            .start();
    List<String> said = new ArrayList<>(process.inputReader(UTF_8).lines().toList());
    said.add("ended with " + process.waitFor());
    return said;
  }

  @ParameterizedTest
  @ValueSource(strings = {"virtual", "epoll", "processes"})
  void eachAsItsAccountSays(String model) throws Exception {
    try (Program program = serve(model)) {
      Site site = program.site(outside);
      // A folder of her own, with a quota that is met at the byte.
      String _ = curl(site, "ann", "-T", file("f", 994).toString(), site.url("f")).run();
      assertThat(anns.resolve("f")).hasSize(994);
      assertThatThrownBy(
              () -> curl(site, "ann", "-T", file("g", 1).toString(), site.url("g")).run())
          .hasMessageContaining("Exceeded storage allocation");
      assertThat(curl(site, "ann", "-l", site.url("")).run().lines()).containsExactly("f");
      assertThat(served.resolve("f")).doesNotExist();
      assertThatThrownBy(() -> curl(site, "ann", site.url("a.secret")).run())
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> curl(site, "ann", site.url("common")).run())
          .isInstanceOf(IOException.class);

      // A drop box beside what may be read.
      assertThat(curl(site, "box", site.url("common")).run()).isEqualTo("common");
      String _ = curl(site, "box", "-T", file("d", 10).toString(), site.url("in/d")).run();
      assertThat(served.resolve("in/d")).hasSize(10);
      String refused = refusal(curl(site, "box", "-v", site.url("in/d")));
      assertThat(refused).contains("the rule for /in gives write, mkdir");
      assertThat(why("box", "SIZE", "/in/d"))
          .anyMatch(line -> line.endsWith(refused))
          .endsWith("ended with 7");
      assertThat(why("box", "RETR", "/common"))
          .containsExactly("RETR is allowed by the rule /: list, read.", "ended with 0");
      assertThatThrownBy(
              () -> curl(site, "box", "-T", file("d", 10).toString(), site.url("in/d")).run())
          .as("what is there stays")
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> curl(site, "box", "-l", site.url("in/")).run())
          .isInstanceOf(IOException.class);
      assertThatThrownBy(
              () -> curl(site, "box", "-T", file("d", 10).toString(), site.url("up")).run())
          .isInstanceOf(IOException.class);

      // Whose folder is not there is told so; others go on.
      assertThatThrownBy(() -> curl(site, "lost", "-v", site.url("")).run())
          .hasMessageContaining("Your folder cannot be used now");
      assertThat(program.log()).anyMatch(line -> line.contains("log-in as lost failed"));
      assertThat(program.stop()).isZero();
    }
    try (Stream<Path> left = Files.walk(folder)) {
      assertThat(left.map(Path::toString).filter(it -> it.contains("handover"))).isEmpty();
    }
  }

  private static String refusal(Command curl) {
    try {
      return curl.run();
    } catch (IOException e) {
      Matcher said = REFUSAL.matcher(String.valueOf(e.getMessage()));
      assertThat(said.find()).as(e.getMessage()).isTrue();
      return said.group(1).strip();
    }
  }

  /// While one of her sessions is there, another is not let in; of worker processes each counts for
  /// itself.
  @ParameterizedTest
  @ValueSource(strings = {"virtual", "nio"})
  void oneSessionAtOnce(String model) throws Exception {
    try (Program program = serve(model)) {
      Site site = program.site(outside);
      Running uploading = curl(site, "ann", "-T", "-", site.url("slow")).begin();
      uploading.feed().write(new byte[10]);
      uploading.feed().flush();
      while (program.log().stream().noneMatch(line -> line.contains("ann logged in"))) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> curl(site, "ann", "-v", "-l", site.url("")).run())
          .hasMessageContaining("ann may have 1 sessions at once");
      uploading.feed().close();
      while (program.log().stream().noneMatch(line -> line.contains("ann STOR /slow"))) {
        Thread.onSpinWait();
      }
      uploading.kill();
    }
  }
}
