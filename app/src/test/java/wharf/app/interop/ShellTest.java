package wharf.app.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `wharf shell` as somebody at a terminal sees it, with a server that sends 1 MiB a second.
@Tag("interop")
@Timeout(300)
final class ShellTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final Pattern PERCENT = Pattern.compile("(\\d+)%");

  private static final Pattern LISTED =
      Pattern.compile("\\[\\d] running: wget big &\\s+big +\\d+%");

  private static final Pattern AFTER_ALL = Pattern.compile("/> cd \\.\\.\\s+127.0.0.1:/>\\s*$");
  private static final Pattern NEW_LINE = Pattern.compile("/> nothing\\s+127.0.0.1:/>\\s*$");

  @TempDir(factory = UnderTarget.class)
  static Path folder;

  private static @Nullable Program server;
  private static Path root = Path.of("");

  @TempDir(factory = UnderTarget.class)
  Path scratch;

  private Path here = Path.of("");

  @BeforeAll
  static void serve() throws IOException {
    root = Files.createDirectory(folder.resolve("root"));
    Path password = Files.writeString(folder.resolve("password"), Site.PASSWORD + "\n");
    server =
        Program.serve(
            root,
            Program.NATIVE,
            "--writable",
            "--rate-down=1M",
            "--user=" + Site.USER,
            "--password-file=" + password);
  }

  @AfterAll
  static void stop() {
    Objects.requireNonNull(server).close();
  }

  @BeforeEach
  void begin() throws IOException {
    here = Files.createDirectory(scratch.resolve("here"));
  }

  private Screen shell(Map<String, String> more) throws IOException {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("XDG_STATE_HOME", scratch.resolve("state").toString());
    environment.put("XDG_CONFIG_HOME", scratch.resolve("config").toString());
    environment.put("HOME", scratch.toString());
    Site site = Objects.requireNonNull(server).site(scratch);
    Screen screen =
        Screen.of(
            here,
            environment,
            Program.command(
                List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC"),
                "shell",
                "--tls=off",
                "--password-file=" + folder.resolve("password"),
                "ftp://%s@%s:%s/".formatted(Site.USER, site.host(), site.port())));
    try {
      screen.await("127.0.0.1:/>");
      return screen;
    } catch (AssertionError e) {
      screen.close();
      throw e;
    }
  }

  @Test
  void completesCommandsAndNamesAndRemembersLines() throws IOException {
    Files.createDirectory(root.resolve("a folder"));
    Files.writeString(root.resolve("a folder/in it"), "content");
    Files.writeString(root.resolve("100%"), "content");
    Files.createDirectory(here.resolve("own folder"));
    Path bookmarks = scratch.resolve("config/wharf/bookmarks.toml");
    Files.createDirectories(bookmarks.getParent());
    Files.writeString(bookmarks, "[work]\nurl = \"ftp://files.example.org/\"\n");
    try (Screen screen = shell(Map.of("NO_COLOR", "1"))) {
      screen.type("mkd");
      screen.press("Tab");
      screen.type("new");
      screen.press("Enter");
      Harbour.await("the folder is made", () -> Files.isDirectory(root.resolve("new")));
      screen.type("cd a");
      screen.press("Tab");
      screen.await("cd a\\ folder/");
      screen.press("Enter");
      screen.await("127.0.0.1:/a folder>");
      screen.type("wget \"in");
      screen.press("Tab");
      screen.await("wget \"in it\"");
      screen.press("Enter");
      screen.await("wharf: in it: 7 B");
      assertThat(here.resolve("in it")).hasContent("content");
      screen.enter("cd ..");
      screen.await("the first folder", shown -> shown.stripTrailing().endsWith("127.0.0.1:/>"));
      screen.enter("ls");
      screen.await("100%");
      screen.type("m");
      screen.press("Tab", "Tab");
      screen.await("mkdir");
      // Nothing is in colours.
      assertThat(screen.written()).doesNotContainPattern("\u001b\\[[0-9;]*3[0-9]m");
      screen.press("C-u");
      screen.type("mirror -R o");
      screen.press("Tab");
      screen.await("mirror -R own\\ folder/");
      screen.press("C-u");
      screen.type("open @");
      screen.press("Tab");
      screen.await("open @work");
      screen.press("C-u");
      screen.type("nothing");
      screen.press("C-c");
      screen.await("a new line", shown -> NEW_LINE.matcher(shown).find());
      screen.press("Up", "Up");
      screen.await("the line", shown -> shown.stripTrailing().endsWith("> cd .."));
      screen.press("C-c");
      screen.await("a new line", shown -> AFTER_ALL.matcher(shown).find());
      // Keys that are pressed while a command runs are the next line's.
      screen.enter("pwd");
      screen.press("C-d");
      assertThat(screen.awaitEnd()).isZero();
    }
    Path history = scratch.resolve("state/wharf/shell-history");
    assertThat(history).content().contains("wget \"in it\"");
    assertThat(Files.getPosixFilePermissions(history)).hasSize(2);
  }

  /// Waits until more than so much has come.
  private static int awaitMore(Screen screen, int percent) throws IOException {
    return percent(screen.await("more than " + percent + "%", shown -> percent(shown) > percent));
  }

  private static int percent(String shown) {
    Matcher found = PERCENT.matcher(shown);
    int last = -1;
    while (found.find()) {
      last = Integer.parseInt(found.group(1));
    }
    return last;
  }

  @Test
  void aTransferIsSeenStoppedAndGoneOnWith() throws IOException {
    Path big = Content.random(root.resolve("big"), 8 * MEBIBYTE, 1);
    try (Screen screen = shell(Map.of())) {
      screen.enter("wget big");
      int percent = awaitMore(screen, 0);
      screen.resize(50, 24);
      int _ = awaitMore(screen, percent);
      screen.press("C-c");
      screen.await("interrupted");
      screen.await("a prompt", shown -> shown.stripTrailing().endsWith("127.0.0.1:/>"));
      assertThat(here.resolve("big")).doesNotExist();
      assertThat(Files.size(here.resolve("big.part"))).isBetween(1L, 8L * MEBIBYTE - 1);

      screen.enter("wget big &");
      screen.await("[1] wget big &");
      screen.await(
          "it is listed with how far it is",
          shown -> {
            boolean told = LISTED.matcher(shown).find();
            if (!told) {
              enter(screen, "jobs");
            }
            return told;
          });
      screen.press("C-u");
      screen.type("pw");
      // Told above what is being typed.
      screen.await("[1] done: wget big &");
      screen.await("the line goes on", shown -> shown.stripTrailing().endsWith("/> pw"));
      assertThat(here.resolve("big")).hasSameBinaryContentAs(big);
      Files.delete(here.resolve("big"));

      screen.press("C-u");
      screen.enter("wget big &");
      screen.await("a job", shown -> shown.contains("] wget big &"));
      screen.enter("quit");
      screen.await("a job runs still");
      screen.enter("quit");
      assertThat(screen.awaitEnd()).isZero();
      screen.await("stopped: wget big &");
    }
  }

  private static void enter(Screen screen, String line) {
    try {
      screen.enter(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void programsHaveTheTerminalAlsoADumbOne() throws IOException {
    Path file = Files.writeString(root.resolve("edited"), "before\n");
    Map<String, String> environment =
        Map.of("TERM", "dumb", "EDITOR", "sed -i s/before/after/", "PAGER", "sed s/^/page:/");
    try (Screen screen = shell(environment)) {
      screen.enter("edit edited");
      screen.await("edited: put back");
      assertThat(file).hasContent("after\n");
      screen.enter("less edited");
      screen.await("page:after");
      screen.enter("cat edited | sed s/^/piped:/");
      screen.await("piped:after");
      screen.enter("!read line; echo \"read: $line\"");
      screen.enter("typed");
      screen.await("read: typed");
      screen.enter("exit");
      assertThat(screen.awaitEnd()).isZero();
      assertThat(screen.written()).doesNotContain("\u001b");
    }
  }
}
