package wharf.app;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How to start what runs here once more: the same Java, class path and flags.
final class ThisProgram {
  private ThisProgram() {}

  /// The words that start it, before its verb: the same Java, the same code, none of the flags.
  static List<String> words() {
    List<String> words = new ArrayList<>(List.of(java()));
    words.addAll(code());
    return words;
  }

  private static String java() {
    return tool("java");
  }

  /// A tool of the Java that runs this.
  static String tool(String name) {
    return Path.of(System.getProperty("java.home", ""), "bin", name).toString();
  }

  private static List<String> code() {
    String code = System.getProperty("java.class.path", "");
    return code.endsWith(".jar") && !code.contains(File.pathSeparator)
        // Its manifest allows native calls; as a mere class path it would not.
        ? List.of("-jar", code)
        : List.of("-cp", code, Main.class.getName());
  }

  /// The command line, with these arguments.
  static List<String> command(List<String> arguments) {
    List<String> words = new ArrayList<>();
    words.add(java());
    words.addAll(flags(ManagementFactory.getRuntimeMXBean().getInputArguments()));
    words.addAll(code());
    words.addAll(arguments);
    return words;
  }

  /// What one of many JVMs is to be told: what this one was told, as far as that may be said twice,
  /// and, where nothing was said, to be small: the simplest collector, and a heap that grows when
  /// there is need. Not the quick compiler alone: under that a password takes more than twice as
  /// long to check.
  static List<String> flags(List<String> ours) {
    List<String> flags = new ArrayList<>(ours);
    // A debugger listens at a port of its own.
    flags.removeIf(flag -> flag.startsWith("-agentlib:jdwp") || flag.startsWith("-Xrunjdwp"));
    if (flags.stream().noneMatch(flag -> flag.matches("-XX:\\+Use\\w+GC"))) {
      flags.add("-XX:+UseSerialGC");
    }
    if (flags.stream().noneMatch(flag -> flag.matches("-Xms.*|-XX:(Initial|Max)(Heap|RAM).*"))) {
      flags.add("-Xms8m");
    }
    return flags;
  }
}
