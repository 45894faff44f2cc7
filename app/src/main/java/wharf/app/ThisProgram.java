package wharf.app;

import java.io.File;
import java.nio.file.Path;
import java.util.List;

/// The way in which this process was started, to start others like it.
final class ThisProgram {
  private ThisProgram() {}

  /// The words that start `wharf`, before its verb: the same Java, the same code.
  static List<String> words() {
    String java = Path.of(System.getProperty("java.home", ""), "bin", "java").toString();
    String code = System.getProperty("java.class.path", "");
    if (code.endsWith(".jar") && !code.contains(File.pathSeparator)) {
      return List.of(java, "-jar", code);
    }
    // What the manifest of the jar says.
    return List.of(
        java,
        "--enable-native-access=ALL-UNNAMED",
        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "-cp",
        code,
        Main.class.getName());
  }
}
