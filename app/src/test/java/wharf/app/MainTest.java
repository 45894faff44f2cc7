package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MainTest {
  @TempDir Path folder;
  private SmallServer server;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private String input = "";
  private @Nullable String typedPassword;

  @BeforeEach
  void start() throws IOException {
    server = new SmallServer();
    server.files.put("f", "content".getBytes(UTF_8));
    server.files.put("half", "content".getBytes(UTF_8));
    server.files.put("lost", "content".getBytes(UTF_8));
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  private int wharf(String... arguments) {
    out.reset();
    err.reset();
    Surroundings around =
        new Surroundings(
            Channels.newChannel(new ByteArrayInputStream(input.getBytes(UTF_8))),
            Channels.newChannel(out),
            new PrintStream(out, false, UTF_8),
            new PrintStream(err, true, UTF_8),
            false,
            false,
            () -> ScreenSize.USUAL,
            _ -> typedPassword == null ? null : typedPassword.toCharArray(),
            _ -> null,
            folder,
            folder.resolve("state"),
            folder.resolve("config"),
            folder.resolve("netrc"));
    return Main.run(around, arguments);
  }

  private String out() {
    return out.toString(UTF_8);
  }

  private String err() {
    return err.toString(UTF_8);
  }

  // The command line itself.

  @Test
  void aloneItShowsHelpWithExamples() {
    assertThat(wharf()).isZero();
    assertThat(out()).contains("Usage: wharf").contains("wharf get ftp://");
    assertThat(err()).isEmpty();
  }

  @Test
  void eachVerbHasHelp() {
    for (String verb :
        new String[] {
          "ls", "get", "put", "mirror", "shell", "trust", "bookmark", "nc", "host", "echo"
        }) {
      assertThat(wharf("help", verb)).isZero();
      assertThat(out()).containsSubsequence("Example", "Usage: wharf " + verb, "--help");
    }
  }

  @Test
  void suggestsWhatWasMeant() {
    assertThat(wharf("shel", "x")).isEqualTo(2);
    assertThat(err()).contains("no verb \"shel\"").contains("did you mean shell?");
    assertThat(wharf("get", "--continu", "x/y")).isEqualTo(2);
    assertThat(err()).contains("did you mean --continue?");
    assertThat(wharf("echo", "--socket", "bakclog=1")).isEqualTo(2);
    assertThat(err()).contains("did you mean backlog?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ls",
        "ls http://host/",
        "ls host/%0d%0a",
        "get host/",
        "get host",
        "get host/f - --continue",
        "put - host/folder/",
        "put - f host/folder/",
        "get -r host/folder -",
        "get --json --json-lines host/f",
        "get --restart --newer host/f",
        "get -j 0 host/f",
        "get --retries -1 host/f",
        "mirror a b",
        "mirror ftp://host/a ftp://host/b",
        "put - host/f --continue",
        "ls --timeout 0 host",
        "ls --timeout x host",
        "echo --model nonsense",
        "echo --loops 2",
        "echo --model nio --loops 0",
        "echo --idle 0",
        "echo --port 70000",
        "echo --mode 600",
        "echo --unix s --mode 999",
        "echo --unix s --port 7",
        "echo --socket backlog",
        "serve . --socket backlog=none",
        "serve . --sync sometimes",
      })
  void misuseIsOneSentence(String line) {
    assertThat(wharf(line.split(" ", -1))).isEqualTo(2);
    assertThat(err()).startsWith("wharf: ").doesNotContain("\tat ").doesNotContain("Exception");
    assertThat(out()).isEmpty();
  }

  /// A folder that is not there ends it once the options are understood.
  @ParameterizedTest
  @ValueSource(strings = {"always", "never", "NEVER"})
  void serveIsToldWhenToSync(String when) {
    assertThat(wharf("serve", "nowhere", "--sync", when)).isEqualTo(ExitCode.NOT_FOUND.number());
    assertThat(err()).contains("there is no folder");
  }

  // The verbs.

  @Test
  void listsAsTextAndAsJson() {
    server.files.keySet().retainAll(java.util.Set.of("f"));
    assertThat(wharf("ls", server.place())).isZero();
    assertThat(out()).isEqualToNormalizingNewlines("file            7 -                    f\n");
    assertThat(wharf("ls", "--json", server.place())).isZero();
    assertThat(out())
        .isEqualToNormalizingNewlines(
            """
            {"schema":1,"verb":"ls","results":[
            {"type":"file","size":7,"name":"f","path":"f"}
            ],"failures":[],"exit":0}
            """);
    assertThat(err()).isEmpty();
  }

  @Test
  void getsToTheSameNameAFolderAFileAndStandardOutput() throws IOException {
    String url = "ftp://" + server.place() + "/f";
    Files.createDirectory(folder.resolve("d"));
    assertThat(wharf("get", url)).isZero();
    assertThat(err()).startsWith("wharf: f: 7 B in").contains("sizes agree");
    assertThat(wharf("get", url, "d")).isZero();
    assertThat(wharf("get", "-q", url, "g")).isZero();
    assertThat(err()).isEmpty();
    assertThat(wharf("get", "-q", url, "-")).isZero();
    assertThat(out()).isEqualTo("content");
    assertThat(wharf("get", "-q", "--json", url)).isZero();
    assertThat(out()).contains("\"size\":7,\"moved\":7,").contains("\"verified\":true");
    for (String file : new String[] {"f", "d/f", "g"}) {
      assertThat(folder.resolve(file)).hasContent("content");
    }
  }

  @Test
  void putsToANameAFolderAndFromStandardInput() throws IOException {
    Files.writeString(folder.resolve("up"), "mine");
    assertThat(wharf("put", "up", server.place() + "/named")).isZero();
    assertThat(wharf("put", "up", server.place())).isZero();
    input = "typed";
    assertThat(wharf("put", "-", server.place() + "/in")).isZero();
    assertThat(server.files.get("up")).isEqualTo("mine".getBytes(UTF_8));
    assertThat(server.files.get("in")).isEqualTo("typed".getBytes(UTF_8));
    // What is no file there counts as a folder in this server.
    assertThat(server.commands).contains("STOR named/up");
  }

  @Test
  void problemsHaveTheirCodes() throws IOException {
    String place = server.place();
    Files.writeString(folder.resolve("up"), "mine");
    assertThat(wharf("get", place + "/gone")).isEqualTo(6);
    assertThat(wharf("put", "nothing", place)).isEqualTo(8);
    assertThat(wharf("get", place + "/f", "no/such/folder")).isEqualTo(8);
    assertThat(wharf("get", place + "/half")).isEqualTo(10);
    assertThat(wharf("get", "--retries", "0", place + "/lost")).isEqualTo(3);
    assertThat(wharf("ls", "bob:wrong@" + place)).isEqualTo(5);
    assertThat(wharf("ls", "bob@" + place)).isEqualTo(2);
    server.files.put("secret", new byte[1]);
    assertThat(wharf("put", "up", place + "/secret")).isEqualTo(7);
    server.close();
    assertThat(wharf("ls", place)).isEqualTo(3);
  }

  @Test
  void saysHowToGoOnWithoutThePassword() {
    assertThat(wharf("get", "bob:sesame@" + server.place() + "/half", "my file")).isEqualTo(10);
    assertThat(err())
        .contains("  wharf get ftp://bob@" + server.place() + "/half 'my file'")
        .doesNotContain("sesame");
    assertThat(folder.resolve("my file.part")).hasContent("con");
    assertThat(folder.resolve("my file")).doesNotExist();
  }

  @Test
  void thePasswordComesFromTheTerminalAFileOrTheUrl() throws IOException {
    typedPassword = "typed";
    assertThat(wharf("ls", "--user", "bob", server.place())).isZero();
    Files.writeString(folder.resolve("password"), "filed\nmore");
    assertThat(wharf("ls", "--password-file", "password", "bob@" + server.place())).isZero();
    assertThat(wharf("ls", "bob:inurl@" + server.place())).isZero();
    assertThat(server.commands).contains("PASS typed", "PASS filed", "PASS inurl");
  }

  @Test
  void anInterruptIs130AndKeepsThePart() {
    Thread.currentThread().interrupt();
    int code = wharf("get", server.place() + "/f");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(code).isEqualTo(130);
    assertThat(err()).contains("interrupted");
  }

  // The shell.

  @Test
  void theShellGoesOnIfItIsToldTo() {
    input =
        """
        # a comment

        ls
        get gone # another
        nonsense
        mv f
        get 'f' "my f"
        pwd
        rm "no quote
        help ls
        quit
        rm f
        """;
    assertThat(wharf("shell", "--keep-going", server.place())).isEqualTo(6);
    assertThat(err())
        .contains("cannot read \"gone\"")
        .contains("that was line 4: get gone")
        .contains("no command \"nonsense\"")
        .contains("Missing required parameter: 'TO'")
        .contains("see 'help mv'")
        .contains("is not closed");
    assertThat(out()).contains(" f\n").contains("/\n").contains("Usage: ls");
    assertThat(folder.resolve("my f")).hasContent("content");
    assertThat(server.files).containsKey("f");
  }

  @Test
  void aScriptEndsWithItsFirstProblem() throws IOException {
    Files.writeString(folder.resolve("script"), "wget f\nget gone\nrm f\n");
    assertThat(wharf("shell", "-f", "script", server.place())).isEqualTo(6);
    assertThat(err()).contains("that was line 2: get gone");
    assertThat(folder.resolve("f")).hasContent("content");
    assertThat(server.files).containsKey("f");
    assertThat(wharf("shell", "-f", "no script", server.place())).isEqualTo(8);
    input = "remove f\n";
    assertThat(wharf("shell", server.place())).isEqualTo(2);
    assertThat(err()).contains("there is no command \"remove\"").contains("see 'help'");
    input = "rmdri x\n";
    assertThat(wharf("shell", server.place())).isEqualTo(2);
    assertThat(err()).contains("did you mean rmdir?");
  }

  @Test
  void theShellsOutputGoesToFilesAndPrograms() {
    input =
        "cat f > 'a copy'\ncat f>>\"a copy\"\nls | grep -c half > counted\n!echo here > noted\n";
    assertThat(wharf("shell", server.place())).isZero();
    assertThat(out()).isEmpty();
    assertThat(folder.resolve("a copy")).hasContent("contentcontent");
    assertThat(folder.resolve("counted")).hasContent("1");
    assertThat(folder.resolve("noted")).hasContent("here");
    input = "cat f > no/such/folder\n";
    assertThat(wharf("shell", server.place())).isEqualTo(8);
    input = "ls | head -c 0\npwd\n";
    assertThat(wharf("shell", server.place())).isZero();
    assertThat(out()).isEqualToNormalizingNewlines("/\n");
  }

  @Test
  void theShellsWildcardsAreThoseThatAreNotQuoted() {
    server.files.put("f*", "star".getBytes(UTF_8));
    input = "cat 'f*'\n";
    assertThat(wharf("shell", server.place())).isZero();
    assertThat(out()).isEqualTo("star");
    input = "mget f* ?alf\n";
    // One of three has failed, as the verb says it.
    assertThat(wharf("shell", "--keep-going", server.place())).isEqualTo(1);
    assertThat(err()).contains("bytes came", "2 files moved").contains("1 failed");
    assertThat(folder.resolve("f")).hasContent("content");
    assertThat(folder.resolve("f*")).hasContent("star");
    assertThat(folder.resolve("half.part")).exists();
    input = "rm g*\n";
    assertThat(wharf("shell", server.place())).isEqualTo(6);
    assertThat(err()).contains("nothing is called like g*");
  }

  @Test
  void aScriptWaitsForItsJobs() {
    input = "wget f one &\nwget gone &\njobs\npwd\n";
    assertThat(wharf("shell", server.place())).isEqualTo(6);
    assertThat(folder.resolve("one")).hasContent("content");
    assertThat(out()).contains("[1] ").contains("[2] ");
    assertThat(err())
        .contains("[1] done: wget f one &")
        .contains("[2] failed (6): wget gone &")
        .contains("cannot read \"gone\"");
    input = "cd x &\n";
    assertThat(wharf("shell", server.place())).isEqualTo(2);
    assertThat(err()).contains("cd cannot run in the background");
  }

  @Test
  void theShellOpensAndCloses() {
    input = "pwd\n";
    assertThat(wharf("shell")).isEqualTo(3);
    assertThat(err()).contains("there is no connection: 'open' makes one");
    input = "open " + server.place() + "/deep\npwd\ncd /other\ncd -\npwd\ncd\npwd\nclose\nls\n";
    assertThat(wharf("shell")).isEqualTo(3);
    assertThat(out()).isEqualToNormalizingNewlines("deep\ndeep\ndeep\n");
    input = "quote NOOP\nquote nonsense\n";
    assertThat(wharf("shell", server.place())).isEqualTo(1);
    assertThat(out()).isEqualToNormalizingNewlines("200 ok\n502 no\n");
  }

  @Test
  void theShellConnectsAgainToTheSameFolder() {
    input = "cd /deep\nrm hangup\npwd\nget f\n";
    assertThat(wharf("shell", "--keep-going", server.place())).isEqualTo(3);
    assertThat(folder.resolve("f")).hasContent("content");
    assertThat(server.commands).filteredOn("CWD /deep"::equals).hasSize(2);
    assertThat(err()).contains("connected again, in /deep");
  }

  @Test
  void theShellMovesAboutHere() throws IOException {
    Files.createDirectory(folder.resolve("here"));
    Files.writeString(folder.resolve("here/x y"), "mine");
    input = "lcd here\nlpwd\nput x\\ y\nwget f\nlcd nowhere\n";
    assertThat(wharf("shell", server.place())).isEqualTo(8);
    assertThat(server.files.get("x y")).isEqualTo("mine".getBytes(UTF_8));
    assertThat(folder.resolve("here/f")).hasContent("content");
  }

  @Test
  void theShellEndsWhenItCannotBegin() {
    input = "ls\n";
    assertThat(wharf("shell", server.place() + "/missing")).isEqualTo(6);
    assertThat(out()).isEmpty();
  }
}
