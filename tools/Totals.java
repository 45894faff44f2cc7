import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/// The totals of every module's Surefire reports, counted from the reports themselves. The argument
/// is the exit status of the build that wrote them. Ends with 1 if no test ran or, with `CI=true`,
/// if one was skipped.

record Totals(int run, int failures, int errors, int skipped) {
  Totals plus(Totals more) {
    return new Totals(
        run + more.run, failures + more.failures, errors + more.errors, skipped + more.skipped);
  }

  /// In the words of Surefire.
  @Override
  public String toString() {
    return "Tests run: %d, Failures: %d, Errors: %d, Skipped: %d"
        .formatted(run, failures, errors, skipped);
  }
}

final List<String> skips = new ArrayList<>();

void main(String[] args) throws Exception {
  IO.println("");
  Totals all = new Totals(0, 0, 0, 0);
  for (Path module : list(Path.of(""), "pom.xml")) {
    Totals totals = new Totals(0, 0, 0, 0);
    for (Path report : reports(module)) {
      totals = totals.plus(read(report));
    }
    if (totals.run > 0) IO.println(totals + " in " + module);
    else if (Files.exists(module.resolve("src/test"))) IO.println("No test ran in " + module);
    all = all.plus(totals);
  }
  skips.forEach(skip -> IO.println("Skipped: " + skip));
  if (!args[0].equals("0")) IO.println("The build failed with exit status " + args[0]);
  boolean skipsFail = !skips.isEmpty() && "true".equals(System.getenv("CI"));
  if (skipsFail) IO.println("A skipped test is a failure where CI=true");
  IO.println(all);
  int failed = all.failures + all.errors;
  IO.println(
      "tests: %d passed, %d failed, %d skipped"
          .formatted(all.run - failed - all.skipped, failed, all.skipped));
  System.exit(skipsFail || all.run == 0 ? 1 : 0);
}

/// The folders in `folder` that hold a `file`.
List<Path> list(Path folder, String file) throws IOException {
  try (var found = Files.list(folder)) {
    return found.filter(one -> Files.exists(one.resolve(file))).sorted().toList();
  }
}

List<Path> reports(Path module) throws IOException {
  Path folder = module.resolve("target/surefire-reports");
  if (!Files.isDirectory(folder)) return List.of();
  try (var found = Files.newDirectoryStream(folder, "TEST-*.xml")) {
    List<Path> reports = new ArrayList<>();
    found.forEach(reports::add);
    return reports;
  }
}

Totals read(Path report) throws Exception {
  Element suite =
      DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(report.toFile())
          .getDocumentElement();
  var skipped = suite.getElementsByTagName("skipped");
  for (int i = 0; i < skipped.getLength(); i++) {
    Element skip = (Element) skipped.item(i);
    Element test = (Element) skip.getParentNode();
    skips.add(test.getAttribute("classname") + "." + test.getAttribute("name") + ": " + reason(skip));
  }
  return new Totals(
      count(suite, "tests"),
      count(suite, "failures"),
      count(suite, "errors"),
      count(suite, "skipped"));
}

int count(Element suite, String what) {
  return Integer.parseInt(suite.getAttribute(what));
}

/// `@Disabled` gives its reason as a message; an assumption as an exception with its stack.
String reason(Element skip) {
  if (skip.hasAttribute("message")) return skip.getAttribute("message");
  return skip.getTextContent()
      .strip()
      .lines()
      .findFirst()
      .orElse("no reason given")
      .replaceFirst("^[\\w.]+: (Assumption failed: )?", "");
}
