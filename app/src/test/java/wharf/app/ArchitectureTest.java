package wharf.app;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.reflect.AccessFlag;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What ARCHITECTURE.md says never happens, read from the compiled classes of every module.
///
/// ```
///                app -------------- bench
///                 |
///        ftp.server   ftp.client      (and the words of ftp, for both)
///        |   |   |        |
///        |   |   |  server|
///        |   |   |  /   \ |
///     files users protocol net
/// ```
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {
  /// The parts that nobody embeds: they may name libraries.
  private static final Set<String> PROGRAMS = Set.of("app", "bench");

  private static final Set<String> NATIVE = Set.of("wharf/net/Native", "wharf/files/Native");

  /// Each part of the program, and the parts that it may name: the arrows above, completely.
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          entry("protocol", Set.of()),
          entry("net", Set.of()),
          entry("files", Set.of()),
          entry("users", Set.of()),
          entry("server", Set.of("protocol", "net")),
          entry("ftp", Set.of()),
          entry("ftp.server", Set.of("ftp", "protocol", "files", "users")),
          entry("ftp.client", Set.of("ftp", "net")),
          entry("bench", Set.of()),
          entry(
              "app",
              Set.of(
                  "protocol",
                  "net",
                  "files",
                  "users",
                  "server",
                  "ftp",
                  "ftp.server",
                  "ftp.client",
                  "bench")));

  private static final Set<String> NETWORK_WORDS =
      Set.of(
          "java/net/InetAddress",
          "java/net/Inet4Address",
          "java/net/Inet6Address",
          "java/net/InetSocketAddress",
          "java/net/SocketAddress",
          "java/net/URI",
          "java/nio/channels/FileChannel");

  /// The client half is straight-line code that waits: it moves the bytes of the caller's files
  /// itself, and several at once on threads of its own.
  private static final Set<String> CLIENT_WORDS =
      Set.of(
          "java/nio/channels/FileLock",
          "java/nio/channels/ReadableByteChannel",
          "java/nio/channels/WritableByteChannel",
          "java/time/InstantSource",
          "java/lang/System.nanoTime");

  private static final Set<String> CONCURRENT_WORDS =
      Set.of(
          "java/util/concurrent/Callable",
          "java/util/concurrent/ConcurrentMap",
          "java/util/concurrent/ConcurrentHashMap");

  private static final Set<String> SETTINGS =
      Set.of(
          "java/lang/System.getenv",
          "java/lang/System.getProperty",
          "java/lang/System.getProperties",
          "java/lang/System.setProperty",
          "java/lang/System.clearProperty",
          "java/lang/Boolean.getBoolean",
          "java/lang/Integer.getInteger",
          "java/lang/Long.getLong");

  /// FTP's and HTTP's refusals; the round ones are left out, other things are counted by them.
  private static final Set<Integer> WIRE_CODES =
      Set.of(
          403, 404, 409, 412, 416, 421, 425, 426, 450, 451, 452, 501, 502, 503, 504, 530, 532, 550,
          551, 552, 553);

  private static final Pattern TYPE_IN_TEXT = Pattern.compile("L(\\w+(?:/[\\w$]+)+)[;<]");

  enum Rule {
    ARROWS_POINT_DOWN(
        "Move the code to the part that may name both, or pass what is needed in from above;"
            + " a new part gets its line in ARROWS.") {
      @Override
      List<String> broken(List<Compiled> classes) {
        return each(
            classes,
            one ->
                one.names().stream()
                    .filter(name -> name.startsWith("wharf/"))
                    .filter(name -> !one.part().equals(part(name)))
                    .filter(name -> !ARROWS.getOrDefault(one.part(), Set.of()).contains(part(name)))
                    .map(name -> "names " + name));
      }
    },

    A_PROTOCOL_IS_PURE(
        "Say it as an Effect and be told by an Event; what must be known, such as the time, is"
            + " passed in.") {
      @Override
      List<String> broken(List<Compiled> classes) {
        return each(
            classes.stream().filter(one -> one.part().matches("protocol|ftp.*")).toList(),
            one ->
                Stream.concat(
                        one.names().stream().filter(Rule::isWorldly),
                        one.calls().stream().filter(Rule::readsClock))
                    .filter(name -> !one.part().equals("ftp.client") || !isClients(name))
                    .map(name -> "names " + name));
      }
    },

    ONLY_APP_READS_SETTINGS("Read it in app and pass it as an argument.") {
      @Override
      List<String> broken(List<Compiled> classes) {
        return each(
            outsideOfApp(classes),
            one ->
                Stream.concat(
                    one.calls().stream().filter(SETTINGS::contains).map(call -> "calls " + call),
                    one.model().methods().stream()
                        .filter(method -> method.methodName().equalsString("main"))
                        .map(_ -> "has a main method")));
      }
    },

    NATIVE_FILES("Put the native call into the Native of net, or of files, which hold them all.") {
      @Override
      List<String> broken(List<Compiled> classes) {
        return each(
            classes.stream()
                .filter(
                    one -> one.names().stream().anyMatch(n -> n.startsWith("java/lang/foreign/")))
                .filter(one -> !NATIVE.contains(one.file()))
                .toList(),
            _ -> Stream.of("uses java.lang.foreign"));
      }
    },

    NO_STATIC_MUTABLE_STATE(
        "Make it a field of the object that owns it; a constant is List.of, Map.of, a String.") {
      @Override
      List<String> broken(List<Compiled> classes) {
        return each(classes, one -> one.mutableStatics().map(field -> "can change " + field));
      }
    },

    LIBRARIES_NEED_ONLY_THE_JDK("Code that needs a library lives in app, behind an interface.") {
      @Override
      List<String> broken(List<Compiled> classes) {
        return each(
            classes.stream().filter(one -> !PROGRAMS.contains(one.part())).toList(),
            one ->
                one.names().stream()
                    .filter(name -> !name.matches("(java|javax|wharf|org/jspecify)/.*"))
                    .map(name -> "names " + name));
      }
    },

    NO_OBJECT_COMES_AS_BYTES(
        "Read a form of its own: bytes that say which class they are have been taken over"
            + " before.") {
      @Override
      List<String> broken(List<Compiled> classes) {
        return each(
            classes,
            one ->
                one.names().stream()
                    .filter(name -> name.matches("java/io/(ObjectInput.*|Externalizable)"))
                    .map(name -> "names " + name));
      }
    },

    STORES_KNOW_NO_WIRE_CODES("Throw a problem; each protocol finds its own code for it.") {
      @Override
      List<String> broken(List<Compiled> classes) {
        return each(
            classes.stream().filter(one -> one.part().matches("files|users")).toList(),
            one -> one.wireCodes().map(code -> "holds " + code));
      }
    };

    final String remedy;

    Rule(String remedy) {
      this.remedy = remedy;
    }

    /// One line for each way in which `classes` break this rule.
    abstract List<String> broken(List<Compiled> classes);

    static List<String> each(List<Compiled> classes, Function<Compiled, Stream<String>> faults) {
      return classes.stream()
          .flatMap(one -> faults.apply(one).map(fault -> one.name() + " " + fault))
          .map(line -> line.replace('/', '.'))
          .toList();
    }

    static List<Compiled> outsideOfApp(List<Compiled> classes) {
      return classes.stream().filter(one -> !one.part().equals("app")).toList();
    }

    /// A socket, a channel, a thread or a logger. Exceptions are news of them, not they.
    static boolean isWorldly(String name) {
      if (name.endsWith("Exception")) {
        return false;
      }
      if (name.matches("(java/net|java/nio/channels)/.*")) {
        return !NETWORK_WORDS.contains(name);
      }
      if (name.startsWith("java/util/concurrent/")) {
        return !CONCURRENT_WORDS.contains(name);
      }
      return name.matches(
          "javax/net/.*|java/lang/Thread.*|java/util/Timer.*|java/util/logging/.*"
              + "|java/lang/System\\$Logger.*|java/time/(Clock|InstantSource)");
    }

    static boolean isClients(String name) {
      return CLIENT_WORDS.contains(name)
          || name.matches("java/lang/Thread.*|java/util/concurrent/.*");
    }

    static boolean readsClock(String call) {
      return call.matches("java/time/.*\\.now|java/lang/System\\.(currentTimeMillis|nanoTime)");
    }
  }

  /// A class file, and what the rules ask of it. Names are as in class files: `java/lang/String`.
  record Compiled(String part, ClassModel model) {
    String name() {
      return model.thisClass().asInternalName();
    }

    /// The class that its source file is called after.
    String file() {
      return fileOf(name());
    }

    private static String fileOf(String name) {
      return name.replaceFirst("\\$.*", "");
    }

    /// Every class of another file that it names: in code, descriptors, generic types, annotations.
    Set<String> names() {
      Set<String> names = new TreeSet<>();
      for (PoolEntry entry : model.constantPool()) {
        if (entry instanceof ClassEntry type && !type.asInternalName().startsWith("[")) {
          names.add(type.asInternalName());
        } else if (entry instanceof Utf8Entry text) {
          TYPE_IN_TEXT.matcher(text.stringValue()).results().forEach(r -> names.add(r.group(1)));
        }
      }
      names.removeIf(name -> fileOf(name).equals(file()));
      return names;
    }

    /// Every method and field that it uses, as `java/lang/System.getenv`.
    Set<String> calls() {
      Set<String> calls = new TreeSet<>();
      for (PoolEntry entry : model.constantPool()) {
        if (entry instanceof MemberRefEntry member) {
          calls.add(member.owner().asInternalName() + "." + member.name().stringValue());
        }
      }
      return calls;
    }

    Stream<String> mutableStatics() {
      Predicate<FieldModel> madeMutable = madeMutable();
      return model.fields().stream()
          .filter(field -> !field.flags().has(AccessFlag.SYNTHETIC))
          .filter(field -> field.flags().has(AccessFlag.STATIC))
          .filter(field -> !field.flags().has(AccessFlag.FINAL) || madeMutable.test(field))
          .map(field -> field.fieldName().stringValue());
    }

    /// Whether a static field is set to an array with elements, or to a new object of `java.util`
    /// or a buffer, or has such a type.
    private Predicate<FieldModel> madeMutable() {
      Set<String> mutable = new HashSet<>();
      Map<String, Boolean> emptyArrays = new HashMap<>();
      List<Instruction> code = instructions("<clinit>");
      for (int i = 2; i < code.size(); i++) {
        if (!(code.get(i) instanceof FieldInstruction put) || put.opcode() != Opcode.PUTSTATIC) {
          continue;
        }
        String field = put.name().stringValue();
        switch (code.get(i - 1)) {
          case InvokeInstruction made
              when made.name().equalsString("<init>")
                  && made.owner().asInternalName().startsWith("java/util/") ->
              mutable.add(field);
          case NewPrimitiveArrayInstruction _, NewReferenceArrayInstruction _ ->
              emptyArrays.put(
                  field,
                  code.get(i - 2) instanceof ConstantInstruction length
                      && length.constantValue().equals(0));
          default -> {}
        }
      }
      return field -> {
        String name = field.fieldName().stringValue();
        String type = field.fieldType().stringValue();
        if (type.startsWith("[")) {
          return !emptyArrays.getOrDefault(name, false);
        }
        return mutable.contains(name)
            || type.matches(
                "Ljava/(util/concurrent/atomic/.*|nio/\\w*Buffer|lang/(StringBuilder|ThreadLocal));");
      };
    }

    Stream<String> wireCodes() {
      List<String> codes = new ArrayList<>();
      for (PoolEntry entry : model.constantPool()) {
        if (entry instanceof StringEntry text
            && text.stringValue().matches("(?s)[1-5]\\d\\d([ -].*)?")) {
          codes.add('"' + text.stringValue() + '"');
        }
      }
      for (MethodModel method : model.methods()) {
        for (Instruction instruction : instructions(method.methodName().stringValue())) {
          if (instruction instanceof ConstantInstruction constant
              && constant.constantValue() instanceof Integer number
              && WIRE_CODES.contains(number)) {
            codes.add(number.toString());
          }
        }
      }
      return codes.stream().distinct();
    }

    private List<Instruction> instructions(String method) {
      return model.methods().stream()
          .filter(one -> one.methodName().equalsString(method))
          .flatMap(one -> one.code().stream())
          .flatMap(code -> code.elementStream())
          .filter(Instruction.class::isInstance)
          .map(Instruction.class::cast)
          .toList();
    }
  }

  private List<Compiled> classes = List.of();

  @BeforeAll
  void readClasses() throws Exception {
    List<Compiled> found = new ArrayList<>();
    for (String module :
        List.of("protocol", "net", "files", "users", "server", "ftp", "bench", "app")) {
      found.addAll(read(module));
    }
    classes = found;
  }

  /// Every class in the folder or jar that holds the module's main package.
  private static List<Compiled> read(String module) throws Exception {
    URI place =
        Class.forName("wharf." + module + ".package-info")
            .getProtectionDomain()
            .getCodeSource()
            .getLocation()
            .toURI();
    if (Files.isDirectory(Path.of(place))) {
      return read(Path.of(place));
    }
    try (var jar = FileSystems.newFileSystem(Path.of(place))) {
      return read(jar.getPath("/"));
    }
  }

  private static List<Compiled> read(Path root) throws IOException {
    List<Compiled> found = new ArrayList<>();
    try (var files = Files.walk(root)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".class")).toList()) {
        ClassModel model = ClassFile.of().parse(Files.readAllBytes(file));
        found.add(new Compiled(part(model.thisClass().asInternalName()), model));
      }
    }
    return found;
  }

  /// The part that a class of Wharf belongs to: its package, or the nearest above that is a part.
  private static String part(String name) {
    return ARROWS.keySet().stream()
        .filter(part -> name.startsWith("wharf/" + part.replace('.', '/') + "/"))
        .max(Comparator.comparingInt(String::length))
        .orElse("none");
  }

  @Test
  void everyPartWasRead() {
    assertThat(classes).extracting(Compiled::part).containsAll(ARROWS.keySet());
    assertThat(classes).extracting(Compiled::name).contains("wharf/protocol/Session");
    assertThat(classes)
        .as(
            "A class outside the packages of the parts is under no rule: give its part a line in"
                + " ARROWS.")
        .noneMatch(one -> one.part().equals("none"));
  }

  @ParameterizedTest
  @EnumSource
  void isKept(Rule rule) {
    assertThat(rule.broken(classes)).as(rule.remedy).isEmpty();
  }

  /// A rule that cannot fail keeps nothing: each is shown a class that breaks it, and one that does
  /// not.
  @ParameterizedTest
  @MethodSource("breakers")
  void isFoundBroken(Rule rule, String part, Class<?> breaker, List<String> faults)
      throws IOException {
    String name = breaker.getName();
    assertThat(rule.broken(List.of(compiled(part, breaker))))
        .containsExactlyInAnyOrderElementsOf(
            faults.stream().map(fault -> name + " " + fault).toList());
    assertThat(rule.broken(List.of(compiled(part, Harmless.class)))).isEmpty();
  }

  static Stream<Arguments> breakers() {
    return Stream.of(
        arguments(
            Rule.ARROWS_POINT_DOWN, "ftp.server", NamesWire.class, List.of("names wharf.net.Wire")),
        arguments(
            Rule.A_PROTOCOL_IS_PURE,
            "ftp.server",
            Worldly.class,
            List.of(
                "names java.net.Socket",
                "names java.util.concurrent.Semaphore",
                "names java.lang.System.nanoTime",
                "names java.time.LocalDate.now")),
        arguments(
            Rule.A_PROTOCOL_IS_PURE,
            "ftp.client",
            Worldly.class,
            List.of("names java.net.Socket", "names java.time.LocalDate.now")),
        arguments(
            Rule.ONLY_APP_READS_SETTINGS,
            "net",
            ReadsSettings.class,
            List.of("calls java.lang.System.getenv", "has a main method")),
        arguments(Rule.NATIVE_FILES, "files", Native.class, List.of("uses java.lang.foreign")),
        arguments(
            Rule.NO_STATIC_MUTABLE_STATE,
            "app",
            Static.class,
            List.of(
                "can change counter", "can change TABLE", "can change NAMES", "can change TEXT")),
        arguments(
            Rule.LIBRARIES_NEED_ONLY_THE_JDK,
            "users",
            NamesLibrary.class,
            List.of("names org.assertj.core.api.ListAssert")),
        arguments(
            Rule.NO_OBJECT_COMES_AS_BYTES,
            "app",
            ReadsObjects.class,
            List.of("names java.io.ObjectInputStream")),
        arguments(
            Rule.STORES_KNOW_NO_WIRE_CODES,
            "files",
            KnowsCodes.class,
            List.of("holds \"226 done\"", "holds \"551 is text\"", "holds 550")));
  }

  private static Compiled compiled(String part, Class<?> fixture) throws IOException {
    try (var bytes =
        requireNonNull(
            fixture.getResourceAsStream("/" + fixture.getName().replace('.', '/') + ".class"))) {
      return new Compiled(part, ClassFile.of().parse(bytes.readAllBytes()));
    }
  }

  interface NamesWire {
    List<wharf.net.Wire> wires();
  }

  record Worldly(java.net.Socket socket, java.util.concurrent.Semaphore semaphore) {
    String now() {
      return java.time.LocalDate.now(java.time.ZoneOffset.UTC) + " " + System.nanoTime();
    }
  }

  record ReadsSettings() {
    static void main(String[] args) {
      IO.println(System.getenv(args[0]) + System.lineSeparator());
    }
  }

  interface Native {
    java.lang.foreign.Arena arena();
  }

  @SuppressWarnings("unused")
  static final class Static {
    static int counter;
    static final int[] TABLE = {1, 2};
    static final int[] NOTHING = {};
    static final List<String> NAMES = new ArrayList<>();
    static final StringBuilder TEXT = new StringBuilder();
  }

  interface NamesLibrary {
    org.assertj.core.api.ListAssert<String> list();
  }

  interface ReadsObjects {
    java.io.ObjectInputStream objects();
  }

  record KnowsCodes(String text) {
    KnowsCodes(int code) {
      this(code == 550 ? "551 is text" : "226 done");
    }
  }

  /// What no rule is to take offence at.
  enum Harmless {
    ONE,
    TWO;

    static final List<String> WORDS = List.of("a", "b");
    static final Map<String, Integer> COPY = Map.copyOf(new HashMap<>());

    String say(Harmless other, java.nio.channels.FileChannel file)
        throws java.net.UnknownHostException {
      assert file.isOpen();
      return switch (other) {
        case ONE -> WORDS.get(0) + 512;
        case TWO -> COPY + " 2261 of " + 500;
      };
    }
  }
}
