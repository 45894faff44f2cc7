package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The small verbs against Wharf's own server.
@Timeout(60)
class RemoteVerbsTest {
  @TempDir static Path folder;
  private static Path root;
  private static Path password;
  private static Started server;
  private static String place;

  @BeforeAll
  static void serve() throws Exception {
    root = Files.createDirectory(folder.resolve("root"));
    password = Files.writeString(folder.resolve("password"), "secret\n");
    server =
        new Started(
            folder,
            "serve",
            root.toString(),
            "--port=0",
            "--bind=127.0.0.1",
            "--tls=off",
            "--writable",
            "--user=ann",
            "--password-file=" + password);
    place = "";
    String line = server.out.readLine();
    while (!line.startsWith("Ready")) {
      place = line.contains("ftp://") ? line.strip() : place;
      line = server.out.readLine();
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void fill() throws Exception {
    Ran.emptied(root);
    Path pub = Files.createDirectories(root.resolve("pub/deep/er"));
    Files.writeString(root.resolve("pub/a.txt"), "one\n");
    Files.writeString(root.resolve("pub/b.bin"), "22");
    Files.writeString(pub.resolve("c.txt"), "333");
    Files.createDirectory(root.resolve("empty"));
    for (String name : List.of("pub/a.txt", "pub/b.bin")) {
      Path file = root.resolve(name);
      Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2026-01-02T03:04:05Z")));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    }
  }

  private static Ran wharf(String verb, String... words) {
    List<String> all = new ArrayList<>(List.of(verb, "--tls=off", "--user=ann"));
    all.add("--password-file=" + password);
    all.addAll(List.of(words));
    return Ran.wharf(
        Channels.newChannel(InputStream.nullInputStream()), folder, all.toArray(String[]::new));
  }

  private static Ran good(String verb, String... words) {
    Ran ran = wharf(verb, words);
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    return ran;
  }

  // ls

  @Test
  void listsAFolder() {
    assertThat(good("ls", place + "pub").out().lines())
        .hasSize(3)
        .contains(
            "file            2 2026-01-02T03:04:05Z b.bin",
            "file            4 2026-01-02T03:04:05Z a.txt")
        .anyMatch(line -> line.matches("dir             - 20\\S+Z deep"));
  }

  @Test
  void listsWithModeAndOwner() {
    assertThat(good("ls", "-l", place + "pub").out())
        .contains("-rw-r-----")
        .contains("4 2026-01-02T03:04:05Z a.txt");
    assertThat(good("ls", "--plain", place + "pub/a.txt").out())
        .startsWith("file\t4\t2026-01-02T03:04:05Z\t0640\t")
        .endsWith("\ta.txt\n");
  }

  @Test
  void listsATreeAndPatterns() {
    assertThat(good("ls", "-R", "--plain", place + "pub").out().lines())
        .extracting(line -> line.substring(line.lastIndexOf('\t') + 1))
        .containsExactly("a.txt", "b.bin", "deep", "deep/er", "deep/er/c.txt");
    assertThat(good("ls", "--plain", place + "pub/*.txt", place + "pub/deep").out().lines())
        .extracting(line -> line.substring(line.lastIndexOf('\t') + 1))
        .containsExactly("pub/a.txt", "pub/deep/er");
  }

  @Test
  void listsForPrograms() {
    assertThat(good("ls", "--json", place + "pub/*.bin").out())
        .startsWith(
            """
            {"schema":1,"verb":"ls","results":[
            {"type":"file","size":2,"modified":"2026-01-02T03:04:05Z","mode":"0640",\
            """)
        .endsWith(
            """
            "name":"b.bin","path":"pub/b.bin"}
            ],"failures":[],"exit":0}
            """);
    assertThat(good("ls", "--json-lines", place + "pub").out().lines())
        .hasSize(5)
        .startsWith("{\"event\":\"begin\",\"schema\":1,\"verb\":\"ls\"}")
        .endsWith("{\"event\":\"end\",\"exit\":0}")
        .anyMatch(line -> line.matches("\\{\"event\":\"result\".*\"path\":\"pub/a.txt\"\\}"));
    assertThat(good("ls", "--json", place + "empty").out())
        .isEqualTo("{\"schema\":1,\"verb\":\"ls\",\"results\":[],\"failures\":[],\"exit\":0}\n");
  }

  @Test
  void oneThatFailsDoesNotStopTheOthers() throws Exception {
    Ran ran = wharf("ls", "--json", place + "gone", place + "pub/a.txt");
    ReadJson.isOneObject(ran.out());
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).startsWith("wharf: ").contains("gone").hasLineCount(1);
    assertThat(ran.out())
        .contains("\"path\":\"pub/a.txt\"")
        .contains("\"failures\":[{\"name\":\"gone\",\"error\":\"not-found\",\"message\":\"")
        .endsWith("}],\"exit\":1}\n");
    assertThat(wharf("ls", place + "gone").code()).isEqualTo(6);
    assertThat(wharf("ls", place + "gone", place + "lost").code()).isEqualTo(6);
    assertThat(wharf("ls", "--json", "--json-lines", place).code()).isEqualTo(2);
  }

  // cat

  @Test
  void copiesFilesToStandardOutput() {
    assertThat(good("cat", place + "pub/a.txt", place + "pub/*.bin").out()).isEqualTo("one\n22");
    Ran ran = wharf("cat", place + "gone");
    assertThat(ran.code()).isEqualTo(6);
    assertThat(ran.out()).isEmpty();
  }

  // rm

  @Test
  void removesFiles() {
    assertThat(good("rm", "--dry-run", place + "pub/*.txt").out())
        .isEqualTo("would remove pub/a.txt\n");
    assertThat(root.resolve("pub/a.txt")).exists();
    assertThat(good("rm", place + "pub/*.txt").out()).isEmpty();
    assertThat(root.resolve("pub/a.txt")).doesNotExist();
    assertThat(root.resolve("pub/b.bin")).exists();
    assertThat(wharf("rm", place + "pub/a.txt").code()).isEqualTo(6);
  }

  @Test
  void removesAFolderOnlyWhenToldTo() throws Exception {
    Ran ran = wharf("rm", place + "pub");
    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("-r removes it");
    assertThat(root.resolve("pub/a.txt")).exists();
    Files.createSymbolicLink(root.resolve("pub/link"), Path.of("../empty"));
    Files.writeString(root.resolve("empty/kept"), "kept");
    assertThat(good("rm", "-r", "--json-lines", place + "pub").out().lines()).hasSize(9);
    assertThat(root.resolve("pub")).doesNotExist();
    assertThat(root.resolve("empty/kept")).exists();
    assertThat(wharf("rm", "-r", place).code()).isEqualTo(7);
    assertThat(root.resolve("empty/kept")).exists();
  }

  // mv, mkdir

  @Test
  void movesInPlaceAndIntoFolders() {
    Ran _ = good("mv", place + "pub/a.txt", "z.txt");
    assertThat(root.resolve("pub/z.txt")).exists();
    Ran _ = good("mv", place + "pub/z.txt", place + "pub/b.bin", place + "empty");
    assertThat(root.resolve("empty/z.txt")).exists();
    assertThat(root.resolve("empty/b.bin")).exists();
    assertThat(good("mv", "-n", place + "empty/z.txt", "y.txt").out())
        .isEqualTo("would move empty/z.txt to empty/y.txt\n");
    assertThat(wharf("mv", place + "gone", "x").code()).isEqualTo(6);
    assertThat(wharf("mv", place + "empty/z.txt", place + "nowhere/").code()).isEqualTo(6);
    assertThat(wharf("mv", place + "empty/z.txt", "ftp://127.0.0.2:1/x").code()).isEqualTo(2);
  }

  @Test
  void makesFolders() {
    Ran _ = good("mkdir", place + "new");
    assertThat(root.resolve("new")).isDirectory();
    assertThat(wharf("mkdir", place + "new").code()).isEqualTo(7);
    Ran _ = good("mkdir", "-p", place + "new");
    assertThat(wharf("mkdir", place + "x/y/z").code()).isNotZero();
    assertThat(good("mkdir", "-p", "--dry-run", place + "new/y/z").out())
        .isEqualTo("would make new/y\nwould make new/y/z\n");
    Ran _ = good("mkdir", "-p", place + "new/y/z/");
    assertThat(root.resolve("new/y/z")).isDirectory();
  }

  // stat, hash, du, find

  @Test
  void tellsWhatIsKnown() {
    assertThat(good("stat", place + "pub/a.txt").out())
        .startsWith("path\tpub/a.txt\ntype\tfile\nsize\t4\nmodified\t2026-01-02T03:04:05Z\n")
        .contains("mode\t0640 -rw-r-----\n");
    assertThat(good("stat", "--json", place + "pub").out()).contains("\"type\":\"dir\"");
    assertThat(wharf("stat", place + "gone").code()).isEqualTo(6);
  }

  @Test
  void tellsHashes() {
    String sha256 = "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806";
    assertThat(good("hash", place + "pub/a.txt").out()).isEqualTo(sha256 + "  pub/a.txt\n");
    assertThat(good("hash", "--download", place + "pub/a.txt").out())
        .isEqualTo(sha256 + "  pub/a.txt\n");
    assertThat(good("hash", "--json-lines", "-a", "md5", place + "pub/a.txt").out())
        .contains(
            """
            {"event":"result","path":"pub/a.txt","algorithm":"MD5",\
            "hash":"5bbf5a52328e7439ae6e719dfe712200","computedBy":"server"}
            """);
    assertThat(wharf("hash", "-a", "SHA-3", place + "pub/a.txt").code()).isEqualTo(2);
    assertThat(wharf("hash", place + "gone").code()).isEqualTo(6);
  }

  @Test
  void addsUpFolders() {
    assertThat(good("du", place + "pub").out()).isEqualTo("3\tpub/deep/er\n3\tpub/deep\n9\tpub\n");
    assertThat(good("du", "-s", place + "pub", place + "empty").out())
        .isEqualTo("9\tpub\n0\tempty\n");
    assertThat(good("du", "-d", "1", "-h", place + "pub").out())
        .isEqualTo("3 B\tpub/deep\n9 B\tpub\n");
    assertThat(good("du", "--json-lines", "-s", place + "pub").out())
        .contains("{\"event\":\"result\",\"path\":\"pub\",\"bytes\":9,\"files\":3}\n");
  }

  @Test
  void findsFiles() {
    assertThat(good("find", place + "pub").out())
        .isEqualTo("pub/a.txt\npub/b.bin\npub/deep\npub/deep/er\npub/deep/er/c.txt\n");
    assertThat(good("find", place + "pub", "--name", "*.txt", "--older-than", "7d").out())
        .isEqualTo("pub/a.txt\n");
    assertThat(good("find", place + "pub", "--name", "deep/**/*.txt", "--print0").out())
        .isEqualTo("pub/deep/er/c.txt\0");
    assertThat(good("find", place, "--type", "file", "--larger", "2", "--smaller", "4").out())
        .isEqualTo("pub/deep/er/c.txt\n");
    assertThat(good("find", place + "pub", "--max-depth", "1", "--type", "dir").out())
        .isEqualTo("pub/deep\n");
    assertThat(wharf("find", place, "--type", "socket").code()).isEqualTo(2);
    assertThat(wharf("find", place, "--newer-than", "yesterday").code()).isEqualTo(2);
  }

  // What is the same for all.

  private static Ran shell(String script, String... words) {
    List<String> all = new ArrayList<>(List.of("shell", "--tls=off", "--user=ann"));
    all.add("--password-file=" + password);
    all.addAll(List.of(words));
    all.add(place);
    return Ran.wharf(
        Channels.newChannel(new ByteArrayInputStream(script.getBytes(UTF_8))),
        folder,
        all.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ls -l pub",
        "ls -R --plain pub",
        "stat pub/a.txt",
        "hash -a md5 pub/a.txt pub/b.bin",
        "hash --download pub/a.txt",
        "du pub",
        "du -sh pub empty",
        "find pub --name *.txt",
        "find pub --type file --print0",
        "rm -r -n pub",
        "rm pub/gone",
        "mkdir -p -n new/er",
        "mkdir empty",
        "mv -n pub/a.txt z.txt",
        "mv -n pub/gone z.txt",
        "cat pub/a.txt",
      })
  void theShellDoesAsTheVerbsDo(String line) {
    String[] words = line.split(" ", -1);
    for (int i = 1; i < words.length; i++) {
      words[i] = words[i].matches("(pub|empty|new).*") ? place + words[i] : words[i];
    }
    // Where a short name counts from the folder of what is moved, in the shell from that one is in.
    Ran verb = wharf(words[0], List.of(words).subList(1, words.length).toArray(String[]::new));
    String typed = line.replace(" z.txt", " pub/z.txt");
    Ran shell = shell(typed + "\n");
    assertThat(shell.out()).isEqualTo(verb.out());
    assertThat(shell.code()).as(shell.err()).isEqualTo(verb.code());
    assertThat(shell.err().lines())
        .startsWith(verb.err().lines().toArray(String[]::new))
        .hasSizeLessThanOrEqualTo((int) verb.err().lines().count() + 1);
    if (!words[0].equals("cat")) {
      String[] more =
          Stream.concat(Stream.of("--json-lines"), Stream.of(words).skip(1)).toArray(String[]::new);
      assertThat(shell(typed + "\n", "--json").out()).isEqualTo(wharf(words[0], more).out());
    }
  }

  @Test
  void theShellChangesWhatItIsTold() {
    Ran ran =
        shell(
            """
            mkdir -p new/er 'a*'
            mv pub/*.* new/er
            cd new
            rm er/*.bin
            rm -r ../pub
            find ..
            """);
    assertThat(ran.err()).isEmpty();
    assertThat(ran.code()).isZero();
    assertThat(ran.out()).isEqualTo("../a*\n../empty\n../new\n../new/er\n../new/er/a.txt\n");
  }

  @Test
  void itEndsWhenNobodyReadsOn() {
    OutputStream gone =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("nobody reads");
          }
        };
    PrintStream out = new PrintStream(gone, false, UTF_8);
    int code =
        new Results(out, JsonOptions.Form.LINES, "find", new Main(Ran.around(folder))::failed)
            .of(
                results -> {
                  while (true) {
                    results.add(() -> "", Json.Fields::new);
                  }
                });
    assertThat(code).isEqualTo(ExitCode.LOCAL_DISK.number());
  }

  @Test
  void eachProblemHasItsExitCodeAndNamesWhatItIsAbout() throws Exception {
    String own = place.replace("ftp://", "ftp://ann:secret@");
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        SmallServer small = new SmallServer()) {
      String quiet = "127.0.0.1:" + silent.getLocalPort();
      small.files.put("half", "content".getBytes(UTF_8));
      small.files.put("lost", "content".getBytes(UTF_8));
      fails(ExitCode.FAILED, "pub", "rm", own + "pub");
      fails(ExitCode.USAGE, "http://host/", "stat", "http://host/");
      fails(ExitCode.UNREACHABLE, "127.0.0.1:1", "stat", "127.0.0.1:1/x");
      fails(ExitCode.UNREACHABLE, small.place(), "cat", small.place() + "/lost");
      fails(ExitCode.TRUST, "127.0.0.1", "stat", "--tls=require", own);
      fails(ExitCode.LOGIN_REFUSED, "ann", "stat", own.replace("secret", "mistaken"));
      fails(ExitCode.NOT_FOUND, "gone", "stat", own + "gone");
      fails(ExitCode.NOT_PERMITTED, "empty", "mkdir", own + "empty");
      fails(ExitCode.LOCAL_DISK, "no-file", "stat", "--password-file=no-file", "ann@host");
      fails(ExitCode.TIMED_OUT, quiet, "stat", "--timeout=1", quiet + "/x");
      fails(ExitCode.NOT_VERIFIED, "half", "cat", small.place() + "/half");
      Thread.currentThread().interrupt();
      fails(ExitCode.INTERRUPTED, "interrupted", "stat", own + "pub");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static void fails(ExitCode code, String named, String verb, String... words) {
    Ran ran =
        Ran.wharf(
            Channels.newChannel(InputStream.nullInputStream()),
            folder,
            Stream.concat(Stream.of(verb, "--tls=off"), Stream.of(words))
                .distinct()
                .filter(
                    word -> !word.equals("--tls=off") || !List.of(words).contains("--tls=require"))
                .toArray(String[]::new));
    assertThat(ran.code()).as(ran.err()).isEqualTo(code.number());
    assertThat(ran.err())
        .startsWith("wharf: ")
        .contains(named)
        .doesNotContain("secret", "mistaken");
    assertThat(ran.err()).hasLineCount(code == ExitCode.USAGE ? 2 : 1);
  }

  @Test
  void noPasswordIsPrinted() {
    for (String verb : List.of("ls", "rm", "mkdir", "stat", "hash", "du", "find", "mv")) {
      Ran ran =
          Ran.wharf(
              Channels.newChannel(InputStream.nullInputStream()),
              folder,
              Stream.concat(
                      Stream.of(verb, "--json-lines", "ftp://ann:secret@127.0.0.1:1/x"),
                      verb.equals("mv") ? Stream.of("y") : Stream.empty())
                  .toArray(String[]::new));
      assertThat(ran.code()).isEqualTo(ExitCode.UNREACHABLE.number());
      assertThat(ran.out()).contains("\"event\":\"failed\"").doesNotContain("secret");
      assertThat(ran.err()).doesNotContain("secret");
    }
  }

  @Test
  void namesCannotActOnATerminal() throws Exception {
    Files.writeString(root.resolve("empty/a\u009bb"), "x".repeat(3), UTF_8);
    assertThat(good("find", place + "empty").out()).isEqualTo("empty/a?b\n");
    assertThat(good("ls", "-R", "--json", place + "empty").out()).contains("a\\u009bb");
    assertThat(good("du", place + "empty").out()).isEqualTo("3\tempty\n");
  }
}
