package wharf.ftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import wharf.files.FileProblem;

/// Replies in other languages: all that is said can be, and programs read on what they read.
class LanguageTest {
  /// Something for people: neither a number or a name, nor the form of a command or a path.
  private static final Pattern WORDS =
      Pattern.compile("[^<\\[/].*\\p{Alpha}{2}.*|%s.*[.:].*", Pattern.DOTALL);

  /// What is the same in every language, for programs read it.
  private static final Set<String> SAME_IN_ALL =
      Set.of(
          "PBSZ=0",
          "Name=Wharf;",
          "UNIX Type: L8",
          "FILE: %s",
          "Modify=%s; %s",
          "Wharf",
          "Entering Passive Mode (%s)",
          "Entering Extended Passive Mode (|||%s|)",
          "MARK %s = %s",
          "MODE Z LEVEL set to %s.",
          "TYPE %s, STRU F, MODE %s",
          "%s mode over the open data connection for %s (%s bytes).",
          "Opening %s mode data connection for %s (%s bytes).");

  /// Names of files and of native calls, which are made into something as texts are into phrases.
  private static final Set<String> NEVER_SAID = Set.of("tree", ".wharf-lock.part", "open", "close");

  @TempDir Path base;

  @Test
  void allThatIsSaidIsTranslated() throws Exception {
    Set<String> said = new TreeSet<>(spoken(Reply.class));
    said.addAll(spoken(FileProblem.class));
    for (Verb verb : Verb.values()) {
      said.add(verb.help());
    }
    for (Absent absent : Absent.values()) {
      said.add(absent.why());
    }
    for (Modes mode : Modes.values()) {
      said.add(mode.help());
    }
    said.removeAll(SAME_IN_ALL);
    said.removeAll(NEVER_SAID);
    assertThat(said).as("found in the classes").hasSizeGreaterThan(150);
    assertThat(Chinese.WORDS.keySet()).containsExactlyInAnyOrderElementsOf(said);
  }

  @Test
  void theSameIsSaidInEach() {
    Chinese.WORDS.forEach(
        (english, chinese) ->
            assertThat(places(chinese)).as(chinese).isEqualTo(places(english)).isNotNull());
  }

  private static long places(String pattern) {
    return Pattern.compile("%(\\d\\$)?s").matcher(pattern).results().count();
  }

  @Test
  void tags() {
    assertThat(Language.tagged("zh-Hans-SG")).contains(Language.CHINESE);
    assertThat(Language.tagged("en-US")).contains(Language.ENGLISH);
    assertThat(Language.tagged("zh-TW")).isEmpty();
    assertThat(Language.tagged("zho")).isEmpty();
    assertThat(Language.tagged("")).isEmpty();
  }

  /// What clients and people's programs look for stands where it stood.
  @TestFactory
  Stream<DynamicTest> programsReadOn() {
    return Transcript.tests(
        base,
        """
        C: LANG zh
        S: 200 答复用中文。
        C: PASV
        S: 227 Entering Passive Mode (192,0,2,1,195,80)
        C: EPSV
        S: 229 Entering Extended Passive Mode (|||50000|)
        C: RETR data.bin
        S: 150 Opening BINARY mode data connection for /data.bin (10 bytes).
        < 0123456789
        S: 226 完成：10 字节，用时 1.500 秒。
        C: PWD
        S: 257 "/" 是当前目录。
        C: MLST data.bin
        S: 250-...
        S:  type=file;...
        S: 250 完。
        C: EPSV
        S: 229 ...
        C: STOR new
        S: 150 ...
        > ab
        ! RESET
        S: 426 数据连接在 2 字节后被重置；已保留 2 字节，可续传。
        C: NONSENSE
        S: 500 ...
        C: CCC
        S: 534 ...
        C: HELP RETR
        S: 214 RETR <path>：下载文件（RFC 959）
        C: REIN
        S: 220 Ready for another user.
        """);
  }

  /// What the classes of a module hand to a method of their own that takes a text and what is to be
  /// put into it.
  private static Set<String> spoken(Class<?> one) throws Exception {
    Path place = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
    String folder = one.getPackageName().replace('.', '/');
    if (Files.isDirectory(place)) {
      return spokenIn(place.resolve(folder));
    }
    try (var jar = FileSystems.newFileSystem(place)) {
      return spokenIn(jar.getPath(folder));
    }
  }

  private static Set<String> spokenIn(Path folder) throws IOException {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.toString().endsWith(".class")) {
          for (MethodModel method : parse(file).methods()) {
            method.code().ifPresent(code -> collect(code.elementList(), found));
          }
        }
      }
    }
    return found;
  }

  private static ClassModel parse(Path file) throws IOException {
    return ClassFile.of().parse(Files.readAllBytes(file));
  }

  private static void collect(List<CodeElement> code, Set<String> found) {
    for (int i = 0; i < code.size(); i++) {
      if (code.get(i) instanceof ConstantInstruction constant
          && constant.constantValue() instanceof String text
          && WORDS.matcher(text).matches()
          && isPattern(code, i + 1)) {
        found.add(text);
      }
    }
  }

  /// Whether what is done from `at` on is to make the array of what is to be put in, or to hand the
  /// text to the one method that takes such texts alone.
  private static boolean isPattern(List<CodeElement> code, int at) {
    int next = instruction(code, at);
    if (code.get(next) instanceof BranchInstruction branch && branch.opcode() == Opcode.GOTO) {
      next = instruction(code, indexOf(code, branch.target()));
    }
    if (code.get(next) instanceof InvokeInstruction call) {
      return call.owner().asInternalName().equals("wharf/files/FileProblem")
          && call.name().equalsString("with");
    }
    return code.get(next) instanceof ConstantInstruction size
        && size.constantValue() instanceof Integer
        && code.get(instruction(code, next + 1)) instanceof NewReferenceArrayInstruction;
  }

  /// Where the first instruction from `from` on is.
  private static int instruction(List<CodeElement> code, int from) {
    int at = from;
    while (code.get(at) instanceof LineNumber || code.get(at) instanceof LabelTarget) {
      at++;
    }
    return at;
  }

  private static int indexOf(List<CodeElement> code, Label target) {
    for (int i = 0; i < code.size(); i++) {
      if (code.get(i) instanceof LabelTarget label && label.label().equals(target)) {
        return i;
      }
    }
    throw new AssertionError("no such label");
  }
}
