package wharf.app.interop;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A netcat that runs: the system's, or Wharf's from the classes that are being tested. What it
/// writes goes to files.
final class Cat implements AutoCloseable {
  private static final Pattern PORT = Pattern.compile("listening at \\S+ port (\\d+)");

  private final Process process;
  private final Path out;
  private final Path err;

  private Cat(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /// Wharf's, with `-v`, fed by [#type].
  static Cat wharf(Path folder, String... options) throws IOException {
    return start(folder, ProcessBuilder.Redirect.PIPE, wharf(options));
  }

  /// Wharf's, fed with a file.
  static Cat wharf(Path folder, Path input, String... options) throws IOException {
    return start(folder, ProcessBuilder.Redirect.from(input.toFile()), wharf(options));
  }

  private static List<String> wharf(String... options) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), "wharf.app.Main"));
    words.addAll(List.of("nc", "-v"));
    words.addAll(List.of(options));
    return words;
  }

  /// The system's, fed by [#type].
  static Cat system(Path folder, String... options) throws IOException {
    return start(folder, ProcessBuilder.Redirect.PIPE, system(folder, List.of(options)));
  }

  /// The system's, fed with a file.
  static Cat system(Path folder, Path input, String... options) throws IOException {
    return start(
        folder, ProcessBuilder.Redirect.from(input.toFile()), system(folder, List.of(options)));
  }

  private static List<String> system(Path folder, List<String> options) throws IOException {
    List<String> words = new ArrayList<>(List.of("nc"));
    words.addAll(options);
    assumeTrue(isOpenBsds(folder), "nc, OpenBSD's, is not installed");
    return words;
  }

  /// OpenSSL's client or server, fed by [#type].
  static Cat openssl(Path folder, String... options) throws IOException {
    return openssl(folder, ProcessBuilder.Redirect.PIPE, options);
  }

  /// The same, fed with a file.
  static Cat openssl(Path folder, Path input, String... options) throws IOException {
    return openssl(folder, ProcessBuilder.Redirect.from(input.toFile()), options);
  }

  private static Cat openssl(Path folder, ProcessBuilder.Redirect input, String... options)
      throws IOException {
    assumeTrue(Command.isInstalled("openssl"), "openssl is not installed");
    List<String> words = new ArrayList<>(List.of("openssl"));
    words.addAll(List.of(options));
    return start(folder, input, words);
  }

  /// The traditional one has the same name.
  private static boolean isOpenBsds(Path folder) throws IOException {
    try (Cat help = start(folder, ProcessBuilder.Redirect.PIPE, List.of("nc", "-h"))) {
      int _ = help.exit();
      return help.said().contains("OpenBSD");
    } catch (IOException e) {
      // There is none.
      return false;
    }
  }

  private static Cat start(Path folder, ProcessBuilder.Redirect input, List<String> words)
      throws IOException {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectInput(input)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    // What it keeps is the test's, not that of whoever runs the test.
    Program.keepState(builder, folder);
    return new Cat(builder.start(), out, err);
  }

  /// Waits until Wharf's listens.
  ///
  /// @return its port
  String port() {
    awaitSaid("listening at");
    Matcher port = PORT.matcher(said());
    Harbour.await("a port in: " + said(), () -> PORT.matcher(said()).find());
    return port.reset(said()).find() ? port.group(1) : "";
  }

  /// Waits until standard error has `text`.
  void awaitSaid(String text) {
    Harbour.await(text + ", in: " + said(), () -> said().contains(text));
  }

  /// Waits until standard output is `text`.
  void awaitOutput(String text) {
    Harbour.await(text, () -> output().equals(text));
  }

  /// What it has written to standard error.
  String said() {
    return text(err);
  }

  /// What it has written to standard output.
  String output() {
    return text(out);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file, ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String digest() throws IOException {
    return Content.sha256(out);
  }

  /// Gives it `text` on standard input.
  Cat type(String text) throws IOException {
    OutputStream in = process.getOutputStream();
    in.write(text.getBytes(UTF_8));
    in.flush();
    return this;
  }

  /// Ends standard input.
  void end() throws IOException {
    process.getOutputStream().close();
  }

  /// Asks it to stop, as Ctrl-C does.
  ///
  /// @return its exit code
  int stop() {
    process.destroy();
    return exit();
  }

  /// Waits until it has ended.
  ///
  /// @return its exit code
  int exit() {
    return process.onExit().orTimeout(60, TimeUnit.SECONDS).join().exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
