package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The launcher `./wharf` in a checkout whose JDK and Maven are scripts that tell what they were
/// asked. It looks for a JDK 99, so that none of this machine's comes in between.
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final String JAVA =
      "echo \"$LC_ALL/${LC_CTYPE-}\"; pwd; for one; do echo \"$one\"; done";
  private static final String MAVEN =
      "echo \"$JAVA_HOME\" >>built; mkdir -p app/target; echo x >app/target/wharf.jar";

  @TempDir Path folder;
  private Path checkout = Path.of("");
  private Path jdk = Path.of("");
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void makeCheckout() throws IOException {
    checkout = Files.createDirectories(folder.toRealPath().resolve("a checkout é"));
    String launcher = Files.readString(Path.of("..", "wharf"));
    script(checkout.resolve("wharf"), launcher.replace("need=25", "need=99"));
    Files.createDirectories(checkout.resolve("app/src/main"));
    Files.writeString(checkout.resolve("pom.xml"), "");
    Files.writeString(checkout.resolve("app/src/main/A.java"), "");
    jdk = jdk("a jdk", "99.0.1");
    script(checkout.resolveSibling("bin/mvn"), "#!/bin/sh\n" + MAVEN);
    environment.put("PATH", checkout.resolveSibling("bin") + ":/usr/bin:/bin");
    environment.put("JAVA_HOME", jdk.toString());
    environment.put("LC_ALL", "C.UTF-8");
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = checkout.resolveSibling(name);
    script(home.resolve("bin/java"), "#!/bin/sh\n" + JAVA);
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
    return home;
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.resolveSibling("."));
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private record Ran(int status, List<String> out, String err) {}

  private ProcessBuilder process(Path from, String... command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(from.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder;
  }

  private Ran run(Path from, String... command) throws Exception {
    Path err = folder.resolve("err");
    Process process = process(from, command).redirectError(err.toFile()).start();
    List<String> out = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    return new Ran(process.waitFor(), out, Files.readString(err));
  }

  private Ran wharf(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(checkout.resolve("wharf").toString()));
    command.addAll(List.of(arguments));
    return run(folder, command.toArray(String[]::new));
  }

  private int builds() throws IOException {
    return Files.readAllLines(checkout.resolve("built")).size();
  }

  @Test
  void theFirstUseBuildsAndSaysSo() throws Exception {
    Ran first = wharf("nothing");
    assertThat(first.status()).isZero();
    assertThat(first.err()).startsWith("wharf: building (").hasLineCount(1);
    assertThat(Files.readAllLines(checkout.resolve("built"))).containsExactly(jdk.toString());
    assertThat(wharf("nothing").err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pom.xml", "app/src/main/A.java"})
  void aNewerSourceBuildsAgain(String source) throws Exception {
    wharf();
    Files.setLastModifiedTime(
        checkout.resolve(source), FileTime.from(Instant.now().plusSeconds(1)));
    assertThat(wharf().err()).isEqualTo("wharf: building (sources are newer than the program)\n");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void argumentsAndTheFolderStayTheCallersThroughLinks() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("one"), checkout.resolve("wharf"));
    Path linked = Files.createSymbolicLink(folder.resolve("two"), link.getFileName());
    Path elsewhere = Files.createDirectory(folder.resolve("else where")).toRealPath();
    Ran ran = run(elsewhere, linked.toString(), "nothing", "a b", "", "*");
    assertThat(ran.out())
        .contains(elsewhere.toString())
        .endsWith(checkout.resolve("app/target/wharf.jar").toString(), "nothing", "a b", "", "*");
  }

  @Test
  void anOlderJavaHomeIsPassedOver() throws Exception {
    environment.put("JAVA_HOME", jdk("old", "17.0.15").toString());
    Files.createSymbolicLink(checkout.resolveSibling("bin/javac"), jdk.resolve("bin/javac"));
    assertThat(wharf().status()).isZero();
    assertThat(Files.readAllLines(checkout.resolve("built"))).containsExactly(jdk.toString());
  }

  @Test
  void withoutTheJdkOneSentenceSaysWhatWasFound() throws Exception {
    environment.put("JAVA_HOME", jdk("old", "9.9").toString());
    Ran ran = wharf("serve");
    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err())
        .hasLineCount(1)
        .startsWith("wharf: it needs a JDK 99 and found ")
        .contains("9.9 in " + checkout.resolveSibling("old"));
  }

  @Test
  void withoutMavenOneSentenceSaysSo() throws Exception {
    Files.delete(checkout.resolveSibling("bin/mvn"));
    Path tools = folder.resolve("tools");
    for (String tool : List.of("find", "locale", "readlink")) {
      script(tools.resolve(tool), "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
    }
    environment.put("PATH", tools.toString());
    Ran ran = wharf("serve");
    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).hasLineCount(1).contains("no mvn is on the PATH");
  }

  @Test
  void aFailedBuildShowsWhy() throws Exception {
    script(checkout.resolveSibling("bin/mvn"), "#!/bin/sh\necho '[ERROR] it broke'\nexit 1\n");
    Ran ran = wharf("serve");
    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).contains("[ERROR] it broke\nwharf: the build failed");
  }

  @Test
  void whatAnUnfinishedBuildLeftIsNotRun() throws Exception {
    Path maven = checkout.resolveSibling("bin/mvn");
    script(maven, "#!/bin/sh\n" + MAVEN + "\nkill $PPID\nexit 1\n");
    assertThat(wharf().status()).isNotZero();
    script(maven, "#!/bin/sh\n" + MAVEN);
    assertThat(wharf().status()).isZero();
    assertThat(builds()).isEqualTo(2);
    assertThat(wharf().err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void manyFirstUsesBuildOnce(boolean flock) throws Exception {
    script(checkout.resolveSibling("bin/mvn"), "#!/bin/sh\nsleep 0.5\n" + MAVEN);
    if (!flock) {
      String launcher = Files.readString(checkout.resolve("wharf"));
      script(checkout.resolve("wharf"), launcher.replace("command -v flock", "false"));
      Files.createDirectories(checkout.resolve("target"));
      // Left behind by one that was killed; no process has so high a number.
      Files.createSymbolicLink(checkout.resolve("target/wharf.lock.pid"), Path.of("99999999"));
    }
    List<Process> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(
          process(folder, checkout.resolve("wharf").toString()).redirectErrorStream(true).start());
    }
    for (Process one : all) {
      assertThat(one.waitFor()).isZero();
    }
    assertThat(builds()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"C, C.UTF-8/", "POSIX, C.UTF-8/", "C.UTF-8, /C.UTF-8", "xx_XX.UTF-8, C.UTF-8/"})
  void fileNamesAreUtf8InEveryLocale(String locale, String expected) throws Exception {
    environment.put("LC_ALL", locale);
    assertThat(wharf().out()).startsWith(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "ls, true, true",
    "find, true, true",
    "get, true, false",
    "cat, true, false",
    "serve, false, false"
  })
  void flagsSuitTheVerb(String verb, boolean smallCollector, boolean quickCompiler)
      throws Exception {
    List<String> out = wharf(verb).out();
    assertThat(out.contains("-XX:+UseSerialGC")).isEqualTo(smallCollector);
    assertThat(out.contains("-XX:TieredStopAtLevel=1")).isEqualTo(quickCompiler);
  }

  private Path cache() {
    return checkout.resolve("app/target/wharf-99.0.1.aot");
  }

  /// A JDK that, like the real one, makes the cache that it is told to make.
  private void makeCaches(String more) throws IOException {
    script(
        jdk.resolve("bin/java"),
        """
        #!/bin/sh
        for one; do
          case $one in
            *Renew.java) echo renewed >>"%1$s/told" ;;
            -XX:AOTCacheOutput=*) echo noise; echo noise >&2; %2$s; echo made >"${one#*=}"; echo made >>"%1$s/told"; exit ;;
          esac
        done
        %3$s
        """
            .formatted(checkout, more, JAVA));
  }

  @Test
  void aBuildIsFollowedByACacheForLaterRuns() throws Exception {
    makeCaches(":");
    Ran first = wharf("ls");
    assertThat(first.err()).startsWith("wharf: building (").hasLineCount(1);
    assertThat(first.out()).doesNotContain("noise");
    Files.setLastModifiedTime(cache(), FileTime.from(Instant.now().plusSeconds(1)));
    assertThat(wharf("ls").out()).contains("-XX:AOTCache=" + cache());
    assertThat(wharf("serve").out()).contains("-XX:AOTCache=" + cache());
    assertThat(Files.readAllLines(checkout.resolve("told"))).containsExactly("renewed", "made");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "empty", "older than the jar", "of another JDK"})
  void withoutACacheThatFitsItRunsAsWell(String state) throws Exception {
    wharf();
    Path made =
        state.equals("of another JDK") ? cache().resolveSibling("wharf-99.0.2.aot") : cache();
    if (!state.equals("none")) {
      Files.writeString(made, state.equals("empty") ? "" : "cache");
      int seconds = state.equals("older than the jar") ? -60 : 60;
      Files.setLastModifiedTime(made, FileTime.from(Instant.now().plusSeconds(seconds)));
    }
    Ran ran = wharf("ls");
    assertThat(ran.status()).isZero();
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out()).contains("ls").noneMatch(word -> word.startsWith("-XX:AOT"));
  }

  @Test
  void aCacheThatCannotBeMadeFailsNothing() throws Exception {
    makeCaches("exit 1");
    Ran ran = wharf("ls");
    assertThat(ran.status()).isZero();
    assertThat(ran.err()).startsWith("wharf: building (").hasLineCount(1);
    assertThat(ran.out()).contains("ls").doesNotContain("noise");
    assertThat(cache()).doesNotExist();
  }
}
