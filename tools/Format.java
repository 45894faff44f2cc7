import com.google.googlejavaformat.java.Formatter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Checks (`check`) or repairs (`fix`) the format of every Java file in the checkout.
void main(String[] args) throws Exception {
  boolean fix = args[0].equals("fix");
  List<Path> wrong = new ArrayList<>();
  try (var found = Files.find(Path.of(""), 20, (path, _) -> path.toString().endsWith(".java"))) {
    for (Path file : found.filter(f -> f.toString().contains("src/")).sorted().toList()) {
      String source = Files.readString(file);
      String formatted = new Formatter().formatSourceAndFixImports(source);
      if (formatted.equals(source)) continue;
      if (fix) Files.writeString(file, formatted);
      else wrong.add(file);
    }
  }
  if (wrong.isEmpty()) return;
  wrong.forEach(file -> System.err.println("not in google-java-format: " + file));
  System.err.println("repair with: mvn -N validate -Dformat.mode=fix");
  System.exit(1);
}
