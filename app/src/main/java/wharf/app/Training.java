package wharf.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/// `wharf training`: does what most runs do, so that the JVM, if it was told to watch, knows what
/// they need. The launcher asks for it once after a build; it is no verb for people.
///
/// It serves a folder of its own on the loopback and is its own client, in the clear and under TLS,
/// and leaves nothing behind.
@Command(
    name = "training",
    mixinStandardHelpOptions = true,
    hidden = true,
    description = "Does what most runs do, for the JVM to watch.")
final class Training implements Callable<Integer> {
  private static final Pattern READY =
      Pattern.compile(
          "ftp://127\\.0\\.0\\.1:(\\d+)/.* log in as (\\S+) with the password (\\S+)\\n.*\\nReady",
          Pattern.DOTALL);

  /// A build waits for it; without a cache everything works as well.
  private static final Duration LONGEST = Duration.ofSeconds(60);

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("wharf");
    Thread guard =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  try {
                    Thread.sleep(LONGEST);
                    Runtime.getRuntime().halt(ExitCode.TIMED_OUT.number());
                  } catch (InterruptedException _) {
                    // It is done.
                  }
                });
    try {
      return train(folder);
    } finally {
      guard.interrupt();
      remove(folder);
    }
  }

  private static int train(Path folder) throws IOException, InterruptedException {
    Path served = Files.createDirectory(folder.resolve("served"));
    Path file = Files.writeString(folder.resolve("file"), "content");
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    Thread server =
        Thread.ofPlatform()
            .start(
                () ->
                    Main.run(
                        around(folder, said),
                        "serve",
                        served.toString(),
                        "--port=0",
                        "--bind=127.0.0.1",
                        "--writable"));
    try {
      Matcher ready = READY.matcher(said.toString(UTF_8));
      while (!ready.find()) {
        if (!server.isAlive()) {
          return ExitCode.FAILED.number();
        }
        Thread.sleep(10);
        ready = READY.matcher(said.toString(UTF_8));
      }
      String url =
          "ftp://%s:%s@127.0.0.1:%s/".formatted(ready.group(2), ready.group(3), ready.group(1));
      int worst = 0;
      for (String tls : List.of("--tls=off", "--insecure")) {
        for (String[] words :
            new String[][] {
              {"put", tls, file.toString(), url + tls},
              {"ls", tls, url},
              {"get", tls, url + tls, folder.resolve(tls).toString()},
            }) {
          worst = Math.max(worst, Main.run(around(folder, new ByteArrayOutputStream()), words));
        }
      }
      return Math.max(worst, Main.run(around(folder, new ByteArrayOutputStream()), "help", "ls"));
    } finally {
      server.interrupt();
      server.join();
    }
  }

  private static Surroundings around(Path folder, ByteArrayOutputStream out) {
    PrintStream print = new PrintStream(out, true, UTF_8);
    return new Surroundings(
        Channels.newChannel(InputStream.nullInputStream()),
        Channels.newChannel(out),
        print,
        new PrintStream(new ByteArrayOutputStream(), true, UTF_8),
        false,
        false,
        () -> ScreenSize.USUAL,
        _ -> null,
        _ -> null,
        folder,
        folder.resolve("state"),
        folder.resolve("config"),
        folder.resolve("netrc"));
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(one);
      }
    }
  }
}
