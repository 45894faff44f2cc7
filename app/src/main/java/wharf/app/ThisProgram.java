package wharf.app;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How to start what runs here once more: the same Java, class path and flags.
final class ThisProgram {
  private ThisProgram() {}

  /// The command line, with these arguments.
  static List<String> command(List<String> arguments) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(flags(ManagementFactory.getRuntimeMXBean().getInputArguments()));
    String classPath = System.getProperty("java.class.path");
    if (classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)) {
      // Its manifest allows native calls; as a mere class path it would not.
      words.addAll(List.of("-jar", classPath));
    } else {
      words.addAll(List.of("-cp", classPath, Main.class.getName()));
    }
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
