package wharf.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/// [Parrot#main] as a process of its own that may open few descriptors.
final class ParrotProcess implements AutoCloseable {
  /// Clients, for a process with few descriptors.
  private static final int TOO_MANY = 150;

  private final Process process;
  private final BufferedReader output;

  /// Starts it.
  ///
  /// @param folder where its classes are put
  /// @param descriptors the most it may have open
  ParrotProcess(Path folder, int descriptors, String... arguments) throws IOException {
    assumeThat(Path.of("/bin/sh")).as("a shell to set the limit with").exists();
    List<String> words = new ArrayList<>();
    words.addAll(
        List.of(
            "/bin/sh",
            "-c",
            "ulimit -n " + descriptors + " && exec \"$0\" \"$@\"",
            Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    // What the pollers need of the JVM.
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(one -> one.startsWith("--add-exports") || one.startsWith("--enable-native-access"))
        .forEach(words::add);
    words.addAll(List.of("-cp", jars(folder), Parrot.class.getName()));
    words.addAll(List.of(arguments));
    process = new ProcessBuilder(words).redirectErrorStream(true).start();
    output = process.inputReader(UTF_8);
  }

  /// The class path of the tests, in jars: from folders no class could be loaded without a
  /// descriptor, which is not how a server is run.
  static String jars(Path folder) throws IOException {
    List<String> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path classes = Path.of(entry);
      if (!Files.isDirectory(classes)) {
        jars.add(entry);
        continue;
      }
      Path jar = folder.resolve(jars.size() + ".jar");
      try (var out = new JarOutputStream(Files.newOutputStream(jar));
          Stream<Path> files = Files.walk(classes)) {
        for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
          out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
          Files.copy(file, out);
        }
      }
      jars.add(jar.toString());
    }
    return String.join(File.pathSeparator, jars);
  }

  /// Waits for such a line of its log or its output.
  String awaitLine(Predicate<String> which) throws IOException {
    String line;
    do {
      line = output.readLine();
      assertThat(line).as("the end of its log").isNotNull();
    } while (!which.test(line));
    return line;
  }

  /// Waits until it listens; 0 when that is not at a port.
  int awaitPort() throws IOException {
    return Integer.parseInt(awaitLine(line -> line.startsWith("port ")).substring(5));
  }

  /// More clients come to it than it has descriptors for: those who cannot be accepted wait, who is
  /// inside is served, and afterwards all is as before. Then it ends.
  ///
  /// @param at where it listens
  void outlivesExhaustion(SocketAddress at, Duration atMost)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    List<Peer> peers = new ArrayList<>();
    try {
      Peer first = new Peer(at);
      peers.add(first);
      first.hears("hello");
      for (int i = 0; i < TOO_MANY; i++) {
        peers.add(new Peer(at));
      }
      awaitLine(line -> line.contains("cannot accept clients for now"));
      first.says("echo a");
      first.hears("a");
      for (Peer peer : peers) {
        peer.vanishes();
      }
      try (Peer last = new Peer(at)) {
        last.hears("hello");
        last.says("later b");
        last.hears("done b");
      }
      List<String> rest = ends(atMost);
      // The first is read already: not one for each try, nor for each client that leaves.
      assertThat(rest)
          .filteredOn(line -> line.contains("cannot accept"))
          .hasSizeLessThanOrEqualTo((int) ((System.nanoTime() - began) / Acceptor.QUIET));
    } finally {
      for (Peer peer : peers) {
        peer.close();
      }
    }
  }

  /// Asks it to end, waits until it has, and gives the rest of its log.
  private List<String> ends(Duration atMost) throws IOException, InterruptedException {
    process.getOutputStream().close();
    assertThat(process.waitFor(atMost)).as("it ends").isTrue();
    return output.lines().toList();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
