package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Many files, by the verbs, with Wharf's own server in this process.
@Timeout(120)
class MovingTest {
  @TempDir Path folder;
  private Path root;
  private ServedToAll served;
  private String url;

  @BeforeEach
  void start() throws IOException {
    served = ServedToAll.in(folder, null);
    root = served.root();
    url = "ftp://127.0.0.1:" + served.port() + "/";
  }

  @AfterEach
  void stop() throws IOException {
    served.close();
  }

  private Ran wharf(String... words) {
    return Ran.wharf(Channels.newChannel(new ByteArrayInputStream(new byte[0])), folder, words);
  }

  private static void manyFiles(Path in) throws IOException {
    for (int i = 0; i < 2000; i++) {
      Path file = in.resolve("d%02d/f%04d".formatted(i % 20, i));
      Files.createDirectories(file.getParent());
      Files.writeString(file, "content %d ".formatted(i).repeat(i % 7 * 10));
      Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(1_700_000_000L + i)));
    }
  }

  /// Each file's hash and time, by its name.
  private static Map<String, String> seen(Path in) throws Exception {
    Map<String, String> seen = new TreeMap<>();
    try (Stream<Path> all = Files.walk(in)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        seen.put(
            in.relativize(file).toString(),
            HexFormat.of().formatHex(hash)
                + " "
                + Files.getLastModifiedTime(file).toInstant().getEpochSecond());
      }
    }
    return seen;
  }

  @Test
  void aTreeOfManyFilesGoesThereAndBack() throws Exception {
    Path source = Files.createDirectories(folder.resolve("source"));
    manyFiles(source);
    Ran up = wharf("mirror", "-q", "--json", "source", url + "copy");
    assertThat(up.err()).isEmpty();
    assertThat(up.code()).isZero();
    assertThat(up.out()).contains("\"schema\":1").contains("\"moved\":2000,");
    ReadJson.isOneObject(up.out());
    assertThat(seen(root.resolve("copy"))).isEqualTo(seen(source));

    Ran down = wharf("mirror", url + "copy", "back");
    assertThat(down.code()).isZero();
    assertThat(down.err())
        .matches("wharf: 2000 files moved \\([\\d.]+ KiB\\), SHA-256 agrees \\(HASH\\)\n");
    assertThat(seen(folder.resolve("back"))).isEqualTo(seen(source));

    // Nothing is moved a second time, in either direction.
    for (String[] words : new String[][] {{"source", url + "copy"}, {url + "copy", "back"}}) {
      Ran again = wharf("mirror", words[0], words[1]);
      assertThat(again.code()).isZero();
      assertThat(again.err()).isEqualTo("wharf: 2000 are already there, the same\n");
    }
  }

  @Test
  void filesAreFetchedByPatternAndFolder() throws Exception {
    Files.createDirectories(root.resolve("p/q"));
    for (String name : List.of("p/a.txt", "p/b.txt", "p/c.md", "p/q/d.txt")) {
      Files.writeString(root.resolve(name), name);
    }
    assertThat(wharf("get", url + "p/*.txt", "here").code()).isZero();
    assertThat(seen(folder.resolve("here")).keySet()).containsExactly("a.txt", "b.txt");
    assertThat(wharf("get", "-r", "--exclude", "*.md", url + "p", "all/").code()).isZero();
    assertThat(seen(folder.resolve("all")).keySet())
        .containsExactly("p/a.txt", "p/b.txt", "p/q/d.txt");
    assertThat(wharf("get", "-r", url + "p", "same").code()).isZero();
    assertThat(seen(folder.resolve("same"))).isEqualTo(seen(root.resolve("p")));

    Ran none = wharf("get", url + "p/*.none");
    assertThat(none.code()).isEqualTo(6);
    assertThat(none.err()).contains("nothing there fits");
    Ran some = wharf("get", url + "p/a.txt", url + "p/gone", url + "p", "into");
    assertThat(some.code()).isEqualTo(1);
    assertThat(some.err()).contains("gone").contains("is a directory").contains("1 file moved");
    assertThat(seen(folder.resolve("into")).keySet()).containsExactly("a.txt");
    assertThat(wharf("get", url + "p/*.txt", "-").out()).isEqualTo("p/a.txtp/b.txt");
  }

  @Test
  void filesAndFoldersAreSent() throws Exception {
    Files.createDirectories(folder.resolve("s/t"));
    for (String name : List.of("one", "two", "s/three", "s/t/four")) {
      Files.writeString(folder.resolve(name), name);
    }
    assertThat(wharf("put", "one", "two", url + "in").code()).isZero();
    assertThat(seen(root.resolve("in")).keySet()).containsExactly("one", "two");
    assertThat(wharf("put", "-r", "s", url + "in/").code()).isZero();
    assertThat(seen(root.resolve("in/s"))).isEqualTo(seen(folder.resolve("s")));
    Ran again = wharf("put", "-r", "one", "s", url + "in/");
    assertThat(again.err()).isEqualTo("wharf: 3 are already there, the same\n");
    Ran anew = wharf("put", "--restart", "one", url + "in/");
    assertThat(anew.err()).contains("one: 3 B in").contains("agree");
    assertThat(wharf("put", "s", url).code()).isEqualTo(8);
  }

  @Test
  void aRehearsalChangesNothingAndSaysWhatWouldBe() throws Exception {
    Files.createDirectories(folder.resolve("s/t"));
    Files.writeString(folder.resolve("s/t/f"), "x");
    Files.createDirectories(root.resolve("there"));
    Files.writeString(root.resolve("there/old"), "x");
    Ran plan = wharf("mirror", "-n", "--delete", "s", url + "there");
    assertThat(plan.code()).isZero();
    assertThat(plan.out().lines())
        .containsExactlyInAnyOrder("mkdir t", "put t/f (new)", "delete old");
    assertThat(seen(root).keySet()).containsExactly("there/old");

    Ran events = wharf("mirror", "--json-lines", "--delete", "s", url + "there");
    assertThat(events.out().lines().map(line -> line.replaceAll(",.*", "")))
        .containsExactly(
            "{\"event\":\"begin\"",
            "{\"event\":\"folder\"",
            "{\"event\":\"file\"",
            "{\"event\":\"deleted\"",
            "{\"event\":\"end\"");
    assertThat(events.out()).contains("\"outcome\":\"moved\"").contains("\"by\":\"");
    assertThat(seen(root).keySet()).containsExactly("there/t/f");
  }

  @Test
  void theFoldersAboveAreMadeToo() throws Exception {
    Files.createDirectories(folder.resolve("s/t"));
    Files.writeString(folder.resolve("s/t/f"), "x");
    assertThat(wharf("mirror", "s", url + "x/y/z").code()).isZero();
    assertThat(seen(root).keySet()).containsExactly("x/y/z/t/f");
    assertThat(wharf("mirror", url + "x/y/z", "a/b/c").code()).isZero();
    assertThat(folder.resolve("a/b/c/t/f")).hasContent("x");
    // A file is in the way.
    assertThat(wharf("mirror", "s", url + "x/y/z/t/f/u").code()).isNotZero();
  }

  @Test
  void theHashTellsWhatTimeAndSizeDoNot() throws Exception {
    Files.createDirectories(root.resolve("c"));
    Files.createDirectories(folder.resolve("h"));
    FileTime time = FileTime.from(Instant.ofEpochSecond(1_700_000_000));
    for (Path file : List.of(root.resolve("c/f"), folder.resolve("h/f"))) {
      Files.writeString(file, file.startsWith(root) ? "there" : "here!");
      Files.setLastModifiedTime(file, time);
    }
    assertThat(wharf("mirror", url + "c", "h").err()).contains("already there");
    assertThat(wharf("mirror", "--checksum", url + "c", "h").err())
        .contains("1 file moved (5 B), SHA-256");
    assertThat(folder.resolve("h/f")).hasContent("there");
    assertThat(new String(Files.readAllBytes(root.resolve("c/f")), UTF_8)).isEqualTo("there");
  }

  private Ran shell(String... lines) {
    byte[] script = (String.join("\n", lines) + "\n").getBytes(UTF_8);
    return Ran.wharf(
        Channels.newChannel(new ByteArrayInputStream(script)), folder, "shell", "--tls=off", url);
  }

  /// What the shell moves it moves as the verbs do, from where it is.
  @Test
  void theShellMovesTrees() throws Exception {
    for (String name : List.of("a/b/one", "a/b/two", "a/three", "lit*eral")) {
      Path file = folder.resolve("s").resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, name);
    }
    Ran up = shell("mkdir in", "cd in", "lcd s", "put -r a", "put 'lit*eral'", "mput -r a/* there");
    assertThat(up.code()).isEqualTo(8);
    assertThat(up.err())
        .contains("3 files moved", "lit*eral: 8 B in", "there is no file there", "that was line 6");
    assertThat(seen(root.resolve("in/a"))).isEqualTo(seen(folder.resolve("s/a")));

    Ran down = shell("cd in", "lcd s", "get -r a back", "wget lit\\*eral star", "ls star");
    assertThat(down.code()).isEqualTo(6);
    assertThat(seen(folder.resolve("s/back"))).isEqualTo(seen(folder.resolve("s/a")));
    assertThat(folder.resolve("s/star")).hasContent("lit*eral");

    Ran mirrors =
        shell(
            "mirror in/a copy",
            "!rm s/a/three",
            "mirror -R --delete s/a in/a",
            "mirror -n --delete in/a copy",
            "mirror --delete in/a copy &",
            "wait",
            "mirror in/a copy");
    assertThat(mirrors.err())
        .contains("3 files moved", "1 deleted", "2 are already there, the same")
        .contains("[1] done: mirror --delete in/a copy &");
    assertThat(mirrors.out()).contains("delete three");
    assertThat(mirrors.code()).isZero();
    assertThat(seen(root.resolve("in/a"))).containsOnlyKeys("b/one", "b/two");
    assertThat(seen(folder.resolve("copy"))).isEqualTo(seen(root.resolve("in/a")));
  }

  @Test
  void theShellTellsProgramsAsTheVerbsDo() throws Exception {
    Files.writeString(root.resolve("f"), "content");
    byte[] script = "get f\nget gone\n".getBytes(UTF_8);
    Ran ran =
        Ran.wharf(
            Channels.newChannel(new ByteArrayInputStream(script)),
            folder,
            "shell",
            "--json",
            "--tls=off",
            url);
    assertThat(ran.code()).isEqualTo(6);
    assertThat(ran.out().lines().map(line -> line.replaceAll("(\"outcome\":\"\\w+\").*", "$1")))
        .contains("{\"event\":\"begin\",\"schema\":1,\"verb\":\"get\"}")
        .anyMatch(line -> line.endsWith("\"outcome\":\"moved\""))
        .anyMatch(line -> line.endsWith("\"outcome\":\"failed\""));
  }
}
